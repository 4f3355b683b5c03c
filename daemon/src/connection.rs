//! One WebSocket: reading it, knowing what its messages ask for, and writing what is to be told.
//!
//! - [`task`]: the task of a connection; the only one that reads its socket.
//! - [`dispatch`]: from a message to `live`.
//! - [`outbox`]: what waits to be written, and the writing; anybody may put something in.
//! - `user`: who is behind the connection.
//! - [`hub`]: all connections, for pings, counts, development messages and the end.

pub mod dispatch;
pub mod hub;
pub mod outbox;
pub mod socket;
pub mod task;
mod user;

pub use hub::{Hub, HubConfig};
pub use outbox::Outbox;
pub use task::{Arrival, serve};
