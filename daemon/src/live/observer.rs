//! What is seen of events, for the inspector: nothing, while nobody looks; in development, everything.
//!
//! An instance or a room that is looked at has a [`Log`]: its last events, bounded in number and in bytes. Whoever looks
//! reads on from where it was, when it likes; an event waits for nobody. While there is no log at all, an event costs one
//! look at a number.

mod log;
mod seen;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;

pub use log::{Log, Part};
pub(super) use seen::Sketch;
pub use seen::{After, Seen, SeenEvent, SeenInRoom, SeenSwap, What};

use super::swap::Swapped;
use crate::clock::now_ms;

/// Events of one instance or room that are kept.
pub const KEPT: usize = 200;
/// Events of everything that are kept while somebody follows everything.
const KEPT_OF_ALL: usize = 2_000;
/// Swaps that are kept.
const KEPT_SWAPS: usize = 100;

/// What is seen.
pub struct Observer {
    /// In development: every instance and room has a log from the start, with its states.
    keeps_all: bool,
    /// Logs that somebody looks at, the one of everything included.
    looking: AtomicUsize,
    /// Numbers what is seen.
    last: AtomicU64,
    /// Those who follow everything.
    followers: AtomicUsize,
    all: Arc<Log>,
    swaps: Mutex<VecDeque<Arc<SeenSwap>>>,
    /// Held to give something its log and to take it away.
    opening: Mutex<()>,
}

/// Something that can be looked at.
pub trait Observed: Send + Sync {
    /// Where its log is, while it has one.
    fn log(&self) -> &ArcSwapOption<Log>;
}

/// Somebody who looks at something. It has its log at least as long as this lives.
pub struct Watch {
    observer: Arc<Observer>,
    target: Arc<dyn Observed>,
    log: Arc<Log>,
}

/// Somebody who follows everything.
pub struct Follow(Arc<Observer>);

impl Observer {
    /// Nothing seen yet. `keeps_all`: everything is looked at from the start.
    #[must_use]
    pub fn new(keeps_all: bool) -> Arc<Self> {
        Arc::new(Self {
            keeps_all,
            looking: AtomicUsize::new(0),
            last: AtomicU64::new(0),
            followers: AtomicUsize::new(0),
            all: Arc::new(Log::new(KEPT_OF_ALL)),
            swaps: Mutex::default(),
            opening: Mutex::default(),
        })
    }

    /// The log that something begins with.
    pub(super) fn first_log(&self) -> ArcSwapOption<Log> {
        ArcSwapOption::from(self.keeps_all.then(|| Arc::new(Log::new(KEPT))))
    }

    /// Looks at something from now on.
    #[must_use]
    pub fn watch(self: &Arc<Self>, target: Arc<dyn Observed>) -> Watch {
        let opening = self.opening.lock();
        let log = target.log().load_full().unwrap_or_else(|| {
            let log = Arc::new(Log::new(KEPT));
            target.log().store(Some(log.clone()));
            log
        });
        log.watchers.fetch_add(1, Ordering::Relaxed);
        self.looking.fetch_add(1, Ordering::Relaxed);
        drop(opening);
        Watch {
            observer: self.clone(),
            target,
            log,
        }
    }

    /// Follows everything from now on.
    #[must_use]
    pub fn follow(self: &Arc<Self>) -> Follow {
        self.followers.fetch_add(1, Ordering::Relaxed);
        self.looking.fetch_add(1, Ordering::Relaxed);
        Follow(self.clone())
    }

    /// The swaps, the newest last.
    #[must_use]
    pub fn swaps(&self) -> Vec<Arc<SeenSwap>> {
        self.swaps.lock().iter().cloned().collect()
    }

    /// A module was taken, or not.
    pub fn swapped(&self, module: &str, took: Duration, outcome: Result<Vec<Swapped>, String>) {
        let mut swaps = self.swaps.lock();
        if swaps.len() >= KEPT_SWAPS {
            swaps.pop_front();
        }
        swaps.push_back(Arc::new(SeenSwap {
            at: now_ms(),
            module: module.to_owned(),
            took,
            outcome,
        }));
    }

    fn sees_all(&self) -> bool {
        self.followers.load(Ordering::Relaxed) > 0
    }

    /// Whether an event of this one is to be described.
    pub(super) fn sees(&self, target: &dyn Observed) -> bool {
        if !self.keeps_all && self.looking.load(Ordering::Relaxed) == 0 {
            return false;
        }
        self.sees_all() || target.log().load().is_some()
    }

    /// Puts into the logs what happened to an instance.
    fn note(&self, target: &dyn Observed, what: What) {
        let bytes = what.bytes();
        let seen = Arc::new(Seen {
            seq: self.last.fetch_add(1, Ordering::Relaxed) + 1,
            at: now_ms(),
            what,
        });
        if self.sees_all() {
            self.all.push(seen.clone(), bytes);
        }
        if let Some(log) = &*target.log().load() {
            log.push(seen, bytes);
        }
    }

    /// Something happened in a room. `what` is asked only if somebody looks.
    pub(super) fn in_room(&self, room: &dyn Observed, what: impl FnOnce() -> SeenInRoom) {
        if self.sees(room) {
            self.note(room, What::Room(what()));
        }
    }
}

impl Watch {
    /// What is looked at.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _opening = self.observer.opening.lock();
        self.observer.looking.fetch_sub(1, Ordering::Relaxed);
        let is_last = self.log.watchers.fetch_sub(1, Ordering::Relaxed) == 1;
        if is_last && !self.observer.keeps_all {
            self.target.log().store(None);
        }
    }
}

impl Follow {
    /// What happened to anything.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.0.all
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.0.followers.fetch_sub(1, Ordering::Relaxed);
        self.0.looking.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
