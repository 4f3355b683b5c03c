//! One room of the chat: who is in it, what was said, who is typing.
//!
//! The state of a room goes to the browsers of its members, whatever page they show. So it holds what is on the door,
//! and everything else is private data: the password, who came in by it, and the messages, each under a key of its own
//! so that one more of them is one small write.

use std::time::Duration;

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::directory::{DirectoryRoom, LOBBY, LOBBY_NAME, Listed};
use crate::guests::{Guest, Guests, Rate, millis};
use crate::password::Kept;
use crate::text;

/// Messages that are kept.
pub(crate) const HISTORY: u64 = 100;
const MOST_MEMBERS: usize = 50;
/// In characters, as all lengths here.
const LONGEST_ROOM_NAME: usize = 32;
const LONGEST_PASSWORD: usize = 64;
const LONGEST_MESSAGE: usize = 1_000;
/// How long a pause in typing may be.
const TYPING: Duration = Duration::from_secs(4);
/// How long a room stays when nobody is in it.
const EMPTY: Duration = Duration::from_secs(60);
/// Messages of one member within the time of `PACE`.
const MOST_AT_ONCE: u32 = 10;
const PACE: Duration = Duration::from_secs(5);
/// Wrong passwords of all who try, within the time of `GUESSING`.
const MOST_GUESSES: u32 = 10;
const GUESSING: Duration = Duration::from_secs(60);

/// The state of a room `chat:ID`.
#[derive(State)]
pub(crate) struct ChatRoom {
    /// Empty: nobody has opened it yet, or it is over.
    name: String,
    locked: bool,
}

/// What somebody has said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// Counts up from 1.
    pub(crate) id: u64,
    pub(crate) from: String,
    pub(crate) text: String,
    /// Milliseconds since the Unix epoch.
    pub(crate) at: u64,
}

/// A member, as the others see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Present {
    pub(crate) name: String,
    /// Whether it opened the room.
    pub(crate) owner: bool,
}

/// The room, as one of its members sees it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct View {
    pub(crate) name: String,
    pub(crate) locked: bool,
    pub(crate) members: Vec<Present>,
    /// The others who are typing.
    pub(crate) typing: Vec<String>,
    /// Those that the member has not seen.
    pub(crate) messages: Vec<Message>,
}

