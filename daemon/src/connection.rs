//! One WebSocket: reading it, knowing what its messages ask for, and writing what is to be told.
//!
//! - [`task`]: the task of a connection; the only one that reads its socket.
//! - `frames`: from a frame to its messages. [`dispatch`]: from a message to `live`.
//! - [`outbox`]: what waits to be written, and the writing; anybody may put something in.
//! - `inspector`: what looks into the daemon.
//! - `uploads`: files that come by it.
//! - `user`: who is behind the connection.
//! - [`stream`]: the socket below, with TLS before it or without.
//! - [`quota`]: how much one address or one user may have at once.
//! - [`hub`]: all connections, for pings, counts, development messages and the end.

pub mod dispatch;
mod frames;
pub mod hub;
mod inspector;
pub mod outbox;
pub mod quota;
pub mod socket;
pub mod stream;
pub mod task;
mod uploads;
mod user;

pub use hub::{Hub, HubConfig};
pub use inspector::Inspection;
pub use outbox::Outbox;
pub use quota::Quota;
pub use stream::Stream;
pub use task::{Arrival, serve};
