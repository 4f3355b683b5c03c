//! The interface that this version of the daemon does not offer: `uploads`.
//!
//! It is linked, so that a module that imports it loads, and every call says that nothing happened.

use super::{GuestStore, error};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::bindings::liveside::component::uploads;

fn unavailable<T>(what: &str) -> Result<T, Error> {
    Err(error(
        ErrorCode::NotAvailable,
        format!("{what} are not available in this version of Liveside"),
    ))
}

impl uploads::Host for GuestStore {
    fn read(&mut self, _upload: String, _offset: u64, _length: u32) -> Result<Vec<u8>, Error> {
        unavailable("uploads")
    }
}
