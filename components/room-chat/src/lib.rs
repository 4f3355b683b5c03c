//! A chat of several rooms. [`RoomChat`] is what a browser mounts; each room is a [`ChatRoom`], and the
//! [`DirectoryRoom`] lists them. Calls go one way, from the component to its room to the directory; back come events,
//! which say that there is something new.

use liveside_guest::prelude::*;

mod directory;
mod guests;
mod password;
mod room;
mod text;

use directory::{DirectoryRoom, Listed};
use room::{ChatRoom, HISTORY, Message, Present, View};
use serde::{Deserialize, Serialize};

/// In characters.
const LONGEST_NAME: usize = 24;

/// What the browser sees. The members' instances and the password stay in the room.
#[derive(State)]
pub struct RoomChat {
    /// Empty: not said yet.
    name: String,
    rooms: Vec<Listed>,
    current: Option<Current>,
    /// The last of the current room, the newest at the end.
    messages: Vec<Message>,
    members: Vec<Present>,
    /// The others who are typing.
    typing: Vec<String>,
}

/// The room that one is in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Current {
    id: String,
    name: String,
    locked: bool,
}

#[component(name = "LiveRoomChat", version = "1.0.0", props = "none")]
impl RoomChat {
    /// Joining takes effect when this event has ended, so `on_room_join` looks once more.
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        let directory = cx.room_of::<DirectoryRoom>("");
        directory.join()?;
        self.rooms = directory.look()?;
        Ok(())
    }

    /// Not a member of any room any more: that was the one before. Back into the room that it was in, if that needs no
    /// password.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        let was_in = self.current.take();
        self.go_out();
        self.on_mount(cx)?;
        let back = was_in.filter(|room| self.rooms.iter().any(|listed| listed.id == room.id));
        match back.filter(|room| !room.locked) {
            // Full, or somebody took the name meanwhile: one is outside then, and sees the list.
            Some(room) => self.enter(cx, &room.id, None).or(Ok(())),
            None => Ok(()),
        }
    }

    fn on_room_join(&mut self, cx: &Context, room: &str) -> Result<()> {
        match room {
            "directory" => self.look_around(cx),
            room => self.look(cx, room),
        }
    }

    /// The browser has left by itself, past `leaveRoom`; or this comes late, and one is in again.
    fn on_room_leave(&mut self, cx: &Context, room: &str) {
        if self.is_in(room) && cx.rooms().get(room).count().is_err() {
            self.go_out();
        }
    }

    /// How one is called, in every room.
    #[action]
    fn set_name(&mut self, cx: &Context, name: &str) -> Result<()> {
        let name = text::line(name, "A name", LONGEST_NAME)?;
        if let Some(current) = &self.current {
            cx.room_of::<ChatRoom>(&current.id)
                .rename(cx.instance(), &name)?;
        }
        self.name = name;
        Ok(())
    }

    /// Opens a room and goes there.
    #[action]
    fn create_room(&mut self, cx: &Context, name: &str, password: Option<String>) -> Result<()> {
        self.must_have_a_name()?;
        let id = format!("{:016x}", cx.random().u64());
        cx.room_of::<ChatRoom>(&id)
            .create(name, password, cx.instance())?;
        self.enter(cx, &id, None)
    }

    #[action]
    fn join_room(&mut self, cx: &Context, room: &str, password: Option<String>) -> Result<()> {
        self.must_have_a_name()?;
        if self.current.as_ref().is_some_and(|now| now.id == room) {
            return Ok(());
        }
        // To call a room makes it: a name that nobody has listed makes none.
        self.look_around(cx)?;
        ensure!(
            self.rooms.iter().any(|listed| listed.id == room),
            "There is no such room any more."
        );
        self.enter(cx, room, password)
    }

    #[action]
    fn leave_room(&mut self, cx: &Context) -> Result<()> {
        if let Some(current) = &self.current {
            cx.room_of::<ChatRoom>(&current.id).leave()?;
        }
        self.go_out();
        Ok(())
    }

    #[action]
    fn send(&mut self, cx: &Context, text: &str) -> Result<()> {
        let room = self.room()?;
        cx.room_of::<ChatRoom>(&room).send(cx.instance(), text)?;
        self.look(cx, &format!("chat:{room}"))
    }

    /// To be called now and then while somebody writes. It holds for a few seconds.
    #[action]
    fn typing(&self, cx: &Context) -> Result<()> {
        let room = self.room()?;
        cx.room_of::<ChatRoom>(&room).typing(cx.instance())?;
        Ok(())
    }

    #[room_event("ROOMS", room = "directory")]
    fn look_around(&mut self, cx: &Context) -> Result<()> {
        self.rooms = cx.room_of::<DirectoryRoom>("").look()?;
        Ok(())
    }

    #[room_event("CHANGED", room = "chat:*")]
    fn changed(&mut self, cx: &Context, event: &RoomEvent) -> Result<()> {
        self.look(cx, &event.room)
    }

    /// Asks the room for what is new, if it is the one on show.
    fn look(&mut self, cx: &Context, room: &str) -> Result<()> {
        if !self.is_in(room) {
            return Ok(());
        }
        let since = self.messages.last().map_or(0, |message| message.id);
        let view = cx
            .room_of::<ChatRoom>(&self.room()?)
            .look(cx.instance(), since)?;
        self.show(view);
        Ok(())
    }

    fn enter(&mut self, cx: &Context, id: &str, password: Option<String>) -> Result<()> {
        let room = cx.room_of::<ChatRoom>(id);
        // First in, then out: who is refused stays where it is.
        let view = room.enter(cx.instance(), &self.name, password)?;
        room.join()?;
        self.leave_room(cx)?;
        self.current = Some(Current {
            id: id.to_owned(),
            name: view.name.clone(),
            locked: view.locked,
        });
        self.show(view);
        Ok(())
    }

    fn show(&mut self, view: View) {
        self.members = view.members;
        self.typing = view.typing;
        self.messages.extend(view.messages);
        let most = usize::try_from(HISTORY).unwrap_or(usize::MAX);
        let old = self.messages.len().saturating_sub(most);
        self.messages.drain(..old);
    }

    fn go_out(&mut self) {
        self.current = None;
        self.messages.clear();
        self.members.clear();
        self.typing.clear();
    }

    fn is_in(&self, room: &str) -> bool {
        let current = self.current.as_ref();
        current.is_some_and(|now| room.strip_prefix("chat:") == Some(&now.id))
    }

    fn room(&self) -> Result<String> {
        match &self.current {
            Some(current) => Ok(current.id.clone()),
            None => bail!("Join a room first."),
        }
    }

    fn must_have_a_name(&self) -> Result<()> {
        ensure!(!self.name.is_empty(), "Say your name first.");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
