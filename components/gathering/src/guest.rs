//! Who calls rooms.

use liveside_guest::prelude::*;

use crate::hall::Hall;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Guest {
    /// How often the room has told something, and the last thing.
    heard: u64,
    last: i64,
    /// Whether something was told that was not one more than the thing before.
    gaps: u64,
}

#[component(name = "LiveGuest")]
impl Guest {
    #[room_event("ADDED", room = "hall:*")]
    fn added(&mut self, count: i64) {
        self.heard += 1;
        self.gaps += u64::from(count != self.last + 1);
        self.last = count;
    }

    #[action]
    fn add(&mut self, cx: &Context, hall: &str, by: i64) -> Result<i64> {
        Ok(cx.room_of::<Hall>(hall).add(by)?)
    }

    /// A call of any room, by name.
    #[action]
    fn call(&self, cx: &Context, room: &str, action: String, payload: Value) -> Result<Value> {
        Ok(cx.rooms().get(room).call(&action, &payload)?)
    }

    /// Says the word and goes in.
    #[action]
    fn enter(&mut self, cx: &Context, hall: &str, word: Option<String>) -> Result<()> {
        let room = cx.room_of::<Hall>(hall);
        if let Some(word) = word {
            ensure!(room.say(&word, cx.instance().to_owned())?, "Not the word");
        }
        Ok(room.join()?)
    }

    #[action]
    fn leave(&mut self, cx: &Context, hall: &str) -> Result<()> {
        Ok(cx.room_of::<Hall>(hall).leave()?)
    }

    #[action]
    fn heard(&self) -> Value {
        json!({"times": self.heard, "last": self.last, "gaps": self.gaps})
    }
}
