//! A counter of one's own: every mount has its own `count`, and `clicks` tells how often it was asked for anything.

use liveside_guest::prelude::*;
use serde::Serialize;

/// What the browser sees.
#[derive(State)]
pub struct LocalCounter {
    count: i64,
    clicks: u64,
}

/// What every action answers.
#[derive(Serialize)]
struct Answer {
    success: bool,
    count: i64,
}

#[component(name = "LiveLocalCounter", version = "1.0.0")]
impl LocalCounter {
    #[action]
    fn increment(&mut self, by: Option<i64>) -> Answer {
        self.count_to(self.count.saturating_add(by.unwrap_or(1)))
    }

    #[action]
    fn decrement(&mut self, by: Option<i64>) -> Answer {
        self.count_to(self.count.saturating_sub(by.unwrap_or(1)))
    }

    /// Sets the count to 0. It is a click like the others.
    #[action]
    fn reset(&mut self) -> Answer {
        self.count_to(0)
    }

    fn count_to(&mut self, count: i64) -> Answer {
        self.count = count;
        self.clicks += 1;
        Answer {
            success: true,
            count,
        }
    }
}

#[cfg(test)]
mod tests;
