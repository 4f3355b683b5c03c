//! `state`: the synced state of the mounted component.

use super::{GuestStore, error};
use crate::state::PatchError;
use crate::wasm::bindings::liveside::component::state::Host;
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    fn load(&mut self, keys: Option<Vec<String>>) -> String {
        match &self.subject {
            Some(subject) => subject.state.to_text(keys.as_deref()),
            None => "{}".to_owned(),
        }
    }

    fn patch(&mut self, changes: String) -> Result<(), Error> {
        let subject = self.subject()?;
        let limit = subject
            .shared
            .max_state_bytes
            .saturating_sub(subject.private_bytes());
        let defaults = &subject.shared.default_state;
        subject
            .state
            .patch(&changes, limit, |key| defaults.contains(key))
            .map_err(refusal)
    }
}

/// A refused patch, as guests see it.
fn refusal(refused: PatchError) -> Error {
    error(error_code(&refused), refused.to_string())
}

pub(super) fn error_code(refused: &PatchError) -> ErrorCode {
    match refused {
        PatchError::NotAnObject(_) => ErrorCode::Invalid,
        PatchError::TooLarge { .. } => ErrorCode::Limit,
    }
}
