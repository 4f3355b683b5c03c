//! A server of raw bytes on port 0, which counts its connections and keeps what it was sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What the server does with a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Writes these bytes.
    Raw(String),
    /// Writes these bytes and closes.
    Last(String),
    /// Begins a body and goes on until the connection is dropped.
    Endless,
    /// Waits until the connection is dropped.
    Silence,
}

impl Reply {
    pub(super) fn ok(body: &str) -> Self {
        Self::with("200 OK", "", body)
    }

    pub(super) fn with(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Raw(format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}"
        ))
    }

    pub(super) fn redirect(status: u16, location: &str) -> Self {
        Self::with(
            &format!("{status} Moved"),
            &format!("location: {location}\r\n"),
            "moved",
        )
    }
}

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    /// Heads and bodies as they came.
    requests: Mutex<Vec<String>>,
    asked: Notify,
    dropped: Notify,
}

pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers each request by its path.
    pub(super) async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, answer) = (Arc::new(Seen::default()), Arc::new(answer));
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (shared, answer) = (shared.clone(), answer.clone());
                connections.spawn(async move {
                    let _ = serve(stream, &shared, &*answer).await;
                    shared.dropped.notify_one();
                });
            }
        });
        Self { port, seen, task }
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::Relaxed)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().clone()
    }

    /// Until a request has come in.
    pub(super) async fn asked(&self) {
        self.seen.asked.notified().await;
    }

    /// Until a connection has ended.
    pub(super) async fn dropped(&self) {
        self.seen.dropped.notified().await;
    }
}

async fn serve(
    mut stream: TcpStream,
    seen: &Seen,
    answer: &(dyn Fn(&str) -> Reply + Send + Sync),
) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let request = loop {
            if let Some(length) = whole_request(&buffer) {
                break buffer.drain(..length).collect::<Vec<u8>>();
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let request = String::from_utf8(request).unwrap();
        let path = request.split(' ').nth(1).unwrap().to_owned();
        seen.requests.lock().push(request);
        seen.asked.notify_one();
        match answer(&path) {
            Reply::Raw(bytes) => stream.write_all(bytes.as_bytes()).await?,
            Reply::Last(bytes) => return stream.write_all(bytes.as_bytes()).await,
            Reply::Endless => {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
                    .await?;
                loop {
                    stream.write_all(&[b'x'; 4096]).await?;
                }
            }
            Reply::Silence => {
                stream.read_buf(&mut buffer).await?;
            }
        }
    }
}

/// The length of the first request in `buffer`, if all of it is there.
fn whole_request(buffer: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(buffer).ok()?;
    let head = text.find("\r\n\r\n")? + 4;
    let length = text[..head]
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    (buffer.len() >= head + length).then_some(head + length)
}
