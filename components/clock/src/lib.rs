//! One clock for everybody, which ticks while somebody looks: its timer starts with the first browser and is cancelled
//! with the last, so a clock that nobody sees costs nothing.

use std::time::Duration;

use liveside_guest::context::TimerId;
use liveside_guest::prelude::*;

const TICK: Duration = Duration::from_secs(1);

/// The private key of the timer that runs, if one does.
const TIMER: &str = "timer";

/// What every browser sees.
#[derive(State)]
pub struct Clock {
    /// Milliseconds since the Unix epoch, as of the last tick.
    time: u64,
    /// Ticks so far: the seconds in which anybody looked.
    ticks: u64,
}

// `keep`: it goes on from where it was when somebody comes back. Without it, it would end with its last browser.
#[component(name = "LiveClock", version = "1.0.0", singleton(keep), props = "none")]
impl Clock {
    fn on_client_join(&mut self, cx: &Context) -> Result<()> {
        let running = cx.private().get::<TimerId>(TIMER)?;
        if running.is_none() {
            // Who comes first gets the time at once, not the time at which the last one left.
            self.time = cx.clock().now_ms();
            cx.private().set(TIMER, &cx.timers().every(TICK, "tick")?)?;
        }
        Ok(())
    }

    fn on_client_leave(&self, cx: &Context, client: &Client) -> Result<()> {
        if client.count == 0
            && let Some(timer) = cx.private().get(TIMER)?
        {
            cx.timers().cancel(timer);
            cx.private().delete(TIMER);
        }
        Ok(())
    }

    #[timer("tick")]
    fn tick(&mut self, cx: &Context) {
        self.time = cx.clock().now_ms();
        self.ticks += 1;
    }
}

#[cfg(test)]
mod tests;
