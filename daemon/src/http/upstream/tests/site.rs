//! A site: an app on port 0, the daemon's handler before it on another, and a client of raw bytes.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::super::*;

/// A server whose connections end with it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) connections: Arc<AtomicUsize>,
    /// One task, which owns those of the connections.
    _task: JoinSet<()>,
}

impl Server {
    /// Serves `router`; requests come from `peer`.
    pub(super) async fn start(router: Router, peer: IpAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(listener, move |stream, _| {
            let service =
                router
                    .clone()
                    .map_request(move |mut request: hyper::Request<Incoming>| {
                        request
                            .extensions_mut()
                            .insert(Peer(SocketAddr::new(peer, 1)));
                        request
                    });
            let service = TowerToHyperService::new(service);
            let connection = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            async move {
                let _ = connection.await;
            }
        })
    }

    /// Serves each connection by `serve`, which is also given how many there were before.
    pub(super) fn serve<F: Future<Output = ()> + Send + 'static>(
        listener: TcpListener,
        serve: impl Fn(TcpStream, usize) -> F + Send + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(serve(stream, count.fetch_add(1, Ordering::Relaxed)));
            }
        });
        Self {
            address,
            connections,
            _task: task,
        }
    }

    pub(super) async fn connect(&self) -> Browser {
        let stream = TcpStream::connect(self.address).await.unwrap();
        Browser {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends a request and gives the whole answer.
    pub(super) async fn ask(&self, request: &str) -> String {
        let mut browser = self.connect().await;
        browser.send(request).await;
        browser.head_and_body().await
    }
}

pub(super) struct Site {
    pub(super) app: Server,
    pub(super) front: Server,
    pub(super) upstream: Upstream,
}

impl Site {
    /// A site whose browsers are on this machine.
    pub(super) async fn new(app: Router) -> Self {
        let app = Server::start(app, Ipv4Addr::LOCALHOST.into()).await;
        Self::before(app, Ipv4Addr::LOCALHOST.into(), Duration::from_secs(60)).await
    }

    /// A site whose requests come from `peer`.
    pub(super) async fn before(app: Server, peer: IpAddr, first_byte: Duration) -> Self {
        let url = format!("http://{}", app.address).parse().unwrap();
        let front = Front::new(vec!["10.1.0.0/16".parse().unwrap()], false);
        let upstream = Upstream::new(&url, first_byte, front).unwrap();
        let front = Server::start(router(upstream.clone()), peer).await;
        Self {
            app,
            front,
            upstream,
        }
    }
}

/// One connection of raw bytes.
pub(super) struct Browser {
    pub(super) stream: TcpStream,
    read: Vec<u8>,
}

impl Browser {
    pub(super) async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads until `end` has come, and gives what came, `end` included.
    pub(super) async fn until(&mut self, end: &str) -> String {
        loop {
            let found = self
                .read
                .windows(end.len())
                .position(|part| part == end.as_bytes());
            if let Some(at) = found {
                let rest = self.read.split_off(at + end.len());
                return String::from_utf8(std::mem::replace(&mut self.read, rest)).unwrap();
            }
            let read = self.stream.read_buf(&mut self.read).await.unwrap();
            assert!(
                read > 0,
                "`{end}` is missing: {:?}",
                String::from_utf8_lossy(&self.read)
            );
        }
    }

    /// The rest, until the server closes.
    pub(super) async fn rest(mut self) -> String {
        while self.stream.read_buf(&mut self.read).await.unwrap() > 0 {}
        String::from_utf8(self.read).unwrap()
    }

    async fn head_and_body(&mut self) -> String {
        let mut answer = self.until("\r\n\r\n").await;
        let length = answer
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        while self.read.len() < length {
            assert!(
                self.stream.read_buf(&mut self.read).await.unwrap() > 0,
                "{answer}"
            );
        }
        answer += std::str::from_utf8(&self.read[..length]).unwrap();
        self.read.drain(..length);
        answer
    }
}

/// An app that keeps the head and the body of what it is sent and answers with `answer`, bytes for bytes.
pub(super) async fn raw_app(answer: &'static str) -> (Server, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = requests.clone();
    let server = Server::serve(listener, move |mut stream, _| {
        let kept = kept.clone();
        async move {
            let mut read = Vec::new();
            while stream
                .read_buf(&mut read)
                .await
                .is_ok_and(|count| count > 0)
            {
                if read.windows(4).any(|part| part == b"\r\n\r\n") {
                    kept.lock()
                        .push(String::from_utf8(std::mem::take(&mut read)).unwrap());
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
        }
    });
    (server, requests)
}
