//! `config`: what the daemon's configuration grants the component or authenticator.

use super::GuestStore;
use crate::wasm::bindings::liveside::component::config::Host;

impl Host for GuestStore {
    fn get(&mut self, key: String) -> Option<String> {
        let config = match &self.subject {
            Some(subject) => &subject.shared.config,
            None => &self.grants.as_ref()?.config,
        };
        config.get(&key).cloned()
    }
}
