//! The room: the messages, and who may do what with them.

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// Messages that are kept.
const HISTORY: usize = 50;
/// In characters.
const LONGEST_MESSAGE: usize = 500;
/// Those who may delete what others have written.
const MODERATORS: [&str; 2] = ["moderator", "admin"];

/// The state of a room `protected-chat:NAME`. It goes to the browsers of the members, all of them signed in.
#[derive(State)]
pub(crate) struct ChatRoom {
    messages: Vec<Message>,
    last_id: u64,
}

/// What somebody has said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Counts up from 1.
    pub(crate) id: u64,
    /// The user's id, as the daemon has verified it.
    pub(crate) author: String,
    pub(crate) text: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) at: u64,
}

#[component(
    name = "ProtectedChatRoom",
    room = "protected-chat",
    version = "1.0.0",
    durable,
    requires(authenticated)
)]
impl ChatRoom {
    #[action]
    fn look(&self) -> Vec<Message> {
        self.messages.clone()
    }

    /// The author is whoever is behind the component that calls.
    #[action]
    fn send(&mut self, cx: &Context, text: &str) -> Result<u64> {
        let Some(author) = cx.session().user_id() else {
            return Err(Error::denied("Sign in to write."));
        };
        let text = text.trim();
        ensure!(!text.is_empty(), "A message is missing.");
        // The component's schema says so too, but any component may call a room.
        ensure!(
            text.chars().count() <= LONGEST_MESSAGE,
            "A message has at most {LONGEST_MESSAGE} characters."
        );
        self.last_id += 1;
        self.messages.push(Message {
            id: self.last_id,
            author,
            text: text.to_owned(),
            at: cx.clock().now_ms(),
        });
        let old = self.messages.len().saturating_sub(HISTORY);
        self.messages.drain(..old);
        tell_members(cx)?;
        Ok(self.last_id)
    }

    #[action]
    fn delete(&mut self, cx: &Context, id: u64) -> Result<()> {
        let Some(at) = self.messages.iter().position(|message| message.id == id) else {
            bail!("There is no such message any more.");
        };
        let session = cx.session();
        let is_author = session.user_id().as_ref() == Some(&self.messages[at].author);
        if !is_author && !MODERATORS.iter().any(|role| session.has_role(role)) {
            return Err(Error::denied(
                "Only its author and moderators may delete a message.",
            ));
        }
        self.messages.remove(at);
        tell_members(cx)
    }
}

/// Says that there is something new, and not what: that, members ask the room.
fn tell_members(cx: &Context) -> Result<()> {
    cx.room().emit("CHANGED", &())?;
    Ok(())
}
