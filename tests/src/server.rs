//! A server that components send requests to: small, by hand, so that it can also answer wrongly, late or without end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// A server that does what the path says, and remembers what it was sent.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Seen>,
}

struct Seen {
    connections: AtomicUsize,
    /// Head and body of each request.
    requests: watch::Sender<Vec<String>>,
    /// `/held` is answered once for each permit.
    release: Semaphore,
}

impl Server {
    /// Starts it on a free port. It ends with the test.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen {
            connections: AtomicUsize::new(0),
            requests: watch::Sender::default(),
            release: Semaphore::new(0),
        });
        let shared = seen.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                shared.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, seen }
    }

    /// `http://127.0.0.1:PORT` and the path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Connections that were made to it.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    /// The requests that came, heads and bodies.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.borrow().clone()
    }

    /// Lets one `/held` be answered.
    pub fn release(&self) {
        self.seen.release.add_permits(1);
    }

    /// Waits until a request for this path has come.
    pub async fn asked_for(&self, path: &str) {
        let mut requests = self.seen.requests.subscribe();
        let begin = format!("GET {path} ");
        let came = requests.wait_for(|all| all.iter().any(|request| request.starts_with(&begin)));
        came.await.unwrap();
    }
}

/// Reads one request after the other; `None` is the end.
async fn read(stream: &mut BufReader<OwnedReadHalf>) -> Option<String> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let begin = head.len();
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
        let line = head[begin..].trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

async fn serve(stream: TcpStream, seen: Arc<Seen>) {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    while let Some(request) = read(&mut reader).await {
        seen.requests.send_modify(|all| all.push(request.clone()));
        if answer(&mut writer, &request, &seen).await.is_none() {
            return;
        }
    }
}

/// `None` ends the connection.
async fn answer(to: &mut OwnedWriteHalf, request: &str, seen: &Seen) -> Option<()> {
    let target = request.split(' ').nth(1).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let plain = |status: &str, headers: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let text = match path {
        "/teapot" => plain("418 I'm a teapot", "X-Test: one\r\n", "short and stout"),
        "/echo" => plain("200 OK", "Content-Type: text/plain\r\n", request),
        "/redirect" => plain("302 Found", &format!("Location: {query}\r\n"), ""),
        "/held" => {
            seen.release.acquire().await.unwrap().forget();
            plain("200 OK", "", "at last")
        }
        "/never" => {
            let () = std::future::pending().await;
            return None;
        }
        "/announced" => "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nx".to_owned(),
        "/broken" => {
            let broken = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.";
            to.write_all(broken.as_bytes()).await.ok()?;
            return None;
        }
        "/noise" => {
            to.write_all(b"this is not HTTP\r\n\r\n").await.ok()?;
            return None;
        }
        "/endless" => {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            to.write_all(head.as_bytes()).await.ok()?;
            let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
            // Until the daemon has had enough.
            loop {
                to.write_all(chunk.as_bytes()).await.ok()?;
            }
        }
        _ => plain("200 OK", "", "ok"),
    };
    to.write_all(text.as_bytes()).await.ok()
}
