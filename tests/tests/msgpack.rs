//! Connections that speak MessagePack: the same messages, in exact bytes where they are not JSON's.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, plain};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// A frame that is MessagePack or pretends to be.
fn binary(parts: &[&[u8]]) -> Message {
    Message::binary(parts.concat())
}

/// The header of an answer to an upgrade that offers these subprotocols.
async fn selected(daemon: &Daemon, offered: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(daemon.address())
        .await
        .unwrap();
    let request = format!(
        "GET /api/live/ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offered}\r\n",
        daemon.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    // The first byte of the greeting's frame: text or binary.
    let first = stream.read_u8().await.unwrap();
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    let subprotocol = head
        .lines()
        .find_map(|line| line.strip_prefix("sec-websocket-protocol: "));
    format!("{} {first:x}", subprotocol.unwrap_or("none"))
}

#[tokio::test]
async fn the_upgrade_selects_what_was_asked_for_first_and_nothing_unasked() {
    let daemon = Daemon::with(&[]).start().await;
    for (offered, answer) in [
        ("", "none 81"),
        (
            "Sec-WebSocket-Protocol: live.msgpack\r\n",
            "live.msgpack 82",
        ),
        (
            "Sec-WebSocket-Protocol: graphql-ws, live.msgpack , live.json\r\n",
            "live.msgpack 82",
        ),
        (
            "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: live.msgpack\r\n",
            "live.msgpack 82",
        ),
        (
            "Sec-WebSocket-Protocol: live.json,live.msgpack\r\n",
            "live.json 81",
        ),
        ("Sec-WebSocket-Protocol: graphql-ws\r\n", "none 81"),
        ("Sec-WebSocket-Protocol: live.msgpack2\r\n", "none 81"),
    ] {
        assert_eq!(selected(&daemon, offered).await, answer, "{offered}");
    }
    let info = daemon.http("GET", "/api/live/websocket-info").send().await;
    assert_eq!(
        info.json()["subprotocols"],
        json!(["live.json", "live.msgpack"])
    );
}

#[tokio::test]
async fn the_codec_of_the_browser_is_served_beside_the_client() {
    let daemon = Daemon::with(&[]).start().await;
    let answer = daemon.http("GET", "/live/msgpack.js").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        ["text/javascript; charset=utf-8"]
    );
    assert!(answer.body.contains("live.msgpack"));
}

#[tokio::test]
async fn a_call_is_the_same_in_both() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut shown = Vec::new();
    for mut client in [daemon.connect().await, daemon.connect_packed().await] {
        let counter = client
            .mount("LiveLocalCounter", json!({"count": 255}))
            .await;
        let (pushed, reply) = client
            .call_with_pushes(&counter.id, "increment", json!({}))
            .await;
        assert_eq!(reply["result"]["count"], 256, "{reply}");
        let set = json!({"type": "PROPERTY_UPDATE", "componentId": counter.id, "property": "nope", "payload": {"value": null}});
        let (_, refused) = client.request(set).await;
        let all = pushed.iter().chain([&reply, &refused]);
        shown.push(
            all.map(|message| plain(message, &counter.id))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].len() >= 3, "{shown:?}");
}

/// The very bytes, once: what another implementation reads back could still be another form.
#[tokio::test]
async fn a_reply_is_these_bytes() {
    let daemon = Daemon::with(&[]).start().await;
    let mut client = daemon.connect_packed().await;
    let ping = [
        &[0x83][..],
        b"\xa4type\xaeCOMPONENT_PING\xabcomponentId\xa1x\xa9requestId\xcd\x01\x00",
    ];
    client.send_frame(binary(&ping)).await;
    let Message::Binary(reply) = client.frame().await else {
        panic!("not a binary frame")
    };
    let expected = b"\x85\xa4type\xaeCOMPONENT_PONG\xabcomponentId\xa1x\xa7success\xc2\xa9requestId\xcd\x01\x00\xa9timestamp\xcf";
    assert_eq!(&reply[..reply.len() - 8], expected);
    // Several messages in a frame, as in JSON.
    let two = [&[0x92][..], &ping.concat(), &ping.concat()];
    client.send_frame(binary(&two)).await;
    for _ in 0..2 {
        assert_eq!(client.json().await["requestId"], 256);
    }
}

