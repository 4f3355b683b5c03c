//! `session`: who is behind the event. Everybody is anonymous until there is authentication.

use super::GuestStore;
use crate::wasm::bindings::liveside::component::session::{Host, Session};

impl Host for GuestStore {
    fn current(&mut self) -> Session {
        let session = self.subject.as_ref().map(|subject| &subject.session);
        Session {
            connection_id: session
                .map(|session| session.connection.as_str().to_owned())
                .filter(|connection| !connection.is_empty()),
            authenticated: false,
            user_id: None,
            roles: Vec::new(),
            permissions: Vec::new(),
            claims: "{}".to_owned(),
            label: session.and_then(|session| session.label.as_deref().map(str::to_owned)),
        }
    }
}