#[component(room = "chat", version = "1.0.0", durable)]
impl ChatRoom {
    /// The first event, also of a room that was kept through a restart: nobody is in it yet.
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        if id(cx) == LOBBY {
            self.name = LOBBY_NAME.to_owned();
        }
        if self.name.is_empty() {
            return Ok(());
        }
        let nobody = Guests::default();
        nobody.keep(cx)?;
        cx.private().set("hushing", &false)?;
        self.end_when_empty(cx)
    }

    /// Opens the room. `owner` is the instance that may come in without the password.
    #[action]
    fn create(
        &mut self,
        cx: &Context,
        name: &str,
        password: Option<String>,
        owner: &str,
    ) -> Result<()> {
        ensure!(self.name.is_empty(), "{} is open already.", self.name);
        let name = text::line(name, "The name of a room", LONGEST_ROOM_NAME)?;
        let password = password.filter(|password| !password.is_empty());
        if let Some(password) = &password {
            let length = password.chars().count();
            ensure!(
                length <= LONGEST_PASSWORD,
                "A password has at most {LONGEST_PASSWORD} characters, not {length}."
            );
        }
        let listed = Listed {
            id: id(cx),
            name: name.clone(),
            members: 0,
            locked: password.is_some(),
        };
        // First the directory, because it may refuse.
        cx.room_of::<DirectoryRoom>("").list(listed)?;
        let password = password.map(|password| Kept::new(&password, &cx.random().bytes(16)));
        cx.private().set("password", &password)?;
        cx.private().set("owner", owner)?;
        self.name = name;
        self.locked = password.is_some();
        self.end_when_empty(cx)
    }

    /// Lets an instance in: it may become a member now.
    #[action]
    fn enter(
        &mut self,
        cx: &Context,
        member: &str,
        name: &str,
        password: Option<String>,
    ) -> Result<View> {
        ensure!(!self.name.is_empty(), "This room is over.");
        let owns = cx.private().get::<String>("owner")?.as_deref() == Some(member);
        if self.locked && !owns {
            self.check_password(cx, password.as_deref())?;
        }
        let mut guests = Guests::load(cx)?;
        guests.check_name(member, name)?;
        ensure!(
            guests.has(member) || guests.len() < MOST_MEMBERS,
            "{} is full: {MOST_MEMBERS} are in it.",
            self.name
        );
        guests.admit(cx, member, name);
        guests.keep(cx)?;
        self.view(cx, &guests, member, 0)
    }

    /// What is new for a member since the message `since`.
    #[action]
    fn look(&self, cx: &Context, member: &str, since: u64) -> Result<View> {
        let mut guests = Guests::load(cx)?;
        self.guest(&mut guests, member)?;
        self.view(cx, &guests, member, since)
    }

    #[action]
    fn rename(&self, cx: &Context, member: &str, name: &str) -> Result<()> {
        let mut guests = Guests::load(cx)?;
        guests.check_name(member, name)?;
        self.guest(&mut guests, member)?.name = name.to_owned();
        guests.keep(cx)?;
        tell_members(cx)
    }

    #[action]
    fn send(&self, cx: &Context, member: &str, text: &str) -> Result<()> {
        let text = text::message(text, LONGEST_MESSAGE)?;
        let now = cx.clock().now_ms();
        let mut guests = Guests::load(cx)?;
        let guest = self.guest(&mut guests, member)?;
        // One who writes without end would write the others out of the history.
        ensure!(
            guest.sent.allows(now, MOST_AT_ONCE, PACE),
            "That was fast. Wait a moment before you write more."
        );
        guest.typing_until = 0;
        let id = last(cx)? + 1;
        let from = guest.name.clone();
        let message = Message {
            id,
            from,
            text,
            at: now,
        };
        cx.private().set(&key(id), &message)?;
        cx.private().set("last", &id)?;
        guests.keep(cx)?;
        tell_members(cx)
    }

    /// Somebody is typing, and will have stopped if it is not said again.
    #[action]
    fn typing(&self, cx: &Context, member: &str) -> Result<()> {
        let now = cx.clock().now_ms();
        let mut guests = Guests::load(cx)?;
        let guest = self.guest(&mut guests, member)?;
        let is_new = guest.typing_until <= now;
        guest.typing_until = now + millis(TYPING);
        guests.keep(cx)?;
        // One timer, whoever types: it looks for the next who stops.
        if cx.private().get::<bool>("hushing")? != Some(true) {
            cx.private().set("hushing", &true)?;
            cx.timers().after(TYPING, "hush")?;
        }
        if is_new { tell_members(cx) } else { Ok(()) }
    }

    #[timer("hush")]
    fn hush(&self, cx: &Context) -> Result<()> {
        let now = cx.clock().now_ms();
        let mut guests = Guests::load(cx)?;
        let mut next = None;
        for guest in guests.all().filter(|guest| guest.typing_until > 0) {
            if guest.typing_until <= now {
                guest.typing_until = 0;
            } else {
                let left = guest.typing_until - now;
                next = Some(next.map_or(left, |next: u64| next.min(left)));
            }
        }
        guests.keep(cx)?;
        cx.private().set("hushing", &next.is_some())?;
        if let Some(left) = next {
            cx.timers().after(Duration::from_millis(left), "hush")?;
        }
        tell_members(cx)
    }

    /// The door. A browser may ask to join by itself, past the component: who was not let in stays out.
    fn on_member_join(&self, cx: &Context, member: &Membership) -> Result<()> {
        let mut guests = Guests::load(cx)?;
        let Some(guest) = guests.get(&member.instance) else {
            bail!("Nobody has let you in. Ask by `joinRoom`, with the password if there is one.");
        };
        guest.admitted_until = None;
        guests.keep(cx)?;
        cx.private().delete("emptySince");
        self.tell_all(cx, &guests)
    }

    fn on_member_leave(&self, cx: &Context, member: &Membership) -> Result<()> {
        let mut guests = Guests::load(cx)?;
        guests.remove(&member.instance);
        guests.keep(cx)?;
        self.tell_all(cx, &guests)
    }

    fn on_empty(&self, cx: &Context) -> Result<()> {
        self.end_when_empty(cx)
    }

    #[timer("close")]
    fn close(&mut self, cx: &Context) -> Result<()> {
        let empty_since = cx.private().get::<u64>("emptySince")?;
        let for_long =
            empty_since.is_some_and(|since| cx.clock().now_ms() >= since + millis(EMPTY));
        // Somebody may be on the way in.
        if for_long && Guests::load(cx)?.is_empty() && !self.name.is_empty() {
            self.name.clear();
            cx.room_of::<DirectoryRoom>("").forget(&id(cx))?;
        }
        Ok(())
    }

    /// The daemon ends an empty room by itself too, sooner or later than `close`.
    fn on_destroy(&self, cx: &Context) -> Result<()> {
        match id(cx).as_str() {
            LOBBY => Ok(()),
            id => Ok(cx.room_of::<DirectoryRoom>("").forget(id)?),
        }
    }

    fn end_when_empty(&self, cx: &Context) -> Result<()> {
        if id(cx) != LOBBY {
            cx.private().set("emptySince", &cx.clock().now_ms())?;
            cx.timers().after(EMPTY, "close")?;
        }
        Ok(())
    }

    fn check_password(&self, cx: &Context, given: Option<&str>) -> Result<()> {
        let given = given.unwrap_or_default();
        ensure!(
            !given.is_empty(),
            "{} is locked. Tell its password.",
            self.name
        );
        let now = cx.clock().now_ms();
        let mut guesses: Rate = cx.private().get("guesses")?.unwrap_or_default();
        ensure!(
            !guesses.is_used_up(now, MOST_GUESSES, GUESSING),
            "There were too many wrong passwords for {}. Try again in a minute.",
            self.name
        );
        let kept: Option<Kept> = cx.private().get("password")?;
        if !kept.is_some_and(|kept| kept.is_of(given)) {
            guesses.allows(now, MOST_GUESSES, GUESSING);
            cx.private().set("guesses", &guesses)?;
            bail!("That is not the password of {}.", self.name);
        }
        Ok(())
    }

    fn guest<'a>(&self, guests: &'a mut Guests, member: &str) -> Result<&'a mut Guest> {
        match guests.get(member) {
            Some(guest) => Ok(guest),
            None => bail!("You are not in {}.", self.name),
        }
    }

    fn view(&self, cx: &Context, guests: &Guests, member: &str, since: u64) -> Result<View> {
        let owner = cx.private().get::<String>("owner")?;
        let now = cx.clock().now_ms();
        let typing = guests
            .others(member)
            .filter(|guest| guest.typing_until > now);
        let members = guests.iter().map(|(instance, guest)| Present {
            name: guest.name.clone(),
            owner: owner.as_ref() == Some(instance),
        });
        // Who looks for somebody looks by the name.
        let mut members: Vec<_> = members.collect();
        members.sort_by_key(|member| member.name.to_lowercase());
        let last = last(cx)?;
        let mut messages = Vec::new();
        for id in since.max(last.saturating_sub(HISTORY)) + 1..=last {
            messages.extend(cx.private().get::<Message>(&key(id))?);
        }
        Ok(View {
            name: self.name.clone(),
            locked: self.locked,
            members,
            typing: typing.map(|guest| guest.name.clone()).collect(),
            messages,
        })
    }

    /// Tells the members, and the directory.
    fn tell_all(&self, cx: &Context, guests: &Guests) -> Result<()> {
        tell_members(cx)?;
        let members = guests
            .iter()
            .filter(|(_, guest)| guest.admitted_until.is_none());
        let listed = Listed {
            id: id(cx),
            name: self.name.clone(),
            members: u32::try_from(members.count()).unwrap_or(u32::MAX),
            locked: self.locked,
        };
        if let Err(error) = cx.room_of::<DirectoryRoom>("").list(listed) {
            // A list that is behind is no reason to keep anybody out.
            cx.log().warn(format!("not listed: {error}"));
        }
        Ok(())
    }
}

/// What the directory calls this room.
fn id(cx: &Context) -> String {
    let room = cx.room();
    let name = room.name().unwrap_or_default();
    name.strip_prefix("chat:").unwrap_or(name).to_owned()
}

/// The number of the last message.
fn last(cx: &Context) -> Result<u64> {
    Ok(cx.private().get("last")?.unwrap_or(0))
}

/// Where a message is. The newest takes the place of the oldest.
fn key(message: u64) -> String {
    format!("message:{}", message % HISTORY)
}

/// Says that there is something new, and not what: a member's browser may emit events of its own making, and members
/// show only what they are told by the room.
fn tell_members(cx: &Context) -> Result<()> {
    cx.room().emit("CHANGED", &())?;
    Ok(())
}
