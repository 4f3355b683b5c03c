//! How long a guest computes, and what ends it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wasmtime::UpdateDeadline;

/// The trap of a guest that computed for too long.
#[derive(Debug, thiserror::Error)]
#[error("out of processor time")]
pub(super) struct OutOfCpuTime;

/// Adds up the time in which the guest held a thread.
///
/// A guest is a future: it holds a thread while it is polled. The engine's epoch calls [`CpuMeter::tick`] every few
/// milliseconds of that. The guest then gives way to other tasks; the time until it is polled again is not counted, be
/// it that others run or that a host function waits, for the network or for a disk.
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
    pub(super) fn begin(&self) {
        self.used.store(0, Ordering::Relaxed);
    }

    /// The guest runs again.
    fn resume(&self, now: Instant) {
        self.running_since
            .store(self.since_origin(now), Ordering::Relaxed);
    }

    /// The guest stops running for now.
    fn pause(&self) {
        self.used.store(self.used(), Ordering::Relaxed);
    }

    /// Nanoseconds that the running guest has used.
    fn used(&self) -> u64 {
        let stretch = self
            .since_origin(Instant::now())
            .saturating_sub(self.running_since.load(Ordering::Relaxed));
        self.used.load(Ordering::Relaxed) + stretch
    }

    /// Runs the guest, and adds up its time.
    pub(super) async fn running<T>(&self, guest: impl Future<Output = T>) -> T {
        let mut guest = pin!(guest);
        poll_fn(|cx| {
            self.resume(Instant::now());
            let poll = guest.as_mut().poll(cx);
            self.pause();
            poll
        })
        .await
    }

    /// Does something on the guest's behalf that is not the guest's own: another guest may run in it.
    pub(super) async fn waiting<T>(&self, wait: impl Future<Output = T>) -> T {
        let mut wait = pin!(wait);
        poll_fn(|cx| {
            self.pause();
            let poll = wait.as_mut().poll(cx);
            self.resume(Instant::now());
            poll
        })
        .await
    }

    /// A tick of the epoch while the guest ran: lets others run, or ends the guest.
    pub(super) fn tick(&self) -> wasmtime::Result<UpdateDeadline> {
        if Duration::from_nanos(self.used()) >= self.limit {
            return Err(OutOfCpuTime.into());
        }
        let give_way = Box::pin(tokio::task::yield_now());
        Ok(UpdateDeadline::YieldCustom(1, give_way))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long, so that a busy machine does not use it up between two lines of a test.
    const LIMIT: Duration = Duration::from_millis(300);

    fn compute() {
        let begun = Instant::now();
        while begun.elapsed() <= LIMIT {
            std::hint::spin_loop();
        }
    }

    #[tokio::test]
    async fn a_guest_that_waits_uses_no_processor_time() {
        let meter = CpuMeter::new(LIMIT);
        let waits = async {
            tokio::task::spawn_blocking(compute).await.unwrap();
            meter.tick().is_ok()
        };
        assert!(meter.running(waits).await);
    }

    #[tokio::test]
    async fn what_another_guest_computes_meanwhile_is_not_its_own() {
        let meter = CpuMeter::new(LIMIT);
        let calls = async {
            meter.waiting(async { compute() }).await;
            meter.tick().is_ok()
        };
        assert!(meter.running(calls).await);
    }

    #[tokio::test]
    async fn a_guest_that_computes_too_long_is_ended_also_in_a_later_call_of_its_event() {
        let meter = CpuMeter::new(LIMIT);
        meter.running(async { compute() }).await;
        assert!(meter.running(async { meter.tick().is_err() }).await);
        meter.begin();
        assert!(meter.running(async { meter.tick().is_ok() }).await);
    }
}
