//! What the daemon counts and times, for those who watch over it.
//!
//! What happens often is counted where it happens, in counters that are looked up once and then only added to. What is
//! simply there (connections, mounts, memory) is asked for when somebody looks, and costs nothing otherwise.
//!
//! The number of series is bounded: labels are names of components, of kinds and of outcomes, never ids, users, rooms or
//! anything that a browser says.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper bounds, in seconds: an event takes microseconds, one that waits for a service takes seconds.
const BUCKETS: [f64; 16] = [
    10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 500e-3,
    1.0, 5.0, 30.0,
];

/// All that is counted.
pub struct Telemetry {
    registry: Registry,
    events: Family<EventLabels, Counter>,
    event_seconds: Family<ComponentLabel, Histogram, fn() -> Histogram>,
    guest_seconds: Family<ComponentLabel, Histogram, fn() -> Histogram>,
    wait_seconds: Family<ComponentLabel, Histogram, fn() -> Histogram>,
    delta_bytes: Family<ComponentLabel, Counter>,
    swaps: Family<OutcomeLabel, Counter>,
    swap_seconds: Histogram,
    auth: Family<OutcomeLabel, Counter>,
    rate_limited: Counter,
    uploads: Family<OutcomeLabel, Counter>,
    upload_bytes: Counter,
}

/// What happened to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
#[expect(
    missing_docs,
    reason = "they are named like the events that they stand for"
)]
pub enum EventKind {
    #[label("mount")]
    Mount,
    #[label("rehydrate")]
    Rehydrate,
    #[label("join")]
    Join,
    #[label("action")]
    Action,
    #[label("property")]
    Property,
    #[label("room")]
    Room,
    #[label("room-events")]
    RoomEvents,
    #[label("room-hook")]
    RoomHook,
    #[label("timer")]
    Timer,
    #[label("upload")]
    Upload,
    #[label("app-call")]
    AppCall,
    #[label("room-call")]
    RoomCall,
    #[label("member")]
    Member,
    #[label("reload")]
    Reload,
    #[label("unmount")]
    Unmount,
    #[label("disconnect")]
    Disconnect,
    #[label("daemon")]
    Daemon,
}

/// How many there are.
const KINDS: usize = EventKind::Daemon as usize + 1;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, EncodeLabelValue)]
pub enum Outcome {
    /// It was done.
    #[default]
    #[label("ok")]
    Ok,
    /// The component, or a rule, said no.
    #[label("refused")]
    Refused,
    /// The component broke down, and nothing of it was kept.
    #[label("crashed")]
    Crashed,
    /// It took too long, and nothing of it was kept.
    #[label("timeout")]
    Timeout,
}

/// How many there are.
const OUTCOMES: usize = Outcome::Timeout as usize + 1;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    component: Arc<str>,
    kind: EventKind,
    outcome: Outcome,
}

/// By component.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ComponentLabel {
    /// Its name.
    pub component: Arc<str>,
}

/// By what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

