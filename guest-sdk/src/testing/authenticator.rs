//! Testing an authenticator without a daemon.

use std::marker::PhantomData;

use super::{LogLine, World};
use crate::authenticator::{Authenticator, Credentials, Identity};
use crate::context::{Context, Request, Response};
use crate::error::{HostError, Result};

/// An authenticator with the daemon's place taken by the test.
///
/// ```
/// # use liveside_guest::prelude::*;
/// # struct Door;
/// # #[authenticator]
/// # impl Authenticator for Door {
/// #     fn authenticate(cx: &Context, credentials: &Credentials) -> Result<Option<Identity>> {
/// #         let Some(token) = &credentials.token else { return Ok(None) };
/// #         ensure!(*token == cx.config().require::<String>("password")?, "That is not the word");
/// #         Ok(Some(Identity::new("guest")))
/// #     }
/// # }
/// use liveside_guest::testing::AuthenticatorHarness;
///
/// let door = AuthenticatorHarness::<Door>::new().config("password", "sesame");
/// let shown = Credentials::with_payload(json!({"token": "sesame"}));
/// assert_eq!(door.authenticate(&shown).unwrap().unwrap().user_id, "guest");
/// ```
pub struct AuthenticatorHarness<A> {
    world: World,
    authenticator: PhantomData<A>,
}

impl<A: Authenticator> AuthenticatorHarness<A> {
    /// One with nothing granted.
    #[must_use]
    pub fn new() -> Self {
        Self {
            world: World::default(),
            authenticator: PhantomData,
        }
    }

    /// A value that the daemon's configuration grants it.
    #[must_use]
    pub fn config(self, key: &str, value: &str) -> Self {
        self.world
            .change(|inner| inner.config.insert(key.to_owned(), value.to_owned()));
        self
    }

    /// The time on the clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(self, now_ms: u64) -> Self {
        self.world.set_now(now_ms);
        self
    }

    /// Answers its HTTP requests. Without it they are denied.
    #[must_use]
    pub fn http(
        self,
        answer: impl FnMut(&Request) -> Result<Response, HostError> + 'static,
    ) -> Self {
        self.world
            .change(|inner| inner.http = Some(Box::new(answer)));
        self
    }

    /// Shows it credentials.
    ///
    /// # Errors
    /// Its refusal.
    pub fn authenticate(&self, credentials: &Credentials) -> Result<Option<Identity>> {
        A::authenticate(&self.begin(), credentials)
    }

    /// Asks whether somebody may call an action.
    ///
    /// # Errors
    /// Its refusal.
    pub fn authorize_action(
        &self,
        identity: Option<&Identity>,
        component: &str,
        action: &str,
    ) -> Result<()> {
        A::authorize_action(&self.begin(), identity, component, action)
    }

    /// Asks whether somebody may join a room.
    ///
    /// # Errors
    /// Its refusal.
    pub fn authorize_room(&self, identity: Option<&Identity>, room: &str) -> Result<()> {
        A::authorize_room(&self.begin(), identity, room)
    }

    /// Whether the daemon would ask it about actions, and about rooms.
    #[must_use]
    pub fn rules(&self) -> (bool, bool) {
        A::RULES
    }

    /// What the last call logged.
    #[must_use]
    pub fn logs(&self) -> Vec<LogLine> {
        self.world.logs()
    }

    fn begin(&self) -> Context {
        self.world.begin();
        Context::new(self.world.clone(), String::new(), String::new())
    }
}

impl<A: Authenticator> Default for AuthenticatorHarness<A> {
    fn default() -> Self {
        Self::new()
    }
}
