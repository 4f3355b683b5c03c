use std::net::Ipv4Addr;

use axum::http::{HeaderMap, Method};
use axum::routing::{any, get};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;

use super::*;
use site::{Server, Site, raw_app};

mod failures;
mod site;
mod streams;

/// Somebody outside, a proxy that is trusted, this machine.
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3));
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

const LONG: Duration = Duration::from_secs(60);

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn methods_paths_and_bodies_go_through_unchanged() {
    let app = Router::new().fallback(|method: Method, uri: Uri, body: String| async move {
        format!("{method} {uri} {body}")
    });
    let site = Site::new(app).await;
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
    ] {
        for path in ["/", "/a%2Fb//c/../d?q=%20&q#", "/?", "/%C3%BC;x=1"] {
            let path = path.trim_end_matches('#');
            let request = format!(
                "{method} {path} HTTP/1.1\r\nhost: a.org\r\ncontent-length: 5\r\n\r\nhello"
            );
            let answer = site.front.ask(&request).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert_eq!(body(&answer), format!("{method} {path} hello"));
        }
    }
    let answer = site
        .front
        .ask("OPTIONS * HTTP/1.1\r\nhost: a.org\r\n\r\n")
        .await;
    assert_eq!(body(&answer), "OPTIONS * ");
    // The answer to HEAD tells a length and has no body: the next answer follows at once.
    let mut browser = site.front.connect().await;
    browser.send("HEAD / HTTP/1.1\r\nhost: a.org\r\n\r\n").await;
    let answer = browser.until("\r\n\r\n").await;
    assert!(answer.contains("content-length: 7\r\n"), "{answer}");
    browser
        .send("GET /next HTTP/1.1\r\nhost: a.org\r\n\r\n")
        .await;
    assert!(
        browser
            .until("GET /next ")
            .await
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
}

#[tokio::test]
async fn the_app_sees_the_browsers_headers_and_who_asked() {
    let (app, requests) = raw_app("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let site = Site::before(app, OUTSIDE, LONG).await;
    site.front
        .ask(concat!(
            "POST /x HTTP/1.1\r\n",
            "Host: shop.example\r\n",
            "Connection: keep-alive, X-Once, X-Forwarded-For\r\n",
            "Keep-Alive: timeout=5\r\n",
            "X-Once: 1\r\n",
            "TE: trailers\r\n",
            "Upgrade: h2c\r\n",
            "Expect: 100-continue\r\n",
            "Proxy-Authorization: secret\r\n",
            "Cookie: a=1\r\n",
            "Cookie: b=2\r\n",
            "Forwarded: for=9.9.9.9\r\n",
            "X-Forwarded-For: 9.9.9.9\r\n",
            "X-Forwarded-Proto: https\r\n",
            "X-Forwarded-Host: evil.example\r\n",
            "Content-Length: 0\r\n\r\n"
        ))
        .await;
    let seen = requests.lock().remove(0);
    let (line, headers) = seen.split_once("\r\n").unwrap();
    assert_eq!(line, "POST /x HTTP/1.1");
    let mut headers: Vec<_> = headers.trim_end().lines().collect();
    headers.sort_unstable();
    assert_eq!(
        headers,
        [
            "content-length: 0",
            "cookie: a=1",
            "cookie: b=2",
            "forwarded: for=9.9.9.9",
            "host: shop.example",
            "x-forwarded-for: 198.51.100.7",
            "x-forwarded-host: shop.example",
            "x-forwarded-proto: http",
        ]
    );
}

#[tokio::test]
async fn trusted_proxies_are_believed_and_added_to() {
    for (peer, expected) in [(PROXY, "9.9.9.9, 10.1.2.3"), (HERE, "9.9.9.9, 127.0.0.1")] {
        let (app, requests) = raw_app("HTTP/1.1 204 No Content\r\n\r\n").await;
        let site = Site::before(app, peer, LONG).await;
        let head = "GET / HTTP/1.1\r\nhost: in.example\r\nx-forwarded-for: 9.9.9.9\r\nx-forwarded-proto: https\r\n";
        site.front
            .ask(&format!("{head}x-forwarded-host: out.example\r\n\r\n"))
            .await;
        let seen = requests.lock().remove(0);
        for header in [
            format!("\r\nx-forwarded-for: {expected}\r\n"),
            "\r\nx-forwarded-proto: https\r\n".to_owned(),
            "\r\nx-forwarded-host: out.example\r\n".to_owned(),
            "\r\nhost: in.example\r\n".to_owned(),
        ] {
            assert!(seen.contains(&header), "{header} {seen}");
        }
    }
}

#[tokio::test]
async fn an_absolute_target_and_an_old_client_are_understood() {
    let (app, requests) = raw_app("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let address = app.address;
    let site = Site::before(app, OUTSIDE, LONG).await;
    site.front
        .ask("GET http://named.example/x HTTP/1.1\r\nhost: other.example\r\n\r\n")
        .await;
    let seen = requests.lock().remove(0);
    assert!(seen.starts_with("GET /x HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("\r\nhost: named.example\r\n"), "{seen}");
    let answer = site.front.ask("GET /old HTTP/1.0\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"),
        "{answer}"
    );
    let seen = requests.lock().remove(0);
    assert!(seen.contains(&format!("\r\nhost: {address}\r\n")), "{seen}");
}

#[tokio::test]
async fn the_browser_sees_the_apps_headers() {
    let (app, _) = raw_app(concat!(
        "HTTP/1.1 418 Teapot\r\n",
        "Connection: keep-alive, X-Once\r\n",
        "Keep-Alive: timeout=5\r\n",
        "X-Once: 1\r\n",
        "Upgrade: h2c\r\n",
        "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\n",
        "Server: app\r\n",
        "Set-Cookie: a=1; Path=/\r\n",
        "Set-Cookie: b=2\r\n",
        "Content-Encoding: br\r\n",
        "Content-Length: 3\r\n\r\nabc"
    ))
    .await;
    let site = Site::before(app, OUTSIDE, LONG).await;
    let answer = site
        .front
        .ask("GET / HTTP/1.1\r\nhost: a.org\r\n\r\n")
        .await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert!(
        lines.next().unwrap().starts_with("HTTP/1.1 418 "),
        "{answer}"
    );
    let mut headers: Vec<_> = lines.collect();
    headers.sort_unstable();
    assert_eq!(
        headers,
        [
            "content-encoding: br",
            "content-length: 3",
            "date: Mon, 01 Jan 2024 00:00:00 GMT",
            "server: app",
            "set-cookie: a=1; Path=/",
            "set-cookie: b=2",
        ]
    );
    assert_eq!(body, "abc");
}

#[tokio::test]
async fn connections_to_the_app_are_used_again() {
    let site = Site::new(Router::new().route("/", get(|| async { "hello" }))).await;
    for _ in 0..5 {
        let answer = site
            .front
            .ask("GET / HTTP/1.1\r\nhost: a.org\r\n\r\n")
            .await;
        assert_eq!(body(&answer), "hello");
    }
    assert_eq!(site.app.connections.load(Ordering::Relaxed), 1);
    assert_eq!(site.front.connections.load(Ordering::Relaxed), 5);
}
