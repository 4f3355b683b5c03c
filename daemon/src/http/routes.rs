//! What the daemon tells of itself over HTTP.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Json, Response};

use super::access::Denied;
use super::answers::{
    ComponentHealth, ComponentNames, ComponentStats, ConnectionCounts, HealthAnswer, Kept,
    RecoveryCounts, RoomCounts, SocketInfo, Stats, StoreStatus, UploadCounts, WebhookCounts,
    WorkerStats,
};
use super::front::Scheme;
use super::{Http, Peer};
use crate::clock::ms;
use crate::live::Slot;
use crate::protocol::{Encoding, PROTOCOL_VERSION};
use crate::telemetry::health::Health;

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        (self.status(), format!("{self}\n")).into_response()
    }
}

/// Counts of everything.
#[utoipa::path(get, path = "/api/live/stats", tag = "operations", security(("apiKey" = [])),
    responses((status = 200, body = Stats), (status = 401, description = "The API key is missing")))]
pub(super) async fn stats(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<Stats>, Denied> {
    http.check_key(&headers, peer)?;
    let hub = http.hub.stats();
    let live = &http.hub.live;
    let store = live.store_status();
    let slots = live.components();
    let uploads = live.uploads().service();
    Ok(Json(Stats {
        uptime_ms: ms(hub.uptime),
        connections: ConnectionCounts {
            open: hub.open,
            accepted: hub.accepted,
        },
        messages: hub.messages,
        instances: slots.iter().map(|slot| slot.count()).sum(),
        components: slots.iter().map(|slot| component_stats(slot)).collect(),
        rooms: RoomCounts {
            open: live.rooms().count(),
            members: live.rooms().members(),
        },
        timers: live.timers().count(),
        uploads: UploadCounts {
            under_way: uploads.map_or(0, |uploads| uploads.under_way()),
        },
        recovery: RecoveryCounts {
            waiting: live.lost().count(),
        },
        store: StoreStatus {
            pending_bytes: store.pending_bytes as u64,
            failure: store.failure.as_deref().map(str::to_owned),
        },
        webhooks: live.webhook_stats().map(|stats| WebhookCounts {
            delivered: stats.delivered,
            dropped: stats.dropped,
            given_up: stats.given_up,
            waiting: stats.waiting as u64,
        }),
    }))
}

fn component_stats(slot: &Slot) -> ComponentStats {
    let version = slot.current();
    let workers = version.module.worker_counts();
    let kept = version.shared.store.usage(&version.shared.space).ok();
    ComponentStats {
        name: slot.name().to_owned(),
        version: version.definition.version.to_string(),
        module: version.module.name().to_owned(),
        instances: slot.count(),
        workers: WorkerStats {
            live: workers.live,
            recycled: workers.recycled,
        },
        connections: slot.connections(),
        store: kept.map(|kept| Kept {
            keys: kept.keys,
            bytes: kept.bytes,
        }),
    }
}

/// How the daemon does, and to who has the key how each component does. It is the worst of them.
#[utoipa::path(get, path = "/api/live/health", tag = "health", security((), ("apiKey" = [])),
    responses((status = 200, body = HealthAnswer)))]
pub(super) async fn health(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Json<HealthAnswer> {
    let live = &http.hub.live;
    let reports = live.telemetry().map(|telemetry| telemetry.health());
    let reports = reports.unwrap_or_default();
    let worst = reports.iter().map(|(_, report, _)| report.health).max();
    let components = reports.iter().map(|(name, report, rest)| ComponentHealth {
        name: name.to_string(),
        status: report.health.as_str(),
        events: report.events,
        broken: report.broken,
        mean_ms: report.mean.as_secs_f64() * 1000.0,
        last_event_ms: rest.map(ms),
    });
    let may_see = http.check_key(&headers, peer).is_ok();
    Json(HealthAnswer {
        status: worst.unwrap_or(Health::Healthy).as_str(),
        uptime_ms: ms(http.hub.stats().uptime),
        components: may_see.then(|| components.collect()),
    })
}

/// 200 as long as the process answers at all.
#[utoipa::path(get, path = "/api/live/health/live", tag = "health", security(()),
    responses((status = 200, description = "It answers", body = String)))]
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// 200 while new visitors should be sent here.
#[utoipa::path(get, path = "/api/live/health/ready", tag = "health", security(()),
    responses((status = 200, description = "Send visitors", body = String), (status = 503, description = "Send none; the text says why", body = String)))]
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

/// The names of what can be mounted.
#[utoipa::path(get, path = "/api/live/components", tag = "operations", security(("apiKey" = [])),
    responses((status = 200, body = ComponentNames), (status = 401, description = "The API key is missing")))]
pub(super) async fn components(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<ComponentNames>, Denied> {
    http.check_key(&headers, peer)?;
    let slots = http.hub.live.components();
    Ok(Json(ComponentNames {
        count: slots.len(),
        components: slots.iter().map(|slot| slot.name().to_owned()).collect(),
    }))
}

/// Where the socket is and what it speaks.
#[utoipa::path(get, path = "/api/live/websocket-info", tag = "browsers", security(()),
    responses((status = 200, body = SocketInfo)))]
pub(super) async fn websocket_info(
    State(http): State<Arc<Http>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Json<SocketInfo> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let peer = peer.map(|Extension(peer)| peer.0.ip());
    let scheme = match http.front.scheme(peer, &headers) {
        Some(Scheme::Https) => "wss",
        Some(Scheme::Http) | None => "ws",
    };
    Json(SocketInfo {
        endpoint: http.path.clone(),
        url: host.map(|host| format!("{scheme}://{host}{}", http.path)),
        protocol_version: PROTOCOL_VERSION,
        subprotocols: Encoding::ALL.map(Encoding::subprotocol).to_vec(),
        status: "running",
    })
}

/// `GET /` in development, where no static directory is given.
pub(super) async fn welcome() -> Html<&'static str> {
    Html(include_str!("welcome.html"))
}
