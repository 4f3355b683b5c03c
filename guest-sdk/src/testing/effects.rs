//! What a component asked the daemon for, as tests see it.

use std::time::Duration;

use serde_json::Value;

use crate::host::Level;

/// Something that goes out when the event has ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// `cx.rooms().join(room)`
    Join {
        /// The room's name.
        room: String,
    },
    /// `cx.rooms().leave(room)`
    Leave {
        /// The room's name.
        room: String,
    },
    /// `cx.room().emit(event, data)`
    Emit {
        /// The room's name.
        room: String,
        /// The event's name.
        event: String,
        /// What came with it.
        data: Value,
    },
    /// `cx.room().set_state(changes)`
    RoomState {
        /// The room's name.
        room: String,
        /// The keys that were laid over the room's state.
        changes: Value,
    },
    /// `cx.broadcast(kind, data)`
    Broadcast {
        /// The type of the message.
        kind: String,
        /// What came with it.
        data: Value,
        /// Whether the user behind the event is left out.
        except_sender: bool,
    },
    /// `cx.push_binary(name, bytes)`
    Binary {
        /// What the bytes are called.
        name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A timer was started.
    Timer {
        /// The timer's name.
        name: String,
        /// The delay, or the interval.
        time: Duration,
        /// Whether it comes again and again.
        repeats: bool,
        /// The arguments for the method.
        payload: Option<Value>,
    },
    /// A timer was cancelled.
    CancelTimer {
        /// The timer's name.
        name: String,
    },
}

/// One line in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// The text.
    pub message: String,
}
