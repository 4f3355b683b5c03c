//! The interfaces that this version of the daemon does not offer: `rooms`, `broadcast`, `timers`, `http`, `uploads`.
//!
//! They are linked, so that a module that imports them loads, and every call says that nothing happened.

use super::{GuestStore, error};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::bindings::liveside::component::{broadcast, http, rooms, timers, uploads};

fn unavailable<T>(what: &str) -> Result<T, Error> {
    Err(error(
        ErrorCode::NotAvailable,
        format!("{what} are not available in this version of Liveside"),
    ))
}

impl rooms::Host for GuestStore {
    fn default_room(&mut self) -> Option<String> {
        self.subject.as_ref()?.room.as_deref().map(str::to_owned)
    }

    fn join(&mut self, _room: String) -> Result<(), Error> {
        unavailable("rooms")
    }

    fn leave(&mut self, _room: String) -> Result<(), Error> {
        unavailable("rooms")
    }

    fn emit(&mut self, _room: String, _event: String, _data: String) -> Result<u32, Error> {
        unavailable("rooms")
    }

    fn state_get(&mut self, _room: String) -> Result<String, Error> {
        unavailable("rooms")
    }

    fn state_set(&mut self, _room: String, _changes: String) -> Result<(), Error> {
        unavailable("rooms")
    }

    fn members(&mut self, _room: String) -> Result<Vec<rooms::Member>, Error> {
        unavailable("rooms")
    }
}

impl broadcast::Host for GuestStore {
    fn send(&mut self, _kind: String, _data: String, _except_sender: bool) -> Result<u32, Error> {
        unavailable("broadcasts")
    }
}

impl timers::Host for GuestStore {
    fn after(
        &mut self,
        _delay_ms: u64,
        _name: String,
        _payload: Option<String>,
    ) -> Result<u64, Error> {
        unavailable("timers")
    }

    fn every(
        &mut self,
        _interval_ms: u64,
        _name: String,
        _payload: Option<String>,
    ) -> Result<u64, Error> {
        unavailable("timers")
    }

    fn cancel(&mut self, _timer: u64) {}
}

impl http::Host for GuestStore {
    async fn fetch(&mut self, _request: http::Request) -> Result<http::Response, Error> {
        unavailable("outgoing HTTP requests")
    }
}

impl uploads::Host for GuestStore {
    fn read(&mut self, _upload: String, _offset: u64, _length: u32) -> Result<Vec<u8>, Error> {
        unavailable("uploads")
    }
}
