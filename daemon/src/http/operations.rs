//! What operators ask about single connections and components. Ids of users and connections stand in it: it needs the key.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::access::Denied;
use super::answers::{ConnectionInfo, Connections, Dashboard, MountedComponent, Performance};
use super::{Http, Peer};
use crate::clock::ms;
use crate::connection::hub::Connected;
use crate::telemetry::health::{Health, Report};

/// How many connections one answer holds, unless asked for fewer.
const PAGE: usize = 1000;

/// Which part of a long list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Behind this id.
    after: Option<String>,
    /// No more than these.
    limit: Option<usize>,
}

/// Who is there, in the order of their ids.
#[utoipa::path(get, path = "/api/live/connections", tag = "operations", security(("apiKey" = [])), params(Page),
    responses((status = 200, body = Connections), (status = 401, description = "The API key is missing")))]
pub(super) async fn connections(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Json<Connections>, Denied> {
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
    Ok(Json(Connections {
        count,
        connections: all.iter().map(describe).collect(),
        more,
    }))
}

/// One of them, with what it has mounted.
#[utoipa::path(get, path = "/api/live/connections/{id}", tag = "operations", security(("apiKey" = [])),
    params(("id" = String, Path, description = "The connection's id")),
    responses((status = 200, body = ConnectionInfo), (status = 401, description = "The API key is missing"), (status = 404, description = "There is none")))]
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
    let components = mounted.iter().map(|instance| MountedComponent {
        component_id: instance.id().as_str().to_owned(),
        component: instance.component().to_owned(),
    });
    let mut answer = describe(connected);
    answer.components = Some(components.collect());
    Ok(Json(answer).into_response())
}

/// How all components do.
#[utoipa::path(get, path = "/api/live/performance/dashboard", tag = "operations", security(("apiKey" = [])),
    responses((status = 200, body = Dashboard), (status = 401, description = "The API key is missing")))]
pub(super) async fn dashboard(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Json<Dashboard>, Denied> {
    http.check_key(&headers, peer)?;
    let reports = http
        .hub
        .live
        .telemetry()
        .map(|telemetry| telemetry.health());
    let reports = reports.unwrap_or_default();
    let hub = http.hub.stats();
    Ok(Json(Dashboard {
        uptime_ms: ms(hub.uptime),
        connections: hub.open,
        messages: hub.messages,
        components: reports
            .iter()
            .map(|(name, report, rest)| perform(name, report, *rest))
            .collect(),
    }))
}

/// How one does, by its name or by the id of something mounted.
#[utoipa::path(get, path = "/api/live/performance/components/{name}", tag = "operations", security(("apiKey" = [])),
    params(("name" = String, Path, description = "The component's name, or the id of an instance")),
    responses((status = 200, body = Performance), (status = 401, description = "The API key is missing"), (status = 404, description = "There is none")))]
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

fn describe(connected: &Connected) -> ConnectionInfo {
    ConnectionInfo {
        id: connected.id.as_str().to_owned(),
        user_id: connected.user.as_deref().map(str::to_owned),
        connected_ms: ms(connected.age),
        silent_ms: ms(connected.silent),
        waiting_bytes: connected.waiting_bytes,
        components: None,
    }
}

fn perform(name: &str, report: &Report, rest: Option<Duration>) -> Performance {
    #[allow(clippy::cast_precision_loss, reason = "a share of two counts")]
    let error_rate = report.broken as f64 / report.events.max(1) as f64;
    let mean_ms = report.mean.as_secs_f64() * 1000.0;
    let alerts = match report.health {
        Health::Healthy => Vec::new(),
        Health::Degraded | Health::Unhealthy => vec![format!(
            "{} of {} events broke down, one took {mean_ms:.1} ms on average",
            report.broken, report.events,
        )],
    };
    Performance {
        component: name.to_owned(),
        status: report.health.as_str(),
        total_updates: report.events,
        avg_update_time: mean_ms,
        error_rate,
        last_event_ms: rest.map(ms),
        alerts,
    }
}
