//! `--upstream`: the app behind the daemon, as browsers see it and as it sees them.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::{SinkExt as _, StreamExt as _};
use liveside_tests::{App, Daemon, DaemonBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::server::{
    Request as Handshake, Response as Accepted,
};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// How long something that happens may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn before(app: impl std::fmt::Display) -> DaemonBuilder {
    Daemon::with(&["local-counter"]).arg(&format!("--upstream=http://{app}"))
}

/// What the app has seen, as its answer.
async fn echo(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap()]))
        .collect();
    let seen = json!({
        "method": parts.method.as_str(),
        "uri": parts.uri.to_string(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    let cookies = [("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2")];
    (AppendHeaders(cookies), seen.to_string()).into_response()
}

/// All values of a header that the app has seen.
fn header(seen: &Value, name: &str) -> Vec<String> {
    let headers = seen["headers"].as_array().unwrap();
    let values = headers.iter().filter(|pair| pair[0] == name);
    values
        .map(|pair| pair[1].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_app_sees_the_request_and_the_browser_its_answer() {
    let app = App::start(Router::new().fallback(any(echo))).await;
    let daemon = before(app.address).start().await;
    let answer = daemon
        .http("PUT", "/orders/7%2F8?q=%20&x")
        .header("Host", "shop.example")
        .header("Cookie", "session=abc; theme=dark")
        .header("X-Custom", "kept")
        .header("X-Forwarded-For", "203.0.113.9")
        .header("X-Forwarded-Proto", "https")
        .body("hello")
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("set-cookie"), ["a=1; Path=/", "b=2"]);
    // The app's answers are its own: the daemon adds nothing.
    assert!(answer.header("x-content-type-options").is_empty());
    let seen = answer.json();
    assert_eq!(
        (&seen["method"], &seen["uri"], &seen["body"]),
        (
            &json!("PUT"),
            &json!("/orders/7%2F8?q=%20&x"),
            &json!("hello")
        )
    );
    for (name, values) in [
        ("host", ["shop.example"].as_slice()),
        ("cookie", &["session=abc; theme=dark"]),
        ("x-custom", &["kept"]),
        // A proxy on this machine, as the test is one, is believed and added to.
        ("x-forwarded-for", &["203.0.113.9, 127.0.0.1"]),
        ("x-forwarded-proto", &["https"]),
        ("x-forwarded-host", &["shop.example"]),
        ("connection", &[]),
    ] {
        assert_eq!(header(&seen, name), values, "{name}");
    }
}

#[tokio::test]
async fn what_is_the_daemons_stays_the_daemons() {
    let app = App::start(Router::new().fallback(any(echo))).await;
    let daemon = before(app.address).start().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let reply = client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(reply["result"]["count"], 1);
    let health = daemon.http("GET", "/api/live/health").send().await.json();
    assert_eq!(health["status"], "healthy");
    for path in ["/", "/api/live", "/api/live/other", "/api/orders", "/live"] {
        let seen = daemon.http("GET", path).send().await.json();
        assert_eq!(seen["uri"], path);
    }
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let (requests, mut sent) = mpsc::channel(1);
    let download = move |request: Request| {
        let requests = requests.clone();
        async move {
            let (chunks, answer) = mpsc::channel::<Bytes>(1);
            requests
                .send((request.into_body().into_data_stream(), chunks))
                .await
                .unwrap();
            let answer = futures_util::stream::unfold(answer, |mut answer| async {
                let chunk = answer.recv().await?;
                Some((Ok::<_, Infallible>(chunk), answer))
            });
            Body::from_stream(answer)
        }
    };
    let app = App::start(Router::new().route("/", post(download))).await;
    let daemon = before(app.address).start().await;
    let mut browser = TcpStream::connect(daemon.address()).await.unwrap();
    let exchange = async {
        // Neither side waits for the end of what the other sends.
        browser
            .write_all(b"POST / HTTP/1.1\r\nHost: a.org\r\nContent-Length: 6\r\n\r\none")
            .await
            .unwrap();
        let (mut upload, chunks) = sent.recv().await.unwrap();
        assert_eq!(upload.next().await.unwrap().unwrap(), "one");
        chunks.send(Bytes::from_static(b"first")).await.unwrap();
        until(&mut browser, "first").await;
        browser.write_all(b"two").await.unwrap();
        assert_eq!(upload.next().await.unwrap().unwrap(), "two");
        assert!(upload.next().await.is_none());
        chunks.send(Bytes::from_static(b"second")).await.unwrap();
        until(&mut browser, "second").await;
        // A browser that goes away ends the app's stream.
        drop(browser);
        chunks.closed().await;
    };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap();
}

/// Reads until `text` has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        read.push(byte[0]);
        if read.ends_with(text.as_bytes()) {
            return String::from_utf8(read).unwrap();
        }
    }
}

#[tokio::test]
async fn a_websocket_of_the_app_goes_through() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let daemon = before(listener.local_addr().unwrap()).start().await;
    let (tell, told) = oneshot::channel();
    // Ends with the test's runtime.
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut seen = None;
        #[allow(clippy::result_large_err, reason = "the library's signature")]
        let accept = |request: &Handshake, mut response: Accepted| {
            let header = |name: &str| {
                let value = request.headers().get(name);
                value.map(|value| value.to_str().unwrap().to_owned())
            };
            seen = Some((
                request.uri().to_string(),
                ["cookie", "origin", "x-forwarded-for"].map(header),
            ));
            let chosen = HeaderValue::from_static("chat.v2");
            response
                .headers_mut()
                .insert("sec-websocket-protocol", chosen);
            Ok(response)
        };
        let mut socket = tokio_tungstenite::accept_hdr_async(stream, accept)
            .await
            .unwrap();
        tell.send(seen.unwrap()).unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() || message.is_binary() {
                socket.send(message).await.unwrap();
            }
        }
    });
    let mut request = format!("ws://{}/chat?room=7", daemon.address())
        .into_client_request()
        .unwrap();
    for (name, value) in [
        ("cookie", "session=abc"),
        ("origin", "https://shop.example"),
        ("sec-websocket-protocol", "chat.v1, chat.v2"),
    ] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    let exchange = async {
        let stream = TcpStream::connect(daemon.address()).await.unwrap();
        let (mut socket, accepted) = tokio_tungstenite::client_async(request, stream)
            .await
            .unwrap();
        assert_eq!(accepted.headers()["sec-websocket-protocol"], "chat.v2");
        let (uri, headers) = told.await.unwrap();
        assert_eq!(uri, "/chat?room=7");
        assert_eq!(
            headers.map(Option::unwrap),
            ["session=abc", "https://shop.example", "127.0.0.1"]
        );
        for message in [Message::text("hello"), Message::binary(vec![0; 100_000])] {
            socket.send(message.clone()).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), message);
        }
        // The daemon's end ends it: it is not waited for.
        daemon.terminate().await;
        while let Some(Ok(message)) = socket.next().await {
            assert!(message.is_close(), "{message:?}");
        }
    };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap();
    let mut daemon = daemon;
    assert!(daemon.ended().await.success());
}

