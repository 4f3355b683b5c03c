//! The counter, mounted without a daemon.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::LocalCounter;

#[test]
fn every_action_answers_with_the_count() {
    let mut counter = Harness::<LocalCounter>::mount();
    assert_eq!(counter.state(), json!({"count": 0, "clicks": 0}));
    assert_eq!(
        counter.call("increment", ()).unwrap(),
        json!({"success": true, "count": 1})
    );
    assert_eq!(
        counter.call("increment", json!({"by": 5})).unwrap(),
        json!({"success": true, "count": 6})
    );
    assert_eq!(
        counter.call("decrement", json!({"by": 2})).unwrap(),
        json!({"success": true, "count": 4})
    );
    assert_eq!(counter.delta(), json!({"count": 4, "clicks": 3}));
}

#[test]
fn reset_is_a_click_too() {
    let mut counter = Harness::<LocalCounter>::setup()
        .props(json!({"count": 7}))
        .mount();
    counter.call("reset", ()).unwrap();
    assert_eq!(counter.state(), json!({"count": 0, "clicks": 1}));
}

#[test]
fn the_count_stops_at_the_largest_number() {
    let mut counter = Harness::<LocalCounter>::setup()
        .props(json!({"count": i64::MAX}))
        .mount();
    counter.call("increment", ()).unwrap();
    assert_eq!(counter.state()["count"], i64::MAX);
}

#[test]
fn a_step_that_is_no_number_is_refused() {
    let mut counter = Harness::<LocalCounter>::mount();
    let error = counter.call("increment", json!({"by": "two"})).unwrap_err();
    assert!(error.message().starts_with("`by` is not valid"), "{error}");
    assert_eq!(counter.delta(), json!({}));
}
