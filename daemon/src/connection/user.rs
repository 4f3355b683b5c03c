//! Who is behind a connection: by what came with the upgrade, by `AUTH`, and until the identity's time is over.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::time::{Sleep, sleep};

use crate::auth::{Auth, AuthError, Credentials};
use crate::clock::now_ms;
use crate::identity::Identity;
use crate::state::Json;

/// Credentials of one connection that may be refused before it is told to try no more.
const MOST_FAILURES: u8 = 10;
/// A timer runs no longer than this: what expires in years is looked at again.
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// What an identity's time brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It is over: the connection is anonymous now.
    Expired,
    /// Nobody has signed in again: what needs a user ends.
    GivenUp,
}

/// Why an `AUTH` has changed nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// The providers say so.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// There is nobody who could say anything else.
    #[error("This daemon knows no users: it has no `[[auth.provider]]`")]
    Off,
    /// No provider found anything in it.
    #[error("There is nothing in the payload that a provider could use")]
    Empty,
    /// Guessing.
    #[error("Too many credentials were refused on this connection: open another one")]
    TooMany,
}

/// The user of one connection.
pub(super) struct User {
    auth: Arc<Auth>,
    /// Those of the upgrade request that providers want to see, each time.
    headers: Vec<(String, String)>,
    /// Shared with the sessions of everything that is mounted.
    identity: Arc<ArcSwapOption<Identity>>,
    /// Until something is due. Only where an identity expires.
    timer: Option<(Due, Pin<Box<Sleep>>)>,
    failures: u8,
}

impl User {
    /// Who comes with the upgrade. Credentials that are refused make an anonymous visitor, who may still sign in.
    pub(super) async fn arrive(auth: Arc<Auth>, credentials: Option<Credentials>) -> Self {
        let mut user = Self {
            auth,
            headers: Vec::new(),
            identity: Arc::default(),
            timer: None,
            failures: 0,
        };
        let Some(credentials) = credentials else {
            return user;
        };
        match user.auth.authenticate(&credentials, None).await {
            Ok(identity) => user.set(identity),
            Err(error) => tracing::debug!(%error, "the credentials of an upgrade do not count"),
        }
        user.headers = credentials.headers;
        user
    }

    /// The identity, as everything that is mounted sees it.
    pub(super) fn cell(&self) -> &Arc<ArcSwapOption<Identity>> {
        &self.identity
    }

    /// Who it is now.
    pub(super) fn identity(&self) -> Option<Arc<Identity>> {
        self.identity.load_full()
    }

    /// Signs in by the payload of an `AUTH`.
    ///
    /// # Errors
    /// If no provider vouches for anybody: whoever it was before, it still is.
    pub(super) async fn sign_in(
        &mut self,
        payload: Json,
        provider: Option<&str>,
    ) -> Result<(), Refused> {
        if !self.auth.is_on() {
            return Err(Refused::Off);
        }
        if self.failures >= MOST_FAILURES {
            return Err(Refused::TooMany);
        }
        let credentials = Credentials::in_payload(payload, self.headers.clone());
        match self.auth.authenticate(&credentials, provider).await {
            Ok(Some(identity)) => {
                self.failures = 0;
                self.set(Some(identity));
                Ok(())
            }
            Ok(None) => Err(Refused::Empty),
            Err(error) => {
                self.failures += 1;
                Err(error.into())
            }
        }
    }

    /// From now on it is nobody.
    pub(super) fn sign_out(&mut self) {
        self.set(None);
    }

    fn set(&mut self, identity: Option<Arc<Identity>>) {
        let expires_at = identity.as_ref().and_then(|identity| identity.expires_at);
        self.timer = expires_at.map(|at| (Due::Expired, until(at)));
        self.identity.store(identity);
    }

    /// Waits for what the identity's time brings; for ever, where it has none.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>, grace: Duration) -> Poll<Due> {
        loop {
            let Some((due, timer)) = &mut self.timer else {
                return Poll::Pending;
            };
            std::task::ready!(timer.as_mut().poll(cx));
            let due = *due;
            self.timer = None;
            if due == Due::GivenUp {
                return Poll::Ready(due);
            }
            let expires_at = self.identity().and_then(|identity| identity.expires_at);
            match expires_at.filter(|at| *at > now_ms()) {
                Some(at) => self.timer = Some((Due::Expired, until(at))),
                None => {
                    self.identity.store(None);
                    self.timer = Some((Due::GivenUp, Box::pin(sleep(grace))));
                    return Poll::Ready(due);
                }
            }
        }
    }
}

/// Until a moment, in milliseconds since the Unix epoch; or until it is time to look at the clock again.
fn until(at: u64) -> Pin<Box<Sleep>> {
    let left = Duration::from_millis(at.saturating_sub(now_ms()));
    Box::pin(sleep(left.min(LONGEST_SLEEP)))
}
