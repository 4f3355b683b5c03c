//! What operators ask about single connections and components. Ids of users and connections stand in it: it needs the key.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Denied;
use super::{Http, Peer};
use crate::connection::hub::Connected;
use crate::telemetry::health::{Health, Report};

/// How many connections one answer holds, unless asked for fewer.
const PAGE: usize = 1000;

/// Which part of a long list.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    /// Behind this id.
    after: Option<String>,
    /// No more than these.
    limit: Option<usize>,
}

/// `GET /api/live/connections`: who is there, in the order of their ids.
pub(super) async fn connections(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let mut all = http.hub.connected();
    let count = all.len();
    all.retain(|connected| {
        page.after
            .as_deref()
            .is_none_or(|after| connected.id.as_str() > after)
    });
    let more = all.len() > limit;
    all.truncate(limit);
    let connections: Vec<Value> = all.iter().map(describe).collect();
    Ok(Json(json!({ "count": count, "connections": connections, "more": more })).into_response())
}

/// `GET /api/live/connections/ID`: one of them, with what it has mounted.
pub(super) async fn connection(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let all = http.hub.connected();
    let Some(connected) = all.iter().find(|connected| connected.id.as_str() == id) else {
        return Ok((StatusCode::NOT_FOUND, "There is no such connection\n").into_response());
    };
    let mounted = http.hub.live.mounted_by(&connected.id);
    let components = mounted.iter().map(|instance| {
        json!({ "componentId": instance.id().as_str(), "component": instance.component() })
    });
    let mut answer = describe(connected);
    answer["components"] = components.collect();
    Ok(Json(answer).into_response())
}

/// `GET /api/live/performance/dashboard`: how all components do.
pub(super) async fn dashboard(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let reports = http
        .hub
        .live
        .telemetry()
        .map(|telemetry| telemetry.health());
    let components: Vec<Value> = reports
        .unwrap_or_default()
        .iter()
        .map(|(name, report, rest)| perform(name, report, *rest))
        .collect();
    let hub = http.hub.stats();
    Ok(Json(json!({
        "uptimeMs": ms(hub.uptime),
        "connections": hub.open,
        "messages": hub.messages,
        "components": components,
    }))
    .into_response())
}

/// `GET /api/live/performance/components/NAME`: how one does, by its name or by the id of something mounted.
pub(super) async fn component(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let live = &http.hub.live;
    let of_instance = live.find_instance(&name);
    let name = of_instance
        .as_ref()
        .map_or(&*name, |instance| instance.component());
    let reports = live.telemetry().map(|telemetry| telemetry.health());
    let reports = reports.unwrap_or_default();
    let found = reports.iter().find(|(component, ..)| **component == *name);
    Ok(match found {
        Some((name, report, rest)) => Json(perform(name, report, *rest)).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such component\n").into_response(),
    })
}

fn describe(connected: &Connected) -> Value {
    json!({
        "id": connected.id.as_str(),
        "userId": connected.user.as_deref(),
        "connectedMs": ms(connected.age),
        "silentMs": ms(connected.silent),
        "waitingBytes": connected.waiting_bytes,
    })
}

fn perform(name: &str, report: &Report, rest: Option<Duration>) -> Value {
    #[allow(clippy::cast_precision_loss, reason = "a share of two counts")]
    let error_rate = report.broken as f64 / report.events.max(1) as f64;
    let alerts = match report.health {
        Health::Healthy => Vec::new(),
        Health::Degraded | Health::Unhealthy => vec![format!(
            "{} of {} events broke down, one took {:.1} ms on average",
            report.broken,
            report.events,
            report.mean.as_secs_f64() * 1000.0
        )],
    };
    json!({
        "component": name,
        "status": report.health.as_str(),
        "totalUpdates": report.events,
        "avgUpdateTime": report.mean.as_secs_f64() * 1000.0,
        "errorRate": error_rate,
        "lastEventMs": rest.map(ms),
        "alerts": alerts,
    })
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
