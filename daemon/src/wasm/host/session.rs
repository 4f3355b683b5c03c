//! `session`: who is behind the event.

use super::GuestStore;
use crate::wasm::bindings::liveside::component::session::{Host, Session};

impl Host for GuestStore {
    fn current(&mut self) -> Session {
        let session = self.subject.as_ref().map(|subject| &subject.session);
        let user = session.and_then(|session| session.identity());
        let user = user.as_deref();
        let texts = |given: &[Box<str>]| given.iter().map(|text| text.to_string()).collect();
        Session {
            connection_id: session
                .map(|session| session.connection.as_str().to_owned())
                .filter(|connection| !connection.is_empty()),
            authenticated: user.is_some(),
            user_id: user.map(|user| user.user_id.to_string()),
            roles: user.map_or_else(Vec::new, |user| texts(&user.roles)),
            permissions: user.map_or_else(Vec::new, |user| texts(&user.permissions)),
            claims: user.map_or_else(|| "{}".to_owned(), |user| user.claims.as_str().to_owned()),
            label: session.and_then(|session| session.label.as_deref().map(str::to_owned)),
        }
    }
}
