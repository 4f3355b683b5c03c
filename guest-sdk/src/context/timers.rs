//! Events in the future.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Context, encode};
use crate::host::{Host, HostResult};

/// Names a timer in [`Timers::cancel`]. It can be kept in the state or in private data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimerId(pub(crate) u64);

/// Starts and cancels timers. A timer belongs to the mount: it survives new versions of the code and ends with it.
#[derive(Clone, Copy)]
pub struct Timers<'a> {
    cx: &'a Context,
}

impl<'a> Timers<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// Calls the method marked `#[timer("name")]` once, after a delay. Precise to a millisecond.
    ///
    /// # Errors
    /// `limit`: too many timers.
    pub fn after(&self, delay: Duration, name: &str) -> HostResult<TimerId> {
        self.cx
            .host
            .timer_after(millis(delay), name, None)
            .map(TimerId)
    }

    /// As [`after`](Self::after), with arguments for the method.
    ///
    /// # Errors
    /// `limit`: too many timers.
    pub fn after_with(
        &self,
        delay: Duration,
        name: &str,
        payload: &(impl Serialize + ?Sized),
    ) -> HostResult<TimerId> {
        self.cx
            .host
            .timer_after(millis(delay), name, Some(&encode(payload)?))
            .map(TimerId)
    }

    /// Calls the method marked `#[timer("name")]` again and again, the first time after one interval.
    ///
    /// # Errors
    /// `limit`: shorter than the daemon's shortest interval, or too many timers.
    pub fn every(&self, interval: Duration, name: &str) -> HostResult<TimerId> {
        self.cx
            .host
            .timer_every(millis(interval), name, None)
            .map(TimerId)
    }

    /// As [`every`](Self::every), with arguments for the method.
    ///
    /// # Errors
    /// `limit`: shorter than the daemon's shortest interval, or too many timers.
    pub fn every_with(
        &self,
        interval: Duration,
        name: &str,
        payload: &(impl Serialize + ?Sized),
    ) -> HostResult<TimerId> {
        self.cx
            .host
            .timer_every(millis(interval), name, Some(&encode(payload)?))
            .map(TimerId)
    }

    /// Ends a timer; nothing happens if it has fired.
    pub fn cancel(&self, timer: TimerId) {
        self.cx.host.timer_cancel(timer.0);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
