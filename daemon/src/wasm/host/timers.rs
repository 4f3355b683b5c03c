//! `timers`: events in the future. They are started and stopped when the event ends.

use std::time::Duration;

use super::{GuestStore, error, rooms};
use crate::wasm::bindings::liveside::component::timers::Host;
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::subject::{Effect, TimerStart};

/// The longest time that a timer may be set to: the wheel turns no further.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Host for GuestStore {
    fn after(
        &mut self,
        delay_ms: u64,
        name: String,
        payload: Option<String>,
    ) -> Result<u64, Error> {
        self.start(delay_ms, name, payload, false)
    }

    fn every(
        &mut self,
        interval_ms: u64,
        name: String,
        payload: Option<String>,
    ) -> Result<u64, Error> {
        self.start(interval_ms, name, payload, true)
    }

    fn cancel(&mut self, timer: u64) {
        if let Ok(subject) = self.subject() {
            // Over the limit of effects it stays: it ends with the mount at the latest.
            let _ = rooms::ask(subject, Effect::CancelTimer(timer));
        }
    }
}

impl GuestStore {
    fn start(
        &mut self,
        ms: u64,
        name: String,
        payload: Option<String>,
        repeats: bool,
    ) -> Result<u64, Error> {
        let subject = self.subject()?;
        let limits = subject.shared.timer_limits;
        let delay = Duration::from_millis(ms);
        if repeats && delay < limits.shortest {
            let shortest = limits.shortest;
            let message =
                format!("a timer may repeat every {shortest:?} at most (limits.timer-interval)");
            return Err(error(ErrorCode::Limit, message));
        }
        if delay > LONGEST {
            return Err(error(
                ErrorCode::Invalid,
                "a timer may be set a year ahead at most",
            ));
        }
        if subject.timers >= limits.count {
            let message = format!(
                "{} timers run already, no more may (limits.timers)",
                limits.count
            );
            return Err(error(ErrorCode::Limit, message));
        }
        let payload = payload
            .map(|payload| rooms::bounded(subject, &payload))
            .transpose()?;
        subject.last_timer = subject.last_timer.wrapping_add(1);
        let id = u64::from(subject.last_timer);
        let start = TimerStart {
            id,
            name: name.into(),
            payload,
            delay,
            repeats,
        };
        rooms::ask(subject, Effect::StartTimer(start))?;
        subject.timers += 1;
        Ok(id)
    }
}
