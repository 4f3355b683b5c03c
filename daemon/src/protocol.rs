//! The wire: what a browser and the daemon say to each other, as JSON. `docs/protocol.md` is the reference.
//!
//! [`incoming`] turns a frame into messages and says what is wrong with one that is none; [`outgoing`] writes what is
//! sent. Neither knows what a message does.

pub mod code;
pub mod incoming;
pub mod outgoing;

pub use code::Code;
pub use incoming::{ClientMessage, Messages, ParseError, Parsed, Request};
pub use outgoing::{Outcome, ServerMessage};

/// The version that `CONNECTION_ESTABLISHED` tells.
pub const PROTOCOL_VERSION: u32 = 1;
