//! The OpenAPI document: made from the routes themselves, so that it cannot say anything else than they do.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse as _, Json};
use axum::routing::get;
use utoipa::openapi::security::{Http as HttpScheme, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Http, backend, metrics, operations, routes as own};

/// What the key is called in the document.
pub(super) const KEY: &str = "apiKey";

/// The routes that the document describes, with the one that it is at.
pub(super) fn router() -> Router<Arc<Http>> {
    let (router, document) = described().split_for_parts();
    let document = Arc::new(describe(document));
    router.route(
        "/api/live/openapi.json",
        get(move || {
            let document = document.clone();
            async move { Json(&*document).into_response() }
        }),
    )
}

fn described() -> OpenApiRouter<Arc<Http>> {
    OpenApiRouter::new()
        .routes(routes!(own::stats))
        .routes(routes!(own::health))
        .routes(routes!(own::alive))
        .routes(routes!(own::ready))
        .routes(routes!(own::components))
        .routes(routes!(own::websocket_info))
        .routes(routes!(operations::connections))
        .routes(routes!(operations::connection))
        .routes(routes!(operations::dashboard))
        .routes(routes!(operations::component))
        .routes(routes!(metrics::metrics))
        .routes(routes!(backend::emit))
        .routes(routes!(backend::message))
        .routes(routes!(backend::broadcast))
        .routes(routes!(backend::call))
        .routes(routes!(backend::render_state))
}

/// Adds what no single route says.
fn describe(routes: OpenApi) -> OpenApi {
    let about = "What the daemon tells of itself, and what the app's back end asks of it. Browsers use the WebSocket: see docs/protocol.md.";
    let info = InfoBuilder::new()
        .title("Liveside")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(about))
        .build();
    let mut components = routes.components.unwrap_or_default();
    let mut bearer = HttpScheme::new(HttpAuthScheme::Bearer);
    bearer.description = Some(
        "`api-key` of the configuration. Without one, callers on this machine may read; in development they may change."
            .to_owned(),
    );
    components.add_security_scheme(KEY, SecurityScheme::Http(bearer));
    OpenApiBuilder::new()
        .info(info)
        .paths(routes.paths)
        .components(Some(components))
        .build()
}
