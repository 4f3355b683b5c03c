//! Who is behind a connection: by what came with the upgrade, by `AUTH`, and until the identity's time is over.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::time::{Sleep, sleep};

use super::hub::Hub;
use super::quota::{Guard, Quota};
use crate::auth::{AuthError, Credentials};
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
    /// So many connections, or as many components as this one has mounted, would be too much for one user or address.
    #[error("{who} has {limit} {what}, and no more are allowed")]
    Crowded {
        /// Whose they are.
        who: &'static str,
        /// How many there may be.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
    /// Guessing.
    #[error("Too many credentials were refused on this connection: open another one")]
    TooMany,
}

/// The user of one connection.
pub(super) struct User {
    hub: Arc<Hub>,
    /// Where it comes from, as addresses are counted; `None` is this machine.
    address: Option<Arc<str>>,
    /// Those of the upgrade request that providers want to see, each time.
    headers: Vec<(String, String)>,
    /// Shared with the sessions of everything that is mounted.
    identity: Arc<ArcSwapOption<Identity>>,
    /// Until something is due. Only where an identity expires.
    timer: Option<(Due, Pin<Box<Sleep>>)>,
    failures: u8,
    /// The connection's place among those of its user, while there is one.
    place: Option<Guard>,
    /// One for each component that it has mounted, likewise.
    mounts: Vec<Guard>,
    /// One for each component that it has mounted, among those of its address.
    address_mounts: Vec<Guard>,
}

const USER: &str = "This user";
const COMPONENTS: &str = "components mounted";

impl User {
    /// Who comes with the upgrade. Credentials that are refused make an anonymous visitor, who may still sign in.
    pub(super) async fn arrive(
        hub: Arc<Hub>,
        credentials: Option<Credentials>,
        address: Option<Arc<str>>,
    ) -> Self {
        let mut user = Self {
            hub,
            address,
            headers: Vec::new(),
            identity: Arc::default(),
            timer: None,
            failures: 0,
            place: None,
            mounts: Vec::new(),
            address_mounts: Vec::new(),
        };
        let Some(credentials) = credentials else {
            return user;
        };
        let vouched = user.hub.auth.authenticate(&credentials, None).await;
        user.count(&vouched);
        if let Err(error) = vouched
            .map_err(Refused::from)
            .and_then(|identity| user.set(identity, 0))
        {
            tracing::debug!(%error, "the credentials of an upgrade do not count");
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

    /// Who it counts for what is sent: the user, or the address where nobody is signed in.
    pub(super) fn payer(&self) -> String {
        match self.identity.load().as_ref() {
            Some(identity) => format!("user:{}", identity.user_id),
            None => format!(
                "address:{}",
                self.address.as_deref().unwrap_or("this machine")
            ),
        }
    }

    /// Signs in by the payload of an `AUTH`. `mounted`: how many components the connection has.
    ///
    /// # Errors
    /// If no provider vouches for anybody: whoever it was before, it still is.
    pub(super) async fn sign_in(
        &mut self,
        payload: Json,
        provider: Option<&str>,
        mounted: usize,
    ) -> Result<(), Refused> {
        if !self.hub.auth.is_on() {
            return Err(Refused::Off);
        }
        if self.failures >= MOST_FAILURES {
            return Err(Refused::TooMany);
        }
        let credentials = Credentials::in_payload(payload, self.headers.clone());
        let vouched = self.hub.auth.authenticate(&credentials, provider).await;
        self.count(&vouched);
        match vouched {
            Ok(Some(identity)) => {
                self.failures = 0;
                self.set(Some(identity), mounted)
            }
            Ok(None) => Err(Refused::Empty),
            Err(error) => {
                self.failures += 1;
                Err(error.into())
            }
        }
    }

    fn count(&self, vouched: &Result<Option<Arc<Identity>>, AuthError>) {
        let outcome = match vouched {
            Ok(Some(_)) => "ok",
            // There was nothing to judge.
            Ok(None) => return,
            Err(_) => "refused",
        };
        if let Some(telemetry) = self.hub.live.telemetry() {
            telemetry.authenticated(outcome);
        }
    }

    /// From now on it is nobody.
    pub(super) fn sign_out(&mut self) {
        self.become_nobody();
        self.timer = None;
    }

    /// Takes a place for one more component, among those of the user and those of the address. Who is nobody, and on
    /// this machine, is not counted.
    ///
    /// # Errors
    /// If one of them has too many.
    pub(super) fn take_mount(&mut self) -> Result<(), Refused> {
        let by_address = match &self.address {
            Some(address) => {
                let quota = &self.hub.address_mounts;
                Some(take(quota, address, "Your address", COMPONENTS)?)
            }
            None => None,
        };
        if let Some(identity) = self.identity.load().as_ref() {
            let quota = &self.hub.user_mounts;
            self.mounts
                .push(take(quota, &identity.user_id, USER, COMPONENTS)?);
        }
        self.address_mounts.extend(by_address);
        Ok(())
    }

    /// A component is gone.
    pub(super) fn give_mount_back(&mut self) {
        self.mounts.pop();
        self.address_mounts.pop();
    }

    fn become_nobody(&mut self) {
        self.identity.store(None);
        self.place = None;
        self.mounts = Vec::new();
    }

    fn set(&mut self, identity: Option<Arc<Identity>>, mounted: usize) -> Result<(), Refused> {
        let Some(identity) = identity else {
            return Ok(());
        };
        let is_same = self
            .identity()
            .is_some_and(|now| now.user_id == identity.user_id);
        if !is_same {
            let id = &identity.user_id;
            let place = take(&self.hub.user_connections, id, USER, "connections")?;
            let mounts: Result<Vec<_>, _> = (0..mounted)
                .map(|_| take(&self.hub.user_mounts, id, USER, COMPONENTS))
                .collect();
            (self.mounts, self.place) = (mounts?, Some(place));
        }
        self.timer = identity.expires_at.map(|at| (Due::Expired, until(at)));
        self.identity.store(Some(identity));
        Ok(())
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
                    self.become_nobody();
                    self.timer = Some((Due::GivenUp, Box::pin(sleep(grace))));
                    return Poll::Ready(due);
                }
            }
        }
    }
}

fn take(quota: &Quota, key: &str, who: &'static str, what: &'static str) -> Result<Guard, Refused> {
    let limit = quota.limit();
    quota.take(key).ok_or(Refused::Crowded { who, limit, what })
}

/// Until a moment, in milliseconds since the Unix epoch; or until it is time to look at the clock again.
fn until(at: u64) -> Pin<Box<Sleep>> {
    let left = Duration::from_millis(at.saturating_sub(now_ms()));
    Box::pin(sleep(left.min(LONGEST_SLEEP)))
}
