//! `config`: what the daemon's configuration grants the component.

use super::GuestStore;
use crate::wasm::bindings::liveside::component::config::Host;

impl Host for GuestStore {
    fn get(&mut self, key: String) -> Option<String> {
        self.subject.as_ref()?.shared.config.get(&key).cloned()
    }
}
