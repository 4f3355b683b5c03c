//! What handles and the writer thread share: the layers above the file, how they are read and written.
//!
//! Reads look into `active`, then `committing`, then the file. A group leaves `committing` only after its transaction
//! is visible in the file, so that a reader finds a write in at least one of them at any moment.
//!
//! The lock is held for one judgement. To judge a write, the entry that it replaces is needed (for quotas), which may
//! mean a page of the file; it is never held for a commit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::batch::{Batch, Expectation};
use super::disk::Disk;
use super::error::StoreError;
use super::judge::SpaceChange;
use super::layer::{Layer, Stored, Usage};
use super::space::Space;
use super::{Status, StoreConfig};

/// Owned by the handles and the writer thread together.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: StoreConfig,
    /// `None`: in memory.
    pub(super) disk: Option<Disk>,
    pub(super) state: Mutex<State>,
    /// Wakes the writer thread: something waits, a flush wants it, or the store closes.
    pub(super) wake: Condvar,
    /// What the writer thread has reached; a `watch`, since only the latest matters and many may wait.
    pub(super) progress: watch::Sender<Progress>,
    clock: Clock,
}

/// The time of expiries; set by hand in tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Milliseconds since the Unix epoch.
    pub(super) now_ms: fn() -> u64,
    /// How often the writer thread looks for what has expired.
    pub(super) sweep_interval: Duration,
}

#[derive(Debug, Default)]
pub(super) struct State {
    /// Written since the last group was taken. In memory: everything.
    pub(super) active: Layer,
    /// The group that is being committed, or whose commit failed and is tried again.
    pub(super) committing: Option<Arc<Layer>>,
    /// [`State::written`] when that group was taken.
    pub(super) committing_target: u64,
    /// Batches written so far.
    pub(super) written: u64,
    /// Commits begun so far.
    pub(super) attempts: u64,
    /// Somebody waits for a commit: it need not wait for the interval.
    pub(super) flush_wanted: bool,
    /// No more writes; the writer commits and ends.
    pub(super) closing: bool,
}

/// What the writer thread has reached.
#[derive(Debug, Default, Clone)]
pub(super) struct Progress {
    /// Of [`State::written`], how many are on disk.
    pub(super) committed: u64,
    /// The last commit's number and why it failed, until one succeeds.
    pub(super) failure: Option<(u64, Arc<str>)>,
    /// The thread has ended.
    pub(super) ended: bool,
}

impl State {
    pub(super) fn has_pending(&self) -> bool {
        self.committing.is_some() || !self.active.is_empty()
    }

    pub(super) fn pending_bytes(&self) -> usize {
        let committing = self.committing.as_ref().map_or(0, |layer| layer.bytes());
        self.active.bytes() + committing
    }

    fn pending(&self, key: &[u8]) -> Option<Option<&Stored>> {
        self.active
            .get(key)
            .or_else(|| self.committing.as_ref()?.get(key))
    }
}

impl Shared {
    pub(super) fn new(config: StoreConfig, disk: Option<Disk>, clock: Clock) -> Self {
        Self {
            config,
            disk,
            state: Mutex::default(),
            wake: Condvar::new(),
            progress: watch::Sender::default(),
            clock,
        }
    }

    pub(super) fn now_ms(&self) -> u64 {
        (self.clock.now_ms)()
    }

    pub(super) fn sweep_interval(&self) -> Duration {
        self.clock.sweep_interval
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let now_ms = self.now_ms();
        {
            let state = self.state.lock();
            self.check_open()?;
            if let Some(entry) = state.pending(key) {
                let live = entry.filter(|entry| entry.is_live(now_ms));
                return Ok(live.map(|entry| entry.value.clone()));
            }
        }
        // Not pending a moment ago: what the file says now is that or something newer.
        let Some(disk) = &self.disk else {
            return Ok(None);
        };
        let value = disk.read(key, |expires_at_ms, value| {
            (now_ms < expires_at_ms).then(|| Bytes::copy_from_slice(value))
        })?;
        Ok(value.flatten())
    }

    pub(super) fn apply(&self, batch: Batch) -> Result<bool, StoreError> {
        let now_ms = self.now_ms();
        let mut state = self.state.lock();
        if state.closing {
            return Err(StoreError::Closed);
        }
        for expectation in &batch.expectations {
            if !self.holds(&state, expectation, now_ms)? {
                return Ok(false);
            }
        }
        if batch.is_empty() {
            return Ok(true);
        }
        let changes = self.judge(&state, &batch)?;
        for SpaceChange { space, after, .. } in changes {
            if self.disk.is_none() && after.keys == 0 {
                state.active.remove_usage(space.prefix());
            } else {
                state.active.set_usage(space.prefix(), after);
            }
        }
        let writer_sleeps = self.disk.is_some() && !state.has_pending();
        for (key, write) in batch.writes {
            if self.disk.is_none() && write.entry.is_none() {
                state.active.remove(key);
            } else {
                state.active.put(key, write.entry);
            }
        }
        state.written += 1;
        drop(state);
        if writer_sleeps {
            self.wake.notify_one();
        }
        Ok(true)
    }

    pub(super) fn usage(&self, space: &Space) -> Result<Usage, StoreError> {
        self.check_open()?;
        self.usage_in(&self.state.lock(), space)
    }

    pub(super) fn status(&self) -> Status {
        let pending_bytes = match &self.disk {
            Some(_) => self.state.lock().pending_bytes(),
            None => 0,
        };
        let failure = self.progress.borrow().failure.clone();
        Status {
            pending_bytes,
            failure: failure.map(|(_, reason)| reason),
        }
    }

    /// After the thread's end the file is free for others: nothing may be read from it.
    pub(super) fn check_open(&self) -> Result<(), StoreError> {
        if self.progress.borrow().ended {
            return Err(StoreError::Closed);
        }
        Ok(())
    }

    fn holds(
        &self,
        state: &State,
        expectation: &Expectation,
        now_ms: u64,
    ) -> Result<bool, StoreError> {
        let outcome = self.inspect(state, &expectation.key, |expires_at_ms, value| {
            let found = (now_ms < expires_at_ms).then_some(value);
            found == expectation.value.as_deref()
        })?;
        Ok(outcome.unwrap_or(expectation.value.is_none()))
    }

    pub(super) fn usage_in(&self, state: &State, space: &Space) -> Result<Usage, StoreError> {
        let prefix = space.prefix();
        let pending = state
            .active
            .usage(prefix)
            .or_else(|| state.committing.as_ref()?.usage(prefix));
        match (pending, &self.disk) {
            (Some(usage), _) => Ok(usage),
            (None, Some(disk)) => disk.usage(prefix),
            (None, None) => Ok(Usage::default()),
        }
    }

    /// Looks at an entry as it is kept, expired or not; `None` if there is none.
    pub(super) fn inspect<T>(
        &self,
        state: &State,
        key: &[u8],
        look: impl FnOnce(u64, &[u8]) -> T,
    ) -> Result<Option<T>, StoreError> {
        match (state.pending(key), &self.disk) {
            (Some(entry), _) => Ok(entry.map(|entry| look(entry.expires_at_ms, &entry.value))),
            (None, Some(disk)) => disk.read(key, look),
            (None, None) => Ok(None),
        }
    }
}
