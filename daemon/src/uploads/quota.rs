//! How many bytes one user may send in a day.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// With more users than this, those whose day is over are looked for and forgotten.
const MANY: usize = 10_000;

/// Bytes of each user. In memory: a restart begins a new day.
#[derive(Debug, Clone)]
pub(super) struct DayQuota {
    limit: u64,
    days: Arc<Mutex<HashMap<Arc<str>, Day>>>,
}

#[derive(Debug)]
struct Day {
    began: Instant,
    bytes: u64,
}

/// Bytes set aside for a file. What has not come of it when this is dropped is given back.
#[derive(Debug)]
#[must_use = "dropping it gives the bytes back"]
pub(super) struct Reservation {
    quota: DayQuota,
    user: Arc<str>,
    began: Instant,
    bytes: u64,
    used: u64,
}

impl DayQuota {
    /// Nothing sent yet; `limit` bytes a day for each.
    #[must_use]
    pub(super) fn new(limit: u64) -> Self {
        Self {
            limit,
            days: Arc::default(),
        }
    }

    /// Sets bytes aside. A day begins with its first byte.
    ///
    /// # Errors
    /// How many are left, if those are fewer.
    pub(super) fn reserve(&self, user: &str, bytes: u64, now: Instant) -> Result<Reservation, u64> {
        let mut days = self.days.lock();
        if days.len() > MANY {
            days.retain(|_, day| now.duration_since(day.began) < DAY && day.bytes > 0);
        }
        let user: Arc<str> = days
            .get_key_value(user)
            .map_or_else(|| user.into(), |(user, _)| user.clone());
        let day = days.entry(user.clone()).or_insert(Day {
            began: now,
            bytes: 0,
        });
        if now.duration_since(day.began) >= DAY {
            *day = Day {
                began: now,
                bytes: 0,
            };
        }
        let left = self.limit.saturating_sub(day.bytes);
        if bytes > left {
            return Err(left);
        }
        day.bytes += bytes;
        Ok(Reservation {
            quota: self.clone(),
            user,
            began: day.began,
            bytes,
            used: 0,
        })
    }
}

impl Reservation {
    /// So many of the bytes have come.
    pub(super) fn use_up(&mut self, bytes: u64) {
        self.used = (self.used + bytes).min(self.bytes);
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut days = self.quota.days.lock();
        // Of a day that is over, nothing is owed.
        if let Some(day) = days.get_mut(&self.user)
            && day.began == self.began
        {
            day.bytes = day.bytes.saturating_sub(self.bytes - self.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_days_worth() {
        let (quota, now) = (DayQuota::new(100), Instant::now());
        let mut first = quota.reserve("ada", 60, now).unwrap();
        first.use_up(60);
        drop(first);
        assert_eq!(quota.reserve("ada", 50, now).unwrap_err(), 40);
        assert!(quota.reserve("bo", 100, now).is_ok());
        assert!(quota.reserve("ada", 50, now + DAY).is_ok());
    }

    #[test]
    fn what_does_not_come_is_given_back() {
        let (quota, now) = (DayQuota::new(100), Instant::now());
        let mut reserved = quota.reserve("ada", 100, now).unwrap();
        reserved.use_up(30);
        assert_eq!(quota.reserve("ada", 1, now).unwrap_err(), 0);
        drop(reserved);
        assert_eq!(quota.reserve("ada", 71, now).unwrap_err(), 70);
    }

    #[test]
    fn a_file_that_outlasts_its_day_gives_nothing_back_to_the_next() {
        let (quota, now) = (DayQuota::new(100), Instant::now());
        let old = quota.reserve("ada", 100, now).unwrap();
        let mut new = quota.reserve("ada", 90, now + DAY).unwrap();
        new.use_up(90);
        drop((old, new));
        assert_eq!(quota.reserve("ada", 11, now + DAY).unwrap_err(), 10);
    }

    #[test]
    fn those_who_sent_nothing_today_are_forgotten() {
        let (quota, now) = (DayQuota::new(100), Instant::now());
        for user in 0..=MANY {
            let mut reserved = quota.reserve(&user.to_string(), 1, now).unwrap();
            reserved.use_up(1);
        }
        let _kept = quota.reserve("ada", 1, now + DAY).unwrap();
        assert_eq!(quota.days.lock().len(), 1);
    }
}
