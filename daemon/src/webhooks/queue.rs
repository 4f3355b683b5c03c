//! Events that wait to be told: bounded by number and by size.
//!
//! A locked list and not a channel, because the task must look past an event whose key is busy without taking it out:
//! out of the queue it would no longer count.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Delivery;

/// What became of an event that was put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits.
    Taken,
    /// It is the first that is dropped since the queue was half free.
    FirstDropped,
    /// It is dropped, as others before it.
    Dropped,
}

pub(super) struct Queue {
    most: usize,
    most_bytes: usize,
    /// Held for an instant, never across an await.
    state: Mutex<State>,
    /// Wakes the task, which is the only one that waits.
    changed: Notify,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Delivery>,
    /// Of the bodies that wait.
    bytes: usize,
    is_closed: bool,
    /// Between the first event that was dropped and the queue's being half free.
    is_dropping: bool,
}

impl Queue {
    /// Of at most `most` events with at most `most_bytes` of bodies.
    pub(super) fn new(most: usize, most_bytes: usize) -> Self {
        Self {
            most,
            most_bytes,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Puts an event behind the others, or drops it where there is no room.
    pub(super) fn push(&self, delivery: Delivery) -> Pushed {
        let mut state = self.state.lock();
        if state.is_closed {
            // Nothing is wrong with the queue: no reason for a line in the log.
            return Pushed::Dropped;
        }
        let bytes = state.bytes.saturating_add(delivery.body.len());
        if state.waiting.len() >= self.most || bytes > self.most_bytes {
            let is_first = !std::mem::replace(&mut state.is_dropping, true);
            return if is_first {
                Pushed::FirstDropped
            } else {
                Pushed::Dropped
            };
        }
        state.bytes = bytes;
        state.waiting.push_back(delivery);
        drop(state);
        self.changed.notify_one();
        Pushed::Taken
    }

    /// Takes the first event out whose key is `free`.
    pub(super) fn take(&self, free: impl Fn(&str) -> bool) -> Option<Delivery> {
        let mut state = self.state.lock();
        let at = state
            .waiting
            .iter()
            .position(|waiting| free(&waiting.key))?;
        let delivery = state.waiting.remove(at)?;
        state.bytes -= delivery.body.len();
        if state.waiting.len() <= self.most / 2 && state.bytes <= self.most_bytes / 2 {
            state.is_dropping = false;
        }
        Some(delivery)
    }

    /// Until something has come or the queue was closed since this was last called.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// From now on everything is dropped that is put in.
    pub(super) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Closed and empty.
    pub(super) fn is_finished(&self) -> bool {
        let state = self.state.lock();
        state.is_closed && state.waiting.is_empty()
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.state.lock().waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn delivery(key: &str, bytes: usize) -> Delivery {
        Delivery {
            id: String::new(),
            event: "mount".to_owned(),
            key: key.into(),
            body: Bytes::from(vec![0; bytes]),
        }
    }

    #[test]
    fn a_burst_of_drops_is_told_once_until_half_is_free() {
        let queue = Queue::new(4, 1000);
        for _ in 0..4 {
            assert_eq!(queue.push(delivery("a", 1)), Pushed::Taken);
        }
        assert_eq!(queue.push(delivery("a", 1)), Pushed::FirstDropped);
        assert_eq!(queue.push(delivery("a", 1)), Pushed::Dropped);
        queue.take(|_| true).unwrap();
        assert_eq!(queue.push(delivery("a", 1)), Pushed::Taken);
        assert_eq!(
            queue.push(delivery("a", 1)),
            Pushed::Dropped,
            "the same burst"
        );
        queue.take(|_| true).unwrap();
        queue.take(|_| true).unwrap();
        for _ in 0..2 {
            assert_eq!(queue.push(delivery("a", 1)), Pushed::Taken);
        }
        assert_eq!(queue.push(delivery("a", 1)), Pushed::FirstDropped);
    }

    #[test]
    fn bodies_are_bounded_too() {
        let queue = Queue::new(100, 10);
        assert_eq!(queue.push(delivery("a", 6)), Pushed::Taken);
        assert_eq!(queue.push(delivery("a", 5)), Pushed::FirstDropped);
        assert_eq!(queue.push(delivery("a", 4)), Pushed::Taken);
        queue.take(|_| true).unwrap();
        assert_eq!(queue.push(delivery("a", 6)), Pushed::Taken);
    }

    #[test]
    fn an_event_waits_for_its_key_and_lets_others_pass() {
        let queue = Queue::new(10, 1000);
        for (key, bytes) in [("a", 1), ("a", 2), ("b", 3)] {
            queue.push(delivery(key, bytes));
        }
        assert_eq!(queue.take(|key| key != "a").unwrap().body.len(), 3);
        assert!(queue.take(|key| key != "a").is_none());
        assert_eq!(queue.take(|_| true).unwrap().body.len(), 1);
    }

    #[tokio::test]
    async fn a_closed_queue_takes_nothing_and_gives_what_it_has() {
        let queue = Queue::new(10, 1000);
        queue.push(delivery("a", 1));
        queue.close();
        queue.changed().await;
        assert_eq!(queue.push(delivery("a", 1)), Pushed::Dropped);
        assert!(!queue.is_finished());
        assert!(queue.take(|_| true).is_some());
        assert!(queue.is_finished());
    }
}
