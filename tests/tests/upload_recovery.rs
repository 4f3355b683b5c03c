//! Uploads and connections that are lost, and what a crash leaves.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::Duration;

use liveside_tests::{Daemon, DaemonBuilder, Mounted, Outgoing};
use serde_json::json;

fn taker() -> DaemonBuilder {
    Daemon::with(&["recorder"]).data_dir().recovering()
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_on_another_connection() {
    let daemon = taker().start().await;
    let mut before = daemon.connect().await;
    let kept = before.mount_kept("LiveTaker", None).await;
    let taker = Mounted {
        id: kept.id.clone(),
        state: json!({}),
    };
    let file = Outgoing::text(&taker, "note.txt", "hello world");
    file.start(&mut before).await;
    file.chunk(&mut before, 0, b"hello ").await;
    drop(before);

    let mut after = daemon.connect().await;
    let (_, back) = after.rehydrate(&kept).await;
    assert_eq!(back["result"]["recovered"], true, "{back}");
    let resumed = file.start(&mut after).await;
    assert_eq!(
        (
            &resumed["bytesUploaded"],
            &resumed["nextChunk"],
            &resumed["success"]
        ),
        (&json!(6), &json!(1), &json!(true)),
        "{resumed}"
    );
    // The same id with another file is a mistake.
    let other = Outgoing {
        filename: "other.txt".to_owned(),
        ..file.clone()
    };
    let refused = other.start(&mut after).await;
    assert_eq!(
        refused["error"],
        "Another file is on its way with this uploadId; take a new one"
    );
    file.chunk(&mut after, 1, b"world").await;
    let completed = file.complete(&mut after).await;
    assert_eq!(completed["success"], true, "{completed}");

    // The answer was lost: all is there, and the same answer is given.
    drop(after);
    let mut last = daemon.connect().await;
    let kept = liveside_tests::Kept {
        signed: back["result"]["signedState"].clone(),
        ..kept
    };
    let (_, back) = last.rehydrate(&kept).await;
    assert_eq!(back["result"]["recovered"], true, "{back}");
    assert_eq!(file.start(&mut last).await["bytesUploaded"], 11);
    assert_eq!(
        file.complete(&mut last).await["fileUrl"],
        completed["fileUrl"]
    );
}

#[tokio::test]
async fn two_browsers_may_use_the_same_upload_id() {
    let daemon = taker().start().await;
    let (mut one, mut two) = (daemon.connect().await, daemon.connect().await);
    let a = one.mount("LiveTaker", json!({})).await;
    let b = two.mount("LiveTaker", json!({})).await;
    let first = Outgoing::text(&a, "note.txt", "hello");
    let second = Outgoing::text(&b, "note.txt", "world");
    assert_eq!(first.start(&mut one).await["success"], true);
    assert_eq!(second.start(&mut two).await["success"], true);
    second.chunk(&mut two, 0, b"world").await;
    first.chunk(&mut one, 0, b"hello").await;
    let urls = [
        first.complete(&mut one).await,
        second.complete(&mut two).await,
    ]
    .map(|completed| completed["fileUrl"].as_str().unwrap().to_owned());
    for (url, content) in urls.iter().zip(["hello", "world"]) {
        let served = daemon.http("GET", &format!("/api{url}")).send().await;
        assert_eq!(served.body, content);
    }
    // One goes on with the other's: it is not there. On one connection, one id is one upload.
    let stolen = Outgoing {
        component: a.id.clone(),
        ..second
    };
    assert_eq!(
        stolen.start(&mut two).await["code"],
        "COMPONENT_REHYDRATION_REQUIRED"
    );
    let c = one.mount("LiveTaker", json!({})).await;
    let again = Outgoing::text(&c, "note.txt", "hello")
        .start(&mut one)
        .await;
    assert_eq!(
        again["error"],
        "Another component's upload has this uploadId; take a new one"
    );
}

#[tokio::test]
async fn an_upload_of_which_nothing_comes_is_given_up() {
    let daemon = taker()
        .config("[uploads]\nabandoned-after = \"300ms\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    file.chunk(&mut client, 0, b"he").await;
    let gone = client.next_of("FILE_UPLOAD_ERROR").await;
    let why = "The upload was given up: nothing has come for 300ms";
    assert_eq!(
        (&gone["failed"], &gone["error"]),
        (&json!(true), &json!(why))
    );
    let delta = client.next_of("STATE_DELTA").await;
    let heard = format!("failed note.txt: {why}");
    assert_eq!(delta["payload"]["delta"]["heard"][1], heard);
    let incoming = std::fs::read_dir(daemon.data_dir().join("uploads/.incoming"));
    assert_eq!(incoming.unwrap().count(), 0);
    let stats = daemon.http("GET", "/api/live/stats").send().await.json();
    assert_eq!(stats["uploads"]["underWay"], 0);
}

#[tokio::test]
async fn uploads_of_a_component_that_is_gone_are_gone_too() {
    let daemon = taker()
        .config("[uploads]\nabandoned-after = \"1s\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    client
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": taker.id}))
        .await;
    let incoming = daemon.data_dir().join("uploads/.incoming");
    let begun = std::time::Instant::now();
    while std::fs::read_dir(&incoming).unwrap().count() > 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it is still there"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_a_crash_leaves_is_removed_by_a_later_start() {
    let mut daemon = taker()
        .config("[uploads]\nabandoned-after = \"50ms\"\n")
        .start()
        .await;
    let incoming = daemon.data_dir().join("uploads/.incoming");
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    daemon.kill().await;
    // As if it had been there for a while.
    let left = incoming.join("upload-left.part");
    std::fs::write(&left, "he").unwrap();
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    let file = std::fs::File::options().write(true).open(&left).unwrap();
    file.set_modified(long_ago).unwrap();
    let daemon = daemon.restart().await;
    daemon
        .logged("files of unfinished uploads are removed")
        .await;
    assert!(!left.exists());
}

#[tokio::test]
async fn a_stopping_daemon_does_not_wait_for_uploads() {
    let mut daemon = taker().start().await;
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    file.chunk(&mut client, 0, b"he").await;
    daemon.terminate().await;
    assert_eq!(client.closed().await.0, 1012);
    assert!(daemon.ended().await.success());
    let incoming = std::fs::read_dir(daemon.data_dir().join("uploads/.incoming"));
    assert_eq!(incoming.unwrap().count(), 0);
}
