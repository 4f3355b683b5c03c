//! HTTP: the WebSocket upgrade, the routes beside it, those for the app's back end, the browser client and static files.

mod access;
mod assets;
mod backend;
mod problem;
mod routes;
mod upgrade;
mod upstream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use tower::Layer as _;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

pub use upstream::{Upstream, UpstreamError};

use crate::config::Config;
use crate::connection::Hub;

/// What the routes need.
pub struct Http {
    hub: Arc<Hub>,
    /// Path of the WebSocket.
    path: String,
    allowed_origins: Vec<String>,
    /// Development mode: pages of any loopback origin may connect.
    development: bool,
    api_key: Option<String>,
    /// Largest body of the app's back end.
    max_body_bytes: usize,
    /// How deep its JSON may nest.
    json_depth: usize,
    /// How long it waits for an action to begin.
    call_patience: Duration,
}

/// The peer's address, put into each request by the server.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// All routes.
pub fn router(
    config: &Config,
    hub: Arc<Hub>,
    upstream: Option<Upstream>,
    development: bool,
) -> Router {
    let http = Arc::new(Http {
        hub,
        path: config.path.clone(),
        allowed_origins: config
            .allowed_origins
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        development,
        api_key: config.api_key.clone(),
        max_body_bytes: config.limits.text_frame_bytes,
        json_depth: config.limits.json_depth,
        call_patience: config.limits.wall_time,
    });
    let mut router = Router::new()
        .route(&config.path, get(upgrade::upgrade))
        .route("/api/live/stats", get(routes::stats))
        .route("/api/live/health", get(routes::health))
        .route("/api/live/components", get(routes::components))
        .route("/api/live/websocket-info", get(routes::websocket_info))
        .route("/live/{file}", get(assets::client))
        .merge(backend::router());
    if config.static_dir.is_none() && upstream.is_none() && development {
        router = router.route("/", get(routes::welcome));
    }
    let nosniff = || {
        SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        )
    };
    // Behind the layer: the app's answers are passed on as they are.
    let router = router.layer(nosniff()).with_state(http);
    match (&config.static_dir, upstream) {
        (Some(directory), None) => {
            router.fallback_service(nosniff().layer(ServeDir::new(directory)))
        }
        (Some(directory), Some(upstream)) => router.fallback_service(
            ServeDir::new(directory)
                .call_fallback_on_method_not_allowed(true)
                .fallback(upstream::router(upstream)),
        ),
        (None, Some(upstream)) => router.fallback_service(upstream::router(upstream)),
        (None, None) => router,
    }
}
