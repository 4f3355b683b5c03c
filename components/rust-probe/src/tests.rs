//! What of the probe can be seen without a daemon. The rest is `tests/conformance`.

use std::time::Duration;

use liveside_guest::json;
use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;

use super::hall::Hall;
use super::probe::{NUMBER, Probe};
use super::room::Things;

#[test]
fn hooks_are_told_in_the_state() {
    let mut probe = Harness::<Probe>::setup().room("lobby").mount();
    assert_eq!(probe.state()["log"], json!(["connect", "mount lobby"]));
    probe
        .room_event("other", "NEWS", json!({"a": [1, null]}))
        .unwrap();
    probe
        .call("after", json!({"ms": 10, "name": "tick"}))
        .unwrap();
    probe.advance(Duration::from_millis(10)).unwrap();
    assert_eq!(probe.state()["log"][2], r#"news other {"a":[1,null]}"#);
    assert_eq!(probe.state()["log"][3], "timer tick null");
    assert_eq!(probe.state()["changed"], json!([]));
    probe.call("set", json!({ NUMBER: 3 })).unwrap();
    assert_eq!(probe.state()["changed"], json!([NUMBER]));
}

#[test]
fn a_failure_keeps_the_change_and_is_told() {
    let mut probe = Harness::<Probe>::mount();
    let mut error = |action: &str, payload: Value| {
        let error = probe.call(action, payload).unwrap_err();
        error.message().to_owned()
    };
    assert_eq!(error("fail", json!({"message": "No."})), "No.");
    assert_eq!(error("deny", json!(null)), "Not you.");
    assert_eq!(error("forbidden", json!(null)), "Never.");
    assert!(error("secretly", json!(null)).contains("add `#[action]` above `fn secretly`"));
    assert_eq!(probe.state()[NUMBER], 1);
}

#[test]
fn uploads_are_read_and_pictures_refused() {
    let mut probe = Harness::<Probe>::setup()
        .uploaded("one", vec![7; 150_000])
        .mount();
    let upload = |stage: UploadStage, filename: &str| Upload {
        id: "one".to_owned(),
        stage,
        filename: filename.to_owned(),
        content_type: String::new(),
        size: 150_000,
    };
    let refused = probe.upload(upload(UploadStage::Start, "a.png"));
    assert_eq!(refused.unwrap_err().message(), "No pictures.");
    let complete = UploadStage::Complete("/uploads/one".to_owned());
    probe.upload(upload(complete, "a.txt")).unwrap();
    assert_eq!(probe.state()["log"][2], "upload complete 150000");
}

#[test]
fn state_of_the_other_version_is_moved() {
    let other = if NUMBER == "value" { "amount" } else { "value" };
    let state = json!({ other: 5, "log": ["connect"], "changed": [] });
    let state = Harness::<Probe>::migrate("other", state).unwrap();
    assert_eq!(
        state,
        json!({ NUMBER: 5, "log": ["connect"], "changed": [] })
    );
}

#[test]
fn the_hall_counts_and_the_box_is_full_with_three() {
    let mut hall = Harness::<Hall>::mount();
    let client = Client {
        connection_id: "a".to_owned(),
        count: 1,
    };
    hall.client_join(client).unwrap();
    assert_eq!(hall.state()["members"], 1);
    let mut things = Harness::<Things>::setup().room("rustbox:a").mount();
    assert_eq!(things.call("put", json!({"item": "tea"})).unwrap(), 1);
    things.member_join("a", 3).unwrap();
    let full = things.member_join("b", 4).unwrap_err();
    assert_eq!(full.message(), "Full.");
}
