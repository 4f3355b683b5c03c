//! `GET /metrics`, for Prometheus.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};

use super::access::Denied;
use super::{Http, Peer};
use crate::telemetry::memory::resident_bytes;
use crate::telemetry::{ComponentLabel, Telemetry};

/// What `application/openmetrics-text` says of itself.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Everything that is counted, and what there is at this moment.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(("apiKey" = [])),
    responses((status = 200, description = "OpenMetrics text: see docs/metrics.md", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "The API key is missing"), (status = 404, description = "`metrics = false`")))]
pub(super) async fn metrics(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Result<Response, Denied> {
    http.check_key(&headers, peer)?;
    let Some(telemetry) = http.hub.live.telemetry() else {
        return Ok((
            StatusCode::NOT_FOUND,
            "Metrics are off (`metrics = false`)\n",
        )
            .into_response());
    };
    let mut out = String::with_capacity(16 * 1024);
    let written = telemetry
        .encode(&mut out)
        .and_then(|()| text::encode_registry(&mut out, &at_this_moment(&http)))
        .and_then(|()| text::encode_eof(&mut out));
    Ok(match written {
        Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], out).into_response(),
        // Writing into memory does not fail.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    })
}

/// A number that is asked for when somebody looks.
#[derive(Debug)]
struct Now {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Gauge(u64),
    Counter(u64),
}

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let kind = match self.value {
            Value::Gauge(_) => MetricType::Gauge,
            Value::Counter(_) => MetricType::Counter,
        };
        let metric = encoder.encode_descriptor(self.name, self.help, self.unit.as_ref(), kind)?;
        match self.value {
            Value::Gauge(value) => {
                ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(metric)
            }
            Value::Counter(value) => ConstCounter::new(value).encode(metric),
        }
    }
}

fn at_this_moment(http: &Http) -> Registry {
    let hub = http.hub.stats();
    let outboxes = http.hub.waiting();
    let live = &http.hub.live;
    let mut registry = Registry::with_prefix("liveside");
    let mut put = |name, help, unit: Option<Unit>, value| {
        registry.register_collector(Box::new(Now {
            name,
            help,
            unit,
            value,
        }));
    };
    let seconds = hub.uptime.as_secs();
    for (name, help, value) in [
        (
            "connections",
            "Connections that are open",
            Value::Gauge(hub.open as u64),
        ),
        (
            "connections_accepted",
            "Connections since the start",
            Value::Counter(hub.accepted),
        ),
        (
            "messages",
            "Messages of browsers",
            Value::Counter(hub.messages),
        ),
        ("rooms", "Rooms", Value::Gauge(live.rooms().count() as u64)),
        (
            "room_members",
            "Memberships of rooms",
            Value::Gauge(live.rooms().members() as u64),
        ),
        (
            "timers",
            "Timers that run",
            Value::Gauge(live.timers().count() as u64),
        ),
        (
            "waiting_components",
            "Components that wait for their connection",
            Value::Gauge(live.lost().count() as u64),
        ),
        (
            "uploads_under_way",
            "Files on their way",
            Value::Gauge(
                live.uploads()
                    .service()
                    .map_or(0, |uploads| uploads.under_way()) as u64,
            ),
        ),
    ] {
        put(name, help, None, value);
    }
    for (name, help, value) in [
        (
            "outbox",
            "What waits to be written to browsers",
            outboxes.sum,
        ),
        (
            "outbox_largest",
            "What waits for the browser that is furthest behind",
            outboxes.largest,
        ),
        (
            "memory",
            "Memory of the process that is in use",
            resident_bytes(),
        ),
    ] {
        put(name, help, Some(Unit::Bytes), Value::Gauge(value));
    }
    put(
        "uptime",
        "Time since the start",
        Some(Unit::Seconds),
        Value::Gauge(seconds),
    );
    if let Some(webhooks) = live.webhook_stats() {
        for (name, help, value) in [
            (
                "webhooks_delivered",
                "Events that the app has taken",
                webhooks.delivered,
            ),
            (
                "webhooks_dropped",
                "Events for which there was no room",
                webhooks.dropped,
            ),
            (
                "webhooks_given_up",
                "Events that the app did not take",
                webhooks.given_up,
            ),
        ] {
            put(name, help, None, Value::Counter(value));
        }
    }
    components(http, &mut registry);
    if let Some(telemetry) = live.telemetry() {
        health(telemetry, &mut registry);
    }
    registry
}

/// What there is of each component.
fn components(http: &Http, registry: &mut Registry) {
    let mounts = Family::<ComponentLabel, Gauge>::default();
    let [live, recycled, trapped] =
        std::array::from_fn(|_| Family::<ComponentLabel, Gauge>::default());
    for slot in http.hub.live.components() {
        let label = ComponentLabel {
            component: slot.name().into(),
        };
        let set = |family: &Family<ComponentLabel, Gauge>, value: usize| {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            family.get_or_create(&label).set(value);
        };
        set(&mounts, slot.count());
        let workers = slot.current().module.worker_counts();
        set(&live, workers.live);
        set(&recycled, workers.recycled);
        set(&trapped, workers.trapped);
    }
    registry.register("mounts", "What is mounted", mounts);
    registry.register("workers", "Warm instances of the component's module", live);
    registry.register(
        "workers_recycled",
        "Instances of the module as it is now that were thrown away",
        recycled,
    );
    registry.register("workers_trapped", "Those of them that had a fault", trapped);
}

/// How each component does.
fn health(telemetry: &Telemetry, registry: &mut Registry) {
    let family = Family::<ComponentLabel, Gauge>::default();
    for (component, report, _) in telemetry.health() {
        let level = report.health as i64;
        family
            .get_or_create(&ComponentLabel { component })
            .set(level);
    }
    registry.register(
        "component_health",
        "0: healthy, 1: degraded, 2: unhealthy",
        family,
    );
}
