//! Everybody's pointer, thirty times a second, as bytes beside the state.
//!
//! Who is there is state: it changes rarely and everybody needs all of it. Where the pointers are is not: each position
//! waits in private data until the next frame, which tells all of them to all browsers in six bytes each.

use std::collections::BTreeMap;
use std::time::Duration;

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// Thirty frames a second, and none while nothing moves.
const FRAME: Duration = Duration::from_millis(33);

/// Hues that follow each other by the golden angle are far apart, however many there are.
const GOLDEN_ANGLE: u32 = 137;

/// Names that nobody has to think of, and nobody can abuse.
const LABELS: [&str; 12] = [
    "Otter", "Heron", "Lynx", "Newt", "Finch", "Seal", "Moth", "Hare", "Wren", "Toad", "Ibex",
    "Carp",
];

/// The private key of the members' ids, by connection.
const IDS: &str = "ids";

/// The private key of the moment until which a frame is under way.
const NEXT_FRAME: &str = "nextFrame";

/// What every browser sees: who is there, and not where.
#[derive(State)]
pub struct Cursors {
    /// In the order of their ids.
    members: Vec<Member>,
}

/// Somebody who looks at the page.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Names the pointer in a frame. Free again when the member has left.
    id: u16,
    label: String,
    /// In degrees; how light or dark it is drawn is the page's affair.
    hue: u32,
}

/// What `enter` answers.
#[derive(Serialize)]
struct Entered {
    id: u16,
}

/// From the left and from the top, in parts of 65,535: pages differ in size.
type Position = (u16, u16);

// No props: who is there is the daemon's to say.
#[component(name = "LiveCursors", version = "1.0.0", singleton, props = "none")]
impl Cursors {
    fn on_client_join(&mut self, cx: &Context, client: &Client) -> Result<()> {
        let mut ids = ids(cx)?;
        let taken = |id: &u16| ids.values().any(|taken| taken == id);
        let Some(id) = (0..=u16::MAX).find(|id| !taken(id)) else {
            bail!("There are too many pointers.");
        };
        ids.insert(client.connection_id.clone(), id);
        cx.private().set(IDS, &ids)?;
        let at = self.members.partition_point(|member| member.id < id);
        self.members.insert(at, Member::new(id));
        // Who comes learns where the others are, though none of them moves.
        frame_soon(cx)
    }

    fn on_client_leave(&mut self, cx: &Context, client: &Client) -> Result<()> {
        let mut ids = ids(cx)?;
        let Some(id) = ids.remove(&client.connection_id) else {
            return Ok(());
        };
        cx.private().set(IDS, &ids)?;
        cx.private().delete(&position_of(&client.connection_id));
        self.members.retain(|member| member.id != id);
        frame_soon(cx)
    }

    /// Tells a browser which of the members it is: a singleton's state is the same for all.
    #[action]
    fn enter(&self, cx: &Context) -> Result<Entered> {
        match ids(cx)?.get(connection(cx)?) {
            Some(id) => Ok(Entered { id: *id }),
            None => bail!("You are not here."),
        }
    }

    /// It reads no state and writes none: two small private keys, however many are there.
    #[action(rename = "move")]
    fn move_to(&self, cx: &Context, x: u16, y: u16) -> Result<()> {
        let position: Position = (x, y);
        cx.private().set(&position_of(connection(cx)?), &position)?;
        frame_soon(cx)
    }

    /// The pointer has left the page.
    #[action]
    fn hide(&self, cx: &Context) -> Result<()> {
        cx.private().delete(&position_of(connection(cx)?));
        frame_soon(cx)
    }

    /// Sends all pointers, also those that did not move: a browser that is behind gets only the newest frame.
    #[timer("frame")]
    fn frame(&self, cx: &Context) -> Result<()> {
        let mut frame = Vec::new();
        for (connection, id) in ids(cx)? {
            if let Some((x, y)) = cx.private().get::<Position>(&position_of(&connection))? {
                frame.extend([id, x, y].into_iter().flat_map(u16::to_le_bytes));
            }
        }
        Ok(cx.push_binary("pointers", &frame)?)
    }
}

impl Member {
    fn new(id: u16) -> Self {
        let label = LABELS[usize::from(id) % LABELS.len()];
        let label = match usize::from(id) / LABELS.len() {
            0 => label.to_owned(),
            round => format!("{label} {}", round + 1),
        };
        let hue = u32::from(id) * GOLDEN_ANGLE % 360;
        Self { id, label, hue }
    }
}

/// Starts the timer of the next frame, unless one is under way. Not a flag that the frame takes back: should a frame
/// fail, a flag would stay and there would never be another.
fn frame_soon(cx: &Context) -> Result<()> {
    let now = cx.clock().monotonic();
    let next = cx.private().get::<Duration>(NEXT_FRAME)?;
    if next.is_none_or(|next| now >= next) {
        cx.private().set(NEXT_FRAME, &(now + FRAME))?;
        cx.timers().after(FRAME, "frame")?;
    }
    Ok(())
}

fn ids(cx: &Context) -> Result<BTreeMap<String, u16>> {
    Ok(cx.private().get(IDS)?.unwrap_or_default())
}

/// A key for each, so that a move costs the same however many there are.
fn position_of(connection: &str) -> String {
    format!("at:{connection}")
}

fn connection(cx: &Context) -> Result<&str> {
    match cx.session().connection_id() {
        Some(connection) => Ok(connection),
        None => bail!("Only browsers have pointers."),
    }
}

#[cfg(test)]
mod tests;
