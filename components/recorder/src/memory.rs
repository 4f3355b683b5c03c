//! What is left in the module's memory from one event to the next: in a warm worker everything, in a fresh one nothing.

use std::sync::atomic::{AtomicU64, Ordering};

use liveside_guest::prelude::*;

/// Events that this instance of the module has seen. A component must not do this: the daemon promises nothing of it.
static EVENTS: AtomicU64 = AtomicU64::new(0);

/// Served by warm workers.
#[derive(State)]
pub(crate) struct Warm {}

#[component(name = "LiveWarm", version = "1.0.0")]
impl Warm {
    #[action]
    fn seen(&self) -> u64 {
        EVENTS.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Served by a new instance of the module for each event.
#[derive(State)]
pub(crate) struct Fresh {}

#[component(name = "LiveFresh", version = "1.0.0", isolation = "fresh")]
impl Fresh {
    #[action]
    fn seen(&self) -> u64 {
        EVENTS.fetch_add(1, Ordering::Relaxed) + 1
    }
}
