//! Liveside: a sidecar that makes any web app live.
//!
//! The modules lie in layers and import downward only (`cargo xtask layers` checks it):
//!
//! | layer | modules | owns |
//! |---|---|---|
//! | 5 | [`app`], [`cli`] | parse, wire, serve, drain |
//! | 4 | [`http`] | routes, the WebSocket upgrade, static files |
//! | 3 | [`connection`] | one socket: read, outbox, heartbeat, limits |
//! | 2 | [`live`], [`registry`], [`dev`] | the rules of an event; which modules run; rebuilding them |
//! | 1 | [`wasm`] | the engine, workers and host functions |
//! | 1 | [`store`], [`signing`] | what is kept by the daemon, and by browsers |
//! | 1 | [`uploads`] | files of browsers: the rules, the disk, where they are kept |
//! | 1 | [`telemetry`] | what is counted and timed |
//! | 1 | [`auth`], [`tls`] | who somebody is; the certificate and the handshake |
//! | 1 | [`fetch`], [`webhooks`] | requests of components; requests to the app |
//! | 0 | [`protocol`], [`config`], [`ids`], [`identity`], [`clock`], [`schema`], [`state`] | types and codecs without I/O |
//!
//! A browser's call goes down and up through them: `connection::task` reads the frame, `connection::dispatch` knows
//! what it asks for, `live::instance` gives it its turn, `live::event` runs it in `wasm::worker`, and the answer goes
//! through `connection::outbox` to the socket.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod dev;
pub mod fetch;
pub mod http;
pub mod identity;
pub mod ids;
pub mod live;
pub mod protocol;
pub mod registry;
pub mod schema;
pub mod signing;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod tls;
pub mod uploads;
pub mod wasm;
pub mod webhooks;
