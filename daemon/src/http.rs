//! HTTP: the WebSocket upgrade, the routes beside it, those for the app's back end, the browser client and static files.

mod access;
mod answers;
mod assets;
mod backend;
mod files;
mod front;
mod metrics;
mod openapi;
mod operations;
mod own_answers;
mod problem;
mod request_id;
mod routes;
mod upgrade;
mod upstream;
mod visitors;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::routing::get;
use tower_http::services::ServeDir;

pub use front::Front;
pub use upstream::{Upstream, UpstreamError};

use crate::config::Config;
use crate::connection::Hub;

/// What the routes need.
pub struct Http {
    hub: Arc<Hub>,
    /// Path of the WebSocket.
    path: String,
    allowed_origins: Vec<String>,
    /// Whose word is believed on who asks.
    front: Front,
    visitors: visitors::Visitors,
    /// Development mode: pages of any loopback origin may connect.
    development: bool,
    api_key: Option<String>,
    /// How the paths of finished uploads begin, if there are any: `/uploads/`.
    uploads_path: Option<String>,
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
    let uploads_path = hub.live.uploads().service().map(|_| {
        let url = config.uploads.url.trim_end_matches('/');
        format!("{url}/")
    });
    let http = Arc::new(Http {
        hub,
        path: config.path.clone(),
        allowed_origins: config
            .allowed_origins
            .iter()
            .map(|origin| origin.trim_end_matches('/').to_owned())
            .collect(),
        front: Front::from(config),
        visitors: visitors::Visitors::new(&config.limits),
        development,
        api_key: config.api_key.clone(),
        uploads_path,
        max_body_bytes: config.limits.text_frame_bytes,
        json_depth: config.limits.json_depth,
        call_patience: config.limits.wall_time,
    });
    let mut router = Router::new()
        .route(&config.path, get(upgrade::upgrade))
        .route("/live/inspector", get(assets::inspector))
        .route("/live/{file}", get(assets::client))
        .route("/api/uploads/{file}", get(files::file))
        .merge(openapi::router());
    if config.static_dir.is_none() && upstream.is_none() && development {
        router = router.route("/", get(routes::welcome));
    }
    let router = router.with_state(http.clone());
    let router = match (&config.static_dir, upstream) {
        (Some(directory), None) => router.fallback_service(ServeDir::new(directory)),
        (Some(directory), Some(upstream)) => router.fallback_service(
            ServeDir::new(directory)
                .call_fallback_on_method_not_allowed(true)
                .fallback(upstream::router(upstream)),
        ),
        (None, Some(upstream)) => router.fallback_service(upstream::router(upstream)),
        (None, None) => router,
    };
    let own = own_answers::headers(&config.allowed_origins, development);
    router
        .layer(from_fn_with_state(http, files::at_their_url))
        .layer(map_response_with_state(own, own_answers::complete))
        .layer(from_fn(request_id::identify))
}
