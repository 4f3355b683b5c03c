//! Files on their way: the messages, the rules, what the component hears, and how they end.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::Path;

use liveside_tests::{Client, Daemon, DaemonBuilder, Mounted, Outgoing, plain};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn taker() -> DaemonBuilder {
    Daemon::with(&["recorder"]).data_dir()
}

async fn mounted(daemon: &Daemon) -> (Client, Mounted) {
    let mut client = daemon.connect().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    (client, taker)
}

/// What the component has heard, once it fits.
async fn heard(client: &mut Client, fits: impl Fn(&[String]) -> bool) -> Vec<String> {
    loop {
        let delta = client.next_of("STATE_DELTA").await;
        if let Ok(heard) =
            serde_json::from_value::<Vec<String>>(delta["payload"]["delta"]["heard"].clone())
            && fits(&heard)
        {
            return heard;
        }
    }
}

/// The files in a directory of the daemon: finished ones, or those under way.
fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn refused(reply: &Value) -> (&str, &str) {
    assert_eq!(reply["success"], false, "{reply}");
    (
        reply["code"].as_str().unwrap(),
        reply["error"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn the_messages_of_an_upload_are_these() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    assert_eq!(client.greeting["features"]["binaryUpload"], true);
    let file = Outgoing::text(&taker, "note.txt", "hello world");
    assert_eq!(
        plain(&file.start(&mut client).await, &taker.id),
        r#"{"bytesUploaded":0,"chunkSize":65536,"componentId":"ID","maxChunkSize":1048576,"nextChunk":0,"requestId":"r2","success":true,"timestamp":0,"totalChunks":1,"type":"FILE_UPLOAD_START_RESPONSE","uploadId":"note-txt"}"#
    );
    assert_eq!(
        plain(&file.chunk(&mut client, 0, b"hello ").await, &taker.id),
        r#"{"bytesUploaded":6,"chunkIndex":0,"componentId":"ID","progress":54,"requestId":"r3","timestamp":0,"totalBytes":11,"totalChunks":0,"type":"FILE_UPLOAD_PROGRESS","uploadId":"note-txt"}"#
    );
    // In JSON, as the older clients do it, with the fields in `payload`.
    let chunk = json!({"type": "FILE_UPLOAD_CHUNK", "payload": {
        "uploadId": file.id, "chunkIndex": 1, "totalChunks": 2, "data": "d29ybGQ="}});
    let progress = client.request(chunk).await.1;
    assert_eq!(
        (&progress["progress"], &progress["totalChunks"]),
        (&json!(100), &json!(2))
    );
    let (pushed, mut completed) = client
        .request(json!({"type": "FILE_UPLOAD_COMPLETE", "uploadId": file.id}))
        .await;
    let url = completed["fileUrl"].take();
    let url = url.as_str().unwrap();
    assert_eq!(
        plain(&completed, &taker.id),
        r#"{"componentId":"ID","fileUrl":null,"filename":"note.txt","requestId":"r5","sha256":"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9","size":11,"success":true,"timestamp":0,"type":"FILE_UPLOAD_COMPLETE","uploadId":"note-txt"}"#
    );
    // The component has heard of it before the browser has the answer.
    let expected = json!([
        "start note.txt text/plain 11",
        format!("complete note.txt {url}")
    ]);
    let deltas = pushed
        .iter()
        .filter(|message| message["type"] == "STATE_DELTA");
    let last = deltas.clone().next_back().unwrap();
    assert_eq!(last["payload"]["delta"]["heard"], expected, "{pushed:?}");
    // Asked again, the same answer, and the component hears nothing.
    let again = file.complete(&mut client).await;
    assert_eq!(again["fileUrl"], url);
    let read = json!({"upload": file.id, "offset": 6, "length": 100});
    assert_eq!(
        client.call(&taker.id, "read", read).await["result"],
        "world"
    );

    let name = url.strip_prefix("/uploads/").unwrap();
    assert_eq!(files(&daemon.data_dir().join("uploads")), [name]);
    let served = daemon.http("GET", &format!("/api{url}")).send().await;
    assert_eq!((served.status, &*served.body), (200, "hello world"));
}

#[tokio::test]
async fn chunks_come_in_any_size_and_order_and_twice() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let content: String = (0..300_000)
        .map(|at| char::from(b'a' + (at % 26) as u8))
        .collect();
    let file = Outgoing::text(&taker, "letters.txt", &content);
    file.start(&mut client).await;
    let cuts = [0, 1, 70_000, 70_010, 200_000, 300_000];
    let part = |index: usize| &content.as_bytes()[cuts[index]..cuts[index + 1]];
    for (index, uploaded) in [
        (4, 0),
        (0, 1),
        (0, 1),
        (2, 1),
        (1, 70_010),
        (4, 70_010),
        (3, 300_000),
    ] {
        let reply = file
            .chunk(&mut client, u32::try_from(index).unwrap(), part(index))
            .await;
        assert_eq!(reply["bytesUploaded"], uploaded, "{index}: {reply}");
    }
    let completed = file.complete(&mut client).await;
    let url = completed["fileUrl"].as_str().unwrap();
    let served = daemon.http("GET", &format!("/api{url}")).send().await;
    assert!(served.body == content);
}

#[tokio::test]
async fn messagepack_carries_chunks_as_bytes() {
    let daemon = taker().start().await;
    let mut client = daemon.connect_packed().await;
    let taker = client.mount("LiveTaker", json!({})).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    let completed = file.send(&mut client).await;
    assert_eq!(completed["success"], true, "{completed}");
    // Bytes beside anything else are a mistake.
    let ping = json!({"type": "COMPONENT_PING", "componentId": taker.id});
    let refused = client.request_with_bytes(ping, b"abc").await.1;
    assert_eq!(refused["code"], "INVALID_MESSAGE", "{refused}");
}

#[tokio::test]
async fn a_file_that_breaks_a_rule_is_refused_with_it() {
    let config = "[uploads]\nfile-bytes = 1000\nuser-bytes-per-day = 1500\nper-connection = 2\n";
    let daemon = taker().config(config).start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let file = |filename: &str, content: &str| Outgoing::text(&taker, filename, content);
    let typed = |media_type: &str| Outgoing {
        media_type: media_type.to_owned(),
        ..file("a.txt", "hello")
    };
    for (file, code, error) in [
        (
            file("", "a"),
            "UPLOAD_REJECTED",
            "The file's name must have 1 to 255 characters",
        ),
        (
            file("../a.txt", "a"),
            "UPLOAD_REJECTED",
            "The file's name must be a name, not a path",
        ),
        (
            file("a.exe.txt", "a"),
            "UPLOAD_REJECTED",
            "Files ending in `.exe` are not taken",
        ),
        (
            file("con.txt", "a"),
            "UPLOAD_REJECTED",
            "`con` is the name of a device, not of a file",
        ),
        (
            typed("text/html"),
            "UPLOAD_REJECTED",
            "Files of the type `text/html` are not taken",
        ),
        (
            Outgoing {
                filename: "a".to_owned(),
                ..typed("")
            },
            "UPLOAD_REJECTED",
            "Files of the type `application/octet-stream` are not taken",
        ),
        (
            file("a.txt", &"a".repeat(1001)),
            "UPLOAD_REJECTED",
            "The file has 1001 bytes, and no more than 1000 are allowed",
        ),
        (
            file("unwanted.txt", "a"),
            "UPLOAD_REJECTED",
            "unwanted.txt is not wanted here",
        ),
    ] {
        let file = Outgoing {
            id: "rules".to_owned(),
            ..file
        };
        let reply = file.start(&mut client).await;
        assert_eq!(refused(&reply), (code, error));
    }
    for (field, value, error) in [
        (
            "uploadId",
            json!("a/b"),
            "uploadId must be 1 to 128 letters, digits, _ or -",
        ),
        (
            "fileSize",
            json!(-1),
            "fileSize must be a whole number, 0 or more",
        ),
        ("fileSize", Value::Null, "fileSize is missing"),
        (
            "filename",
            json!(7),
            "filename must be a string, not a number",
        ),
    ] {
        let mut start = json!({"type": "FILE_UPLOAD_START", "componentId": taker.id, "uploadId": "a",
            "filename": "a.txt", "fileType": "text/plain", "fileSize": 1});
        start[field] = value;
        let reply = client.request(start).await.1;
        assert_eq!(reply["type"], "FILE_UPLOAD_START_RESPONSE");
        assert_eq!(refused(&reply), ("INVALID_MESSAGE", error));
    }
    // Places and the day's bytes are those of what is under way.
    let first = file("first.txt", &"a".repeat(900));
    assert_eq!(first.start(&mut client).await["success"], true);
    let more = file("more.txt", &"a".repeat(601)).start(&mut client).await;
    let left = "This would be more than may be uploaded in a day: 600 bytes are left";
    assert_eq!(refused(&more), ("LIMIT_EXCEEDED", left));
    assert_eq!(
        file("second.txt", "a").start(&mut client).await["success"],
        true
    );
    let third = file("third.txt", "a").start(&mut client).await;
    let crowded = "2 uploads of this connection are under way, and no more are allowed";
    assert_eq!(refused(&third), ("LIMIT_EXCEEDED", crowded));
    client
        .request(json!({"type": "FILE_UPLOAD_CANCEL", "uploadId": "first-txt"}))
        .await;
    assert_eq!(
        file("more.txt", &"a".repeat(601)).start(&mut client).await["success"],
        true
    );
}

#[tokio::test]
async fn content_that_is_not_what_was_said_ends_the_upload() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let picture = Outgoing {
        media_type: "image/png".to_owned(),
        ..Outgoing::text(&taker, "picture.png", "MZ\u{1}\u{2} no picture")
    };
    picture.start(&mut client).await;
    let reply = picture.chunk(&mut client, 0, &picture.content).await;
    assert_eq!(reply["type"], "FILE_UPLOAD_ERROR");
    assert_eq!(reply["failed"], true);
    assert_eq!(refused(&reply).0, "UPLOAD_REJECTED");
    let why = refused(&reply).1.to_owned();
    let heard = heard(&mut client, |heard| heard.len() == 2).await;
    assert_eq!(heard[1], format!("failed picture.png: {why}"));
    assert_eq!(refused(&picture.complete(&mut client).await).1, why);

    let long = Outgoing::text(&taker, "long.txt", "abc");
    long.start(&mut client).await;
    let reply = long.chunk(&mut client, 0, b"abcd").await;
    let error = "The file is longer than the 3 bytes that were announced";
    assert_eq!(refused(&reply), ("UPLOAD_REJECTED", error));
    let uploads = daemon.data_dir().join("uploads");
    assert!(files(&uploads).is_empty());
    assert!(files(&uploads.join(".incoming")).is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_a_chunk_does_not_end_the_upload() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    for (reply, error) in [
        (file.chunk(&mut client, 0, b"").await, "A chunk must have at least one byte"),
        (
            file.chunk(&mut client, 5000, b"a").await,
            "The chunk is too far ahead: go on with chunk 0",
        ),
        (
            client
                .request(json!({"type": "FILE_UPLOAD_CHUNK", "uploadId": file.id, "chunkIndex": 0, "data": "!"}))
                .await
                .1,
            "data must be base64 with its padding",
        ),
        (
            client
                .request(json!({"type": "FILE_UPLOAD_CHUNK", "uploadId": file.id, "chunkIndex": 0}))
                .await
                .1,
            "The chunk has no bytes: send them in a binary frame, or in base64 as data",
        ),
    ] {
        assert_eq!((refused(&reply).1, &reply["failed"]), (error, &json!(false)));
    }
    let early = file.complete(&mut client).await;
    assert_eq!(refused(&early).1, "0 of 5 bytes have come");
    let unknown = Outgoing {
        id: "unknown".to_owned(),
        ..file.clone()
    };
    let reply = unknown.chunk(&mut client, 0, b"a").await;
    assert_eq!(reply["failed"], true, "{reply}");
    assert_eq!(
        refused(&unknown.complete(&mut client).await).0,
        "UPLOAD_REJECTED"
    );
    // Frames that are none.
    for frame in [
        b"abc".as_slice(),
        b"\xff\xff\xff\xff{}",
        b"\x02\0\0\0\xff\xff",
        b"\x01\0\0\0{abc",
    ] {
        client.send_frame(Message::binary(frame.to_vec())).await;
        assert_eq!(client.next_of("ERROR").await["success"], false);
    }
    file.chunk(&mut client, 0, b"hello").await;
    assert_eq!(file.complete(&mut client).await["success"], true);
}

#[tokio::test]
async fn a_component_may_refuse_a_file_in_the_end_and_nothing_of_it_stays() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let secret = Outgoing::text(&taker, "plans.txt", "secret plans");
    let reply = secret.send(&mut client).await;
    assert_eq!(
        refused(&reply),
        ("UPLOAD_REJECTED", "plans.txt holds a secret")
    );
    let trap = Outgoing::text(&taker, "trap.txt", "hello");
    let reply = trap.send(&mut client).await;
    assert_eq!(refused(&reply).0, "COMPONENT_CRASHED");
    assert!(files(&daemon.data_dir().join("uploads")).is_empty());
    for id in [secret.id, trap.id, "none".to_owned()] {
        let read = client
            .call(
                &taker.id,
                "read",
                json!({"upload": id, "offset": 0, "length": 10}),
            )
            .await;
        let error = format!("there is no finished upload `{id}` of this component");
        assert_eq!(read["error"], error);
    }
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing_and_the_component_hears_of_it() {
    let daemon = taker().start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let file = Outgoing::text(&taker, "note.txt", "hello");
    file.start(&mut client).await;
    file.chunk(&mut client, 0, b"he").await;
    let incoming = daemon.data_dir().join("uploads/.incoming");
    assert_eq!(files(&incoming).len(), 1);
    let cancel = json!({"type": "FILE_UPLOAD_CANCEL", "uploadId": file.id});
    for _ in 0..2 {
        let (_, reply) = client.request(cancel.clone()).await;
        assert_eq!(
            (&reply["type"], &reply["success"]),
            (&json!("FILE_UPLOAD_CANCELLED"), &json!(true))
        );
    }
    assert!(files(&incoming).is_empty());
    let reply = file.chunk(&mut client, 1, b"llo").await;
    assert_eq!(refused(&reply).1, "The upload was cancelled");
}

#[tokio::test]
async fn without_a_place_for_files_they_are_refused_with_what_to_do() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut client, taker) = mounted(&daemon).await;
    assert_eq!(client.greeting["features"]["binaryUpload"], false);
    let reply = Outgoing::text(&taker, "a.txt", "a")
        .start(&mut client)
        .await;
    let error =
        "This daemon takes no files: give it a place for them, with `[uploads] dir` or --data-dir";
    assert_eq!(refused(&reply), ("UPLOAD_REJECTED", error));
    let daemon = Daemon::with(&["local-counter"]).data_dir().start().await;
    let mut other = daemon.connect().await;
    let counter = other.mount("LiveLocalCounter", json!({})).await;
    let reply = Outgoing::text(&counter, "a.txt", "a")
        .start(&mut other)
        .await;
    let error = "LiveLocalCounter takes no files: it has no `on_upload`";
    assert_eq!(refused(&reply), ("UPLOAD_REJECTED", error));
    let elsewhere = Mounted {
        id: "elsewhere".to_owned(),
        ..taker
    };
    let reply = Outgoing::text(&elsewhere, "a.txt", "a")
        .start(&mut client)
        .await;
    assert_eq!(refused(&reply).0, "COMPONENT_REHYDRATION_REQUIRED");
}

