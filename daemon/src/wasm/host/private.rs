//! `private`: data of the mounted component that is in no message to a browser.

use super::{GuestStore, error};
use crate::state::Json;
use crate::wasm::bindings::liveside::component::private::Host;
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    fn get(&mut self, key: String) -> Option<String> {
        let private = self.subject.as_ref()?.private.as_ref()?;
        private.get(&key).map(|value| value.as_str().to_owned())
    }

    fn set(&mut self, key: String, value: String) -> Result<(), Error> {
        let subject = self.subject()?;
        let value = Json::parse(&value).map_err(|e| error(ErrorCode::Invalid, e.to_string()))?;
        let limit = subject.shared.max_state_bytes;
        let bytes =
            subject.state.bytes() + subject.private_bytes() + key.len() + value.as_str().len();
        if bytes > limit {
            let message =
                format!("state and private data would be {bytes} bytes, {limit} are allowed");
            return Err(error(ErrorCode::Limit, message));
        }
        subject.private_mut().set(&key, value);
        Ok(())
    }

    fn delete(&mut self, key: String) {
        if let Some(private) = self
            .subject
            .as_mut()
            .and_then(|subject| subject.private.as_mut())
        {
            private.remove(&key);
        }
    }
}
