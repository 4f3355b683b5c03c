//! The number, without a daemon.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::Tally;

#[test]
fn what_is_added_stays_until_it_is_reset() {
    let mut tally = Harness::<Tally>::mount();
    assert_eq!(tally.call("add", json!({"by": 2})).unwrap(), json!(2));
    assert_eq!(tally.call("add", json!({"by": -5})).unwrap(), json!(-3));
    assert_eq!(tally.call("count", ()).unwrap(), json!(-3));
    assert_eq!(tally.call("reset", ()).unwrap(), json!(0));
}

#[test]
fn it_stops_at_the_largest_number() {
    let mut tally = Harness::<Tally>::mount();
    tally.call("add", json!({"by": i64::MAX})).unwrap();
    assert_eq!(
        tally.call("add", json!({"by": 1})).unwrap(),
        json!(i64::MAX)
    );
}
