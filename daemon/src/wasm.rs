//! Running guests: the engine, modules, their warm workers and the functions that the daemon offers them.
//!
//! This is the only code that knows wasmtime. It is given a [`Subject`] (what one event may see and change) and a
//! guest event, and gives back the subject and what came of it. It knows nothing of mounts, queues or sockets.
//!
//! - [`engine`]: one for the process; compiles, and ticks the clock that interrupts guests.
//! - [`authenticator`]: modules that decide who somebody is.
//! - [`module`]: one version of one `.wasm` file and its pool of workers.
//! - [`event`]: what a guest can be told.
//! - [`worker`]: one live instance of a module.
//! - [`secrets`]: what must not get out of a guest to a browser or the log.
//! - [`subject`]: the state and the identity behind an event, as the host functions see them.
//! - `host`: the imports, one file for each interface of the WIT.

pub mod authenticator;
mod bindings;
pub mod componentize;
mod cpu;
pub mod definition;
pub mod engine;
pub mod event;
pub mod fault;
mod files;
mod host;
mod libraries;
mod limiter;
pub mod module;
pub mod secrets;
pub mod subject;
mod wasi;
pub mod worker;

pub use authenticator::{Authenticator, AuthenticatorHost};
pub use definition::Definition;
pub use engine::{Engine, EngineError};
pub use event::{GuestEvent, RoomEvent, UploadStage};
pub use fault::{CallError, Failure, Fault};
pub use module::{LoadError, Module};
pub use subject::{KeyValue, Session, Subject};
pub use worker::Lease;
