//! What the daemon counts and times, for those who watch over it.
//!
//! What happens often is counted where it happens, in counters that are looked up once and then only added to. What is
//! simply there (connections, mounts, memory) is asked for when somebody looks, and costs nothing otherwise.
//!
//! The number of series is bounded: labels are names of components, of kinds and of outcomes, never ids, users, rooms or
//! anything that a browser says.

pub mod health;
mod labels;
pub mod memory;
pub mod spans;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tokio_util::sync::CancellationToken;

use health::{Health, History, Report, SAMPLE, Totals};
pub use labels::{ComponentLabel, EventKind, Outcome};
use labels::{EventLabels, KINDS, OUTCOMES, OutcomeLabel};

/// Upper bounds, in seconds: an event takes microseconds, one that waits for a service takes seconds.
const BUCKETS: [f64; 16] = [
    10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 100e-3, 500e-3,
    1.0, 5.0, 30.0,
];

/// All that is counted.
pub struct Telemetry {
    registry: Registry,
    started: Instant,
    /// By component.
    meters: Mutex<BTreeMap<Arc<str>, Arc<Meter>>>,
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
            started: Instant::now(),
            meters: Mutex::default(),
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
    pub fn meter(self: &Arc<Self>, component: &Arc<str>) -> Arc<Meter> {
        let mut meters = self.meters.lock();
        let meter = meters
            .entry(component.clone())
            .or_insert_with(|| Arc::new(self.make_meter(component)));
        meter.clone()
    }

    /// How each component does.
    #[must_use]
    pub fn health(&self) -> Vec<(Arc<str>, Report, Option<Duration>)> {
        let meters = self.meters.lock();
        let reports = meters.values().map(|meter| {
            let report = meter.history.lock().report(meter.totals());
            (meter.component.clone(), report, meter.rest())
        });
        reports.collect()
    }

    /// Notes how components do, and logs when one does otherwise than before, until `stop`.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(SAMPLE);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let meters: Vec<_> = self.meters.lock().values().cloned().collect();
            for meter in meters {
                meter.sample(Instant::now());
            }
        }
    }

    fn make_meter(self: &Arc<Self>, component: &Arc<str>) -> Meter {
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
            started: self.started,
            families: self.events.clone(),
            took_us: AtomicU64::new(0),
            last_ms: AtomicU64::new(NEVER),
            history: Mutex::default(),
            health: Mutex::new(Health::Healthy),
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
    component: Arc<str>,
    started: Instant,
    families: Family<EventLabels, Counter>,
    /// Looked up when they are first needed: most pairs never happen.
    events: [[OnceLock<Counter>; OUTCOMES]; KINDS],
    event_seconds: Histogram,
    guest_seconds: Histogram,
    wait_seconds: Histogram,
    delta_bytes: Counter,
    /// How long events took, all together, in microseconds.
    took_us: AtomicU64,
    /// When the last one ended, in milliseconds since the start.
    last_ms: AtomicU64,
    history: Mutex<History>,
    /// As it was when last noted.
    health: Mutex<Health>,
}

/// Of a component that had no event yet.
const NEVER: u64 = u64::MAX;

impl Meter {
    /// An event is over.
    pub fn event(&self, kind: EventKind, outcome: Outcome, begun: Instant) {
        let now = Instant::now();
        let took = now.duration_since(begun);
        let counter = self.events[kind as usize][outcome as usize].get_or_init(|| {
            let labels = EventLabels {
                component: self.component.clone(),
                kind,
                outcome,
            };
            self.families.get_or_create(&labels).clone()
        });
        counter.inc();
        self.event_seconds.observe(took.as_secs_f64());
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.took_us.fetch_add(us, Ordering::Relaxed);
        let ms = now.duration_since(self.started).as_millis();
        let ms = u64::try_from(ms).unwrap_or(NEVER - 1);
        self.last_ms.store(ms, Ordering::Relaxed);
    }

    fn totals(&self) -> Totals {
        let counted = |outcome: Outcome| -> u64 {
            let of_kinds = self.events.iter();
            of_kinds
                .filter_map(|outcomes| outcomes[outcome as usize].get())
                .map(Counter::get)
                .sum()
        };
        let broken = counted(Outcome::Crashed) + counted(Outcome::Timeout);
        Totals {
            events: counted(Outcome::Ok) + counted(Outcome::Refused) + broken,
            broken,
            took: Duration::from_micros(self.took_us.load(Ordering::Relaxed)),
        }
    }

    /// How long ago its last event was.
    fn rest(&self) -> Option<Duration> {
        let last = self.last_ms.load(Ordering::Relaxed);
        let last = (last != NEVER).then(|| Duration::from_millis(last))?;
        Some(self.started.elapsed().saturating_sub(last))
    }

    fn sample(&self, now: Instant) {
        let totals = self.totals();
        let report = {
            let mut history = self.history.lock();
            let report = history.report(totals);
            history.note(now, totals);
            report
        };
        let before = std::mem::replace(&mut *self.health.lock(), report.health);
        if before != report.health {
            let (events, broken, mean) = (report.events, report.broken, report.mean);
            if report.health > before {
                tracing::warn!(component = &*self.component, health = %report.health, %before, events, broken, ?mean, "a component does worse");
            } else {
                tracing::info!(component = &*self.component, health = %report.health, %before, events, broken, ?mean, "a component does better");
            }
        }
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
            meter.event(EventKind::Action, Outcome::Ok, Instant::now());
        }
        let long_ago = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
        meter.event(EventKind::Timer, Outcome::Crashed, long_ago);
        meter.delta(10);
        let text = text(&telemetry);
        for line in [
            r#"liveside_events_total{component="LiveCounter",kind="action",outcome="ok"} 3"#,
            r#"liveside_events_total{component="LiveCounter",kind="timer",outcome="crashed"} 1"#,
            r#"liveside_event_duration_seconds_bucket{le="1.0",component="LiveCounter"} 3"#,
            r#"liveside_event_duration_seconds_bucket{le="5.0",component="LiveCounter"} 4"#,
            r#"liveside_event_duration_seconds_count{component="LiveCounter"} 4"#,
            r#"liveside_deltas_bytes_total{component="LiveCounter"} 10"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn how_a_component_does_is_known_with_its_last_event() {
        let telemetry = Telemetry::new();
        let meter = telemetry.meter(&"LiveCounter".into());
        let [(_, report, rest)] = telemetry.health().try_into().unwrap();
        assert_eq!(
            (report.health, report.events, rest),
            (Health::Healthy, 0, None)
        );
        for _ in 0..5 {
            meter.event(EventKind::Action, Outcome::Timeout, Instant::now());
        }
        let [(_, report, rest)] = telemetry.health().try_into().unwrap();
        assert_eq!((report.health, report.broken), (Health::Unhealthy, 5));
        assert!(rest.is_some());
    }

    #[test]
    fn what_never_happened_has_no_series() {
        let telemetry = Telemetry::new();
        let _meter = telemetry.meter(&"LiveCounter".into());
        assert!(!text(&telemetry).contains("liveside_events_total{"));
    }
}
