//! One socket: what ends it, and what a slow or hostile one can do to others.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use proptest::prelude::*;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_silent_connection_is_closed_and_one_that_answers_pings_is_not() {
    let daemon = Daemon::with(&[])
        .config("[heartbeat]\nping = \"1s\"\nidle = \"3s\"")
        .start()
        .await;
    let mut alive = daemon.connect().await;
    // Reading answers the pings; a raw socket answers nothing.
    let mut silent = tokio::net::TcpStream::connect(daemon.address())
        .await
        .unwrap();
    let upgrade = format!(
        "GET /api/live/ws HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        daemon.address()
    );
    tokio::io::AsyncWriteExt::write_all(&mut silent, upgrade.as_bytes())
        .await
        .unwrap();
    let mut received = Vec::new();
    let ended = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut received);
    let reading = async {
        loop {
            alive.frame().await;
        }
    };
    tokio::select! {
        ended = ended => { ended.unwrap(); }
        () = reading => {}
    }
    assert!(String::from_utf8_lossy(&received).contains("idle timeout"));
    let (_, pong) = alive
        .request(json!({"type": "COMPONENT_PING", "componentId": "x"}))
        .await;
    assert_eq!(pong["type"], "COMPONENT_PONG");
}

#[tokio::test]
async fn sigterm_lets_events_finish_and_tells_clients_to_come_back() {
    let mut daemon = Daemon::with(&["faulty", "local-counter"])
        .config("[limits]\ncpu-time = \"500ms\"")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    let call = json!({"type": "CALL_ACTION", "componentId": faulty.id, "action": "loopForever", "requestId": "q"});
    client.send(&call.to_string()).await;
    // The call is under way when another reply is there.
    client
        .request(json!({"type": "COMPONENT_PING", "componentId": faulty.id}))
        .await;
    daemon.terminate().await;
    loop {
        let frame = client.json().await;
        if frame["requestId"] == "q" {
            assert_eq!(frame["code"], "ACTION_TIMEOUT");
            break;
        }
    }
    assert_eq!(client.closed().await, (1012, "service restart".to_owned()));
    drop(client);
    assert!(daemon.ended().await.success());
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_the_others_are_served() {
    let daemon = Daemon::with(&["recorder", "local-counter"])
        .config("[limits]\noutbox-bytes = 100000")
        .start()
        .await;
    let mut slow = daemon.connect().await;
    let recorder = slow.mount("LiveRecorder", json!({})).await;
    let mut other = daemon.connect().await;
    let counter = other.mount("LiveLocalCounter", json!({})).await;
    let before = daemon.memory();
    let fill = json!({"type": "CALL_ACTION", "componentId": recorder.id, "action": "fill", "payload": {"bytes": 500_000}}).to_string();
    // Each call sends half a megabyte back, which nobody reads. The daemon stops reading before it stops writing, so
    // the sender must not wait for it.
    let flood = tokio::spawn(async move {
        for _ in 0..200 {
            slow.send(&fill).await;
        }
        slow
    });
    for count in 1..=200 {
        assert_eq!(
            other.call(&counter.id, "increment", json!({})).await["result"]["count"],
            count
        );
    }
    assert!(
        daemon.memory() < before + (64 << 20),
        "{} bytes more",
        daemon.memory() - before
    );
    flood.abort();
}

#[test]
fn no_frame_of_any_kind_hurts_the_daemon_or_others() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (daemon, mut other, counter) = runtime.block_on(async {
        let daemon = Daemon::with(&["local-counter"]).start().await;
        let mut other = daemon.connect().await;
        let counter = other.mount("LiveLocalCounter", json!({})).await;
        (daemon, other, counter)
    });
    let mut count = 0;
    let json_text = {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            "[0-9]{1,3}",
            "\"[ -~]{0,8}\"".prop_filter("quotes", |s| !s[1..s.len() - 1].contains(['"', '\\']))
        ];
        let kinds = prop::sample::select(vec![
            "COMPONENT_MOUNT",
            "COMPONENT_UNMOUNT",
            "CALL_ACTION",
            "PROPERTY_UPDATE",
            "COMPONENT_PING",
            "AUTH",
            "ROOM_JOIN",
        ]);
        let keys = prop::sample::select(vec![
            "componentId",
            "payload",
            "requestId",
            "action",
            "property",
            "expectResponse",
            "x",
        ]);
        let value = leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                (
                    prop::sample::select(vec!["component", "props", "value", "y"]),
                    inner
                )
                    .prop_map(|(key, value)| format!("{{\"{key}\":{value}}}")),
            ]
        });
        (kinds, prop::collection::vec((keys, value), 0..4)).prop_map(|(kind, fields)| {
            let fields: String = fields
                .iter()
                .map(|(key, value)| format!(",\"{key}\":{value}"))
                .collect();
            format!("{{\"type\":\"{kind}\"{fields}}}")
        })
    };
    let frames = prop::collection::vec(
        prop_oneof![
            json_text.prop_map(Message::text),
            "\\PC{0,40}".prop_map(Message::text),
            prop::collection::vec(any::<u8>(), 0..64).prop_map(Message::binary),
        ],
        1..12,
    );
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        proptest::test_runner::Config {
            cases: 100,
            failure_persistence: None,
            ..Default::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let checked = runner.run(&frames, |frames| {
        runtime.block_on(async {
            let mut hostile = daemon.connect().await;
            for frame in frames {
                hostile.send_frame(frame).await;
            }
            // It is still served itself: the answer to this comes.
            let ping = json!({"type": "COMPONENT_PING", "componentId": "x"});
            prop_assert_eq!(&hostile.request(ping).await.1["type"], "COMPONENT_PONG");
            Ok(())
        })?;
        Ok(())
    });
    checked.unwrap();
    runtime.block_on(async {
        count += 1;
        assert_eq!(
            other.call(&counter.id, "increment", json!({})).await["result"]["count"],
            count
        );
        assert!(!daemon.log().contains("panicked"), "{}", daemon.log());
    });
}
