//! Webhooks: tells the app's back end what happens, as signed POSTs of JSON.
//!
//! Apart from those whose events these are: they must never wait for another machine. Between them and the network
//! lies a bounded queue, and one task ([`Courier`]) that empties it.
//!
//! 1. [`Webhooks::send`] never waits. What does not fit into the queue is dropped, counted, and logged once a burst.
//! 2. Events of one key are told one after another, in order: the next one waits until the one before is delivered or
//!    given up. Events of different keys overtake each other.
//! 3. An event is told at least once: a receiver that answers too late is told again, under the same delivery id.

mod attempt;
mod post;
mod queue;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use post::SetupError;

use crate::clock::now_ms;
use crate::config::{EventPattern, WebhooksConfig};
use attempt::{Outcome, Post};
use post::Receiver;
use queue::{Pushed, Queue};

/// Events that are told at a time. One that waits for its next attempt counts.
const CONCURRENT: usize = 4;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// `mount`, `unmount`, `room:EVENT`.
    pub name: String,
    /// What the event's order is kept within: an instance's id, a room's name.
    pub key: String,
    /// What the receiver gets as `data`.
    pub data: serde_json::Value,
}

/// How many events there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Told, and accepted with a 2xx.
    pub delivered: u64,
    /// Not told: the queue was full or closed.
    pub dropped: u64,
    /// Told in vain: refused, or without an answer until the last attempt.
    pub given_up: u64,
    /// In the queue now, those that are being told not among them.
    pub waiting: usize,
}

/// Takes events. Clones are cheap and feed the same queue.
#[derive(Clone)]
pub struct Webhooks {
    shared: Arc<Shared>,
}

struct Shared {
    patterns: Vec<EventPattern>,
    queue: Queue,
    delivered: AtomicU64,
    dropped: AtomicU64,
    given_up: AtomicU64,
}

/// Owns the task that tells events. Dropping it ends the task at once.
#[must_use = "dropping it ends the task"]
pub struct Courier {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// An event as it is told. The same at each attempt.
#[derive(Debug, Clone)]
struct Delivery {
    /// A UUID.
    id: String,
    event: String,
    key: Arc<str>,
    body: Bytes,
}

#[derive(Serialize)]
struct Body<'a> {
    event: &'a str,
    delivery: &'a str,
    /// Milliseconds since the Unix epoch, of the event.
    timestamp: u64,
    data: &'a serde_json::Value,
}

/// Starts telling events. The courier ends the task.
///
/// # Errors
/// If the HTTP client cannot be set up.
pub fn spawn(config: WebhooksConfig) -> Result<(Webhooks, Courier), SetupError> {
    let receiver = Receiver::new(&config)?;
    Ok(spawn_with(receiver, config))
}

fn spawn_with(receiver: impl Post, config: WebhooksConfig) -> (Webhooks, Courier) {
    let shared = Arc::new(Shared {
        patterns: config.events,
        queue: Queue::new(config.queue, config.queue_bytes),
        delivered: AtomicU64::new(0),
        dropped: AtomicU64::new(0),
        given_up: AtomicU64::new(0),
    });
    // Ended by the courier, which the caller owns.
    let task = tokio::spawn(run(shared.clone(), receiver, config.max_attempts));
    let webhooks = Webhooks {
        shared: shared.clone(),
    };
    (webhooks, Courier { shared, task })
}

impl Webhooks {
    /// Whether events of this name are told at all: saves the making of those that are not.
    #[must_use]
    pub fn wants(&self, event: &str) -> bool {
        self.shared
            .patterns
            .iter()
            .any(|pattern| pattern.matches(event))
    }

    /// Queues `event`, if it is wanted. Never waits.
    pub fn send(&self, event: Event) {
        if !self.wants(&event.name) {
            return;
        }
        let id = Uuid::now_v7().to_string();
        let body = serde_json::to_vec(&Body {
            event: &event.name,
            delivery: &id,
            timestamp: now_ms(),
            data: &event.data,
        });
        let body = match body {
            Ok(body) => Bytes::from(body),
            Err(error) => return tracing::error!(%error, "an event cannot be written as JSON"),
        };
        let pushed = self.shared.queue.push(Delivery {
            id,
            event: event.name,
            key: event.key.into(),
            body,
        });
        if pushed == Pushed::Taken {
            return;
        }
        self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        if pushed == Pushed::FirstDropped {
            let waiting = self.shared.queue.len();
            tracing::warn!(
                waiting,
                "the queue of webhooks is full: further events are dropped until half of it is free"
            );
        }
    }

    /// How many events there were since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        Stats {
            delivered: shared.delivered.load(Ordering::Relaxed),
            dropped: shared.dropped.load(Ordering::Relaxed),
            given_up: shared.given_up.load(Ordering::Relaxed),
            waiting: shared.queue.len(),
        }
    }
}

impl Courier {
    /// Takes no further events and tells those that wait. After `within` the rest is given up, with a line in the log.
    /// Cancelling ends the task at once.
    pub async fn finish(mut self, within: Duration) {
        self.shared.queue.close();
        match tokio::time::timeout(within, &mut self.task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the task of the webhooks ended early"),
            Err(_) => {
                let waiting = self.shared.queue.len();
                tracing::warn!(
                    waiting,
                    "webhooks were not all delivered within {within:?}: those under way and those that wait are given up"
                );
            }
        }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Tells what the queue holds until it is closed and empty.
async fn run(shared: Arc<Shared>, receiver: impl Post, max_attempts: u32) {
    let mut under_way = FuturesUnordered::new();
    let mut busy: HashSet<Arc<str>> = HashSet::new();
    loop {
        while under_way.len() < CONCURRENT
            && let Some(delivery) = shared.queue.take(|key| !busy.contains(key))
        {
            busy.insert(delivery.key.clone());
            let receiver = &receiver;
            under_way.push(async move {
                let outcome = attempt::deliver(receiver, &delivery, max_attempts).await;
                (delivery.key, outcome)
            });
        }
        if under_way.is_empty() && shared.queue.is_finished() {
            return;
        }
        tokio::select! {
            Some((key, outcome)) = under_way.next() => {
                busy.remove(&key);
                let counter = match outcome {
                    Outcome::Delivered => &shared.delivered,
                    Outcome::GivenUp => &shared.given_up,
                };
                counter.fetch_add(1, Ordering::Relaxed);
            }
            () = shared.queue.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests;
