//! Against a real server.

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::Mac as _;
use tokio::task::JoinSet;

use super::*;

type Told = mpsc::Receiver<(Uri, HeaderMap, Bytes)>;

/// A back end that gives its answers one after another, then 204. Ends with the set.
async fn back_end(answers: Vec<Response>) -> (String, Told, JoinSet<()>) {
    let (sender, told) = mpsc::channel(10);
    let answers = Arc::new(Mutex::new(VecDeque::from(answers)));
    let handler = move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        sender.send((parts.uri, parts.headers, body)).await.unwrap();
        let answer = answers.lock().pop_front();
        answer.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks?app=1", listener.local_addr().unwrap());
    let mut task = JoinSet::new();
    task.spawn(async move {
        let app = Router::new().fallback(axum::routing::post(handler));
        let _ = axum::serve(listener, app).await;
    });
    (url, told, task)
}

#[tokio::test]
async fn an_event_is_posted_with_its_signature() {
    let (url, mut told, _task) = back_end(vec![]).await;
    let before = now_ms();
    let (webhooks, courier) = spawn(config(&url)).unwrap();
    webhooks.send(Event {
        name: "room:joined".to_owned(),
        key: "lobby".to_owned(),
        data: json!({ "user": "ä" }),
    });
    let (uri, headers, body) = told.recv().await.unwrap();
    assert_eq!(uri, "/hooks?app=1");
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("Liveside-Event"), "room:joined");

    let read: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(read["event"], "room:joined");
    assert_eq!(read["data"], json!({ "user": "ä" }));
    assert_eq!(read["delivery"], header("Liveside-Delivery"));
    assert_eq!(read.as_object().unwrap().len(), 4);
    for timestamp in [
        read["timestamp"].as_u64().unwrap(),
        header("Liveside-Timestamp").parse().unwrap(),
    ] {
        assert!((before..=now_ms()).contains(&timestamp), "{timestamp}");
    }

    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"a secret of the test").unwrap();
    mac.update(format!("{}.", header("Liveside-Timestamp")).as_bytes());
    mac.update(&body);
    let expected = format!("v1={:x}", mac.finalize().into_bytes());
    assert_eq!(header("Liveside-Signature"), expected);
    courier.finish(LONG).await;
    assert_eq!(webhooks.stats().delivered, 1);
}

#[tokio::test]
async fn a_busy_back_end_is_told_again_under_the_same_id() {
    let busy = (
        StatusCode::SERVICE_UNAVAILABLE,
        [("retry-after", "0")],
        "x".repeat(200_000),
    );
    let (url, mut told, _task) = back_end(vec![busy.into_response()]).await;
    let (webhooks, courier) = spawn(config(&url)).unwrap();
    webhooks.send(event("a", 1));
    let (_, first, body) = told.recv().await.unwrap();
    let (_, second, again) = told.recv().await.unwrap();
    assert_eq!(first["liveside-delivery"], second["liveside-delivery"]);
    assert_ne!(first["liveside-timestamp"], second["liveside-timestamp"]);
    assert_eq!(body, again);
    courier.finish(LONG).await;
    assert_eq!(webhooks.stats().delivered, 1);
}

#[tokio::test]
async fn refusals_and_redirects_are_final() {
    let moved = (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]);
    let answers = vec![StatusCode::NOT_FOUND.into_response(), moved.into_response()];
    let (url, mut told, _task) = back_end(answers).await;
    let (webhooks, courier) = spawn(config(&url)).unwrap();
    for number in 1..=2 {
        webhooks.send(event("a", number));
        told.recv().await.unwrap();
    }
    courier.finish(LONG).await;
    assert_eq!(webhooks.stats().given_up, 2);
    assert!(told.is_empty());
}

#[tokio::test]
async fn a_back_end_that_is_away_or_silent_is_tried_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/?secret", listener.local_addr().unwrap());
    let delivery = Delivery {
        id: "an id".to_owned(),
        event: "mount".to_owned(),
        key: "a".into(),
        body: Bytes::new(),
    };
    let mut config = config(&url);
    config.timeout = Duration::from_millis(50);
    let receiver = Receiver::new(&config).unwrap();
    // The system takes the connection, and nobody answers.
    let Answer::NotNow { reason, .. } = receiver.post(&delivery).await else {
        panic!("it should be tried again");
    };
    assert_eq!(reason, "no answer within 50ms");
    drop(listener);
    let Answer::NotNow { reason, .. } = receiver.post(&delivery).await else {
        panic!("it should be tried again");
    };
    assert!(!reason.contains("secret"), "{reason}");
}