impl Telemetry {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut registry = Registry::with_prefix("liveside");
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let telemetry = Self {
            events: Family::default(),
            event_seconds: Family::new_with_constructor(histogram),
            guest_seconds: Family::new_with_constructor(histogram),
            wait_seconds: Family::new_with_constructor(histogram),
            delta_bytes: Family::default(),
            swaps: Family::default(),
            swap_seconds: histogram(),
            auth: Family::default(),
            rate_limited: Counter::default(),
            uploads: Family::default(),
            upload_bytes: Counter::default(),
            registry: Registry::default(),
        };
        registry.register(
            "events",
            "Events of instances, by what came of them",
            telemetry.events.clone(),
        );
        for (name, help, times) in [
            (
                "event_duration",
                "From an event's turn to its end, all that it causes included",
                &telemetry.event_seconds,
            ),
            (
                "guest_duration",
                "Inside the component's logic, waiting for services included",
                &telemetry.guest_seconds,
            ),
            (
                "queue_wait",
                "How long events waited for their turn, of those that had to",
                &telemetry.wait_seconds,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, times.clone());
        }
        registry.register_with_unit(
            "deltas",
            "Keys and values that events changed",
            Unit::Bytes,
            telemetry.delta_bytes.clone(),
        );
        registry.register(
            "swaps",
            "New versions of modules, by whether they were taken",
            telemetry.swaps.clone(),
        );
        registry.register_with_unit(
            "swap_duration",
            "From a compiled module to every instance on it",
            Unit::Seconds,
            telemetry.swap_seconds.clone(),
        );
        registry.register(
            "authentications",
            "Credentials, by what the providers said",
            telemetry.auth.clone(),
        );
        registry.register(
            "rate_limited",
            "Messages dropped because a connection sent too many",
            telemetry.rate_limited.clone(),
        );
        registry.register(
            "uploads",
            "Files of browsers, by what came of them",
            telemetry.uploads.clone(),
        );
        registry.register_with_unit(
            "uploaded",
            "Finished files",
            Unit::Bytes,
            telemetry.upload_bytes.clone(),
        );
        Arc::new(Self {
            registry,
            ..telemetry
        })
    }

    /// The counters of one component.
    #[must_use]
    pub fn meter(self: &Arc<Self>, component: &Arc<str>) -> Meter {
        let label = ComponentLabel {
            component: component.clone(),
        };
        Meter {
            event_seconds: self.event_seconds.get_or_create(&label).clone(),
            guest_seconds: self.guest_seconds.get_or_create(&label).clone(),
            wait_seconds: self.wait_seconds.get_or_create(&label).clone(),
            delta_bytes: self.delta_bytes.get_or_create(&label).clone(),
            events: std::array::from_fn(|_| std::array::from_fn(|_| OnceLock::new())),
            component: component.clone(),
            telemetry: self.clone(),
        }
    }

    /// A module was taken, or not.
    pub fn swapped(&self, taken: bool, took: Duration) {
        self.count(&self.swaps, if taken { "ok" } else { "refused" });
        if taken {
            self.swap_seconds.observe(took.as_secs_f64());
        }
    }

    /// Credentials were judged: `ok`, `refused` or `failed`.
    pub fn authenticated(&self, outcome: &'static str) {
        self.count(&self.auth, outcome);
    }

    /// A message was dropped.
    pub fn rate_limited(&self) {
        self.rate_limited.inc();
    }

    /// A file ended: `complete` with its bytes, `refused`, `failed`.
    pub fn uploaded(&self, outcome: &'static str, bytes: u64) {
        self.count(&self.uploads, outcome);
        self.upload_bytes.inc_by(bytes);
    }

    fn count(&self, family: &Family<OutcomeLabel, Counter>, outcome: &'static str) {
        family.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    /// Writes everything, without the end mark: other registries may follow.
    ///
    /// # Errors
    /// Only if `out` cannot be written to.
    pub fn encode(&self, out: &mut String) -> fmt::Result {
        prometheus_client::encoding::text::encode_registry(out, &self.registry)
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// The counters of one component.
#[derive(Debug)]
pub struct Meter {
    telemetry: Arc<Telemetry>,
    component: Arc<str>,
    /// Looked up when they are first needed: most pairs never happen.
    events: [[OnceLock<Counter>; OUTCOMES]; KINDS],
    event_seconds: Histogram,
    guest_seconds: Histogram,
    wait_seconds: Histogram,
    delta_bytes: Counter,
}

impl Meter {
    /// An event is over.
    pub fn event(&self, kind: EventKind, outcome: Outcome, took: Duration) {
        let counter = self.events[kind as usize][outcome as usize].get_or_init(|| {
            let labels = EventLabels {
                component: self.component.clone(),
                kind,
                outcome,
            };
            self.telemetry.events.get_or_create(&labels).clone()
        });
        counter.inc();
        self.event_seconds.observe(took.as_secs_f64());
    }

    /// The logic has run.
    pub fn guest(&self, took: Duration) {
        self.guest_seconds.observe(took.as_secs_f64());
    }

    /// An event had to wait for its turn.
    pub fn waited(&self, waited: Duration) {
        self.wait_seconds.observe(waited.as_secs_f64());
    }

    /// So much has changed.
    pub fn delta(&self, bytes: usize) {
        self.delta_bytes.inc_by(bytes as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(telemetry: &Telemetry) -> String {
        let mut out = String::new();
        telemetry.encode(&mut out).unwrap();
        out
    }

    #[test]
    fn what_is_counted_is_shown_by_component_kind_and_outcome() {
        let telemetry = Telemetry::new();
        let meter = telemetry.meter(&"LiveCounter".into());
        for _ in 0..3 {
            meter.event(EventKind::Action, Outcome::Ok, Duration::from_micros(30));
        }
        meter.event(EventKind::Timer, Outcome::Crashed, Duration::from_secs(2));
        meter.delta(10);
        let text = text(&telemetry);
        for line in [
            r#"liveside_events_total{component="LiveCounter",kind="action",outcome="ok"} 3"#,
            r#"liveside_events_total{component="LiveCounter",kind="timer",outcome="crashed"} 1"#,
            r#"liveside_event_duration_seconds_bucket{le="0.00005",component="LiveCounter"} 3"#,
            r#"liveside_event_duration_seconds_count{component="LiveCounter"} 4"#,
            r#"liveside_deltas_bytes_total{component="LiveCounter"} 10"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_never_happened_has_no_series() {
        let telemetry = Telemetry::new();
        let _meter = telemetry.meter(&"LiveCounter".into());
        assert!(!text(&telemetry).contains("liveside_events_total{"));
    }
}
