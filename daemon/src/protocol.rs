//! The wire: what a browser and the daemon say to each other, as JSON. `docs/protocol.md` is the reference.
//!
//! [`incoming`] turns a frame into messages and says what is wrong with one that is none; [`outgoing`] writes what is
//! sent to one browser, [`shared`] what is sent to many. None of them knows what a message does. [`encoding`] puts all
//! of it into frames, as JSON or, by way of [`msgpack`], as MessagePack.

pub mod code;
pub mod encoding;
pub mod incoming;
pub mod msgpack;
pub mod names;
mod object;
pub mod outgoing;
pub mod shared;

pub use code::Code;
pub use encoding::Encoding;
pub use incoming::{
    ClientMessage, Messages, ParseError, Parsed, Request, RoomMessage, RoomOperation,
    UploadMessage, UploadStep, nests_deeper_than,
};
pub use outgoing::{
    Completed, Features, Mounted, Outcome, Rehydrated, RoomAnswer, ServerMessage, Started,
    UploadReply,
};
pub use shared::{SharedDelta, SharedMessage};

/// The version that `CONNECTION_ESTABLISHED` tells.
pub const PROTOCOL_VERSION: u32 = 1;
