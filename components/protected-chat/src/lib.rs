//! A chat for those who have signed in. The messages are in a room with logic of its own, [`ChatRoom`], which asks by
//! itself who is behind a call.

use liveside_guest::prelude::*;
use serde::Serialize;

mod room;

use room::{ChatRoom, Message};

/// The room that all mounts are in: `protected-chat:lobby`.
const ROOM: &str = "lobby";

/// What the browser sees.
#[derive(State)]
pub struct ProtectedChat {
    /// The newest at the end.
    messages: Vec<Message>,
    /// As whom one writes.
    user: Option<String>,
}

/// What `send` answers.
#[derive(Serialize)]
struct Sent {
    id: u64,
}

#[component(
    name = "LiveProtectedChat",
    version = "1.0.0",
    props = "none",
    requires(authenticated)
)]
impl ProtectedChat {
    /// Joining takes effect when this event has ended, so `on_room_join` looks once more.
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        cx.room_of::<ChatRoom>(ROOM).join()?;
        self.look(cx)
    }

    /// Not a member any more: that was the one before. And the messages are as old as its state.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.on_mount(cx)
    }

    fn on_room_join(&mut self, cx: &Context) -> Result<()> {
        self.look(cx)
    }

    #[room_event("CHANGED", room = "protected-chat:lobby")]
    fn look(&mut self, cx: &Context) -> Result<()> {
        self.user = cx.session().user_id();
        self.messages = cx.room_of::<ChatRoom>(ROOM).look()?;
        Ok(())
    }

    #[action(schema, rate_limit(burst = 5, per_minute = 30))]
    fn send(
        &mut self,
        cx: &Context,
        #[schemars(length(min = 1, max = 500))] text: &str,
    ) -> Result<Sent> {
        let id = cx.room_of::<ChatRoom>(ROOM).send(text)?;
        self.look(cx)?;
        Ok(Sent { id })
    }

    #[action(schema)]
    fn delete(&mut self, cx: &Context, id: u64) -> Result<()> {
        cx.room_of::<ChatRoom>(ROOM).delete(id)?;
        self.look(cx)
    }
}

#[cfg(test)]
mod tests;