#[tokio::test]
async fn a_room_has_members_of_both() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let mut clients = [
        daemon.connect().await,
        daemon.connect_packed().await,
        daemon.connect_packed().await,
    ];
    let mut members = Vec::new();
    for client in &mut clients {
        members.push(client.mount_in("lobby", "LiveMember").await);
    }
    for client in &mut clients {
        while client.next_of("ROOM_SYSTEM").await["data"]["count"] != 3 {}
    }
    let data =
        json!({"text": "h\u{e9} \"x\"\n", "n": [1.5, -3, 1e300, null], "long": "x".repeat(300)});
    for (from, member) in members.iter().enumerate() {
        let emit = json!({"type": "ROOM_EMIT", "componentId": member.id, "roomId": "lobby", "event": "E", "data": data});
        assert_eq!(clients[from].request(emit).await.1["count"], 2);
        for to in (0..3).filter(|to| *to != from) {
            let event = clients[to].next_of("ROOM_EVENT").await;
            assert_eq!(
                (&event["componentId"], &event["data"], &event["event"]),
                (&json!(members[to].id), &data, &json!("E"))
            );
        }
        let set = json!({"type": "ROOM_STATE_SET", "componentId": member.id, "roomId": "lobby", "data": {"by": from}});
        clients[from].request(set).await;
        for to in (0..3).filter(|to| *to != from) {
            let changed = clients[to].next_of("ROOM_STATE").await;
            assert_eq!(
                (&changed["componentId"], &changed["data"]),
                (&json!(members[to].id), &json!({"by": from}))
            );
        }
        let told = clients[from]
            .call(
                &member.id,
                "tell",
                json!({"data": from, "exceptSender": false}),
            )
            .await;
        assert_eq!(told["result"], 3);
        for client in &mut clients {
            assert_eq!(client.next_of("BROADCAST").await["payload"]["data"], from);
        }
    }
}

#[tokio::test]
async fn pushed_bytes_are_bytes_or_base64() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let mut plain_one = daemon.connect().await;
    let a = plain_one.mount("LiveKept", json!({})).await;
    let mut packed = daemon.connect_packed().await;
    packed.mount("LiveKept", json!({})).await;
    // The change that it has joined is told as MessagePack too.
    let (pushed, _) = packed
        .call_with_pushes(&a.id, "add", json!({"by": 70_000}))
        .await;
    assert!(
        pushed
            .iter()
            .any(|message| message["payload"]["delta"] == json!({"count": 70_000})),
        "{pushed:?}"
    );
    plain_one
        .call(&a.id, "push", json!({"name": "pixels", "length": 300}))
        .await;
    let Message::Binary(frame) = packed.frame().await else {
        panic!("not a binary frame")
    };
    let id = a.id.as_bytes();
    let id_header: &[u8] = match u8::try_from(id.len()).unwrap() {
        short @ 0..32 => &[0xa0 | short],
        longer => &[0xd9, longer],
    };
    let expected = [
        b"\x85\xa4type\xacSTATE_BINARY\xabcomponentId",
        id_header,
        id,
        b"\xa4name\xa6pixels\xa4data\xc5\x01\x2c",
        &[7; 300],
        b"\xa9timestamp\xcf",
    ]
    .concat();
    assert!(frame.starts_with(&expected), "{frame:?}");
    // And the other way round: who pushes makes no difference.
    let push = json!({"type": "CALL_ACTION", "componentId": a.id, "action": "push", "payload": {"name": "pixels", "length": 3}});
    packed.send(&push.to_string()).await;
    while plain_one.next_of("STATE_BINARY").await["data"] != "BwcH" {}
}

