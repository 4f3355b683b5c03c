//! The logic of a room.

use liveside_guest::prelude::*;

/// A room for three, the one who is about to come in counted.
const MOST: u32 = 3;

/// `rustbox:NAME`: a box of things.
#[derive(State)]
pub(crate) struct Things {
    items: Vec<Value>,
}

#[component(name = "RustBox", room = "rustbox")]
impl Things {
    #[action]
    pub(crate) fn put(&mut self, item: Option<Value>) -> usize {
        self.items.push(item.unwrap_or_default());
        self.items.len()
    }

    fn on_member_join(&mut self, member: &Membership) -> Result<()> {
        ensure!(member.count <= MOST, "Full.");
        Ok(())
    }
}
