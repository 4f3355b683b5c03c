//! Whether a component does well, judged by what came of its events lately.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

/// What counts as lately.
pub const WINDOW: Duration = Duration::from_secs(5 * 60);
/// How often totals are noted. The window is that much longer at most.
pub const SAMPLE: Duration = Duration::from_secs(10);
/// With fewer events than this nothing is said: one failure of two is no rate.
const FEW: u64 = 5;
/// From this share of events on that broke down, in percent.
const DEGRADED_PERCENT: u64 = 5;
const UNHEALTHY_PERCENT: u64 = 50;
/// From this mean duration of an event on.
const SLOW: Duration = Duration::from_secs(1);

/// How a component does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// Nothing is known against it.
    Healthy,
    /// Some of its events break down, or it is slow.
    Degraded,
    /// Half of its events or more break down.
    Unhealthy,
}

impl Health {
    /// As it stands in answers and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a component has done since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events.
    pub events: u64,
    /// Those that broke down: crashed, or took too long. What a component refuses is no fault of it.
    pub broken: u64,
    /// How long they took, all together.
    pub took: Duration,
}

/// What a component has done lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// The judgement.
    pub health: Health,
    /// Events.
    pub events: u64,
    /// Those that broke down.
    pub broken: u64,
    /// How long one took, on average.
    pub mean: Duration,
}

/// Totals as they were, some time apart.
#[derive(Debug, Default)]
pub(super) struct History(VecDeque<(Instant, Totals)>);

impl History {
    /// Notes the totals, and forgets what is out of the window but for the last: it is where the window begins.
    pub(super) fn note(&mut self, now: Instant, totals: Totals) {
        self.0.push_back((now, totals));
        while self
            .0
            .get(1)
            .is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW)
        {
            self.0.pop_front();
        }
    }

    /// What has been done since the window began.
    pub(super) fn report(&self, totals: Totals) -> Report {
        let before = self
            .0
            .front()
            .map_or_else(Totals::default, |(_, totals)| *totals);
        let events = totals.events - before.events;
        let broken = totals.broken - before.broken;
        let took = totals.took.saturating_sub(before.took);
        let mean = took
            .checked_div(u32::try_from(events).unwrap_or(u32::MAX))
            .unwrap_or_default();
        let percent = |share: u64| broken * 100 >= events * share;
        let health = if events < FEW {
            Health::Healthy
        } else if percent(UNHEALTHY_PERCENT) {
            Health::Unhealthy
        } else if percent(DEGRADED_PERCENT) || mean >= SLOW {
            Health::Degraded
        } else {
            Health::Healthy
        };
        Report {
            health,
            events,
            broken,
            mean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(events: u64, broken: u64, ms: u64) -> Totals {
        Totals {
            events,
            broken,
            took: Duration::from_millis(ms),
        }
    }

    #[test]
    fn a_component_is_judged_by_its_share_of_broken_events_and_its_time() {
        let health = |totals| History::default().report(totals).health;
        for (totals, expected) in [
            (totals(0, 0, 0), Health::Healthy),
            (totals(4, 4, 0), Health::Healthy),
            (totals(5, 5, 0), Health::Unhealthy),
            (totals(100, 4, 0), Health::Healthy),
            (totals(100, 5, 0), Health::Degraded),
            (totals(100, 49, 0), Health::Degraded),
            (totals(100, 50, 0), Health::Unhealthy),
            (totals(10, 0, 10_000), Health::Degraded),
            (totals(10, 0, 9_999), Health::Healthy),
        ] {
            assert_eq!(health(totals), expected, "{totals:?}");
        }
    }

    #[test]
    fn what_is_long_ago_is_forgiven() {
        let (mut history, start) = (History::default(), Instant::now());
        history.note(start, totals(0, 0, 0));
        history.note(start + SAMPLE, totals(100, 100, 0));
        let now = totals(200, 100, 0);
        assert_eq!(history.report(now).health, Health::Unhealthy);
        history.note(start + WINDOW, totals(150, 100, 0));
        assert_eq!(history.report(now).events, 200);
        history.note(start + SAMPLE + WINDOW, now);
        assert_eq!(history.report(now).events, 100);
        assert_eq!(history.report(now).health, Health::Healthy);
        assert_eq!(history.0.len(), 3);
    }
}
