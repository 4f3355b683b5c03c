//! Ping and pong: a component asks a room with logic of its own, and the page measures how long the way there and back
//! takes. The room's methods are called as what they are, typed: no names in strings, no JSON by hand.

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// The room that answers. One for everybody, whatever page they are on.
#[derive(State)]
pub struct PingRoom {
    pings: u64,
}

/// What the room answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pong {
    /// How many pings the room has answered, whoever's they were.
    total: u64,
    /// The daemon's clock, in milliseconds since the Unix epoch.
    at: u64,
}

#[component(room = "ping")]
impl PingRoom {
    #[action]
    fn ping(&mut self, cx: &Context) -> Pong {
        self.pings += 1;
        Pong {
            total: self.pings,
            at: cx.clock().now_ms(),
        }
    }
}

/// What the browser sees.
#[derive(State)]
pub struct PingPong {
    /// Those of this browser.
    pings: u64,
    /// Those of everybody, as of the last pong.
    total: u64,
}

// No props: nobody says how often they have played.
#[component(name = "LivePingPong", version = "1.0.0", props = "none")]
impl PingPong {
    /// Answers with the room's pong.
    #[action]
    fn ping(&mut self, cx: &Context) -> Result<Pong> {
        let pong = cx.room_of::<PingRoom>("global").ping()?;
        self.pings += 1;
        self.total = pong.total;
        Ok(pong)
    }
}

#[cfg(test)]
mod tests;
