//! What leaves an outbox, in which frames, and what happens when nobody reads.

use std::future::poll_fn;
use std::io::ErrorKind;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::protocol::Code;
use crate::state::Json;

/// An outbox, and the other end of its socket.
async fn outbox(max_bytes: usize) -> (Arc<Outbox>, TcpStream, tokio::net::tcp::OwnedReadHalf) {
    outbox_of(Encoding::Json, max_bytes).await
}

async fn outbox_of(
    encoding: Encoding,
    max_bytes: usize,
) -> (Arc<Outbox>, TcpStream, tokio::net::tcp::OwnedReadHalf) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let (read, write) = server.into_split();
    (
        Outbox::new(
            "c".to_owned().into(),
            encoding,
            WriteHalf::Tcp(write),
            max_bytes,
        ),
        client,
        read,
    )
}

/// The next frame: its first byte and its payload.
async fn frame(client: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut head = [0; 2];
    client.read_exact(&mut head).await.unwrap();
    let length = match head[1] {
        126 => usize::from(client.read_u16().await.unwrap()),
        127 => usize::try_from(client.read_u64().await.unwrap()).unwrap(),
        short => usize::from(short),
    };
    let mut payload = vec![0; length];
    client.read_exact(&mut payload).await.unwrap();
    (head[0], payload)
}

