//! The interfaces that this version of the daemon does not offer: `http`, `uploads`.
//!
//! They are linked, so that a module that imports them loads, and every call says that nothing happened.

use super::{GuestStore, error};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::bindings::liveside::component::{http, uploads};

fn unavailable<T>(what: &str) -> Result<T, Error> {
    Err(error(
        ErrorCode::NotAvailable,
        format!("{what} are not available in this version of Liveside"),
    ))
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
