//! From the port to a request: listening, accepting, TLS where it is wanted, and hyper over what comes of it.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::http::Peer;
use crate::tls::{Pump, Tls};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 4096;
/// How long a client may take to send a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after a failed accept: the usual reason is too many open files, and trying at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What serves a connection. Clones are cheap and share everything.
#[derive(Clone)]
struct Server {
    http: http1::Builder,
    router: Router,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A socket that listens.
///
/// # Errors
/// If the address is taken or not this machine's.
pub(super) fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Accepts connections until `stop`. Each is served by a task of its own; the tracker owns them.
pub(super) async fn accept(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    stop: CancellationToken,
) -> TaskTracker {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT);
    let server = Server {
        http,
        router,
        stop,
        tasks: TaskTracker::new(),
    };
    loop {
        let accepted = tokio::select! {
            () = server.stop.cancelled() => return server.tasks,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Replies are small and wanted at once; a connection that is gone already tells so when it is read.
        let _ = stream.set_nodelay(true);
        match &tls {
            None => server.spawn(stream, peer),
            Some(tls) => {
                let secured = server.clone().secure(tls.clone(), stream, peer);
                server.tasks.spawn(secured);
            }
        }
    }
}

impl Server {
    /// Starts the task that serves HTTP. It ends with the connection, or hands it over to a WebSocket's task.
    fn spawn<S>(&self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let service = TowerToHyperService::new(self.router.clone().map_request(
            move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(Peer(peer));
                request
            },
        ));
        let connection = self
            .http
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let served = tokio::select! {
                served = connection.as_mut() => served,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = served {
                tracing::debug!(%peer, %error, "an HTTP connection ended badly");
            }
        });
    }

    /// Does the handshake, has the plain bytes served, and moves them until the connection ends.
    async fn secure(self, tls: Tls, stream: TcpStream, peer: SocketAddr) {
        let handshake = tokio::select! {
            handshake = tls.accept(stream) => handshake,
            () = self.stop.cancelled() => return,
        };
        match handshake.and_then(Pump::new) {
            Ok((pump, plain)) => {
                self.spawn(plain, peer);
                // The router and what it holds is not needed for as long as the connection lasts.
                drop((self, tls));
                pump.run().await;
            }
            Err(error) => tracing::debug!(%peer, %error, "a TLS connection did not come about"),
        }
    }
}
