//! A number that components of any language count together. A room's logic runs one call at a time, so nothing is lost
//! when two count at once.

mod counter;

use liveside_guest::prelude::*;

/// The room `tally:NAME`.
#[derive(State)]
pub struct Tally {
    count: i64,
}

#[component(room = "tally", version = "1.0.0", durable)]
impl Tally {
    #[action]
    fn add(&mut self, by: i64) -> i64 {
        self.count = self.count.saturating_add(by);
        self.count
    }

    #[action]
    fn reset(&mut self) -> i64 {
        self.count = 0;
        self.count
    }

    #[action]
    fn count(&self) -> i64 {
        self.count
    }
}

#[cfg(test)]
mod tests;
