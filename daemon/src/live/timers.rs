//! Timers of all instances on one wheel: no task and no system timer for each.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Weak};
use std::task::Poll;

use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::time::DelayQueue;
use tokio_util::time::delay_queue::Key;

use super::event::Event;
use super::instance::Instance;
use super::run_turn;

/// The wheel.
pub struct Timers {
    /// Locked to put in, to take out and to turn. The wheel wakes its task when something earlier is put in.
    wheel: Mutex<Wheel>,
    /// Owns the turns of events that wait.
    tasks: TaskTracker,
}

#[derive(Default)]
struct Wheel {
    queue: DelayQueue<Entry>,
    /// Where the timers are that are not due yet. The queue's own keys are used again, and must not outlive their entry.
    keys: HashMap<TimerKey, Key>,
    last: TimerKey,
}

/// Names a timer on the wheel; never used again.
pub(super) type TimerKey = u64;

struct Entry {
    key: TimerKey,
    instance: Weak<Instance>,
    timer: u64,
}

impl Timers {
    pub(super) fn new(tasks: TaskTracker) -> Self {
        Self {
            wheel: Mutex::default(),
            tasks,
        }
    }

    /// Gives an instance an event of its timer, at some time.
    pub(super) fn start(&self, instance: &Arc<Instance>, timer: u64, at: Instant) -> TimerKey {
        let mut wheel = self.wheel.lock();
        wheel.last += 1;
        let key = wheel.last;
        let entry = Entry {
            key,
            instance: Arc::downgrade(instance),
            timer,
        };
        let place = wheel.queue.insert_at(entry, at);
        wheel.keys.insert(key, place);
        key
    }

    /// Takes a timer out, if it is not due yet.
    pub(super) fn stop(&self, key: TimerKey) {
        let mut wheel = self.wheel.lock();
        if let Some(place) = wheel.keys.remove(&key) {
            wheel.queue.remove(&place);
        }
    }

    /// How many timers wait.
    #[must_use]
    pub fn count(&self) -> usize {
        self.wheel.lock().queue.len()
    }

    /// Turns the wheel until `stop`.
    pub async fn turn(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let due = std::future::poll_fn(|cx| {
                let mut wheel = self.wheel.lock();
                match wheel.queue.poll_expired(cx) {
                    // An empty wheel is not at its end: what is put in wakes it.
                    Poll::Ready(None) | Poll::Pending => Poll::Pending,
                    Poll::Ready(Some(due)) => {
                        let entry = due.into_inner();
                        wheel.keys.remove(&entry.key);
                        Poll::Ready(entry)
                    }
                }
            });
            let entry = tokio::select! {
                () = stop.cancelled() => return,
                entry = due => entry,
            };
            if let Some(instance) = entry.instance.upgrade() {
                run_turn(&self.tasks, instance.submit(Event::Timer(entry.timer))).await;
            }
        }
    }
}

impl fmt::Debug for Timers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers")
            .field("waiting", &self.count())
            .finish_non_exhaustive()
    }
}
