//! The harness of the integration tests: a real daemon with real modules, and a client that shows every frame.
//!
//! ```text
//! let daemon = Daemon::with(&["local-counter"]).start().await;
//! let mut client = daemon.connect().await;
//! let counter = client.mount("LiveLocalCounter", json!({})).await;
//! assert_eq!(client.call(&counter.id, "increment", json!({})).await["result"]["count"], 1);
//! ```
//!
//! Everything panics with what it saw: these are tests.

#![allow(
    clippy::unwrap_used,
    reason = "a harness for tests: a panic is the report"
)]

mod app;
mod client;
mod daemon;
mod desk;
mod http;
mod paths;
mod server;
mod uploads;

pub use app::App;
pub use client::{Client, Duplex, Kept, Mounted, plain};
pub use daemon::{Daemon, DaemonBuilder};
pub use desk::Desk;
pub use http::{HttpAnswer, HttpRequest};
pub use paths::{binary, find_module, module};
pub use server::Server;
pub use uploads::Outgoing;
