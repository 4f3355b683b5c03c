//! What the daemon does for a component, as one trait: the imports of the module in the daemon, the test harness on
//! the author's machine. Everything above it is the same code in both places.

use crate::error::HostError;

#[cfg(target_family = "wasm")]
mod imports;

/// Who answers a component's calls here.
#[cfg(target_family = "wasm")]
pub(crate) use imports::Imports as Active;

/// Who answers a component's calls here.
#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::World as Active;

/// The result of a call that the daemon may refuse.
pub(crate) type HostResult<T> = Result<T, HostError>;

/// The functions of `wit/`, one for one. JSON crosses as text.
pub(crate) trait Host {
    fn load(&self, keys: Option<&[&str]>) -> String;
    fn patch(&self, changes: &str) -> HostResult<()>;
    fn push_binary(&self, name: &str, bytes: &[u8]) -> HostResult<()>;

    fn private_get(&self, key: &str) -> Option<String>;
    fn private_set(&self, key: &str, value: &str) -> HostResult<()>;
    fn private_delete(&self, key: &str);

    fn persistent_get(&self, key: &str) -> Option<String>;
    fn persistent_set(&self, key: &str, value: &str) -> HostResult<()>;
    fn persistent_delete(&self, key: &str);
    fn persistent_compare_and_set(
        &self,
        key: &str,
        expected: Option<&str>,
        value: Option<&str>,
    ) -> HostResult<bool>;

    fn session(&self) -> SessionRecord;

    fn default_room(&self) -> Option<String>;
    fn room_join(&self, room: &str) -> HostResult<()>;
    fn room_leave(&self, room: &str) -> HostResult<()>;
    fn room_emit(&self, room: &str, event: &str, data: &str) -> HostResult<u32>;
    fn room_state(&self, room: &str) -> HostResult<String>;
    fn room_state_set(&self, room: &str, changes: &str) -> HostResult<()>;
    fn room_members(&self, room: &str) -> HostResult<Vec<Member>>;
    fn room_count(&self, room: &str) -> HostResult<u32>;
    fn room_call(
        &self,
        room: &str,
        action: &str,
        payload: Option<&str>,
    ) -> HostResult<Option<String>>;

    fn broadcast(&self, kind: &str, data: &str, except_sender: bool) -> HostResult<u32>;

    fn timer_after(&self, delay_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64>;
    fn timer_every(&self, interval_ms: u64, name: &str, payload: Option<&str>) -> HostResult<u64>;
    fn timer_cancel(&self, timer: u64);

    fn fetch(&self, request: &Request) -> HostResult<Response>;

    fn store_get(&self, key: &str) -> HostResult<Option<Vec<u8>>>;
    fn store_set(&self, key: &str, value: &[u8], expires_after_ms: Option<u64>) -> HostResult<()>;
    fn store_delete(&self, key: &str) -> HostResult<()>;
    fn store_scan(&self, prefix: &str, limit: u32, after: Option<&str>) -> HostResult<StorePage>;
    fn store_compare_and_swap(
        &self,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<&[u8]>,
        expires_after_ms: Option<u64>,
    ) -> HostResult<bool>;
    fn store_flush(&self) -> HostResult<()>;

    fn upload_read(&self, upload: &str, offset: u64, length: u32) -> HostResult<Vec<u8>>;
    fn config(&self, key: &str) -> Option<String>;
    fn log(&self, level: Level, message: &str);
    fn now_ms(&self) -> u64;
    fn monotonic_ns(&self) -> u64;
    fn random_bytes(&self, length: u32) -> Vec<u8>;
    fn random_u64(&self) -> u64;
}

/// Who is behind the current event.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionRecord {
    pub(crate) connection_id: Option<String>,
    pub(crate) authenticated: bool,
    pub(crate) user_id: Option<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) permissions: Vec<String>,
    pub(crate) claims: String,
    pub(crate) label: Option<String>,
}

/// A mounted component in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The mounted component.
    pub instance: String,
    /// The identity that the daemon has verified; `None` for an anonymous visitor.
    pub user_id: Option<String>,
}

/// An outgoing HTTP request, made by [`Http`](crate::context::Http).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Absolute, `http://` or `https://`.
    pub url: String,
    /// Names and values, in this order.
    pub headers: Vec<(String, String)>,
    /// Nothing for most `GET`s.
    pub body: Option<Vec<u8>>,
    /// At most the daemon's own limit, which is also the default.
    pub timeout_ms: Option<u32>,
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// `200` and so on.
    pub status: u16,
    /// Names and values, in this order.
    pub headers: Vec<(String, String)>,
    /// All of it.
    pub body: Vec<u8>,
}

/// Some entries of the store, in the order of their keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct StorePage {
    pub(crate) entries: Vec<(String, Vec<u8>)>,
    /// Whether there are more behind the last one.
    pub(crate) more: bool,
}

/// How much a line in the daemon's log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Every step.
    Trace,
    /// For finding a fault.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is not as it should be.
    Warn,
    /// Something did not work.
    Error,
}
