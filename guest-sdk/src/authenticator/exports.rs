//! What the module exports: the WIT interface `authentication`, answered by the authenticator that is registered.

use super::bindings::Module;
use super::bindings::exports::liveside::component::authentication as wit;
use super::{Authenticator, Credentials, Identity};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::host::Active;

/// An authenticator, with its type erased.
pub struct Entry {
    rules: (bool, bool),
    authenticate: fn(&Context, &Credentials) -> Result<Option<Identity>>,
    authorize_action: fn(&Context, Option<&Identity>, &str, &str) -> Result<()>,
    authorize_room: fn(&Context, Option<&Identity>, &str) -> Result<()>,
}

impl Entry {
    /// The entry of an authenticator.
    pub const fn of<A: Authenticator>() -> Self {
        Self {
            rules: A::RULES,
            authenticate: A::authenticate,
            authorize_action: A::authorize_action,
            authorize_room: A::authorize_room,
        }
    }
}

inventory::collect!(Entry);

fn entry() -> Result<&'static Entry> {
    let first = inventory::iter::<Entry>().next();
    first.ok_or_else(|| Error::new("This module has no authenticator"))
}

fn context() -> Context {
    crate::panic::report();
    Context::new(Active, String::new(), String::new())
}

impl wit::Guest for Module {
    fn describe() -> wit::Rules {
        let (actions, rooms) = entry().map_or((false, false), |entry| entry.rules);
        let flag = |has, flag| if has { flag } else { wit::Rules::empty() };
        flag(actions, wit::Rules::ACTIONS) | flag(rooms, wit::Rules::ROOMS)
    }

    fn authenticate(given: wit::Credentials) -> Result<Option<wit::Identity>, String> {
        let cx = context();
        let credentials = Credentials {
            payload: serde_json::from_str(&given.payload).unwrap_or_default(),
            token: given.token,
            headers: given.headers,
        };
        let decided = entry().and_then(|entry| (entry.authenticate)(&cx, &credentials));
        Ok(decided.map_err(Error::into_message)?.map(Into::into))
    }

    fn authorize_action(
        identity: Option<wit::Identity>,
        component: String,
        action: String,
    ) -> Result<(), String> {
        let (cx, identity) = (context(), identity.map(Identity::from));
        let decided = entry().and_then(|entry| {
            (entry.authorize_action)(&cx, identity.as_ref(), &component, &action)
        });
        decided.map_err(Error::into_message)
    }

    fn authorize_room(identity: Option<wit::Identity>, room: String) -> Result<(), String> {
        let (cx, identity) = (context(), identity.map(Identity::from));
        let decided =
            entry().and_then(|entry| (entry.authorize_room)(&cx, identity.as_ref(), &room));
        decided.map_err(Error::into_message)
    }
}

impl From<Identity> for wit::Identity {
    fn from(identity: Identity) -> Self {
        Self {
            user_id: identity.user_id,
            roles: identity.roles,
            permissions: identity.permissions,
            claims: identity.claims.to_string(),
            expires_at: identity.expires_at_ms,
        }
    }
}

impl From<wit::Identity> for Identity {
    fn from(identity: wit::Identity) -> Self {
        Self {
            user_id: identity.user_id,
            roles: identity.roles,
            permissions: identity.permissions,
            claims: serde_json::from_str(&identity.claims).unwrap_or_default(),
            expires_at_ms: identity.expires_at,
        }
    }
}
