//! Modules of the world `authenticator`: who somebody is, and what they may, decided by a guest.
//!
//! 1. Every call gets a new instance of the module: nothing of one user's credentials is left for the next. An instance
//!    costs some 30 us, next to nothing beside the verification of a signature.
//! 2. A call has the same limits as an event, and there are as many at a time as a module has workers.
//! 3. There is no mounted component behind a call: of the host functions only `http`, `config`, `log`, `clock` and
//!    `random` do anything.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::bindings::authenticator::exports::liveside::component::authentication as wit;
use super::bindings::authenticator::{Authenticator as Guest, AuthenticatorPre};
use super::componentize::World;
use super::engine::Engine;
use super::fault::Fault;
use super::host::GuestStore;
use super::module::{LoadError, link};
use super::secrets::Secrets;
use super::worker;
use crate::config::{AllowedHost, FetchConfig};
use crate::fetch::{Fetcher, Policy};
use crate::identity::Identity;
use crate::state::{Json, entries};

/// Longest sentence of a guest for a client, in bytes.
const MAX_SENTENCE_BYTES: usize = 512;
/// Shortest part of credentials that is kept out of the log. Shorter ones are in many words.
const MIN_SECRET_BYTES: usize = 8;

/// What authenticators run in.
#[derive(Clone)]
pub struct AuthenticatorHost {
    /// Compiles and runs them.
    pub engine: Engine,
    /// Sends their requests.
    pub fetcher: Fetcher,
    /// How large, how long and how many those may be.
    pub fetch: FetchConfig,
    /// Most log lines of one call.
    pub log_lines: usize,
}

/// What the configuration grants an authenticator.
#[derive(Debug, Default)]
pub struct AuthenticatorGrants {
    /// Values that it may read.
    pub config: BTreeMap<String, String>,
    /// Values that it may read and that are shown nowhere.
    pub secrets: BTreeMap<String, String>,
    /// Where it may send requests.
    pub allowed_hosts: Vec<AllowedHost>,
}

/// What the host functions see in the place of a subject.
#[derive(Debug)]
pub(super) struct Grants {
    /// The provider's name, for the log.
    pub(super) name: Arc<str>,
    /// Values, the secrets included.
    pub(super) config: HashMap<String, String>,
    pub(super) fetcher: Fetcher,
    pub(super) policy: Policy,
}

/// What a client shows.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// A JSON object.
    pub payload: &'a Json,
    /// A token, wherever it was.
    pub token: Option<&'a str>,
    /// Names in lower case, and values.
    pub headers: &'a [(&'a str, &'a str)],
}

/// Why an authenticator does not say yes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticatorError {
    /// It says no, with a sentence for the client.
    #[error("{0}")]
    Refused(String),
    /// It broke down or was stopped, or what it said is no identity.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A loaded authenticator.
pub struct Authenticator {
    name: Arc<str>,
    engine: Engine,
    pre: AuthenticatorPre<GuestStore>,
    rules: wit::Rules,
    grants: Arc<Grants>,
    secrets: Vec<String>,
    log_lines: usize,
    /// Calls at a time.
    places: Semaphore,
}

impl Authenticator {
    /// Compiles the bytes of a `.wasm` file and asks the module which rules it has. `name` is the provider's.
    ///
    /// # Errors
    /// If it is no module, does not compile, does not fit the world `authenticator` or cannot describe itself.
    pub async fn load(
        host: &AuthenticatorHost,
        name: &str,
        bytes: Vec<u8>,
        grants: AuthenticatorGrants,
    ) -> Result<Self, LoadError> {
        let engine = host.engine.clone();
        let linked = link(&engine, bytes, World::Authenticator).await?;
        let pre = AuthenticatorPre::new(linked).map_err(LoadError::link)?;
        let name: Arc<str> = name.into();
        let secrets = grants.secrets.values().cloned().collect();
        let config = grants.config.into_iter().chain(grants.secrets);
        let mut authenticator = Self {
            places: Semaphore::new(engine.inner.limits.workers_per_module),
            engine,
            pre,
            rules: wit::Rules::empty(),
            grants: Arc::new(Grants {
                name: name.clone(),
                config: config.collect(),
                fetcher: host.fetcher.clone(),
                policy: Policy::new(grants.allowed_hosts, host.fetch.clone()),
            }),
            secrets,
            log_lines: host.log_lines,
            name,
        };
        authenticator.rules = authenticator
            .call(&authenticator.secrets_with(None), async |store, guest| {
                guest
                    .liveside_component_authentication()
                    .call_describe(store)
                    .await
            })
            .await?;
        Ok(authenticator)
    }

    /// Whether it has rules for actions.
    #[must_use]
    pub fn has_action_rules(&self) -> bool {
        self.rules.contains(wit::Rules::ACTIONS)
    }

    /// Whether it has rules for rooms.
    #[must_use]
    pub fn has_room_rules(&self) -> bool {
        self.rules.contains(wit::Rules::ROOMS)
    }

    /// Asks who somebody is. `None`: these credentials are not for it.
    ///
    /// # Errors
    /// Its refusal, or the fault that ended it.
    pub async fn authenticate(
        &self,
        shown: Shown<'_>,
    ) -> Result<Option<Identity>, AuthenticatorError> {
        let secrets = self.secrets_with(Some(shown));
        let given = self
            .call(&secrets, async |store, guest| {
                let credentials = wit::Credentials {
                    payload: shown.payload.as_str(),
                    token: shown.token,
                    headers: shown.headers,
                };
                guest
                    .liveside_component_authentication()
                    .call_authenticate(store, credentials)
                    .await
            })
            .await?;
        match given {
            Ok(None) => Ok(None),
            Ok(Some(identity)) => Ok(Some(self.identity(identity)?)),
            Err(sentence) => Err(refusal(&secrets, sentence)),
        }
    }

