//! Which hooks run, in which order, and what their errors do.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::json;

#[tokio::test]
async fn hooks_run_in_their_order() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let recorder = client.mount("LiveRecorder", json!({})).await;
    assert_eq!(recorder.state["events"], json!(["connect", "mount"]));
    let (pushed, _) = client
        .call_with_pushes(&recorder.id, "touch", json!({}))
        .await;
    // One event, one delta: the action's change, and what the state-change hook made of it.
    assert_eq!(pushed.len(), 1, "{pushed:?}");
    let delta = &pushed[0]["payload"]["delta"];
    assert_eq!(
        (&delta["small"], &delta["changed"]),
        (&json!(1), &json!(["small"]))
    );
}

#[tokio::test]
async fn a_fresh_component_finds_nothing_of_an_earlier_event_in_memory() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let warm = client.mount("LiveWarm", json!({})).await;
    let fresh = client.mount("LiveFresh", json!({})).await;
    for seen in 1..=3 {
        for (component, expected) in [(&warm, seen), (&fresh, 1)] {
            let reply = client.call(&component.id, "seen", json!({})).await;
            assert_eq!(reply["result"], expected);
        }
    }
}

#[tokio::test]
async fn an_unmount_destroys_and_a_lost_connection_disconnects_first() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut watcher = daemon.connect().await;
    let watching = watcher.mount("LiveRecorder", json!({})).await;
    let mut client = daemon.connect().await;
    let unmounted = client.mount("LiveRecorder", json!({})).await;
    let lost = client.mount("LiveRecorder", json!({})).await;
    client
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": unmounted.id}))
        .await;
    client.close().await;
    loop {
        let reply = watcher.call(&watching.id, "persisted", json!({})).await;
        let (disconnects, destroys) = (
            &reply["result"]["disconnects"],
            &reply["result"]["destroys"],
        );
        if destroys.get(&lost.id).is_some() {
            assert_eq!(disconnects[&lost.id], 1);
            assert_eq!(destroys[&lost.id], 1);
            assert_eq!(destroys[&unmounted.id], 1);
            assert!(disconnects.get(&unmounted.id).is_none());
            return;
        }
    }
}

#[tokio::test]
async fn an_error_in_a_hook_is_reported_and_the_mount_works() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let payload = json!({"component": "LiveRecorder", "props": {"failIn": "mount"}});
    let (pushed, reply) = client
        .request(json!({"type": "COMPONENT_MOUNT", "payload": payload}))
        .await;
    assert_eq!(reply["success"], true);
    let error = pushed
        .iter()
        .find(|message| message["type"] == "ERROR")
        .expect("the error is pushed");
    assert_eq!(
        (&error["payload"]["action"], &error["error"]),
        (&json!("mount"), &json!("`mount` fails, as asked"))
    );
    let id = reply["result"]["componentId"].as_str().unwrap();
    assert_eq!(client.call(id, "touch", json!({})).await["success"], true);
    daemon.logged("a hook failed").await;
}

#[tokio::test]
async fn the_guest_sees_who_is_behind_an_event() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut client = daemon.connect().await;
    let payload = json!({"component": "LiveRecorder", "userId": "anybody"});
    let (_, reply) = client
        .request(json!({"type": "COMPONENT_MOUNT", "payload": payload}))
        .await;
    let id = reply["result"]["componentId"].as_str().unwrap().to_owned();
    let session = client.call(&id, "session", json!({})).await["result"].clone();
    assert_eq!(session["label"], "anybody");
    assert_eq!(
        (&session["userId"], &session["authenticated"]),
        (&json!(null), &json!(false))
    );
}