/// A text frame with its time stamps taken out.
async fn text(client: &mut TcpStream) -> String {
    let (first, payload) = frame(client).await;
    let payload = String::from_utf8(payload).unwrap();
    assert_eq!(first, 0x81, "not a text frame: {payload}");
    let mut out = String::new();
    let mut rest = payload.as_str();
    while let Some(at) = rest.find(",\"timestamp\":") {
        out.push_str(&rest[..at]);
        rest = rest[at + 13..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

fn delta(pairs: &[(&str, &str)]) -> Delta {
    pairs
        .iter()
        .map(|(key, value)| ((*key).into(), Some(Json::parse(value).unwrap())))
        .collect()
}

fn pong(request: &str) -> ServerMessage<'_> {
    ServerMessage::Pong {
        component: "i",
        alive: true,
        request: Some(request),
    }
}

#[tokio::test]
async fn pushes_that_wait_together_share_a_frame_and_a_reply_has_its_own() {
    let (outbox, mut client, _read) = outbox(1 << 20).await;
    let (one, two) = (
        InstanceId::from("1".to_owned()),
        InstanceId::from("2".to_owned()),
    );
    outbox.hold();
    outbox.delta(&one, delta(&[("a", "1"), ("b", "1")]));
    outbox.delta(&two, delta(&[("a", "7")]));
    outbox.delta(&one, delta(&[("a", "2"), ("c", "3")]));
    outbox.send(&pong("\"q\""));
    outbox.delta(&one, delta(&[("a", "4")]));
    outbox.release();
    assert_eq!(
        text(&mut client).await,
        concat!(
            r#"[{"type":"STATE_DELTA","componentId":"1","payload":{"delta":{"a":2,"b":1,"c":3}}},"#,
            r#"{"type":"STATE_DELTA","componentId":"2","payload":{"delta":{"a":7}}}]"#
        )
    );
    assert_eq!(
        text(&mut client).await,
        r#"{"type":"COMPONENT_PONG","componentId":"i","success":true,"requestId":"q"}"#
    );
    assert_eq!(
        text(&mut client).await,
        r#"{"type":"STATE_DELTA","componentId":"1","payload":{"delta":{"a":4}}}"#
    );
}

#[tokio::test]
async fn frames_of_any_length_have_the_right_header() {
    let (outbox, mut client, _read) = outbox(4 << 20).await;
    for length in [1, 100, 125, 126, 127, 60_000, 65_535, 65_536, 200_000] {
        let error = "x".repeat(length);
        let message = ServerMessage::Refused {
            code: Code::InvalidJson,
            error: &error,
            request: None,
            component: None,
            original_type: None,
        };
        let reader = async { text(&mut client).await };
        let writer = async {
            outbox.send(&message);
            outbox.flush();
            poll_fn(|cx| outbox.poll_write(cx)).await.unwrap();
        };
        let (text, ()) = tokio::join!(reader, writer);
        assert_eq!(
            text,
            format!(
                r#"{{"type":"ERROR","success":false,"error":"{error}","code":"INVALID_JSON"}}"#
            )
        );
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off_and_costs_no_more_than_the_limit() {
    let (outbox, mut client, _read) = outbox(100_000).await;
    let id = InstanceId::from("1".to_owned());
    let large = format!("\"{}\"", "x".repeat(10_000));
    let mut sent = 0;
    while outbox.closing().is_none() {
        outbox.delta(&id, delta(&[("a", &large)]));
        outbox.flush();
        sent += 1;
        assert!(sent < 100_000, "never cut off");
        assert!(outbox.waiting_bytes() < 130_000);
    }
    assert_eq!(outbox.closing(), Some(CloseReason::SlowConsumer));
    // What it reads after all are whole frames, and then the close frame.
    let reader = async {
        loop {
            let (first, payload) = frame(&mut client).await;
            if first == 0x88 {
                return payload;
            }
        }
    };
    let writer =
        async { while poll_fn(|cx| outbox.poll_write(cx)).await.unwrap() != Written::Closed {} };
    let (reason, ()) = tokio::join!(reader, writer);
    assert_eq!(reason[..2], 1013u16.to_be_bytes());
    assert!(reason.ends_with(b"slow consumer"));
}

#[tokio::test]
async fn nothing_is_taken_after_the_end() {
    let (outbox, mut client, _read) = outbox(1000).await;
    outbox.close(CloseReason::Restart);
    outbox.send(&pong("1"));
    outbox.flush();
    drop(outbox);
    assert_eq!(frame(&mut client).await.0, 0x88);
    drop(_read);
    let end = client.read_u8().await.unwrap_err();
    assert_eq!(end.kind(), ErrorKind::UnexpectedEof);
}

/// The next frame as MessagePack, with its time stamps taken out.
async fn message_pack(client: &mut TcpStream) -> serde_json::Value {
    let (first, payload) = frame(client).await;
    assert_eq!(first, 0x82, "not a binary frame");
    let mut value: serde_json::Value = rmp_serde::from_slice(&payload).unwrap();
    let messages = match &mut value {
        serde_json::Value::Array(messages) => messages.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for message in messages {
        assert!(
            message
                .as_object_mut()
                .unwrap()
                .remove("timestamp")
                .is_some()
        );
    }
    value
}

#[tokio::test]
async fn message_pack_has_the_same_messages_in_the_same_frames() {
    let (outbox, mut client, _read) = outbox_of(Encoding::MessagePack, 1 << 20).await;
    let id = InstanceId::from("i".to_owned());
    let event = Arc::new(SharedMessage::room_event("r", "E", "[1]", 5));
    let mut joined = SharedMessage::room_system("r", "$sub:join", &id, 2, 5);
    joined.append(&SharedMessage::room_system("r", "$sub:leave", &id, 1, 6));
    let shared = Arc::new(SharedDelta::new(&id, delta(&[("s", "true")]), 5));
    let error = ServerMessage::ComponentError {
        component: &id,
        action: "a",
        code: Code::ActionFailed,
        error: "It \"broke\"",
    };
    outbox.hold();
    outbox.delta(&id, delta(&[("a", "1.5")]));
    outbox.send(&error);
    outbox.share(&"m-1".to_owned().into(), &event);
    outbox.share(&"m-2".to_owned().into(), &event);
    outbox.share(&id, &Arc::new(joined));
    outbox.share_delta(&"other".to_owned().into(), &shared);
    outbox.send(&pong("\"q\""));
    outbox.delta(&id, delta(&[("a", "4")]));
    outbox.release();
    let of = |member: &str| serde_json::json!({"type": "ROOM_EVENT", "componentId": member, "roomId": "r", "event": "E", "data": [1]});
    let system = |event: &str, count: u8| serde_json::json!({"type": "ROOM_SYSTEM", "roomId": "r", "event": event, "data": {"subscriberId": "i", "count": count}});
    assert_eq!(
        message_pack(&mut client).await,
        serde_json::json!([
            {"type": "STATE_DELTA", "componentId": "i", "payload": {"delta": {"a": 1.5}}},
            {"type": "ERROR", "componentId": "i", "error": "It \"broke\"", "code": "ACTION_FAILED",
             "payload": {"action": "a", "error": "It \"broke\""}},
            of("m-1"),
            of("m-2"),
            system("$sub:join", 2),
            system("$sub:leave", 1),
            {"type": "STATE_DELTA", "componentId": "i", "payload": {"delta": {"s": true}}},
        ])
    );
    assert_eq!(
        message_pack(&mut client).await,
        serde_json::json!({"type": "COMPONENT_PONG", "componentId": "i", "success": true, "requestId": "q"})
    );
    assert_eq!(
        message_pack(&mut client).await["payload"]["delta"]["a"],
        serde_json::json!(4)
    );
}

#[tokio::test]
async fn the_newest_bytes_of_a_name_go_out_as_bytes_where_the_encoding_has_them() {
    for encoding in Encoding::ALL {
        let (outbox, mut client, _read) = outbox_of(encoding, 1 << 20).await;
        let id = InstanceId::from("i".to_owned());
        outbox.hold();
        for (name, bytes) in [
            ("frame", &[1, 2][..]),
            ("other", &[]),
            ("frame", &[0xff, 0, 7]),
        ] {
            outbox.binary(&id, name, &Bytes::copy_from_slice(bytes));
        }
        outbox.release();
        if encoding == Encoding::Json {
            assert_eq!(
                text(&mut client).await,
                concat!(
                    r#"[{"type":"STATE_BINARY","componentId":"i","name":"frame","data":"/wAH"},"#,
                    r#"{"type":"STATE_BINARY","componentId":"i","name":"other","data":""}]"#
                )
            );
            continue;
        }
        let (first, payload) = frame(&mut client).await;
        assert_eq!(first, 0x82);
        let expected = [
            &[0x92, 0x85][..],
            b"\xa4type\xacSTATE_BINARY\xabcomponentId\xa1i\xa4name\xa5frame\xa4data",
            &[0xc4, 3, 0xff, 0, 7],
            b"\xa9timestamp\xcf",
        ]
        .concat();
        assert!(payload.starts_with(&expected), "{payload:?}");
    }
}
