use std::collections::HashMap;
use std::io;
use std::net::IpAddr;

use futures_util::future::BoxFuture;
use reqwest::dns::Resolve as _;

use super::*;
use server::{Reply, Server};

mod bounds;
mod server;

/// Names that lead where the test says.
struct Names(HashMap<&'static str, Vec<IpAddr>>);

impl Lookup for Names {
    fn lookup(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let found = self.0.get(host).cloned();
        Box::pin(async { found.ok_or_else(|| io::Error::other("no such name")) })
    }
}

fn names(names: &[(&'static str, &[&str])]) -> Arc<Names> {
    let parse = |addresses: &[&str]| addresses.iter().map(|ip| ip.parse().unwrap()).collect();
    let names = names
        .iter()
        .map(|(name, addresses)| (*name, parse(addresses)));
    Arc::new(Names(names.collect()))
}

/// A fetcher that finds this machine under a few names.
fn fetcher() -> Fetcher {
    let here: &[&str] = &["127.0.0.1"];
    let lookup = names(&[
        ("app.test", here),
        ("other.test", here),
        ("a.wild.test", here),
        (
            "mapped.wild.test",
            &["::ffff:127.0.0.1", "fd00::1", "0.0.0.0"],
        ),
    ]);
    Fetcher::with_lookup(lookup).unwrap()
}

fn policy(hosts: &[String]) -> Policy {
    bounded(hosts, FetchConfig::default())
}

fn bounded(hosts: &[String], bounds: FetchConfig) -> Policy {
    let hosts: Vec<_> = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Policy::new(hosts, bounds)
}

fn get(url: String) -> Request {
    Request {
        method: "GET".to_owned(),
        url,
        ..Request::default()
    }
}

#[tokio::test]
async fn an_allowed_host_is_fetched() {
    let server = Server::start(|_| Reply::with("404 Not Found", "X-Own: 1\r\n", "not here")).await;
    let base = format!("http://app.test:{}", server.port);
    let request = Request {
        method: "POST".to_owned(),
        url: format!("{base}/path?query#fragment"),
        headers: vec![("X-Mine".to_owned(), "yes".to_owned())],
        body: Some(b"hello".to_vec()),
        timeout: None,
    };
    let response = fetcher().fetch(&policy(&[base]), request).await.unwrap();
    assert_eq!((response.status, &*response.body), (404, &b"not here"[..]));
    assert!(
        response
            .headers
            .contains(&("x-own".to_owned(), "1".to_owned()))
    );
    let sent = &server.requests()[0];
    assert!(sent.starts_with("POST /path?query HTTP/1.1\r\n"), "{sent}");
    for part in [
        "x-mine: yes\r\n".to_owned(),
        format!("user-agent: {USER_AGENT}\r\n"),
        format!("host: app.test:{}\r\n", server.port),
        "content-length: 5\r\n".to_owned(),
    ] {
        assert!(sent.contains(&part), "{sent}");
    }
    assert!(sent.ends_with("\r\n\r\nhello"), "{sent}");
}

#[tokio::test]
async fn nothing_is_allowed_that_is_not_written() {
    let server = Server::start(|_| Reply::ok("secret")).await;
    let port = server.port;
    let own = format!("http://app.test:{port}");
    for (hosts, url) in [
        (vec![], format!("{own}/?secret")),
        (
            vec![own.clone()],
            format!("http://other.test:{port}/?secret"),
        ),
        (
            vec![own.clone()],
            format!("https://app.test:{port}/?secret"),
        ),
        (
            vec![own.clone()],
            format!("http://127.0.0.1:{port}/?secret"),
        ),
        (
            vec!["http://*.app.test".to_owned()],
            format!("{own}/?secret"),
        ),
    ] {
        let error = fetcher()
            .fetch(&policy(&hosts), get(url))
            .await
            .unwrap_err();
        let denial = Denial::NotAllowed;
        assert!(
            matches!(&error, FetchError::Denied { denial: d, .. } if *d == denial),
            "{error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn redirects_are_followed_as_far_as_they_are_allowed() {
    let target = Server::start(|_| Reply::ok("there")).await;
    let to_target = format!("http://other.test:{}/there", target.port);
    let server = Server::start(move |path| match path {
        "/out" => Reply::redirect(307, &to_target),
        "/file" => Reply::redirect(302, "file:///etc/passwd"),
        _ => Reply::redirect(303, "/out"),
    })
    .await;
    let own = format!("http://app.test:{}", server.port);
    let other = format!("http://other.test:{}", target.port);
    let request = |path: &str| Request {
        method: "PUT".to_owned(),
        headers: vec![("authorization".to_owned(), "secret".to_owned())],
        body: Some(b"hello".to_vec()),
        ..get(format!("{own}{path}"))
    };

    let both = policy(&[own.clone(), other.clone()]);
    let response = fetcher().fetch(&both, request("/start")).await.unwrap();
    assert_eq!(response.body, b"there");
    let [first, second] = &server.requests()[..] else {
        panic!("two requests are expected");
    };
    assert!(
        first.contains("secret") && first.ends_with("hello"),
        "{first}"
    );
    assert!(
        second.starts_with("GET /out ") && second.contains("secret"),
        "{second}"
    );
    assert!(!second.contains("hello"), "{second}");
    assert!(!target.requests()[0].contains("secret"));

    let one = policy(std::slice::from_ref(&own));
    let error = fetcher().fetch(&one, request("/out")).await.unwrap_err();
    let denial = Denial::NotAllowed;
    assert_eq!(
        error,
        FetchError::Denied {
            origin: other,
            denial
        }
    );
    assert_eq!(target.requests().len(), 1);

    let error = fetcher().fetch(&one, request("/file")).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("it redirects to a URL that cannot be fetched"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_loop_ends_after_five() {
    let server = Server::start(|_| Reply::redirect(302, "/again?secret")).await;
    let own = format!("http://app.test:{}", server.port);
    let request = get(format!("{own}/?secret"));
    let error = fetcher().fetch(&policy(&[own]), request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the request to `http://app.test:{}` failed: there were more than 5 redirects",
            server.port
        )
    );
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_wildcard_never_leads_to_a_private_address() {
    let server = Server::start(|_| Reply::ok("inner")).await;
    let port = server.port;
    let url = |name: &str| format!("http://{name}:{port}");
    let fetcher = fetcher();
    // Leaves a connection in the pool of named hosts, which the wildcard must not get.
    let named = policy(&[url("a.wild.test")]);
    fetcher
        .fetch(&named, get(url("a.wild.test")))
        .await
        .unwrap();

    let wild = policy(&[url("*.wild.test")]);
    for name in ["a.wild.test", "mapped.wild.test"] {
        let error = fetcher.fetch(&wild, get(url(name))).await.unwrap_err();
        let denial = Denial::PrivateAddress;
        assert_eq!(
            error,
            FetchError::Denied {
                origin: url(name),
                denial
            }
        );
    }
    assert_eq!(server.connections(), 1);
    // Written out beside the wildcard, it is named.
    let both = policy(&[url("*.wild.test"), url("a.wild.test")]);
    let response = fetcher.fetch(&both, get(url("a.wild.test"))).await.unwrap();
    assert_eq!(response.body, b"inner");
}

#[tokio::test]
async fn private_literals_need_an_entry_of_their_own() {
    let server = Server::start(|_| Reply::ok("inner")).await;
    let port = server.port;
    let literal = format!("http://127.0.0.1:{port}");
    let own = policy(std::slice::from_ref(&literal));
    assert_eq!(
        fetcher()
            .fetch(&own, get(literal.clone()))
            .await
            .unwrap()
            .body,
        b"inner"
    );
    let other = policy(&["https://*.example.org".to_owned()]);
    for url in [
        literal,
        format!("http://0:{port}"),
        format!("http://[::ffff:7f00:1]:{port}"),
    ] {
        let error = fetcher().fetch(&other, get(url)).await.unwrap_err();
        assert!(matches!(error, FetchError::Denied { .. }), "{error}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn private_addresses_are_left_out_of_a_mixed_answer() {
    let lookup = names(&[("mixed.test", &["10.0.0.1", "1.1.1.1", "::1"])]);
    let addresses = |public_only| {
        let resolver = GuardedResolver::new(lookup.clone(), public_only);
        let asked = resolver.resolve("mixed.test".parse().unwrap());
        async {
            asked
                .await
                .unwrap()
                .map(|address| address.ip().to_string())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(addresses(true).await, ["1.1.1.1"]);
    assert_eq!(addresses(false).await, ["10.0.0.1", "1.1.1.1", "::1"]);
}

#[tokio::test]
async fn a_name_is_found_through_the_system() {
    let server = Server::start(|_| Reply::ok("here")).await;
    let own = format!("http://localhost:{}", server.port);
    let fetcher = Fetcher::new().unwrap();
    let response = fetcher
        .fetch(&policy(std::slice::from_ref(&own)), get(own))
        .await
        .unwrap();
    assert_eq!(response.body, b"here");
}

#[tokio::test]
async fn a_failure_is_told_without_the_query() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let own = format!("http://app.test:{port}");
    let missing = "http://missing.test".to_owned();
    let policy = policy(&[own.clone(), missing.clone()]);
    let error = fetcher()
        .fetch(&policy, get(format!("{own}/?secret")))
        .await
        .unwrap_err();
    let start = format!("the request to `{own}` failed: it cannot be connected to (");
    assert!(error.to_string().starts_with(&start), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    let error = fetcher()
        .fetch(&policy, get(format!("{missing}/?secret")))
        .await
        .unwrap_err();
    assert!(error.to_string().ends_with("(no such name)"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let made = rcgen::generate_simple_self_signed(["app.test".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der();
    let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(Arc::new(
        tokio_rustls::rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![made.cert.der().clone()], key.try_into().unwrap())
    .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = async {
        let (stream, _) = listener.accept().await.unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        acceptor.accept(stream).await.map(drop).unwrap_err()
    };
    let own = format!("https://app.test:{port}");
    let policy = policy(std::slice::from_ref(&own));
    let fetcher = fetcher();
    let (error, _) = tokio::join!(fetcher.fetch(&policy, get(own)), serving);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate"), "{error}");
}
