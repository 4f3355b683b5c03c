//! Who calls rooms.

use liveside_guest::prelude::*;

use crate::hall::Hall;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Guest {
    /// What the room has told.
    heard: Vec<i64>,
}

#[component(name = "LiveGuest")]
impl Guest {
    #[room_event("ADDED", room = "hall:*")]
    fn added(&mut self, count: i64) {
        self.heard.push(count);
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
    fn heard(&self) -> Vec<i64> {
        self.heard.clone()
    }
}
