//! `state`: the synced state of the mounted component.

use super::{GuestStore, error, rooms};
use crate::protocol::names;
use crate::state::PatchError;
use crate::wasm::bindings::liveside::component::state::Host;
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::subject::Effect;

impl Host for GuestStore {
    fn load(&mut self, keys: Option<Vec<String>>) -> String {
        match &self.subject {
            Some(subject) => subject.state.to_text(keys.as_deref()),
            None => "{}".to_owned(),
        }
    }

    fn push_binary(&mut self, name: String, bytes: Vec<u8>) -> Result<(), Error> {
        names::check_event(&name).map_err(|rule| error(ErrorCode::Invalid, rule))?;
        let subject = self.subject()?;
        let limit = subject.shared.max_message_bytes;
        if bytes.len() > limit {
            let message = format!("they are {} bytes, {limit} are allowed", bytes.len());
            return Err(error(ErrorCode::Limit, message));
        }
        let secrets = &subject.shared.secrets;
        if secrets.are_in(&name) || secrets.are_in_bytes(&bytes) {
            return Err(rooms::secret());
        }
        let (name, bytes) = (name.into(), bytes.into());
        rooms::ask(subject, Effect::PushBinary { name, bytes })
    }

    fn patch(&mut self, changes: String) -> Result<(), Error> {
        let subject = self.subject()?;
        if subject.shared.secrets.are_in_json(&changes) {
            let message = "the state would hold a secret of the component";
            return Err(error(ErrorCode::Denied, message));
        }
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
