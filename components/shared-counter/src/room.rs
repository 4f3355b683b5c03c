//! The room: the one place where the number is. Whatever happens to it happens here, one event at a time.

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// The state of a room `counter:NAME`, kept in the daemon's store: a restart does not lose count.
#[derive(State)]
pub(crate) struct CounterRoom {
    count: i64,
    last_updated_by: Option<String>,
    online: u32,
}

/// The room as its members show it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counted {
    pub(crate) count: i64,
    pub(crate) last_updated_by: Option<String>,
    pub(crate) online: u32,
}

#[component(room = "counter", version = "1.0.0", durable)]
impl CounterRoom {
    /// Who was online when the daemon was stopped is not any more.
    fn on_mount(&mut self) {
        self.online = 0;
    }

    #[action]
    fn look(&self) -> Counted {
        Counted {
            count: self.count,
            last_updated_by: self.last_updated_by.clone(),
            online: self.online,
        }
    }

    #[action]
    fn increment(&mut self, cx: &Context, by: i64, who: &str) -> Result<Counted> {
        self.count_to(cx, self.count.saturating_add(by), who)
    }

    #[action]
    fn decrement(&mut self, cx: &Context, by: i64, who: &str) -> Result<Counted> {
        self.count_to(cx, self.count.saturating_sub(by), who)
    }

    #[action]
    fn reset(&mut self, cx: &Context, who: &str) -> Result<Counted> {
        self.count_to(cx, 0, who)
    }

    fn on_member_join(&mut self, cx: &Context) -> Result<()> {
        self.count_members(cx)
    }

    fn on_member_leave(&mut self, cx: &Context) -> Result<()> {
        self.count_members(cx)
    }

    fn count_to(&mut self, cx: &Context, count: i64, who: &str) -> Result<Counted> {
        self.count = count;
        self.last_updated_by = Some(who.to_owned());
        self.tell_members(cx)?;
        Ok(self.look())
    }

    /// Asks how many there are now: of two that come at the same moment, the first may be told of later.
    fn count_members(&mut self, cx: &Context) -> Result<()> {
        self.online = cx.room().count()?;
        self.tell_members(cx)
    }

    /// The event says only that there is something new. A member's browser may emit it too, and then no harm is done:
    /// what is new, members ask the room.
    fn tell_members(&self, cx: &Context) -> Result<()> {
        cx.room().emit("CHANGED", &())?;
        Ok(())
    }
}
