//! The browser client and the inspector's page, embedded in the binary.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use super::Http;
use super::access::Denied;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/client/dist"]
struct Client;

/// `GET /live/FILE`. Browsers keep it and ask each time whether it is still the same.
pub(super) async fn client(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = Client::get(&file) else {
        let known: Vec<_> = Client::iter()
            .filter(|name| !name.ends_with(".map"))
            .collect();
        return (
            StatusCode::NOT_FOUND,
            format!("There is no {file}; there are {}\n", known.join(", ")),
        )
            .into_response();
    };
    let etag = format!(
        "\"{}\"",
        asset.metadata.sha256_hash()[..12]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>()
    );
    let cached = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|seen| seen.as_bytes() == etag.as_bytes())
    {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    // Any page may load the client; what it may connect to is decided at the upgrade.
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CONTENT_TYPE, content_type(&file)),
    ];
    (cached, open, asset.data.into_owned()).into_response()
}

/// `GET /live/inspector`. The page holds nothing by itself; what it shows, it asks for with the API key.
pub(super) async fn inspector(State(http): State<Arc<Http>>) -> Response {
    let rules = &http.hub.config.inspection;
    if !rules.enabled {
        let off = "The inspector is switched off: set `inspector = true`\n";
        return (StatusCode::NOT_FOUND, off).into_response();
    }
    if rules.key.is_none() && !rules.development {
        return Denied::NoKey.into_response();
    }
    let Some(page) = Client::get("inspector.html") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // What it shows comes from anybody: nothing of it may ever run.
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                  connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page.data.into_owned()).into_response()
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("ts") => "text/plain; charset=utf-8",
        Some("map") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    }
}
