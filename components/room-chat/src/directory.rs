//! The directory: which rooms there are. Rooms tell it of themselves; it never calls them, because two rooms that wait
//! for each other would wait for ever.

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// The room that is always there. What comes after `chat:` in its name.
pub(crate) const LOBBY: &str = "lobby";
/// What people call it.
pub(crate) const LOBBY_NAME: &str = "Lobby";
/// Rooms altogether: a list that is longer than that nobody reads.
const MOST_ROOMS: usize = 50;

/// One line of the list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Names the room in `joinRoom`.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) members: u32,
    /// Whether one needs a password.
    pub(crate) locked: bool,
}

/// The room `directory`. Its state is the list, for whoever joins it.
#[derive(State)]
pub(crate) struct DirectoryRoom {
    #[state(default = vec![lobby()])]
    rooms: Vec<Listed>,
}

#[component(room = "directory", version = "1.0.0", durable)]
impl DirectoryRoom {
    #[action]
    fn look(&self) -> Vec<Listed> {
        self.rooms.clone()
    }

    /// A new room, or what has changed of one.
    #[action]
    fn list(&mut self, cx: &Context, room: Listed) -> Result<()> {
        let same_name = |listed: &&Listed| listed.name.to_lowercase() == room.name.to_lowercase();
        if let Some(other) = self.rooms.iter().find(same_name) {
            ensure!(
                other.id == room.id,
                "There is a room {} already.",
                other.name
            );
        }
        match self.rooms.iter_mut().find(|listed| listed.id == room.id) {
            Some(listed) => *listed = room,
            None => {
                ensure!(
                    self.rooms.len() < MOST_ROOMS,
                    "There are {MOST_ROOMS} rooms already. Join one of them, or come back later."
                );
                self.rooms.push(room);
            }
        }
        tell_members(cx)
    }

    #[action]
    fn forget(&mut self, cx: &Context, id: &str) -> Result<()> {
        self.rooms.retain(|listed| listed.id != id);
        tell_members(cx)
    }
}

fn lobby() -> Listed {
    Listed {
        id: LOBBY.into(),
        name: LOBBY_NAME.into(),
        ..Listed::default()
    }
}

fn tell_members(cx: &Context) -> Result<()> {
    cx.room().emit("ROOMS", &())?;
    Ok(())
}
