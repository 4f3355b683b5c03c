//! Identity written as a module: who somebody is, decided in Rust. Needs the feature `authenticator`.
//!
//! ```
//! use liveside_guest::prelude::*;
//!
//! struct Door;
//!
//! #[authenticator]
//! impl Authenticator for Door {
//!     fn authenticate(cx: &Context, credentials: &Credentials) -> Result<Option<Identity>> {
//!         let Some(token) = &credentials.token else {
//!             return Ok(None);
//!         };
//!         ensure!(*token == cx.config().require::<String>("password")?, "That is not the word");
//!         Ok(Some(Identity::new("guest").role("visitor")))
//!     }
//!
//!     fn authorize_room(_: &Context, identity: Option<&Identity>, room: &str) -> Result<()> {
//!         ensure!(identity.is_some() || room != "vip", "Members only");
//!         Ok(())
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! A module holds one authenticator. Every call gets a new instance of it: statics keep nothing. Of the
//! [`Context`], `config`, `http`, `log`, `clock` and `random` do something here; the rest is refused, because there is
//! no mounted component. How to test one is in [`testing::AuthenticatorHarness`](crate::testing::AuthenticatorHarness).

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::{Error, Result};

#[cfg(target_family = "wasm")]
mod bindings;
#[cfg(target_family = "wasm")]
mod exports;

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use exports::Entry;
pub use liveside_guest_macros::authenticator;

/// Decides who somebody is. Written with [`#[authenticator]`](macro@authenticator) above it, which tells the
/// daemon which of the methods there are.
pub trait Authenticator {
    /// Which rules there are: actions, rooms. The attribute writes it.
    #[doc(hidden)]
    const RULES: (bool, bool);

    /// Who shows these credentials; `None` if they are not for this authenticator, so that the next provider is asked.
    ///
    /// # Errors
    /// A refusal, with a sentence for the user.
    fn authenticate(cx: &Context, credentials: &Credentials) -> Result<Option<Identity>>;

    /// Whether somebody may call an action that the component's own rule allows. Without this method nobody is asked.
    ///
    /// # Errors
    /// A refusal, with a sentence for the user.
    fn authorize_action(
        cx: &Context,
        identity: Option<&Identity>,
        component: &str,
        action: &str,
    ) -> Result<()> {
        let _ = (cx, identity, component, action);
        Ok(())
    }

    /// Whether somebody may join a room that the component's own rule allows. Without this method nobody is asked.
    ///
    /// # Errors
    /// A refusal, with a sentence for the user.
    fn authorize_room(cx: &Context, identity: Option<&Identity>, room: &str) -> Result<()> {
        let _ = (cx, identity, room);
        Ok(())
    }
}

/// What a client shows. Its debug print tells what there is, never what it is.
#[derive(Clone)]
pub struct Credentials {
    /// The payload of the client's `AUTH`; an empty object at the upgrade.
    pub payload: Value,
    /// What stands behind `?token=` at the upgrade, or under `token` in the payload.
    pub token: Option<String>,
    /// Headers of the upgrade request that the configuration lets through, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Credentials {
    /// Those of an `AUTH` with this payload.
    #[must_use]
    pub fn with_payload(payload: Value) -> Self {
        let token = payload.get("token").and_then(Value::as_str);
        Self {
            token: token.map(str::to_owned),
            payload,
            headers: Vec::new(),
        }
    }

    /// Adds a header of the upgrade request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// The first header of this name, whatever its case.
    pub fn get_header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(header, _)| header.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The payload as a type.
    ///
    /// # Errors
    /// Where it is not a `T`. The sentence does not tell what it is instead: that may be a password.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.payload)
            .map_err(|_| Error::invalid_payload("The credentials lack something"))
    }
}

impl Default for Credentials {
    fn default() -> Self {
        Self::with_payload(json!({}))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Credentials")
            .field("token", &self.token.is_some())
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// Somebody who is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Unique among the users of the app. 1 to 256 bytes.
    pub user_id: String,
    /// What the user is.
    pub roles: Vec<String>,
    /// What the user may.
    pub permissions: Vec<String>,
    /// What else there is to say, a JSON object.
    pub claims: Value,
    /// When it is worth nothing any more, in milliseconds since the Unix epoch. `None`: never.
    pub expires_at_ms: Option<u64>,
}

impl Identity {
    /// A user without roles and permissions, for ever.
    #[must_use]
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            roles: Vec::new(),
            permissions: Vec::new(),
            claims: json!({}),
            expires_at_ms: None,
        }
    }

    /// Adds a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Adds a permission.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Sets the further claims, a JSON object.
    #[must_use]
    pub fn claims(mut self, claims: Value) -> Self {
        self.claims = claims;
        self
    }

    /// Sets when it ends, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn expires_at_ms(mut self, at_ms: u64) -> Self {
        self.expires_at_ms = Some(at_ms);
        self
    }

    /// Whether the user has this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }

    /// Whether the user has this permission.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.iter().any(|has| has == permission)
    }
}

/// Says to the compiler that something uses the authenticator, where no module registers it.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
pub const fn used<A: Authenticator>() {}