/// The next error, without its time stamp.
async fn refusal(client: &mut Client) -> (Value, Value) {
    let error = client.json().await;
    assert_eq!(
        (&error["type"], &error["success"]),
        (&json!("ERROR"), &json!(false)),
        "{error}"
    );
    (error["code"].clone(), error["error"].clone())
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_connection_stays() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect_packed().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let deep = [&[0x91; 64][..], &[0x90]].concat();
    let (nan, ping) = (
        [&[0xcb][..], &f64::NAN.to_be_bytes()].concat(),
        b"\x83\xa4type\xaeCOMPONENT_PING\xabcomponentId\xa1x\xa4data\xc4\x01\x00",
    );
    for (frame, code, error) in [
        (
            Message::text(r#"{"type":"COMPONENT_PING","componentId":"x"}"#),
            "INVALID_MESSAGE",
            "A connection with the subprotocol live.msgpack speaks MessagePack in binary frames",
        ),
        (
            binary(&[]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: it ends too early",
        ),
        (
            binary(&[&[0xc1]]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: the byte 0xc1 has no meaning",
        ),
        (
            binary(&[&[0x80, 0x80]]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: something follows the message",
        ),
        (
            binary(&[&[0xa1, 0xff]]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: text must be UTF-8",
        ),
        (
            binary(&[&[0xdd, 255, 255, 255, 255]]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: it ends too early",
        ),
        (
            binary(&[&[0xdf, 255, 255, 255, 255, 0xa0, 0xc0]]),
            "INVALID_MESSAGEPACK",
            "Invalid MessagePack: it ends too early",
        ),
        (
            binary(&[&deep]),
            "INVALID_MESSAGE",
            "The message nests deeper than 64 levels",
        ),
        (
            binary(&[&[0x81, 1, 1]]),
            "INVALID_MESSAGE",
            "Invalid message: the keys of a map must be text",
        ),
        (
            binary(&[&[0x81, 0xa1, b'x'], &nan]),
            "INVALID_MESSAGE",
            "Invalid message: a number must be finite",
        ),
        (
            binary(&[&[0xd6, 0xff, 0, 0, 0, 0]]),
            "INVALID_MESSAGE",
            "Invalid message: extension types have no meaning here; send times as text or numbers",
        ),
        (
            binary(&[ping]),
            "INVALID_MESSAGE",
            "Invalid message: bytes may stand only in the data of an upload's chunk; send text as text",
        ),
        (
            binary(&[&[0x01]]),
            "INVALID_MESSAGE",
            "Invalid message: it must be a JSON object",
        ),
        (binary(&[&[0x80]]), "INVALID_MESSAGE", "type is missing"),
        (
            binary(&[b"\x81\xa4type\xa4NOPE"]),
            "UNKNOWN_TYPE",
            "Unknown message type: NOPE",
        ),
    ] {
        client.send_frame(frame.clone()).await;
        assert_eq!(
            refusal(&mut client).await,
            (json!(code), json!(error)),
            "{frame:?}"
        );
    }
    assert_eq!(
        client.call(&counter.id, "increment", json!({})).await["result"]["count"],
        1
    );
}

#[tokio::test]
async fn limits_are_those_of_json() {
    let daemon = Daemon::with(&[])
        .config("[limits]\ntext-frame-bytes = 1000\nbinary-frame-bytes = 2000")
        .arg("--rate-limit=3/1")
        .start()
        .await;
    for frame in [
        // Larger than any frame; larger than a message may be; small, but large as text.
        binary(&[&[0x80; 2001]]),
        binary(&[&[0xda, 0x05, 0xdc], &[b'x'; 1500]]),
        binary(&[&[0xdc, 0x01, 0x2c], &[0xc0; 300]]),
    ] {
        let mut client = daemon.connect_packed().await;
        client.send_frame(frame).await;
        assert_eq!(client.closed().await.0, 1009);
    }
    // A frame that is none counts as a message.
    let mut client = daemon.connect_packed().await;
    for _ in 0..8 {
        client.send_frame(binary(&[&[0xc1]])).await;
    }
    let mut codes = Vec::new();
    for _ in 0..8 {
        codes.push(refusal(&mut client).await.0);
    }
    assert_eq!(codes[0], "INVALID_MESSAGEPACK");
    assert_eq!(codes[7], "RATE_LIMITED");
}

#[test]
fn hostile_frames_break_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let daemon = runtime.block_on(Daemon::with(&["local-counter"]).start());
    // Nearly right: the start of a real message with anything behind it, or with a byte changed.
    let real = b"\x84\xa4type\xafCOMPONENT_MOUNT\xabcomponentId\xa1x\xa9requestId\x01\xa7payload\x81\xa9component\xb0LiveLocalCounter";
    let frames = prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            (0..real.len(), prop::collection::vec(any::<u8>(), 0..16))
                .prop_map(|(length, rest)| [&real[..length], &rest].concat()),
            (0..real.len(), any::<u8>()).prop_map(|(at, byte)| {
                let mut frame = real.to_vec();
                frame[at] = byte;
                frame
            }),
        ],
        1..12,
    );
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        proptest::test_runner::Config {
            cases: 60,
            failure_persistence: None,
            ..Default::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let checked = runner.run(&frames, |frames| {
        runtime.block_on(async {
            let mut hostile = daemon.connect_packed().await;
            for frame in frames {
                hostile.send_frame(Message::binary(frame)).await;
            }
            // It is still served: the answer to this comes.
            let ping = json!({"type": "COMPONENT_PING", "componentId": "x"});
            prop_assert_eq!(&hostile.request(ping).await.1["type"], "COMPONENT_PONG");
            Ok(())
        })?;
        Ok(())
    });
    checked.unwrap();
    assert!(!daemon.log().contains("panicked"), "{}", daemon.log());
}
