//! TLS with a real client: pages, sockets, a certificate that changes, and who does not speak it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use liveside_tests::{Client, Daemon, DaemonBuilder};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
};
use tokio_tungstenite::tungstenite::Error;

/// A certificate for `localhost` and its key.
struct Issued {
    der: CertificateDer<'static>,
    cert: String,
    key: String,
}

impl Issued {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        Self {
            der: made.cert.der().clone(),
            cert: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
        }
    }

    fn write(&self, files: &Files) {
        std::fs::write(&files.cert, &self.cert).unwrap();
        std::fs::write(&files.key, &self.key).unwrap();
    }
}

#[derive(Clone)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(daemon: &DaemonBuilder) -> Self {
        Self {
            cert: daemon.path("cert.pem"),
            key: daemon.path("key.pem"),
        }
    }
}

fn flag(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}

/// A daemon with a certificate.
fn secured(issued: &Issued) -> (DaemonBuilder, Files) {
    let daemon = Daemon::with(&["local-counter", "recorder"]);
    let files = Files::of(&daemon);
    issued.write(&files);
    let daemon = daemon
        .arg(&flag("tls-cert", &files.cert))
        .arg(&flag("tls-key", &files.key));
    (daemon, files)
}

async fn handshake(
    daemon: &Daemon,
    trusted: &Issued,
    version: &'static SupportedProtocolVersion,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(daemon.address()).await?;
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
}

/// A request over TLS, and the whole answer; the daemon must end it properly.
async fn get(mut stream: TlsStream<TcpStream>, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn socket(
    daemon: &Daemon,
    trusted: &Issued,
    headers: &[(&str, &str)],
) -> Result<Client, Error> {
    let stream = handshake(daemon, trusted, &TLS13).await?;
    Client::open(stream, "ws://localhost/api/live/ws", headers).await
}

#[tokio::test]
async fn pages_are_served_over_tls() {
    let issued = Issued::new();
    let daemon = secured(&issued).0.start().await;
    assert_eq!(daemon.scheme(), "https");
    for (version, spoken) in [
        (&TLS12, ProtocolVersion::TLSv1_2),
        (&TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let stream = handshake(&daemon, &issued, version).await.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(spoken));
        assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
        let answer = get(stream, "/api/live/websocket-info").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.contains("\"url\":\"wss://localhost/api/live/ws\""),
            "{answer}"
        );
    }
    // Longer than any buffer on the way.
    let stream = handshake(&daemon, &issued, &TLS13).await.unwrap();
    let answer = get(stream, "/live/client.js").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = format!("content-length: {}", body.len());
    assert!(head.contains(&length), "{head}");
}

#[tokio::test]
async fn sockets_are_served_over_tls() {
    let issued = Issued::new();
    let daemon = secured(&issued).0.start().await;
    let mut client = socket(&daemon, &issued, &[]).await.unwrap();
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let reply = client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(reply["result"]["count"], 1);
    let recorder = client.mount("LiveRecorder", json!({})).await;
    // Frames that the sockets on the way do not hold at once.
    for _ in 0..5 {
        let reply = client
            .call(&recorder.id, "fill", json!({"bytes": 500_000}))
            .await;
        assert_eq!(reply["success"], true);
    }
    let reply = client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(reply["result"]["count"], 2);
    client.close().await;
}

#[tokio::test]
async fn a_page_without_tls_may_not_connect() {
    let issued = Issued::new();
    let daemon = secured(&issued).0.start().await;
    assert!(
        socket(&daemon, &issued, &[("origin", "https://localhost")])
            .await
            .is_ok()
    );
    let refused = socket(&daemon, &issued, &[("origin", "http://localhost")]).await;
    match refused.err().expect("a refusal") {
        Error::Http(response) => assert_eq!(response.status(), 403),
        error => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_certificate_is_replaced_while_connections_go_on() {
    let (old, new) = (Issued::new(), Issued::new());
    let (daemon, files) = secured(&old);
    let daemon = daemon.start().await;
    let mut client = socket(&daemon, &old, &[]).await.unwrap();
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    new.write(&files);
    daemon
        .logged("the certificate has changed and is in use")
        .await;
    assert!(handshake(&daemon, &new, &TLS13).await.is_ok());
    assert!(handshake(&daemon, &old, &TLS13).await.is_err());
    let reply = client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(reply["result"]["count"], 1);
}

#[tokio::test]
async fn a_broken_certificate_leaves_the_old_one_and_is_told_once() {
    let (old, new) = (Issued::new(), Issued::new());
    let (daemon, files) = secured(&old);
    let daemon = daemon.start().await;
    let told = "the new certificate cannot be used: the one before is kept";
    std::fs::write(&files.cert, "half a certif").unwrap();
    daemon.logged(told).await;
    assert!(handshake(&daemon, &old, &TLS13).await.is_ok());
    new.write(&files);
    daemon
        .logged("the certificate has changed and is in use")
        .await;
    assert!(handshake(&daemon, &new, &TLS13).await.is_ok());
    assert_eq!(daemon.log().matches(told).count(), 1);
}

#[tokio::test]
async fn plain_http_is_told_that_this_is_tls() {
    let daemon = secured(&Issued::new()).0.start().await;
    let answer = daemon.http("GET", "/api/live/health").send().await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        "This port speaks TLS: use https:// and wss://, not http:// or ws:\n"
    );
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_stops_the_start() {
    let (one, other) = (Issued::new(), Issued::new());
    let told = Daemon::with(&[]).arg("--tls-cert=cert.pem").refused().await;
    assert_eq!(
        told,
        "liveside: tls.key: `tls.cert` is given and needs its key too (--tls-key FILE)\n"
    );
    let told = Daemon::with(&[])
        .config("[tls]\nkey = \"key.pem\"")
        .refused()
        .await;
    assert!(told.contains("tls.cert: "), "{told}");
    let (daemon, files) = secured(&one);
    std::fs::write(&files.key, &other.key).unwrap();
    let told = daemon.refused().await;
    assert!(told.contains("cannot be used with"), "{told}");
    let (daemon, files) = secured(&one);
    std::fs::remove_file(&files.cert).unwrap();
    let told = daemon.refused().await;
    assert!(told.starts_with("liveside: tls.cert: "), "{told}");
}

#[tokio::test]
async fn a_stop_tells_clients_over_tls_too_and_waits_for_no_handshake() {
    let issued = Issued::new();
    let mut daemon = secured(&issued).0.start().await;
    let silent = TcpStream::connect(daemon.address()).await.unwrap();
    let mut client = socket(&daemon, &issued, &[]).await.unwrap();
    daemon.terminate().await;
    assert_eq!(client.closed().await, (1012, "service restart".to_owned()));
    drop(client);
    assert!(daemon.ended().await.success());
    assert!(
        !daemon.log().contains("not everything ended"),
        "{}",
        daemon.log()
    );
    drop(silent);
}
