//! `LiveSwap` that cannot take over from any other version: its migration fails.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub struct Swap {
    count: i64,
}

#[component(name = "LiveSwap", version = "3.0.0")]
impl Swap {
    fn migrate(from: &str, _state: &mut Map) -> Result<()> {
        Err(Error::new(format!("nothing can be made of {from}")))
    }

    #[action]
    fn increment(&mut self) -> i64 {
        self.count += 1;
        self.count
    }
}
