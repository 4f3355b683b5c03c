//! Cross-site WebSocket hijacking: which pages may open a socket, each attack by its own name.
//!
//! A browser sends the origin of the page with an upgrade, and the cookies of the site that it goes to. So a page of
//! another site must be refused, however its origin is written.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon};
use tokio_tungstenite::tungstenite::Error;

/// The status of an upgrade with these headers: 101 where the socket opens.
async fn upgrade(daemon: &Daemon, headers: &[(&str, &str)]) -> u16 {
    match Client::connect(daemon.address(), headers).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{headers:?}: {error}"),
    }
}

async fn assert_origins(daemon: &Daemon, host: &str, expected: u16, origins: &[&str]) {
    for origin in origins {
        let status = upgrade(daemon, &[("host", host), ("origin", origin)]).await;
        assert_eq!(status, expected, "origin {origin:?} of host {host:?}");
    }
}

async fn production() -> Daemon {
    Daemon::with(&[])
        .config("allowed-origins = [\"https://app.example.org\", \"https://slash.example.org/\"]")
        .start()
        .await
}

#[tokio::test]
async fn the_own_page_and_allowed_origins_may_connect() {
    let daemon = production().await;
    let origins = [
        "http://live.example.com",
        "https://live.example.com",
        "HTTP://LIVE.example.COM",
        "https://app.example.org",
        "https://APP.Example.org",
        "https://slash.example.org",
    ];
    assert_origins(&daemon, "live.example.com", 101, &origins).await;
    let with_port = ["http://live.example.com:8080"];
    assert_origins(&daemon, "live.example.com:8080", 101, &with_port).await;
    // A proxy that writes the port that the origin leaves out.
    assert_origins(
        &daemon,
        "live.example.com:443",
        101,
        &["https://live.example.com"],
    )
    .await;
}

#[tokio::test]
async fn programs_that_send_no_origin_may_connect() {
    assert_eq!(upgrade(&production().await, &[]).await, 101);
}

#[tokio::test]
async fn foreign_pages_are_refused() {
    let origins = [
        "https://evil.example",
        // Another site of the same owner is another site.
        "https://sub.live.example.com",
        "https://sub.app.example.org",
        "https://example.com",
        "https://example.org",
        "http://localhost",
        "http://127.0.0.1",
    ];
    assert_origins(&production().await, "live.example.com", 403, &origins).await;
}

#[tokio::test]
async fn pages_without_an_origin_of_their_own_are_refused() {
    // Sandboxed frames, files and redirects say `null`; a page can bring that about.
    let origins = ["null", "NULL", "", "file://", "about:blank", "data:"];
    assert_origins(&production().await, "live.example.com", 403, &origins).await;
}

#[tokio::test]
async fn look_alikes_are_refused() {
    let origins = [
        "https://live.example.com.evil.example",
        "https://evil-live.example.com",
        "https://evillive.example.com",
        "https://live.example.com@evil.example",
        "https://evil.example/live.example.com",
        "https://evil.example#live.example.com",
        "https://live.example.com.",
        "https://live.example.co",
        "https://live.example.com/",
        "live.example.com",
        "//live.example.com",
        "https://app.example.org.evil.example",
        "https://app.example.org@evil.example",
        "https://app-example.org",
        "https://evil.example, https://app.example.org",
    ];
    assert_origins(&production().await, "live.example.com", 403, &origins).await;
}

#[tokio::test]
async fn another_port_is_another_origin() {
    let daemon = production().await;
    let origins = [
        "http://live.example.com:8081",
        "http://live.example.com",
        "http://live.example.com:80801",
        "https://app.example.org:444",
    ];
    assert_origins(&daemon, "live.example.com:8080", 403, &origins).await;
    assert_origins(
        &daemon,
        "live.example.com",
        403,
        &["https://live.example.com:8443"],
    )
    .await;
    // 443 is not the port that http leaves out.
    assert_origins(
        &daemon,
        "live.example.com:443",
        403,
        &["http://live.example.com"],
    )
    .await;
}

#[tokio::test]
async fn another_scheme_is_another_origin() {
    let origins = [
        "ftp://live.example.com",
        "ws://live.example.com",
        "chrome-extension://live.example.com",
        "http://app.example.org",
        "httpss://live.example.com",
    ];
    assert_origins(&production().await, "live.example.com", 403, &origins).await;
}

/// Somebody between the browser and the site can make a page of `http://`, and cannot of `https://`.
#[tokio::test]
async fn a_page_without_tls_is_refused_where_the_site_has_it() {
    let daemon = production().await;
    for (proto, origin, expected) in [
        ("https", "http://live.example.com", 403),
        ("https", "https://live.example.com", 101),
        ("http", "http://live.example.com", 101),
        // The proxy before the proxy had TLS.
        ("http", "https://live.example.com", 101),
    ] {
        let headers = [
            ("host", "live.example.com"),
            ("origin", origin),
            ("x-forwarded-proto", proto),
        ];
        assert_eq!(
            upgrade(&daemon, &headers).await,
            expected,
            "{proto} {origin}"
        );
    }
}

#[tokio::test]
async fn in_development_pages_of_this_machine_may_connect_and_others_not() {
    let daemon = Daemon::with(&[]).development().start().await;
    let host = daemon.address().to_owned();
    let mine = [
        "http://localhost:3000",
        "http://127.0.0.1:5173",
        "http://[::1]:80",
        "https://app.localhost",
    ];
    assert_origins(&daemon, &host, 101, &mine).await;
    assert_eq!(upgrade(&daemon, &[]).await, 101);
    let others = [
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost:1@evil.example",
        "http://192.168.0.5:3000",
        "ftp://localhost",
        "localhost:3000",
    ];
    assert_origins(&daemon, &host, 403, &others).await;
}

/// A name of somebody else's that is made to mean this machine: the page and the host are then the same.
#[tokio::test]
async fn in_development_a_host_that_is_not_this_machine_is_refused() {
    let daemon = Daemon::with(&[]).development().start().await;
    for host in ["evil.example", "evil.example:80", "127.0.0.1.evil.example"] {
        assert_origins(&daemon, host, 403, &[&format!("http://{host}")]).await;
        assert_eq!(upgrade(&daemon, &[("host", host)]).await, 403, "{host}");
    }
}
