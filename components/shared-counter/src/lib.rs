//! A counter that everybody shares. The number is in a room with logic of its own, [`CounterRoom`]; each mount is a
//! member of it and shows what the room says.

use liveside_guest::prelude::*;
use serde::Serialize;

mod room;

use room::{Counted, CounterRoom};

/// The room that all mounts are in: `counter:global`.
const ROOM: &str = "global";
/// In characters.
const LONGEST_NAME: usize = 24;

/// What the browser sees.
#[derive(State)]
pub struct SharedCounter {
    username: String,
    count: i64,
    last_updated_by: Option<String>,
    online_count: u32,
}

/// What every action that counts answers.
#[derive(Serialize)]
struct Answer {
    success: bool,
    count: i64,
}

#[component(name = "LiveSharedCounter", version = "1.0.0")]
impl SharedCounter {
    /// Joining takes effect when this event has ended. So the first look is for the answer to the mount, and
    /// `on_room_join` looks again for what happened in between.
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        let room = cx.room_of::<CounterRoom>(ROOM);
        room.join()?;
        self.show(room.look()?);
        self.username = name_from(&self.username).unwrap_or_default();
        Ok(())
    }

    /// Not a member any more: that was the one before.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.on_mount(cx)
    }

    fn on_room_join(&mut self, cx: &Context) -> Result<()> {
        self.look(cx)
    }

    #[room_event("CHANGED", room = "counter:global")]
    fn look(&mut self, cx: &Context) -> Result<()> {
        self.show(cx.room_of::<CounterRoom>(ROOM).look()?);
        Ok(())
    }

    #[action]
    fn increment(&mut self, cx: &Context, by: Option<i64>) -> Result<Answer> {
        let room = cx.room_of::<CounterRoom>(ROOM);
        let counted = room.increment(by.unwrap_or(1), self.who())?;
        Ok(self.show(counted))
    }

    #[action]
    fn decrement(&mut self, cx: &Context, by: Option<i64>) -> Result<Answer> {
        let room = cx.room_of::<CounterRoom>(ROOM);
        let counted = room.decrement(by.unwrap_or(1), self.who())?;
        Ok(self.show(counted))
    }

    /// Sets the count to 0, for everybody.
    #[action]
    fn reset(&mut self, cx: &Context) -> Result<Answer> {
        let counted = cx.room_of::<CounterRoom>(ROOM).reset(self.who())?;
        Ok(self.show(counted))
    }

    /// What others read as `lastUpdatedBy` from the next step on. A name is a label: anybody may take any.
    #[action]
    fn set_username(&mut self, username: &str) -> Result<()> {
        self.username = name_from(username)?;
        Ok(())
    }

    fn who(&self) -> &str {
        match self.username.as_str() {
            "" => "Anonymous",
            name => name,
        }
    }

    fn show(&mut self, counted: Counted) -> Answer {
        self.count = counted.count;
        self.last_updated_by = counted.last_updated_by;
        self.online_count = counted.online;
        Answer {
            success: true,
            count: self.count,
        }
    }
}

fn name_from(text: &str) -> Result<String> {
    let name = text.trim();
    ensure!(
        name.chars().count() <= LONGEST_NAME,
        "Please use a name of at most {LONGEST_NAME} characters."
    );
    ensure!(
        !name.contains(char::is_control),
        "A name has only characters that show."
    );
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests;
