//! `persistent`: the map that all mounts of a component share.

use super::store::refusal;
use super::{GuestStore, error};
use crate::state::Json;
use crate::wasm::bindings::liveside::component::persistent::Host;
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    fn get(&mut self, key: String) -> Option<String> {
        let value = self.subject.as_ref()?.shared.persistent.get(&key)?;
        Some(value.as_str().to_owned())
    }

    fn set(&mut self, key: String, value: String) -> Result<(), Error> {
        let value = json(&value)?;
        self.subject()?
            .shared
            .persistent
            .set(&key, Some(value))
            .map_err(refusal)
    }

    fn delete(&mut self, key: String) {
        if let Some(subject) = &self.subject {
            // Removing makes the map smaller: there is no limit that it could pass.
            let _ = subject.shared.persistent.set(&key, None);
        }
    }

    fn compare_and_set(
        &mut self,
        key: String,
        expected: Option<String>,
        value: Option<String>,
    ) -> Result<bool, Error> {
        let expected = expected.as_deref().map(json).transpose()?;
        let value = value.as_deref().map(json).transpose()?;
        let persistent = &self.subject()?.shared.persistent;
        persistent
            .compare_and_set(&key, expected.as_ref(), value)
            .map_err(refusal)
    }
}

fn json(text: &str) -> Result<Json, Error> {
    Json::parse(text).map_err(|e| error(ErrorCode::Invalid, e.to_string()))
}
