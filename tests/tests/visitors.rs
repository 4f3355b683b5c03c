//! What one address may have: connections at a time, new ones in a minute, and components.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use liveside_tests::{Client, Daemon};
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::http::Response;

/// A connection by way of a proxy on this machine, for somebody at `client`.
async fn connect(daemon: &Daemon, client: &str) -> Result<Client, Error> {
    Client::connect(daemon.address(), &[("x-forwarded-for", client)]).await
}

async fn refused(daemon: &Daemon, client: &str) -> Response<Option<Vec<u8>>> {
    match connect(daemon, client).await.err().expect("a refusal") {
        Error::Http(response) => *response,
        error => panic!("{error}"),
    }
}

fn sentence(response: &Response<Option<Vec<u8>>>) -> &str {
    std::str::from_utf8(response.body().as_deref().unwrap()).unwrap()
}

#[tokio::test]
async fn an_address_has_its_connections_and_no_more() {
    let daemon = Daemon::with(&[])
        .config("[limits]\nconnections-per-address = 2")
        .start()
        .await;
    let first = connect(&daemon, "203.0.113.7").await.unwrap();
    let _second = connect(&daemon, "203.0.113.7").await.unwrap();
    let response = refused(&daemon, "203.0.113.7").await;
    assert_eq!(response.status(), 429);
    assert_eq!(
        sentence(&response),
        "Too many connections from your address, close some first\n"
    );
    // What it claims itself, left of what the proxy saw, changes nothing.
    assert_eq!(
        refused(&daemon, "127.0.0.1, 203.0.113.7").await.status(),
        429
    );
    let _other = connect(&daemon, "203.0.113.8").await.unwrap();

    first.close().await;
    let begun = Instant::now();
    while let Err(error) = connect(&daemon, "203.0.113.7").await {
        // The place is given back when the daemon has seen the end.
        assert!(begun.elapsed() < Duration::from_secs(30), "{error}");
    }
    assert_eq!(daemon.log().matches("connections-per-address").count(), 1);
}

#[tokio::test]
async fn what_an_address_has_mounted_is_bounded_over_all_its_connections() {
    let daemon = Daemon::with(&["local-counter"])
        .config("[limits]\nmounts-per-address = 2")
        .start()
        .await;
    let mut first = connect(&daemon, "203.0.113.7").await.unwrap();
    let mut second = connect(&daemon, "203.0.113.7").await.unwrap();
    let counter = first.mount("LiveLocalCounter", json!({})).await;
    second.mount("LiveLocalCounter", json!({})).await;
    let mount = json!({"type": "COMPONENT_MOUNT", "payload": {"component": "LiveLocalCounter"}});
    let refused = second.request(mount).await.1;
    assert_eq!(
        (&refused["code"], &refused["error"]),
        (
            &json!("LIMIT_EXCEEDED"),
            &json!("Your address has 2 components mounted, and no more are allowed")
        )
    );
    let mut other = connect(&daemon, "203.0.113.8").await.unwrap();
    other.mount("LiveLocalCounter", json!({})).await;
    first
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": counter.id}))
        .await;
    second.mount("LiveLocalCounter", json!({})).await;
}

#[tokio::test]
async fn an_ipv6_network_is_one_address() {
    let daemon = Daemon::with(&[])
        .config("[limits]\nconnections-per-address = 1")
        .start()
        .await;
    let _one = connect(&daemon, "2001:db8::1").await.unwrap();
    assert_eq!(refused(&daemon, "2001:db8::2").await.status(), 429);
    assert!(connect(&daemon, "2001:db8:0:1::1").await.is_ok());
}

#[tokio::test]
async fn coming_and_going_is_bounded_too() {
    let daemon = Daemon::with(&[])
        .config("[limits]\nnew-connections-per-address = 3")
        .start()
        .await;
    for _ in 0..3 {
        connect(&daemon, "203.0.113.7").await.unwrap().close().await;
    }
    let response = refused(&daemon, "203.0.113.7").await;
    assert_eq!(response.status(), 429);
    assert!(sentence(&response).starts_with("Too many new connections from your address"));
    let after: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=21).contains(&after), "{after}");
}

#[tokio::test]
async fn this_machine_is_not_limited() {
    let daemon = Daemon::with(&[])
        .config("[limits]\nconnections-per-address = 1\nnew-connections-per-address = 1")
        .start()
        .await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(daemon.connect().await);
    }
}
