//! The load generator of `cargo xtask bench`: runs one scenario against one server and gives figures.
//!
//! | module | owns |
//! |---|---|
//! | `scenario` | what is measured, one file each |
//! | `load` | the closed loop: calls kept in flight, and each reply held against what it must say |
//! | `connection` | one WebSocket |
//! | `encoding` | what frames carry: JSON, or MessagePack |
//! | `messages` | frames of the live protocol, made and searched as text |
//! | `server` | what a server's process used, from `/proc` |
//! | `statistics` | percentiles |
//!
//! Two rules. A figure is worth nothing where the work was not done: every reply is checked, and one that is wrong,
//! refused or lost ends the run with a sentence instead of a figure. And the generator shares the machine with the server:
//! it runs on one thread and reads frames as text, so that it costs less than what it measures.

pub mod scenario;
pub mod statistics;

mod connection;
mod encoding;
mod load;
mod messages;
mod server;

pub use encoding::Encoding;
pub use scenario::{Measures, Scenario, Target};
pub use server::Server;
