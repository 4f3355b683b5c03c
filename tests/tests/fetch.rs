//! Outgoing requests of components, to real servers: what they get, what is refused them and with which sentence.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::net::ToSocketAddrs as _;

use liveside_tests::{Daemon, Desk, Server};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A daemon that lets `LiveFetcher` send requests to these.
async fn daemon(hosts: &[String]) -> Daemon {
    let config = format!(
        "[fetch]\ntimeout = \"1s\"\nresponse-body-bytes = 10000\nconcurrent = 2\n\
         [component.LiveFetcher]\nallowed-hosts = {hosts:?}\n\
         [component.LiveFetcher.secrets]\nKEY = \"s3cr3t-of-the-fetcher\"\n"
    );
    Daemon::with(&["recorder"])
        .config(&config)
        .verbose()
        .start()
        .await
}

fn get(url: &str) -> Value {
    json!({"url": url})
}

fn refused(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

fn not_allowed(origin: &str) -> (String, String) {
    let message =
        format!("`{origin}` is not allowed: the component's `allowed-hosts` has no entry for it");
    refused("Denied", &message)
}

#[tokio::test]
async fn an_allowed_host_answers_with_status_headers_and_body() {
    let server = Server::start().await;
    let daemon = daemon(&[server.url("")]).await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    assert_eq!(
        fetcher.ok("fetch", get(&server.url("/teapot"))).await,
        json!({
            "status": 418,
            "headers": {"x-test": "one", "content-length": "15"},
            "body": "short and stout",
        })
    );
    let order = json!({
        "method": "POST", "url": server.url("/echo?a=1#fragment"),
        "headers": {"X-Own": "two"}, "json": {"n": [1, null]},
    });
    let answer = fetcher.ok("fetch", order).await;
    let sent = answer["body"].as_str().unwrap();
    assert!(sent.starts_with("POST /echo?a=1 HTTP/1.1\r\n"), "{sent}");
    for part in [
        "x-own: two\r\n",
        "content-type: application/json\r\n",
        "user-agent: liveside/",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
    assert!(sent.ends_with("\r\n\r\n{\"n\":[1,null]}"), "{sent}");
}

#[tokio::test]
async fn what_is_not_allowed_is_not_even_connected_to() {
    let (server, other) = (Server::start().await, Server::start().await);
    let daemon = daemon(&[server.url("")]).await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    let port = server.address.port();
    for (url, origin) in [
        (other.url("/?private"), other.url("")),
        // Another name for the same server, another scheme.
        (
            format!("http://localhost:{port}/"),
            format!("http://localhost:{port}"),
        ),
        (
            format!("https://127.0.0.1:{port}/"),
            format!("https://127.0.0.1:{port}"),
        ),
        (
            "http://127.0.0.1/".to_owned(),
            "http://127.0.0.1".to_owned(),
        ),
        // Other ways to write an address of this machine.
        (
            format!("http://2130706433:{}/", other.address.port()),
            other.url(""),
        ),
        (
            format!("http://[::1]:{port}/"),
            format!("http://[::1]:{port}"),
        ),
        (
            "http://169.254.169.254/latest".to_owned(),
            "http://169.254.169.254".to_owned(),
        ),
    ] {
        assert_eq!(
            fetcher.refusal("fetch", get(&url)).await,
            not_allowed(&origin),
            "{url}"
        );
    }
    let own = server.url("");
    for (url, message) in [
        (
            "/path",
            "the URL cannot be read: it must be absolute, such as https://api.example.org/path",
        ),
        (
            "file:///etc/passwd",
            "the URL's scheme is `file`: it must be http or https",
        ),
        (
            "http://user:word@a.org/",
            "the URL holds a user or a password: send them in the `authorization` header",
        ),
    ] {
        let told = fetcher.refusal("fetch", get(url)).await;
        assert_eq!(told, refused("Invalid", message));
    }
    let order = json!({"url": own, "headers": {"Host": "inner.example"}});
    assert_eq!(
        fetcher.refusal("fetch", order).await,
        refused(
            "Invalid",
            "the header `host` is the daemon's own: leave it out"
        )
    );
    // A component without any grant.
    let mut stranger = Desk::open(&daemon, "LiveStranger").await;
    assert_eq!(
        stranger.refusal("fetch", get(&server.url("/"))).await,
        not_allowed(&own)
    );
    assert_eq!((server.connections(), other.connections()), (0, 0));
    assert_eq!(
        fetcher.ok("fetch", get(&server.url("/"))).await["status"],
        200
    );
}

#[tokio::test]
async fn a_redirect_is_followed_to_where_one_may_go_and_no_further() {
    let (server, allowed, other) = (
        Server::start().await,
        Server::start().await,
        Server::start().await,
    );
    let daemon = daemon(&[server.url(""), allowed.url("")]).await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    let via = |to: &str| server.url(&format!("/redirect?{to}"));
    let order =
        json!({"url": via(&allowed.url("/echo")), "headers": {"authorization": "Bearer x"}});
    let answer = fetcher.ok("fetch", order).await;
    let sent = answer["body"].as_str().unwrap();
    assert!(sent.starts_with("GET /echo HTTP/1.1\r\n"), "{sent}");
    assert!(
        !sent.contains("authorization"),
        "it is for the first server only: {sent}"
    );
    assert!(server.requests()[0].contains("authorization: Bearer x"));
    assert_eq!(
        fetcher
            .refusal("fetch", get(&via(&other.url("/?private"))))
            .await,
        not_allowed(&other.url(""))
    );
    assert_eq!(other.connections(), 0);
    let round = via("/redirect?/redirect?/redirect?/redirect?/redirect?/redirect?/");
    assert_eq!(
        fetcher.ok("fetch", get(&via("/redirect?/teapot"))).await["status"],
        418
    );
    assert_eq!(
        fetcher.refusal("fetch", get(&round)).await,
        refused(
            "Failed",
            &format!(
                "the request to `{}` failed: there were more than 5 redirects",
                server.url("")
            )
        )
    );
}

/// Only where this machine's resolver knows names below `localhost`.
#[tokio::test]
async fn a_wildcard_does_not_lead_into_the_private_network() {
    let server = Server::start().await;
    let port = server.address.port();
    let found = ("inner.app.localhost", port).to_socket_addrs();
    if !found.is_ok_and(|mut all| all.all(|address| address.ip().is_loopback())) {
        return;
    }
    let daemon = daemon(&[
        format!("http://*.app.localhost:{port}"),
        format!("http://named.app.localhost:{port}"),
    ])
    .await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    let origin = format!("http://inner.app.localhost:{port}");
    let told = fetcher.refusal("fetch", get(&origin)).await;
    let message = format!(
        "`{origin}` leads to this machine or a private network: only a host that `allowed-hosts` names without `*` may"
    );
    assert_eq!(told, refused("Denied", &message));
    assert_eq!(server.connections(), 0);
    let named = get(&format!("http://named.app.localhost:{port}"));
    assert_eq!(fetcher.ok("fetch", named).await["status"], 200);
}

#[tokio::test]
async fn each_failure_has_its_sentence_and_the_component_goes_on() {
    let server = Server::start().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let daemon = daemon(&[
        server.url(""),
        nobody.clone(),
        "http://no-such-host.invalid".to_owned(),
    ])
    .await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    let failed = |reason: &str| format!("the request to `{}` failed: {reason}", server.url(""));
    let too_large = "the body of the response is larger than 10000 bytes";
    let own_time = json!({"url": server.url("/never?1"), "timeoutMs": 50});
    let more_time = json!({"url": server.url("/never?2"), "timeoutMs": 60_000});
    for (order, code, message) in [
        (get(&server.url("/endless")), "Limit", too_large.to_owned()),
        (
            get(&server.url("/announced")),
            "Limit",
            too_large.to_owned(),
        ),
        (
            own_time,
            "Timeout",
            "there was no whole answer within 50ms".to_owned(),
        ),
        (
            more_time,
            "Timeout",
            "there was no whole answer within 1s".to_owned(),
        ),
        (
            get(&server.url("/never?3")),
            "Timeout",
            "there was no whole answer within 1s".to_owned(),
        ),
        (
            get(&server.url("/broken?private")),
            "Failed",
            failed("the answer broke off ("),
        ),
        (
            get(&server.url("/noise?private")),
            "Failed",
            failed("there was no proper answer ("),
        ),
        (
            get(&format!("{nobody}/?private")),
            "Failed",
            format!(
                "the request to `{nobody}` failed: it cannot be connected to (Connection refused"
            ),
        ),
        (
            get("http://no-such-host.invalid/?private"),
            "Failed",
            "the request to `http://no-such-host.invalid` failed: it cannot be connected to ("
                .to_owned(),
        ),
    ] {
        let told = fetcher.refusal("fetch", order.clone()).await;
        assert_eq!(told.0, code, "{order}: {told:?}");
        let whole = !message.ends_with('(') && !message.contains("(Connection");
        let same = if whole {
            told.1 == message
        } else {
            told.1.starts_with(&message)
        };
        assert!(same, "{order}: {told:?}");
        assert!(!told.1.contains("private"), "{told:?}");
        assert_eq!(
            fetcher.ok("fetch", get(&server.url("/"))).await["body"],
            "ok",
            "after {order}"
        );
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start().await;
    let daemon = daemon(&[server.url("")]).await;
    for _ in 0..2 {
        let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
        for _ in 0..10 {
            fetcher.ok("fetch", get(&server.url("/echo"))).await;
        }
    }
    assert_eq!((server.requests().len(), server.connections()), (20, 1));
}

#[tokio::test]
async fn while_one_waits_the_others_go_on() {
    let server = Server::start().await;
    let daemon = daemon(&[server.url("")]).await;
    let mut waiting = Desk::open(&daemon, "LiveFetcher").await;
    let call = |id: &str, action: &str, request: &str, payload: Value| {
        let kind = "CALL_ACTION";
        json!({"type": kind, "componentId": id, "action": action, "payload": payload, "requestId": request})
            .to_string()
    };
    let second = waiting.client.mount("LiveFetcher", json!({})).await;
    let first = waiting.mounted.id.clone();
    waiting
        .client
        .send(&call(&first, "fetch", "held", get(&server.url("/held"))))
        .await;
    server.asked_for("/held").await;
    // The same mount's next event waits; another mount's on the same connection does not, nor do others'.
    waiting
        .client
        .send(&call(&first, "ping", "behind", json!({})))
        .await;
    waiting
        .client
        .send(&call(&second.id, "ping", "beside", json!({})))
        .await;
    let reply = waiting.client.pushed().await;
    assert_eq!(
        (&reply["requestId"], &reply["result"]),
        (&json!("beside"), &json!("pong"))
    );
    let mut other = Desk::open(&daemon, "LiveFetcher").await;
    assert_eq!(other.ask("ping", json!({})).await, "pong");
    assert_eq!(other.ok("fetch", get(&server.url("/"))).await["body"], "ok");
    server.release();
    let mut order = Vec::new();
    while order.len() < 2 {
        let reply = waiting.client.pushed().await;
        assert_eq!(reply["success"], true, "{reply}");
        order.push(reply["requestId"].as_str().unwrap().to_owned());
    }
    assert_eq!(order, ["held", "behind"]);
}

#[tokio::test]
async fn a_credential_reaches_the_server_and_never_the_log() {
    const SECRET: &str = "s3cr3t-of-the-fetcher";
    let server = Server::start().await;
    let daemon = daemon(&[server.url("")]).await;
    let mut fetcher = Desk::open(&daemon, "LiveFetcher").await;
    let order = |path: &str| json!({"url": server.url(path), "credential": "KEY"});
    assert_eq!(fetcher.ok("fetch", order("/teapot")).await["status"], 418);
    let sent = server.requests()[0].clone();
    assert!(
        sent.starts_with(&format!("GET /teapot?key={SECRET} ")),
        "{sent}"
    );
    assert!(
        sent.contains(&format!("authorization: Bearer {SECRET}\r\n")),
        "{sent}"
    );
    for path in ["/broken", "/noise", "/endless", "/never"] {
        fetcher.refusal("fetch", order(path)).await;
    }
    // A server that shows what it was sent: the component may not pass it on.
    let reply = fetcher.call("fetch", order("/echo")).await;
    assert_eq!(reply["success"], false, "{reply}");
    let received = String::from_utf8_lossy(&fetcher.client.received).into_owned();
    assert!(!received.contains(SECRET), "{received}");
    daemon.terminate().await;
    let log = daemon.whole_log().await;
    assert!(log.contains("\"TRACE\""), "{log}");
    for line in log.lines() {
        assert!(!line.contains(SECRET), "{line}");
    }
}
