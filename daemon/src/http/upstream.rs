//! Everything that is not the daemon's own goes through to the app (`--upstream URL`), so that both are one site.
//!
//! Apart from the other routes because it knows nothing of components. Bodies stream both ways and are never held;
//! WebSockets become tunnels (`tunnel`). Its rules:
//!
//! 1. The app sees the browser's request: method, path, query, body and `Host` unchanged. Headers of the connection go
//!    (`headers`), and the daemon says who asked.
//! 2. Whether the app answers is told in a sentence: 502 where it does not, 504 where it takes too long to begin. Its
//!    address stays out of what the browser sees.
//! 3. What has no end of its own, tunnels and event streams, ends with [`Upstream::close`].

mod body;
mod failure;
mod headers;
mod tunnel;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::uri::{Authority, InvalidUri, PathAndQuery, Scheme};
use axum::http::{HeaderValue, StatusCode, Uri, Version, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::own_answers::FromApp;
use super::{Front, Peer};
use crate::config::UpstreamUrl;
use body::{Progress, Stoppable, Watched};
use failure::Failure;

/// How long a connection to the app may take to come about.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long an idle connection is kept. Less than the 5 seconds after which Node closes it: a request that meets the
/// closing would be lost.
const IDLE_TIME: Duration = Duration::from_secs(4);
/// Idle connections that are kept.
const IDLE_CONNECTIONS: usize = 64;
/// Silence after which the system asks whether the app's machine is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// The app behind the daemon. Clones are cheap and share connections and tunnels.
#[derive(Clone)]
pub struct Upstream {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client<HttpConnector, Watched>,
    authority: Authority,
    /// From the last byte of the request to the first of the answer.
    first_byte: Duration,
    /// Whose `X-Forwarded-*` headers are believed.
    front: Front,
    /// Ends tunnels and event streams.
    stop: CancellationToken,
    /// Owns the tunnels.
    tunnels: TaskTracker,
    /// So that an app that is down is logged once and not for every request.
    is_down: AtomicBool,
}

/// The app's address cannot be used in a request.
#[derive(Debug, thiserror::Error)]
#[error("upstream: `{address}` cannot be used: {source}")]
pub struct UpstreamError {
    address: UpstreamUrl,
    source: InvalidUri,
}

/// Passes every request on. `Peer` must be among the request's extensions.
pub(super) fn router(upstream: Upstream) -> Router {
    Router::new().fallback(pass).with_state(upstream)
}

async fn pass(
    State(upstream): State<Upstream>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Response {
    let as_page = failure::wants_page(request.headers());
    match upstream.pass(peer.0.ip(), request).await {
        Ok(mut response) => {
            response.extensions_mut().insert(FromApp);
            response
        }
        Err(failure) => failure.into_response(as_page),
    }
}

impl Upstream {
    /// An app at `address`. It may take `first_byte` to begin its answer. `front` knows whose
    /// `X-Forwarded-*` headers are believed. Nothing is connected before the first request.
    ///
    /// # Errors
    /// If a URL can hold the address and a request cannot.
    pub fn new(
        address: &UpstreamUrl,
        first_byte: Duration,
        front: Front,
    ) -> Result<Self, UpstreamError> {
        let authority = address
            .authority()
            .parse()
            .map_err(|source| UpstreamError {
                address: address.clone(),
                source,
            })?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIME));
        connector.set_keepalive(Some(KEEPALIVE));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIME)
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .build(connector);
        Ok(Self {
            shared: Arc::new(Shared {
                client,
                authority,
                first_byte,
                front,
                stop: CancellationToken::new(),
                tunnels: TaskTracker::new(),
                is_down: AtomicBool::new(false),
            }),
        })
    }

    /// Ends tunnels and event streams, at once, and waits for the tunnels. Other answers run to their end.
    pub async fn close(&self) {
        self.shared.stop.cancel();
        self.shared.tunnels.close();
        self.shared.tunnels.wait().await;
    }

    async fn pass(&self, peer: IpAddr, mut request: Request) -> Result<Response, Failure> {
        let shared = &*self.shared;
        let websocket = headers::asks_for_websocket(&request);
        // Taken before the request is given away: the promise of the browser's connection.
        let browser = websocket.then(|| hyper::upgrade::on(&mut request));
        let sent = shared.prepare(peer, request, websocket)?;
        let (parts, body) = sent.into_parts();
        let progress = Progress::new();
        let body = Watched::new(body, progress.clone());
        let answer = shared.client.request(Request::from_parts(parts, body));
        let answered = match body::first_byte(answer, &progress, shared.first_byte).await {
            Some(Ok(response)) => Ok(response),
            Some(Err(error)) => Err(Failure::of(error)),
            None => Err(Failure::Slow),
        };
        shared.note(&answered);
        shared.answer(answered?, browser)
    }
}

impl Shared {
    /// The request as the app gets it.
    fn prepare(
        &self,
        peer: IpAddr,
        mut request: Request,
        websocket: bool,
    ) -> Result<Request, Failure> {
        let path = request.uri().path_and_query();
        let path = path.cloned().ok_or(Failure::Unreadable)?;
        // An absolute URL in the request's line goes before `Host` (RFC 9112, 3.2.2).
        let host = match request.uri().authority() {
            Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
            None => request.headers().get(header::HOST).cloned(),
        };
        *request.uri_mut() = self.uri(path).ok_or(Failure::Unreadable)?;
        *request.version_mut() = Version::HTTP_11;
        let peer = peer.to_canonical();
        let headers = request.headers_mut();
        headers::strip(headers);
        // The daemon has asked for the body itself, as soon as it is read.
        headers.remove(header::EXPECT);
        headers::forward(headers, peer, &self.front, host.as_ref());
        if let Some(host) = host {
            headers.insert(header::HOST, host);
        }
        if websocket {
            headers::keep_upgrade(headers);
        }
        Ok(request)
    }

    fn uri(&self, path: PathAndQuery) -> Option<Uri> {
        let uri = Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.authority.clone());
        uri.path_and_query(path).build().ok()
    }

    /// The app's answer as the browser gets it.
    fn answer(
        &self,
        mut response: hyper::Response<Incoming>,
        browser: Option<OnUpgrade>,
    ) -> Result<Response, Failure> {
        let switching = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        headers::strip(response.headers_mut());
        // Not the app's HTTP version but the daemon's; it decides how the body is framed.
        *response.version_mut() = Version::HTTP_11;
        if switching {
            let browser = browser.ok_or(Failure::Broken)?;
            let app = hyper::upgrade::on(&mut response);
            tunnel::spawn(&self.tunnels, self.stop.clone(), browser, app);
            headers::keep_upgrade(response.headers_mut());
            return Ok(response.map(|_| Body::empty()));
        }
        if headers::is_event_stream(response.headers()) {
            let stop = self.stop.clone();
            return Ok(response.map(|body| Body::new(Stoppable::new(body, stop))));
        }
        Ok(response.map(Body::new))
    }

    fn note(&self, answered: &Result<hyper::Response<Incoming>, Failure>) {
        let app = &self.authority;
        let is_down = matches!(answered, Err(Failure::Down));
        let was_down = self.is_down.swap(is_down, Ordering::Relaxed);
        match answered {
            Ok(_) if was_down => tracing::info!(%app, "the app answers again"),
            Err(Failure::Down) if !was_down => {
                tracing::warn!(%app, "the app cannot be connected to: requests are answered with 502");
            }
            Err(failure @ (Failure::Slow | Failure::Broken)) => {
                tracing::warn!(%app, "{failure}");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
