//! How much one address or one user may have at once: a count for each key.
//!
//! Memory is bounded by what is taken: a key whose last piece is given back is forgotten.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

type Counts = Mutex<HashMap<Arc<str>, usize, foldhash::fast::RandomState>>;

/// At most so many pieces for each key. Clones share their counts.
#[derive(Debug, Clone)]
pub struct Quota {
    limit: usize,
    counts: Arc<Counts>,
}

/// One piece, given back when it is dropped.
#[derive(Debug)]
#[must_use = "dropping it gives the piece back"]
pub struct Guard {
    key: Arc<str>,
    counts: Arc<Counts>,
}

impl Quota {
    /// Nothing taken yet; `limit` pieces for each key.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            counts: Arc::default(),
        }
    }

    /// How many pieces a key may have.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A piece for `key`, unless it has all that it may have. Never waits.
    pub fn take(&self, key: &str) -> Option<Guard> {
        let mut counts = self.counts.lock();
        let key = match counts.get_key_value(key) {
            Some((_, taken)) if *taken >= self.limit => return None,
            Some((key, _)) => key.clone(),
            None if self.limit == 0 => return None,
            None => key.into(),
        };
        *counts.entry(key.clone()).or_default() += 1;
        Some(Guard {
            key,
            counts: self.counts.clone(),
        })
    }

    /// How many keys have something.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.counts.lock().len()
    }
}

impl Guard {
    /// Whose it is.
    #[must_use]
    pub fn key(&self) -> &Arc<str> {
        &self.key
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        let Some(taken) = counts.get_mut(&*self.key) else {
            return;
        };
        *taken -= 1;
        if *taken == 0 {
            counts.remove(&*self.key);
            // The space of a flood of keys goes with it.
            if counts.capacity() > 64 && counts.len() < counts.capacity() / 4 {
                let wanted = counts.len() * 2;
                counts.shrink_to(wanted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gets_its_limit_and_another_key_its_own() {
        let quota = Quota::new(2);
        let taken = [quota.take("a"), quota.take("a")];
        assert!(taken.iter().all(Option::is_some));
        assert!(quota.take("a").is_none());
        assert!(quota.take("b").is_some());
    }

    #[test]
    fn what_is_dropped_can_be_taken_again() {
        let quota = Quota::new(1);
        let taken = quota.take("a").unwrap();
        assert!(quota.clone().take("a").is_none());
        drop(taken);
        assert!(quota.take("a").is_some());
    }

    #[test]
    fn a_limit_of_none_gives_nothing() {
        assert!(Quota::new(0).take("a").is_none());
    }

    #[test]
    fn keys_that_hold_nothing_are_forgotten() {
        let quota = Quota::new(1);
        let taken: Vec<_> = (0..10_000)
            .map(|key| quota.take(&key.to_string()).unwrap())
            .collect();
        assert_eq!(quota.keys(), 10_000);
        drop(taken);
        assert_eq!(quota.keys(), 0);
        assert!(quota.counts.lock().capacity() <= 64);
        assert!(quota.take("0").is_some());
    }
}
