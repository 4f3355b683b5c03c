//! Write Liveside components in Rust: a plain struct for the state, an `impl` block for the logic.
//!
//! ```
//! use liveside_guest::prelude::*;
//!
//! #[derive(State)]
//! struct Counter {
//!     count: i64,
//! }
//!
//! #[component(name = "LiveCounter", version = "1.0.0")]
//! impl Counter {
//!     #[action]
//!     fn increment(&mut self, by: Option<i64>) -> i64 {
//!         self.count += by.unwrap_or(1);
//!         self.count
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! What a component can ask the daemon for is in [`context`], how to test it without a daemon in [`testing`].
//! Who somebody is can be written as a module, too: the feature `authenticator`.
//! The `README.md` beside this crate begins from nothing.

// The map of this crate, from the wire inward: `exports` (what the module exports) -> `registry` (its components) ->
// `component` (how one event runs) -> `state`, `payload` and `reply` (JSON in and out) and `context` (the daemon's
// functions), which reaches the daemon through `host`: the module's imports, or the harness of `testing`.
#[cfg(any(feature = "authenticator", not(target_family = "wasm")))]
pub mod authenticator;
#[cfg(target_family = "wasm")]
mod bindings;
mod component;
pub mod context;
mod definition;
mod error;
mod event;
#[cfg(target_family = "wasm")]
mod exports;
mod host;
mod json;
mod migrate;
#[cfg(target_family = "wasm")]
mod panic;
#[doc(hidden)]
pub mod payload;
#[cfg(target_family = "wasm")]
mod registry;
#[doc(hidden)]
pub mod reply;
#[cfg(feature = "schema")]
#[doc(hidden)]
pub mod schema;
mod state;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use component::Component;
pub use context::Context;
pub use error::{Error, FailureCode, HostError, HostErrorCode, Result};
pub use event::{Client, Membership, Mount, RoomEvent, Timer, Upload, UploadStage};
pub use liveside_guest_macros::{State, action, component, room_event, timer};
pub use migrate::Map;
pub use serde_json::{Value, json};
pub use state::State;

/// What a component's source begins with: `use liveside_guest::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Client, Context, Error, Map, Membership, Mount, Result, RoomEvent, State, Timer, Upload,
        UploadStage, Value, action, bail, component, ensure, json, room_event, timer,
    };

    #[cfg(any(feature = "authenticator", not(target_family = "wasm")))]
    pub use crate::authenticator::{Authenticator, Credentials, Identity, authenticator};
}

/// Code that needs the feature `schema`, or what to do about it.
#[cfg(feature = "schema")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_schemas {
    ($($code:tt)*) => { $($code)* };
}

/// Code that needs the feature `schema`, or what to do about it.
#[cfg(not(feature = "schema"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_schemas {
    ($($code:tt)*) => {
        ::core::compile_error!(
            "schemas are a feature: write `liveside-guest = { .., features = [\"schema\"] }` in Cargo.toml"
        )
    };
}

/// What the macros write. Not for authors: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::component::{Component, Handler, Outcome};
    pub use crate::context::{RoomArguments, RoomLogic};
    pub use crate::definition::*;
    pub use crate::event::Event;
    pub use crate::json::ObjectWriter;
    pub use crate::migrate::with as migrate_with;
    #[cfg(feature = "schema")]
    pub use crate::schema;
    pub use crate::state::{Field, FieldSet, State};
    pub use crate::{__with_schemas as with_schemas, payload, reply};
    #[cfg(feature = "schema")]
    pub use schemars;
    pub use serde;
    pub use serde_json;

    #[cfg(not(target_family = "wasm"))]
    pub use crate::component::used;
    #[cfg(target_family = "wasm")]
    pub use crate::registry::Entry;
    #[cfg(target_family = "wasm")]
    pub use inventory;
}
