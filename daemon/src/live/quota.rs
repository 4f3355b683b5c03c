//! How often actions are called: by each mount, and in an instance that many share by each of those who do, or else
//! one visitor could use up what is meant for all.
//!
//! What is kept of a limit is one moment: when every call that was let through will be made up for. Nothing is kept
//! where a definition has no limit, and nothing of those who have called nothing for a while.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::ids::ConnectionId;
use crate::wasm::definition::RateLimit;

/// Callers beyond which those are looked for of whom nothing need be kept.
const MIN_SWEEP: usize = 64;

/// The calls of one instance's actions.
#[derive(Debug, Default)]
pub(super) struct Quota {
    /// Under an empty id where the instance is one browser's own.
    callers: HashMap<ConnectionId, Calls>,
    /// How many callers there are when the next sweep comes.
    sweep_at: usize,
}

/// The calls of one caller.
#[derive(Debug, Default)]
struct Calls {
    /// Of all actions together.
    together: Option<Instant>,
    /// Of those with a limit of their own.
    each: Vec<(Box<str>, Instant)>,
}

impl Quota {
    /// Counts a call, if it may be made now; if not, nothing is counted.
    ///
    /// # Errors
    /// With the time after which it may be made.
    pub(super) fn take(
        &mut self,
        caller: &ConnectionId,
        action: &str,
        together: Option<RateLimit>,
        own: Option<RateLimit>,
        now: Instant,
    ) -> Result<(), Duration> {
        self.sweep(now);
        let calls = match self.callers.get_mut(caller) {
            Some(calls) => calls,
            None => self.callers.entry(caller.clone()).or_default(),
        };
        let at = calls.each.iter().position(|(name, _)| **name == *action);
        let before = at.map(|at| calls.each[at].1);
        let next_of_all = together.map(|limit| next(limit, calls.together, now));
        let next_of_own = own.map(|limit| next(limit, before, now));
        let (next_of_all, next_of_own) = match (next_of_all.transpose(), next_of_own.transpose()) {
            (Ok(all), Ok(own)) => (all, own),
            (Err(all), Err(own)) => return Err(all.max(own)),
            (Err(wait), _) | (_, Err(wait)) => return Err(wait),
        };
        calls.together = next_of_all.or(calls.together);
        if let Some(next) = next_of_own {
            match at {
                Some(at) => calls.each[at].1 = next,
                None => calls.each.push((action.into(), next)),
            }
        }
        Ok(())
    }

    /// Forgets those who have all their calls again. A caller that comes back is then a new one, which is the same.
    fn sweep(&mut self, now: Instant) {
        if self.callers.len() < self.sweep_at.max(MIN_SWEEP) {
            return;
        }
        self.callers.retain(|_, calls| {
            calls.together.is_some_and(|at| at > now) || calls.each.iter().any(|(_, at)| *at > now)
        });
        self.sweep_at = 2 * self.callers.len();
    }
}

/// When a further call is made up for.
fn next(limit: RateLimit, before: Option<Instant>, now: Instant) -> Result<Instant, Duration> {
    let each = Duration::from_secs(60) / limit.per_minute.get();
    let start = before.map_or(now, |before| before.max(now));
    let ahead = start.duration_since(now);
    let most = each.saturating_mul(limit.burst.get() - 1);
    match ahead.checked_sub(most) {
        Some(wait) if !wait.is_zero() => Err(wait),
        _ => Ok(start + each),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LIMIT: Option<RateLimit> = None;

    fn limit(burst: u32, per_minute: u32) -> Option<RateLimit> {
        Some(RateLimit {
            burst: burst.try_into().unwrap(),
            per_minute: per_minute.try_into().unwrap(),
        })
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_comes_at_once_and_the_rest_at_its_pace() {
        let (mut quota, me, start) = (Quota::default(), "me".to_owned().into(), Instant::now());
        let mut at =
            |second| quota.take(&me, "add", NO_LIMIT, limit(3, 20), start + seconds(second));
        assert_eq!([at(0), at(0), at(0)], [Ok(()), Ok(()), Ok(())]);
        assert_eq!(at(0), Err(seconds(3)));
        assert_eq!(at(2), Err(seconds(1)));
        assert_eq!([at(3), at(3)], [Ok(()), Err(seconds(3))]);
        // After a pause there is one burst, however long the pause was.
        let later = [at(1_000), at(1_000), at(1_000), at(1_000)];
        assert_eq!(later, [Ok(()), Ok(()), Ok(()), Err(seconds(3))]);
    }

    #[test]
    fn a_refused_call_counts_for_neither_limit() {
        let (mut quota, me, now) = (Quota::default(), "me".to_owned().into(), Instant::now());
        let mut call = |action, own| quota.take(&me, action, limit(2, 6), own, now);
        assert_eq!(call("slow", limit(1, 1)), Ok(()));
        assert_eq!(call("slow", limit(1, 1)), Err(seconds(60)));
        assert_eq!(call("fast", NO_LIMIT), Ok(()));
        assert_eq!(call("fast", NO_LIMIT), Err(seconds(10)));
        // Of two limits the one that takes longer is told.
        assert_eq!(call("slow", limit(1, 1)), Err(seconds(60)));
    }

    #[test]
    fn one_caller_takes_nothing_from_another() {
        let (mut quota, now) = (Quota::default(), Instant::now());
        let mut call =
            |who: &str| quota.take(&who.to_owned().into(), "add", limit(1, 1), NO_LIMIT, now);
        assert_eq!([call("a"), call("b")], [Ok(()), Ok(())]);
        assert!(call("a").is_err() && call("b").is_err());
    }

    #[test]
    fn those_who_have_stopped_calling_are_forgotten() {
        let (mut quota, start) = (Quota::default(), Instant::now());
        for caller in 0..10_000 {
            let now = start + seconds(caller);
            let caller = caller.to_string().into();
            quota
                .take(&caller, "add", limit(10, 60), NO_LIMIT, now)
                .unwrap();
        }
        assert!(quota.callers.len() <= MIN_SWEEP);
    }
}
