//! Percentiles of measured times.

use std::time::Duration;

/// Times of single calls.
#[derive(Debug, Default, Clone)]
pub struct Latencies {
    nanos: Vec<u64>,
    sorted: bool,
}

impl Latencies {
    /// Adds one.
    pub fn push(&mut self, latency: Duration) {
        self.nanos
            .push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        self.sorted = false;
    }

    /// Adds all of `other`.
    pub fn append(&mut self, mut other: Self) {
        self.nanos.append(&mut other.nanos);
        self.sorted = false;
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.nanos.len()
    }

    /// The smallest time that `percent` of all do not exceed; `None` where there is none at all.
    pub fn percentile(&mut self, percent: f64) -> Option<Duration> {
        if !self.sorted {
            self.nanos.sort_unstable();
            self.sorted = true;
        }
        let last = self.nanos.len().checked_sub(1)?;
        // Times are not counted in numbers where an f64 is not exact.
        let rank = (self.nanos.len() as f64 * percent / 100.0).ceil() as usize;
        Some(Duration::from_nanos(
            self.nanos[rank.saturating_sub(1).min(last)],
        ))
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Self {
        let mut latencies = Self::default();
        for time in times {
            latencies.push(time);
        }
        latencies
    }
}

/// A time in microseconds.
#[must_use]
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut times: Latencies = (1..=200).rev().map(Duration::from_micros).collect();
        let mut at = |percent| times.percentile(percent).expect("there are some");
        assert_eq!(at(0.0), Duration::from_micros(1));
        assert_eq!(at(50.0), Duration::from_micros(100));
        assert_eq!(at(99.0), Duration::from_micros(198));
        assert_eq!(at(100.0), Duration::from_micros(200));
    }

    #[test]
    fn the_median_of_three_is_the_middle_one_and_the_worst_of_twenty_the_last() {
        let mut three: Latencies = [5, 90, 7].map(Duration::from_millis).into_iter().collect();
        assert_eq!(three.percentile(50.0), Some(Duration::from_millis(7)));
        let mut twenty: Latencies = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(twenty.percentile(50.0), Some(Duration::from_millis(10)));
        assert_eq!(twenty.percentile(100.0), Some(Duration::from_millis(20)));
    }

    #[test]
    fn what_is_added_later_counts_too() {
        let mut times: Latencies = [Duration::from_micros(3)].into_iter().collect();
        assert_eq!(times.percentile(100.0), Some(Duration::from_micros(3)));
        times.append([Duration::from_micros(9)].into_iter().collect());
        assert_eq!(times.count(), 2);
        assert_eq!(times.percentile(100.0), Some(Duration::from_micros(9)));
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Latencies::default().percentile(50.0), None);
    }
}
