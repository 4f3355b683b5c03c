//! Who may use the back end's routes: those with the key, or in development those on this machine.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::json;

const KEY: &str = "api-key = \"the key of the tests\"\n";

/// The status of an emit with these headers.
async fn status(daemon: &Daemon, headers: &[(&str, &str)]) -> u16 {
    let mut request = daemon.http("POST", "/api/live/rooms/lobby/emit");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.json(&json!({"event": "E"})).send().await;
    if answer.status != 200 {
        assert_eq!(answer.json()["code"], "AUTH_DENIED", "{}", answer.body);
    }
    if answer.status == 401 {
        assert_eq!(answer.header("www-authenticate"), ["Bearer"]);
    }
    answer.status
}

#[tokio::test]
async fn the_back_end_needs_the_key() {
    let daemon = Daemon::with(&[]).config(KEY).start().await;
    let key = "the key of the tests";
    for (value, expected) in [
        (format!("Bearer {key}"), 200),
        (format!("Bearer {key} "), 200),
        (format!("Bearer {key}s"), 401),
        (format!("Basic {key}"), 401),
        (key.to_owned(), 401),
        ("Bearer ".to_owned(), 401),
    ] {
        assert_eq!(
            status(&daemon, &[("Authorization", &value)]).await,
            expected,
            "{value:?}"
        );
    }
    assert_eq!(status(&daemon, &[]).await, 401);
    // Who has it may be anywhere.
    let value = format!("Bearer {key}");
    let headers = [
        ("Authorization", &*value),
        ("X-Forwarded-For", "1.2.3.4"),
        ("Host", "live.example.org"),
    ];
    assert_eq!(status(&daemon, &headers).await, 200);
}

#[tokio::test]
async fn without_a_key_nobody_may_but_in_development() {
    let daemon = Daemon::with(&[]).start().await;
    assert_eq!(status(&daemon, &[]).await, 403);
    let stats = daemon.http("GET", "/api/live/stats");
    assert_eq!(stats.send().await.status, 200);
    // Names that a page's owner has made to mean this machine.
    let stats = daemon.http("GET", "/api/live/stats");
    assert_eq!(
        stats.header("Host", "evil.example").send().await.status,
        401
    );

    let daemon = Daemon::with(&[]).development().start().await;
    assert_eq!(status(&daemon, &[]).await, 200);
    for headers in [
        [("Origin", "http://localhost:3000")].as_slice(),
        &[("Host", "localhost:4000")],
    ] {
        assert_eq!(status(&daemon, headers).await, 200, "{headers:?}");
    }
    for (headers, expected) in [
        ([("X-Forwarded-For", "1.2.3.4")].as_slice(), 401),
        (&[("X-Real-IP", "1.2.3.4")], 401),
        (&[("Forwarded", "for=1.2.3.4")], 401),
        (&[("Origin", "https://evil.example")], 403),
        (&[("Origin", "null")], 403),
        (&[("Host", "evil.example")], 403),
    ] {
        assert_eq!(status(&daemon, headers).await, expected, "{headers:?}");
    }
}
