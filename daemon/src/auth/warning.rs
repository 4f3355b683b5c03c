//! A line in the log for what happens again and again: once in a while, with how often it happened meanwhile.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// One line in this time.
const EVERY: Duration = Duration::from_secs(10);

/// Says when a line is due.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    kept_back: u64,
}

impl Seldom {
    /// Whether to write a line now; `Some` holds how many were kept back since the last one.
    pub(super) fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        if state
            .last
            .is_some_and(|last| now.saturating_duration_since(last) < EVERY)
        {
            state.kept_back += 1;
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.kept_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_back_is_counted_in_the_next_line() {
        let seldom = Seldom::default();
        let start = Instant::now();
        assert_eq!(seldom.due_at(start), Some(0));
        assert_eq!(seldom.due_at(start + EVERY / 2), None);
        assert_eq!(seldom.due_at(start + EVERY / 2), None);
        assert_eq!(seldom.due_at(start + EVERY), Some(2));
        assert_eq!(seldom.due_at(start + EVERY * 2), Some(0));
    }
}
