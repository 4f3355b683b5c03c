//! What the daemon tells of itself over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};
use serde_json::json;

use super::access::Denied;
use super::front::Scheme;
use super::{Http, Peer};
use crate::protocol::{Encoding, PROTOCOL_VERSION};
use crate::telemetry::health::Health;

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        (self.status(), format!("{self}\n")).into_response()
    }
}

/// `GET /api/live/stats`: counts.
pub(super) async fn stats(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let hub = http.hub.stats();
    let live = &http.hub.live;
    let store = live.store_status();
    let slots = live.components();
    let components: Vec<_> = slots
        .iter()
        .map(|slot| {
            let version = slot.current();
            let workers = version.module.worker_counts();
            let kept = version.shared.store.usage(&version.shared.space).ok();
            json!({
                "name": slot.name(),
                "version": &*version.definition.version,
                "module": version.module.name(),
                "instances": slot.count(),
                "workers": { "live": workers.live, "recycled": workers.recycled },
                // Of a singleton that is mounted.
                "connections": slot.connections(),
                "store": kept.map(|kept| json!({ "keys": kept.keys, "bytes": kept.bytes })),
            })
        })
        .collect();
    Ok(Json(json!({
        "uptimeMs": u64::try_from(hub.uptime.as_millis()).unwrap_or(u64::MAX),
        "connections": { "open": hub.open, "accepted": hub.accepted },
        "messages": hub.messages,
        "instances": slots.iter().map(|slot| slot.count()).sum::<usize>(),
        "components": components,
        "rooms": { "open": live.rooms().count(), "members": live.rooms().members() },
        "timers": live.timers().count(),
        "uploads": { "underWay": live.uploads().service().map_or(0, |uploads| uploads.under_way()) },
        "recovery": { "waiting": live.lost().count() },
        "store": { "pendingBytes": store.pending_bytes, "failure": store.failure.as_deref() },
        "webhooks": live.webhook_stats().map(|stats| json!({
            "delivered": stats.delivered,
            "dropped": stats.dropped,
            "givenUp": stats.given_up,
            "waiting": stats.waiting,
        })),
    }))
    .into_response())
}

/// `GET /api/live/health`: how the daemon does, and to who has the key how each component does. It is the worst of them.
pub(super) async fn health(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let reports = http
        .hub
        .live
        .telemetry()
        .map(|telemetry| telemetry.health());
    let reports = reports.unwrap_or_default();
    let worst = reports.iter().map(|(_, report, _)| report.health).max();
    let mut answer = json!({
        "status": worst.unwrap_or(Health::Healthy).as_str(),
        "uptimeMs": ms(http.hub.stats().uptime),
    });
    if http.check_key(&headers, peer).is_ok() {
        let components = reports.iter().map(|(name, report, rest)| {
            json!({
                "name": name,
                "status": report.health.as_str(),
                "events": report.events,
                "broken": report.broken,
                "meanMs": report.mean.as_secs_f64() * 1000.0,
                "lastEventMs": rest.map(ms),
            })
        });
        answer["components"] = components.collect();
    }
    Json(answer).into_response()
}

/// `GET /api/live/health/live`: 200 as long as the process answers at all.
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /api/live/health/ready`: 200 while new visitors should be sent here.
pub(super) async fn ready(State(http): State<Arc<Http>>) -> Response {
    let refuse = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    if http.hub.is_stopping() {
        return refuse("The daemon is about to end\n");
    }
    if http.hub.live.store_status().failure.is_some() {
        return refuse("The store cannot be written to\n");
    }
    if !http.hub.has_room() {
        return refuse("limits.connections is reached\n");
    }
    "ready\n".into_response()
}

/// `GET /api/live/components`: the names that can be mounted.
pub(super) async fn components(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let slots = http.hub.live.components();
    let names: Vec<_> = slots.iter().map(|slot| slot.name()).collect();
    Ok(Json(json!({ "components": names, "count": names.len() })).into_response())
}

/// `GET /api/live/websocket-info`: where the socket is and what it speaks.
pub(super) async fn websocket_info(
    State(http): State<Arc<Http>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let peer = peer.map(|Extension(peer)| peer.0.ip());
    let scheme = match http.front.scheme(peer, &headers) {
        Some(Scheme::Https) => "wss",
        Some(Scheme::Http) | None => "ws",
    };
    Json(json!({
        "endpoint": http.path,
        "url": host.map(|host| format!("{scheme}://{host}{}", http.path)),
        "protocolVersion": PROTOCOL_VERSION,
        "subprotocols": Encoding::ALL.map(Encoding::subprotocol),
        "status": "running",
    }))
    .into_response()
}

/// `GET /` in development, where no static directory is given.
pub(super) async fn welcome() -> Html<&'static str> {
    Html(include_str!("welcome.html"))
}
