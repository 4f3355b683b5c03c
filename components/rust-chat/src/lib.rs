//! A chat over a room. What was said is in the persistent map, where no two who speak at once can lose a message; room
//! events only say that there is something new.

use liveside_guest::context::Room;
use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// How many messages a room keeps.
const HISTORY: usize = 50;
/// In characters.
const LONGEST_TEXT: usize = 500;

/// What the browser sees.
#[derive(State)]
pub struct Chat {
    /// The newest at the end.
    messages: Vec<Message>,
    members: u32,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Message {
    id: u64,
    user: String,
    text: String,
}

/// What the persistent map holds of a room.
#[derive(Serialize, Deserialize)]
struct History {
    /// The id of the next message.
    next: u64,
    messages: Vec<Message>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            next: 1,
            messages: Vec::new(),
        }
    }
}

/// What `send` answers, and what `MESSAGE` says.
#[derive(Serialize)]
struct Sent {
    id: u64,
}

#[component(name = "RustChat", version = "1.0.0", props = "none")]
impl Chat {
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        self.read(cx)?;
        self.count(cx)?;
        tell_members(&cx.room())
    }

    /// The room has gone on meanwhile.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.on_mount(cx)
    }

    fn on_destroy(&self, cx: &Context) -> Result<()> {
        tell_members(&cx.room())
    }

    #[action]
    fn send(&mut self, cx: &Context, text: &str) -> Result<Sent> {
        let text = text.trim();
        ensure!(!text.is_empty(), "Say something first.");
        let fits = text.chars().count() <= LONGEST_TEXT;
        ensure!(fits, "Please use at most {LONGEST_TEXT} characters.");
        let session = cx.session();
        let user = session
            .user_id()
            .or_else(|| session.label().map(str::to_owned))
            .unwrap_or_else(|| "guest".to_owned());
        let room = cx.room();
        let history = cx.persistent().try_update(&key(&room), |old: History| {
            let id = old.next;
            let mut messages = old.messages;
            messages.push(Message {
                id,
                user: user.clone(),
                text: text.to_owned(),
            });
            messages.drain(..messages.len().saturating_sub(HISTORY));
            History {
                next: id + 1,
                messages,
            }
        })?;
        let sent = Sent {
            id: history.next - 1,
        };
        self.messages = history.messages;
        if room.name().is_some() {
            room.emit("MESSAGE", &sent)?;
        }
        let before: u64 = cx.private().get("sent")?.unwrap_or_default();
        cx.private().set("sent", &(before + 1))?;
        Ok(sent)
    }

    /// How many messages one has sent.
    #[action]
    fn mine(&self, cx: &Context) -> Result<Value> {
        let sent: u64 = cx.private().get("sent")?.unwrap_or_default();
        Ok(json!({ "sent": sent }))
    }

    #[room_event("MESSAGE")]
    fn read(&mut self, cx: &Context) -> Result<()> {
        let history: Option<History> = cx.persistent().get(&key(&cx.room()))?;
        self.messages = history.unwrap_or_default().messages;
        Ok(())
    }

    #[room_event("MEMBERS")]
    fn count(&mut self, cx: &Context) -> Result<()> {
        let room = cx.room();
        self.members = match room.name() {
            Some(_) => room.count()?,
            None => 1,
        };
        Ok(())
    }
}

fn tell_members(room: &Room<'_>) -> Result<()> {
    if room.name().is_some() {
        room.emit("MEMBERS", &json!({}))?;
    }
    Ok(())
}

/// Each room has messages of its own.
fn key(room: &Room<'_>) -> String {
    format!("chat:{}", room.name().unwrap_or_default())
}

#[cfg(test)]
mod tests;
