//! `LiveSwap` as it was first: what the tests of hot swap begin with.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub struct Swap {
    count: i64,
    legacy: String,
}

#[component(name = "LiveSwap", version = "1.0.0")]
impl Swap {
    #[action]
    fn increment(&mut self) -> i64 {
        self.count += 1;
        self.count
    }

    /// Which version answers.
    #[action]
    fn version(&mut self) -> u32 {
        1
    }

    #[action]
    fn keep(&mut self, cx: &Context, text: String) -> Result<()> {
        cx.private().set("kept", &text)?;
        cx.persistent().set("kept", &text)?;
        Ok(())
    }
}
