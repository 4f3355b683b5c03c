//! What streams: bodies both ways, events, WebSockets.

use axum::body::Bytes;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{accept_async, client_async};

use super::*;

/// An app whose answer is what is sent into the channel.
fn fed(kind: &'static str) -> (Router, mpsc::Sender<Bytes>) {
    let (feed, fed) = mpsc::channel::<Bytes>(4);
    let fed = Arc::new(tokio::sync::Mutex::new(Some(fed)));
    let handler = move || async move {
        let fed = fed.lock().await.take().unwrap();
        let stream = futures_util::stream::unfold(fed, |mut fed| async {
            let bytes = fed.recv().await?;
            Some((Ok::<_, std::io::Error>(bytes), fed))
        });
        ([(header::CONTENT_TYPE, kind)], Body::from_stream(stream))
    };
    (Router::new().route("/", get(handler)), feed)
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a.org\r\n\r\n";

#[tokio::test]
async fn events_arrive_before_the_stream_ends() {
    let (app, feed) = fed("text/event-stream");
    let site = Site::new(app).await;
    let mut browser = site.front.connect().await;
    browser.send(GET).await;
    feed.send(Bytes::from_static(b"data: 1\n\n")).await.unwrap();
    let answer = browser.until("data: 1\n\n").await;
    assert!(
        answer.contains("content-type: text/event-stream"),
        "{answer}"
    );
    feed.send(Bytes::from_static(b"data: 2\n\n")).await.unwrap();
    browser.until("data: 2\n\n").await;
    drop(feed);
    browser.until("0\r\n\r\n").await;
}

#[tokio::test]
async fn a_browser_that_leaves_ends_the_apps_work() {
    let (app, feed) = fed("text/plain");
    let site = Site::new(app).await;
    let mut browser = site.front.connect().await;
    browser.send(GET).await;
    feed.send(Bytes::from_static(b"begun")).await.unwrap();
    browser.until("begun").await;
    drop(browser);
    feed.closed().await;
}

#[tokio::test]
async fn a_request_reaches_the_app_while_it_is_sent() {
    let (seen, mut parts) = mpsc::channel::<Bytes>(4);
    let handler = move |body: Body| async move {
        let mut body = body.into_data_stream();
        while let Some(part) = body.next().await {
            seen.send(part.unwrap()).await.unwrap();
        }
        "whole"
    };
    let site = Site::new(Router::new().route("/", any(handler))).await;
    let mut browser = site.front.connect().await;
    let head = "POST / HTTP/1.1\r\nhost: a.org\r\ntransfer-encoding: chunked\r\n\r\n";
    browser.send(&format!("{head}3\r\none\r\n")).await;
    assert_eq!(parts.recv().await.unwrap(), "one");
    browser.send("3\r\ntwo\r\n0\r\n\r\n").await;
    assert_eq!(parts.recv().await.unwrap(), "two");
    browser.until("whole").await;
}

#[tokio::test]
async fn large_bodies_go_through_whole() {
    let handler = |body: Body| async { body };
    let site = Site::new(Router::new().route("/", any(handler))).await;
    let text = "0123456789abcdef".repeat(1 << 19);
    let mut browser = site.front.connect().await;
    let length = text.len();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: a.org\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    browser.send(&head).await;
    let (mut reading, mut writing) = browser.stream.split();
    let mut answer = Vec::new();
    let (sent, read) = tokio::join!(
        tokio::io::AsyncWriteExt::write_all(&mut writing, text.as_bytes()),
        tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut answer),
    );
    sent.unwrap();
    read.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(body(&answer) == text, "the body came back changed");
}

/// An app that greets with its request's `Host` and echoes.
async fn echoing() -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Server::serve(listener, |stream, _| async {
        let mut socket = accept_async(stream).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() || message.is_binary() {
                socket.send(message).await.unwrap();
            }
        }
    })
}

#[tokio::test]
async fn a_websocket_goes_through_to_the_app() {
    let site = Site::before(echoing().await, OUTSIDE, LONG).await;
    let stream = site.front.connect().await.stream;
    let (mut socket, answer) = client_async("ws://shop.example/live?x", stream)
        .await
        .unwrap();
    assert_eq!(answer.status(), 101);
    assert_eq!(answer.headers()["upgrade"], "websocket");
    assert_eq!(
        socket.next().await.unwrap().unwrap(),
        Message::text("hello")
    );
    let long: Utf8Bytes = "x".repeat(300_000).into();
    for message in [
        Message::text("one"),
        Message::Text(long),
        Message::binary(vec![0, 1]),
    ] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
    socket.close(None).await.unwrap();
    while let Some(message) = socket.next().await {
        assert!(message.unwrap().is_close());
    }
    // The tunnel has ended with its connections.
    site.upstream.close().await;
}

#[tokio::test]
async fn closing_ends_tunnels_and_event_streams_and_nothing_else() {
    let site = Site::before(echoing().await, HERE, LONG).await;
    let stream = site.front.connect().await.stream;
    let (mut socket, _) = client_async("ws://shop.example/", stream).await.unwrap();
    assert!(socket.next().await.unwrap().is_ok());
    site.upstream.close().await;
    assert!(socket.next().await.unwrap().is_err());

    for (kind, ends) in [("text/event-stream", true), ("text/plain", false)] {
        let (app, feed) = fed(kind);
        let site = Site::new(app).await;
        let mut browser = site.front.connect().await;
        browser.send(GET).await;
        feed.send(Bytes::from_static(b"begun")).await.unwrap();
        browser.until("begun").await;
        site.upstream.close().await;
        if !ends {
            feed.send(Bytes::from_static(b"goes on")).await.unwrap();
            browser.until("goes on").await;
            drop(feed);
        }
        browser.until("0\r\n\r\n").await;
    }
}

#[tokio::test]
async fn an_app_may_refuse_a_websocket() {
    let app = Router::new().route(
        "/",
        get(|headers: HeaderMap| async move {
            (
                StatusCode::FORBIDDEN,
                format!("{:?}", headers.get("upgrade")),
            )
        }),
    );
    let site = Site::new(app).await;
    let head = "GET / HTTP/1.1\r\nhost: a.org\r\nconnection: Upgrade\r\n";
    let answer = site
        .front
        .ask(&format!("{head}upgrade: websocket\r\n\r\n"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert_eq!(body(&answer), "Some(\"websocket\")");
    // Other upgrades do not even reach it.
    let answer = site.front.ask(&format!("{head}upgrade: h2c\r\n\r\n")).await;
    assert_eq!(body(&answer), "None");
}