    /// Asks whether somebody may call an action.
    ///
    /// # Errors
    /// Its refusal, or the fault that ended it.
    pub async fn authorize_action(
        &self,
        identity: Option<&Identity>,
        component: &str,
        action: &str,
    ) -> Result<(), AuthenticatorError> {
        let secrets = self.secrets_with(None);
        let lists = identity.map(Lists::of);
        let given = self
            .call(&secrets, async |store, guest| {
                let identity = lists.as_ref().map(Lists::as_param);
                guest
                    .liveside_component_authentication()
                    .call_authorize_action(store, identity, component, action)
                    .await
            })
            .await?;
        given.map_err(|sentence| refusal(&secrets, sentence))
    }

    /// Asks whether somebody may join a room.
    ///
    /// # Errors
    /// Its refusal, or the fault that ended it.
    pub async fn authorize_room(
        &self,
        identity: Option<&Identity>,
        room: &str,
    ) -> Result<(), AuthenticatorError> {
        let secrets = self.secrets_with(None);
        let lists = identity.map(Lists::of);
        let given = self
            .call(&secrets, async |store, guest| {
                let identity = lists.as_ref().map(Lists::as_param);
                guest
                    .liveside_component_authentication()
                    .call_authorize_room(store, identity, room)
                    .await
            })
            .await?;
        given.map_err(|sentence| refusal(&secrets, sentence))
    }

    /// One call in an instance of its own, within the limits of an event.
    async fn call<T>(
        &self,
        secrets: &Arc<Secrets>,
        run: impl AsyncFnOnce(&mut wasmtime::Store<GuestStore>, &Guest) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        let limits = &self.engine.inner.limits;
        let called = async {
            // It is never closed; were it, nobody would have to wait.
            let _place = self.places.acquire().await;
            let (mut store, cpu) = worker::store(&self.engine.inner, &self.name);
            store.data_mut().grants = Some(self.grants.clone());
            store.data().log.begin(self.log_lines, secrets);
            let guest = async {
                let guest = self.pre.instantiate_async(&mut store).await?;
                run(&mut store, &guest).await
            };
            let ended = cpu.running(guest).await;
            ended.map_err(|trap| worker::fault(&store, &trap, limits))
        };
        let called = tokio::time::timeout(limits.wall_time, called).await;
        called.unwrap_or(Err(Fault::WallTime {
            limit: limits.wall_time,
        }))
    }

    fn identity(&self, given: wit::IdentityResult) -> Result<Identity, Fault> {
        let limit_bytes = self.engine.inner.limits.result_bytes;
        let lists = given.roles.iter().chain(&given.permissions);
        let bytes = given.claims.len() + lists.map(String::len).sum::<usize>();
        if bytes > limit_bytes {
            return Err(Fault::ResultTooLarge { bytes, limit_bytes });
        }
        let invalid = |error: &dyn std::fmt::Display| Fault::InvalidResult {
            reason: format!("the claims are no JSON object: {error}"),
        };
        entries(&given.claims).map_err(|error| invalid(&error))?;
        let boxed = |list: Vec<String>| list.into_iter().map(Into::into).collect();
        Ok(Identity {
            user_id: given.user_id.into(),
            roles: boxed(given.roles),
            permissions: boxed(given.permissions),
            claims: Json::parse(&given.claims).map_err(|error| invalid(&error))?,
            expires_at: given.expires_at,
        })
    }

    /// What no line and no sentence may hold: the module's secrets, and the token and headers that it is shown.
    fn secrets_with(&self, shown: Option<Shown<'_>>) -> Arc<Secrets> {
        let mut all = self.secrets.clone();
        if let Some(shown) = shown {
            let parts = shown.headers.iter().flat_map(|(_, value)| {
                let parts = value.split([';', ',', ' ']).flat_map(|part| {
                    let value = part.split_once('=').map_or("", |(_, value)| value);
                    [part, value]
                });
                parts.chain([*value])
            });
            all.extend(
                parts
                    .chain(shown.token)
                    .filter(|part| part.len() >= MIN_SECRET_BYTES)
                    .map(str::to_owned),
            );
        }
        Arc::new(Secrets::new(all))
    }
}

fn refusal(secrets: &Secrets, sentence: String) -> AuthenticatorError {
    let mut sentence = secrets.blot_out(sentence);
    sentence.truncate(sentence.floor_char_boundary(MAX_SENTENCE_BYTES));
    AuthenticatorError::Refused(sentence)
}

/// An identity as the bindings borrow it.
struct Lists<'a> {
    identity: &'a Identity,
    roles: Vec<&'a str>,
    permissions: Vec<&'a str>,
}

impl<'a> Lists<'a> {
    fn of(identity: &'a Identity) -> Self {
        let borrowed = |list: &'a [Box<str>]| list.iter().map(|text| &**text).collect();
        Self {
            identity,
            roles: borrowed(&identity.roles),
            permissions: borrowed(&identity.permissions),
        }
    }

    fn as_param(&self) -> wit::IdentityParam<'_> {
        wit::IdentityParam {
            user_id: &self.identity.user_id,
            roles: &self.roles,
            permissions: &self.permissions,
            claims: self.identity.claims.as_str(),
            expires_at: self.identity.expires_at,
        }
    }
}
