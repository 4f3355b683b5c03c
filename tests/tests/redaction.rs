//! Credentials of a request are in no line of the log, at any level, whoever writes it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::io::ErrorKind;

use axum::Router;
use liveside_tests::{App, Client, Daemon};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Error;

const QUERY: &str = "query-Zq81xTt0";
const COOKIE: &str = "cookie-Lm44pWv7";
const HEADER: &str = "header-Xc93rNb2";
const MESSAGE: &str = "message-Jk52sHd9";

/// Everything that there is, but for the compiler's steps.
const EVERYTHING: &str = "trace,cranelift_codegen=info,cranelift_frontend=info,regalloc2=info,wasmtime=info,\
                          wasmtime_internal_cranelift=info,wasmtime_internal_cache=info";

async fn connect(daemon: &Daemon, path: &str, origin: &str) -> Result<Client, Error> {
    let cookie = format!("session={COOKIE}");
    let bearer = format!("Bearer {HEADER}");
    let headers = [
        ("origin", origin),
        ("cookie", cookie.as_str()),
        ("authorization", bearer.as_str()),
    ];
    let stream = TcpStream::connect(daemon.address()).await?;
    let url = format!("ws://{}{path}?token={QUERY}", daemon.address());
    Client::open(stream, &url, &headers).await
}

#[tokio::test]
async fn tokens_are_in_no_line_of_the_log() {
    let app = App::start(Router::new().fallback(|| async { "the app" })).await;
    let daemon = Daemon::with(&["local-counter"])
        .env("LIVESIDE_LOG", EVERYTHING)
        .arg(&format!("--upstream=http://{}", app.address))
        .start()
        .await;
    let own = format!("http://{}", daemon.address());

    let mut client = connect(&daemon, "/api/live/ws", &own).await.unwrap();
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.call(&counter.id, "increment", json!({})).await;
    let auth = json!({"type": "AUTH", "payload": {"token": MESSAGE}});
    client.request(auth).await;
    client.close().await;

    // Refused by its origin, answered by the app, and asked without an upgrade at all.
    assert!(connect(&daemon, "/api/live/ws", "null").await.is_err());
    assert!(connect(&daemon, "/elsewhere", &own).await.is_err());
    for path in ["/api/live/ws", "/api/live/stats", "/elsewhere"] {
        let request = daemon.http("GET", &format!("{path}?token={QUERY}"));
        let request = request.header("Cookie", &format!("session={COOKIE}"));
        let request = request.header("Authorization", &format!("Bearer {HEADER}"));
        assert!(request.send().await.status > 0);
    }
    // No HTTP at all, and cut off in the middle.
    for wrong in [
        format!("GET /api/live/ws?token={QUERY} HTTP/9.9\r\nCookie: {COOKIE}\r\n\r\n"),
        format!("GET /api/live/ws?token={QUERY} HTTP/1.1\r\nAuthorization: {HEADER}"),
    ] {
        let mut stream = TcpStream::connect(daemon.address()).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, wrong.as_bytes())
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut stream)
            .await
            .unwrap();
        let mut answer = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
        assert!(
            read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
        );
    }

    daemon.terminate().await;
    let log = daemon.whole_log().await;
    for said in ["\"connected\"", "an upgrade was refused", "hyper"] {
        assert!(log.contains(said), "the log is not whole: no {said}");
    }
    for secret in [QUERY, COOKIE, HEADER, MESSAGE] {
        for line in log.lines() {
            assert!(!line.contains(secret), "{line}");
        }
        // As bytes, in the way that a debug print writes them.
        let bytes: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
        assert!(!log.contains(&bytes.join(", ")), "{secret} as numbers");
    }
}
