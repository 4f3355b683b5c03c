//! Accounts between which money moves: each event changes two keys of the state, and private data, together. As a
//! singleton and as a room, both durable; and a singleton that is not.

use liveside_guest::prelude::*;

/// One for everybody, kept through restarts.
#[derive(State)]
pub(crate) struct Ledger {
    left: i64,
    right: i64,
    /// How often it was begun, a restart included.
    begun: u64,
}

#[component(name = "LiveLedger", version = "1.0.0", singleton(keep), durable)]
impl Ledger {
    fn on_mount(&mut self) {
        self.begun += 1;
    }

    #[action]
    pub(crate) fn transfer(&mut self, cx: &Context, amount: i64) -> Result<i64> {
        self.left -= amount;
        self.right += amount;
        moved(cx, amount)?;
        Ok(self.right)
    }

    #[action]
    pub(crate) fn look(&self, cx: &Context) -> Result<Value> {
        let moved: Option<i64> = cx.private().get("moved")?;
        Ok(json!({"left": self.left, "right": self.right, "moved": moved, "begun": self.begun}))
    }

    /// Moves, and breaks down.
    #[action]
    fn break_down(&mut self, cx: &Context) -> Result<()> {
        self.left -= 1;
        moved(cx, 1)?;
        panic!("as asked")
    }
}

/// The same for each room `ledger:NAME`.
#[derive(State)]
pub(crate) struct LedgerRoom {
    left: i64,
    right: i64,
}

#[component(name = "LedgerRoom", version = "1.0.0", room = "ledger", durable)]
impl LedgerRoom {
    #[action]
    pub(crate) fn transfer(&mut self, cx: &Context, amount: i64) -> Result<i64> {
        self.left -= amount;
        self.right += amount;
        moved(cx, amount)?;
        Ok(self.right)
    }

    #[action]
    pub(crate) fn look(&self, cx: &Context) -> Result<Value> {
        let moved: Option<i64> = cx.private().get("moved")?;
        Ok(json!({"left": self.left, "right": self.right, "moved": moved}))
    }
}

/// Asks the room for it.
#[derive(State)]
pub(crate) struct Teller {}

#[component(name = "LiveTeller", version = "1.0.0")]
impl Teller {
    #[action]
    fn transfer(&self, cx: &Context, room: &str, amount: i64) -> Result<i64> {
        Ok(cx.room_of::<LedgerRoom>(room).transfer(amount)?)
    }

    #[action]
    fn look(&self, cx: &Context, room: &str) -> Result<Value> {
        Ok(cx.room_of::<LedgerRoom>(room).look()?)
    }
}

/// One for everybody, as long as the daemon runs.
#[derive(State)]
pub(crate) struct Slate {
    sum: i64,
}

#[component(name = "LiveSlate", version = "1.0.0", singleton(keep))]
impl Slate {
    #[action]
    fn add(&mut self, amount: i64) -> i64 {
        self.sum += amount;
        self.sum
    }
}

fn moved(cx: &Context, amount: i64) -> Result<()> {
    let before: Option<i64> = cx.private().get("moved")?;
    Ok(cx
        .private()
        .set("moved", &(before.unwrap_or_default() + amount))?)
}
