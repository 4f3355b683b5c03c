//! The same messages as MessagePack, for connections that ask for the subprotocol `live.msgpack`.
//!
//! JSON text stays what the daemon works with: states, payloads and messages to many are JSON text that nobody takes
//! apart. So MessagePack is translated at the very edge, from text to text, and no value is ever built in between:
//!
//! - [`pack`]: JSON text that the daemon wrote, as MessagePack. Trusted, and made to be fast.
//! - [`unpack`]: a frame of a browser, as JSON text. Hostile, and bounded in every direction.
//!
//! What both have in common is the data model of JSON. What MessagePack has beyond it (byte strings, extension types,
//! keys that are no text) is refused, but for the bytes of an upload's chunk and of `STATE_BINARY`.

mod pack;
mod unpack;

pub use pack::{Gap, NotJson, pack, pack_with_gap};
pub(super) use pack::{length_of, text};
pub use unpack::{Limits, UnpackError, Unpacked, unpack};

#[cfg(test)]
mod tests;