#[tokio::test]
async fn an_app_that_is_down_is_told_of_in_a_sentence() {
    // Bound and not listening: connections are refused, and nobody else gets the port.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let daemon = before(address).start().await;
    let sentence =
        "The app does not answer: it is not running, or not where the daemon looks for it";
    let page = daemon
        .http("GET", "/")
        .header("Accept", "text/html,*/*")
        .send()
        .await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (502, vec!["no-store"])
    );
    assert!(
        page.header("content-type")[0].starts_with("text/html"),
        "{page:?}"
    );
    assert!(page.body.contains(sentence), "{}", page.body);
    assert!(
        !page.body.contains(&address.to_string()),
        "where the app is, is nobody's business: {}",
        page.body
    );
    let line = daemon.http("POST", "/x").body("data").send().await;
    assert_eq!((line.status, line.body), (502, format!("{sentence}\n")));
    daemon.logged("the app cannot be connected to").await;
    // The daemon itself serves on, and the app's return is noticed.
    daemon.connect().await;
    let listener = socket.listen(16).unwrap();
    let back = tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/", get(|| async { "back" })))
            .await
            .unwrap();
    });
    let answer = daemon.http("GET", "/").send().await;
    assert_eq!((answer.status, &*answer.body), (200, "back"));
    daemon.logged("the app answers again").await;
    back.abort();
}

#[tokio::test]
async fn an_app_that_takes_too_long_is_given_up() {
    let never = || async { std::future::pending::<&'static str>().await };
    let app = App::start(Router::new().route("/", get(never))).await;
    let daemon = before(app.address)
        .config("[limits]\nupstream-time = \"100ms\"\n")
        .start()
        .await;
    let answer = daemon.http("GET", "/").send().await;
    assert_eq!(
        (answer.status, &*answer.body),
        (504, "The app did not begin to answer in time\n")
    );
}

#[tokio::test]
async fn files_go_before_the_app() {
    let files = tempfile::TempDir::new().unwrap();
    std::fs::write(files.path().join("app.js"), "// a file").unwrap();
    std::fs::create_dir(files.path().join("assets")).unwrap();
    let app = App::start(Router::new().fallback(any(echo))).await;
    let daemon = before(app.address)
        .arg(&format!("--static={}", files.path().display()))
        .start()
        .await;
    let answer = daemon.http("GET", "/app.js").send().await;
    assert_eq!((answer.status, &*answer.body), (200, "// a file"));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/other.js"),
        ("POST", "/app.js"),
        ("GET", "/%2e%2e/secret"),
    ] {
        let seen = daemon.http(method, path).send().await;
        assert_eq!(seen.status, 200, "{method} {path}: {}", seen.body);
        let seen = seen.json();
        assert_eq!(
            (&seen["method"], &seen["uri"]),
            (&json!(method), &json!(path))
        );
    }
}

#[tokio::test]
async fn an_address_that_no_app_can_have_ends_the_start() {
    let output = tokio::process::Command::new(liveside_tests::binary())
        .args(["serve", "--components", ".", "--upstream", "https://a.org"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("reachable without TLS"), "{error}");
}
