//! What of the faults a test without a daemon can see.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::Faulty;

#[test]
fn an_error_keeps_what_was_changed_before() {
    let mut faulty = Harness::<Faulty>::mount();
    let error = faulty.call("failAfterChange", ()).unwrap_err();
    assert_eq!(error.message(), "it failed after a change, as asked");
    assert_eq!(faulty.delta()["count"], 1);
    assert_eq!(faulty.delta()["note"], "failAfterChange");
    assert_eq!(
        faulty.delta()["error"],
        "it failed after a change, as asked"
    );
}

#[test]
#[should_panic = "the action panicked, as asked"]
fn a_panic_is_a_panic_of_the_test() {
    let _ = Harness::<Faulty>::mount().call("panic", ());
}

#[test]
fn the_rest_works() {
    let mut faulty = Harness::<Faulty>::mount();
    assert_eq!(
        faulty.call("increment", json!({"by": 2})).unwrap(),
        json!({"success": true, "count": 2})
    );
    assert_eq!(
        faulty
            .call("hugeResult", ())
            .unwrap()
            .as_str()
            .unwrap()
            .len(),
        1_048_577
    );
    assert_eq!(faulty.call("privateNote", ()).unwrap(), "hugeResult");
    faulty.call("hugeState", ()).unwrap();
    assert_eq!(faulty.state()["blob"].as_str().unwrap().len(), 10_485_761);
    assert!(faulty.call("badResult", ()).is_err());
}
