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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap())
        .await
        .unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let (read, write) = server.into_split();
    (
        Outbox::new("c".to_owned().into(), write, max_bytes),
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
