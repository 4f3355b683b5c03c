//! State as the daemon keeps it: a JSON object, split at its top level and nowhere deeper.
//!
//! [`Json`] is one value as text; [`Document`] is the object. A document can be written to inside an event and then
//! either committed, which tells what changed, or rolled back. Values are never parsed beyond their bounds: what the
//! guest wrote is what the browser gets.

mod document;
mod json;

pub use document::{Delta, Document, Key, PatchError, as_object, merge};
pub use json::{Json, JsonError, entries};
