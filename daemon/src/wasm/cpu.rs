//! How long a guest computes, and what ends it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::UpdateDeadline;

/// The trap of a guest that computed for too long.
#[derive(Debug, thiserror::Error)]
#[error("out of processor time")]
pub(super) struct OutOfCpuTime;

/// Adds up the time in which the guest held a thread.
///
/// The engine's epoch calls [`CpuMeter::tick`] every few milliseconds of running. The guest then gives way to other
/// tasks; the time until it runs again is not counted, nor is that in which a host function waits.
pub(super) struct CpuMeter {
    origin: Instant,
    limit: Duration,
    /// Nanoseconds since `origin` at which the current stretch began.
    running_since: AtomicU64,
    /// Nanoseconds of the stretches before.
    used: AtomicU64,
}

impl CpuMeter {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            origin: Instant::now(),
            limit,
            running_since: AtomicU64::new(0),
            used: AtomicU64::new(0),
        }
    }

    fn since_origin(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.origin).as_nanos()).unwrap_or(u64::MAX)
    }

    /// Begins an event.
    pub(super) fn begin(&self, now: Instant) {
        self.used.store(0, Ordering::Relaxed);
        self.resume(now);
    }

    /// The guest runs again.
    fn resume(&self, now: Instant) {
        self.running_since
            .store(self.since_origin(now), Ordering::Relaxed);
    }

    /// The guest stops running for now. Gives what it has used.
    fn pause(&self) -> u64 {
        let stretch = self
            .since_origin(Instant::now())
            .saturating_sub(self.running_since.load(Ordering::Relaxed));
        self.used.fetch_add(stretch, Ordering::Relaxed) + stretch
    }

    /// Waits for something on the guest's behalf.
    pub(super) async fn waiting<T>(&self, wait: impl Future<Output = T>) -> T {
        self.pause();
        let result = wait.await;
        self.resume(Instant::now());
        result
    }

    /// A tick of the epoch while the guest ran: lets others run, or ends the guest.
    pub(super) fn tick(self: &Arc<Self>) -> wasmtime::Result<UpdateDeadline> {
        if Duration::from_nanos(self.pause()) >= self.limit {
            return Err(OutOfCpuTime.into());
        }
        let meter = self.clone();
        let give_way: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            tokio::task::yield_now().await;
            meter.resume(Instant::now());
        });
        Ok(UpdateDeadline::YieldCustom(1, give_way))
    }
}