#[tokio::test]
async fn chunks_are_no_messages_to_the_rate_limit_but_small_ones_are() {
    let daemon = taker().arg("--rate-limit=20/1").start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let file = Outgoing::text(&taker, "long.txt", &"a".repeat(100 * 8192));
    file.start(&mut client).await;
    for index in 0..99 {
        let reply = file.chunk(&mut client, index, &[b'a'; 8192]).await;
        assert_eq!(reply["type"], "FILE_UPLOAD_PROGRESS", "{reply}");
    }
    let mut codes = Vec::new();
    for index in 99..130 {
        let reply = file.chunk(&mut client, index, b"a").await;
        codes.push(reply["code"].clone());
    }
    assert_eq!(codes[0], Value::Null);
    assert_eq!(codes[30], "RATE_LIMITED");
}

#[tokio::test]
async fn the_same_chunk_again_and_again_is_counted_like_any_message() {
    let daemon = taker().arg("--rate-limit=20/1").start().await;
    let (mut client, taker) = mounted(&daemon).await;
    let file = Outgoing::text(&taker, "long.txt", &"a".repeat(4 * 8192));
    file.start(&mut client).await;
    let mut codes = Vec::new();
    for _ in 0..60 {
        let reply = file.chunk(&mut client, 0, &[b'a'; 8192]).await;
        codes.push(reply["code"].clone());
    }
    // Twice the file is free, then the bucket, then no more.
    assert_eq!(codes[8], Value::Null);
    assert_eq!(codes[59], "RATE_LIMITED");
}
