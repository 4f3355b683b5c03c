//! The recorder, with the harness in the place of the daemon: the order that the daemon keeps, too.

use liveside_guest::testing::{Harness, User};
use liveside_guest::{Value, json};

use super::Recorder;
use super::blob::Blob;

fn events(recorder: &Harness<Recorder>) -> String {
    let events = recorder.state()["events"].take();
    let events: Vec<_> = events
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    events.join(" ")
}

#[test]
fn hooks_run_in_their_order() {
    let mut recorder = Harness::<Recorder>::mount();
    recorder.call("record", ()).unwrap();
    recorder.reload("0.9.0").unwrap();
    recorder.disconnect().unwrap();
    recorder.destroy().unwrap();
    assert_eq!(
        events(&recorder),
        "connect mount before-action action reload disconnect destroy"
    );
    assert_eq!(recorder.state()["changes"], 5);
    assert_eq!(
        recorder.call("persisted", ()).unwrap(),
        json!({"disconnects": {"test-1": 1}, "destroys": {"test-1": 1}})
    );
}

#[test]
fn before_action_cancels_and_refuses() {
    let mut recorder = Harness::<Recorder>::mount();
    let cancelled = recorder.call("forbidden", ()).unwrap_err();
    assert_eq!(
        cancelled.message(),
        "`forbidden` was cancelled by `on_action`"
    );
    assert_eq!(
        recorder.call("refused", ()).unwrap_err().message(),
        "`refused` is refused"
    );
    assert_eq!(
        events(&recorder),
        "connect mount before-action before-action"
    );
}

#[test]
fn a_hook_that_fails_does_not_break_the_mount() {
    let recorder = Harness::<Recorder>::setup()
        .props(json!({"failIn": "mount"}))
        .mount();
    assert_eq!(
        recorder.hook_errors()[0].message(),
        "`mount` fails, as asked"
    );
    assert_eq!(events(&recorder), "connect mount");
}

#[test]
fn a_hidden_method_says_what_to_add() {
    let mut recorder = Harness::<Recorder>::mount();
    let error = recorder.call("hidden", ()).unwrap_err();
    let advice = "LiveRecorder has no public action `hidden`: add `#[action]` above `fn hidden` in `impl Recorder`";
    assert_eq!(error.message(), advice);
}

#[test]
fn the_session_is_the_daemons() {
    let user = User::new("ana").role("editor").permission("orders:write");
    let mut recorder = Harness::<Recorder>::setup().user(user).label("Ana").mount();
    let who = recorder.call("session", ()).unwrap();
    assert_eq!(who["userId"], "ana");
    assert_eq!(who["roles"], json!(["editor"]));
    assert_eq!(who["permissions"], json!(["orders:write"]));
    assert_eq!(who["label"], "Ana");
}

#[test]
fn emit_answers_with_the_refusal() {
    let mut recorder = Harness::<Recorder>::setup().room("lobby").mount();
    assert_eq!(recorder.call("emit", ()).unwrap(), json!(null));
    assert_eq!(
        recorder.call("emit", json!({"room": "other"})).unwrap(),
        "Not a member of the room other"
    );
}

#[test]
fn a_small_change_leaves_the_large_key_alone() {
    let mut blob = Harness::<Blob>::mount();
    blob.call("fill", json!({"bytes": 1000})).unwrap();
    assert_eq!(blob.call("size", ()).unwrap(), 1000);
    blob.call("touch", ()).unwrap();
    assert_eq!(blob.loaded(), ["small"]);
    assert_eq!(blob.delta(), json!({"small": 1}));
}
