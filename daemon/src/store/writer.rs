//! The thread that brings what waits to the disk and now and then sweeps, and those who wait for it.
//!
//! One commit at a time, at least [`super::StoreConfig::sync_interval`] from begin to begin; the first write after a
//! pause is committed at once. A group whose commit failed stays as it is and is tried again before anything newer, so
//! that the order of writes holds on disk.
//!
//! The thread never holds the lock for a commit, and readers and writers never wait for one.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::layer::Layer;
use super::state::{Shared, State};
use super::sweep::MAX_SWEPT_KEYS;

/// Least time between a commit that failed and the next, unless a flush asks for it.
const RETRY: Duration = Duration::from_secs(1);
/// A full sweep has left some: again this much sooner, though not before others had their turn.
const HURRY: u32 = 20;

/// Ends the thread when the last handle goes.
#[derive(Debug)]
pub(super) struct WriterGuard {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl WriterGuard {
    pub(super) fn spawn(shared: &Arc<Shared>) -> std::io::Result<Self> {
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn({
                let shared = Arc::clone(shared);
                move || {
                    let _ended = EndedGuard(&shared);
                    run(&shared);
                }
            })?;
        Ok(Self {
            shared: Arc::clone(shared),
            thread: Some(thread),
        })
    }

    /// Blocks until the thread has committed what waits and ended.
    pub(super) fn join(&mut self) {
        self.shared.begin_close();
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the thread's own guard.
            thread.join().ok();
        }
    }
}

impl Drop for WriterGuard {
    fn drop(&mut self) {
        self.join();
    }
}

/// Frees the file and says so to everybody who waits, also after a panic.
struct EndedGuard<'a>(&'a Shared);

impl Drop for EndedGuard<'_> {
    fn drop(&mut self) {
        self.0.state.lock().closing = true;
        // First: whoever waits for the end may open the file again.
        if let Some(disk) = &self.0.disk {
            disk.close();
        }
        let panicked = thread::panicking();
        if panicked {
            tracing::error!(
                "the thread that writes the database has panicked: the store is closed"
            );
        }
        self.0.progress.send_modify(|progress| {
            progress.ended = true;
            if panicked {
                progress.failure = Some((u64::MAX, "the writer thread has panicked".into()));
            }
        });
    }
}

enum Job {
    Commit,
    Sweep,
    End,
}

fn run(shared: &Shared) {
    let mut commit_at = Instant::now();
    let mut sweep_at = commit_at + shared.sweep_interval();
    loop {
        match shared.next_job(commit_at, sweep_at) {
            Job::Commit => {
                let begun = Instant::now();
                commit_at = if shared.commit() {
                    begun + shared.config.sync_interval
                } else {
                    Instant::now() + RETRY.max(shared.config.sync_interval)
                };
            }
            Job::Sweep => {
                let pause = match shared.sweep() {
                    MAX_SWEPT_KEYS => shared.sweep_interval() / HURRY,
                    _ => shared.sweep_interval(),
                };
                sweep_at = Instant::now() + pause;
            }
            Job::End => {
                // Twice: a group that failed may stand before what was written since.
                if shared.commit() {
                    shared.commit();
                }
                return;
            }
        }
    }
}

impl Shared {
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        let mut progress = self.progress.subscribe();
        let (target, begun) = {
            let mut state = self.state.lock();
            (state.written, self.want_flush(&mut state))
        };
        if self.disk.is_none() {
            return self.check_open();
        }
        let reached = progress
            .wait_for(|now| {
                // A commit that had begun before may have failed without these writes: only later ones count.
                let failed = now.failure.as_ref().is_some_and(|(nth, _)| *nth > begun);
                now.committed >= target || failed || now.ended
            })
            .await
            .map_err(|_| StoreError::Closed)?;
        match &reached.failure {
            _ if reached.committed >= target => Ok(()),
            Some((_, reason)) if !reached.ended => Err(StoreError::NotSaved {
                reason: Arc::clone(reason),
            }),
            _ => Err(StoreError::Closed),
        }
    }

    /// Tells how many commits had begun.
    fn want_flush(&self, state: &mut State) -> u64 {
        state.flush_wanted = state.has_pending();
        self.wake.notify_one();
        state.attempts
    }

    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let mut progress = self.progress.subscribe();
        self.begin_close();
        let reached = progress
            .wait_for(|now| now.ended)
            .await
            .map_err(|_| StoreError::Closed)?;
        match &reached.failure {
            Some((_, reason)) => Err(StoreError::Lost {
                reason: Arc::clone(reason),
            }),
            None => Ok(()),
        }
    }

    fn begin_close(&self) {
        self.state.lock().closing = true;
        self.wake.notify_one();
    }

    /// Sleeps until there is something to do.
    fn next_job(&self, commit_at: Instant, sweep_at: Instant) -> Job {
        let mut state = self.state.lock();
        loop {
            let now = Instant::now();
            let pending = self.disk.is_some() && state.has_pending();
            if state.closing {
                return Job::End;
            }
            if now >= sweep_at {
                return Job::Sweep;
            }
            if pending && (state.flush_wanted || now >= commit_at) {
                return Job::Commit;
            }
            let until = if pending {
                commit_at.min(sweep_at)
            } else {
                sweep_at
            };
            self.wake.wait_until(&mut state, until);
        }
    }

    /// Commits the group that failed before, or else everything that waits. Tells whether it is on disk.
    fn commit(&self) -> bool {
        let Some(disk) = &self.disk else {
            return true;
        };
        let (group, target, attempt) = {
            let mut state = self.state.lock();
            state.flush_wanted = false;
            let Some((group, target)) = state.take_group() else {
                return true;
            };
            state.attempts += 1;
            (group, target, state.attempts)
        };
        let failed_before = self.progress.borrow().failure.is_some();
        let path = disk.path().display();
        match disk.commit(&group) {
            Ok(()) => {
                // Freed without the lock: a large group takes its time.
                let finished = self.state.lock().committing.take();
                drop((finished, group));
                if failed_before {
                    tracing::info!(%path, "the database is written again");
                }
                self.progress.send_modify(|progress| {
                    progress.committed = target;
                    progress.failure = None;
                });
                true
            }
            Err(reason) => {
                if !failed_before {
                    tracing::error!(
                        %path, %reason,
                        "the database cannot be written; what waits is kept in memory and tried again"
                    );
                }
                self.progress
                    .send_modify(|progress| progress.failure = Some((attempt, reason)));
                false
            }
        }
    }
}

impl State {
    fn take_group(&mut self) -> Option<(Arc<Layer>, u64)> {
        if self.committing.is_none() && !self.active.is_empty() {
            self.committing = Some(Arc::new(std::mem::take(&mut self.active)));
            self.committing_target = self.written;
        }
        let group = self.committing.as_ref()?;
        Some((Arc::clone(group), self.committing_target))
    }
}
