//! Who somebody is: asks the providers of the configuration, one after another.
//!
//! 1. Nothing that a client says of itself counts, only what a provider vouches for.
//! 2. A provider has one of three opinions: it knows the user, it refuses the credentials, or there is nothing in them
//!    for it. The first that knows the user decides. A refusal does not keep the others from being asked: a client can
//!    name any one of them in AUTH anyway, so that would protect nothing.
//! 3. No answer takes longer than its provider's own time. A provider that breaks down refuses, with a line in the log.
//! 4. Tokens, cookies and payloads are in no log, no error and no debug print.
//!
//! [`Auth::authorize_action`] and [`Auth::authorize_room`] are rules on top of the components' own. Only modules have
//! such rules. Every module that has them is asked, whoever vouched for the user, and each can refuse: a rule that held
//! for some users only would be evaded by signing in elsewhere, or not at all.

mod callback;
mod credentials;
mod error;
mod jwt;
mod module;
mod warning;

use std::path::Path;
use std::sync::Arc;

pub use credentials::{Credentials, Token};
pub use error::{AuthError, Problem, SetupError};

use crate::clock::now_ms;
use crate::config::{AuthConfig, ProviderConfig};
use crate::identity::Identity;
use crate::wasm::AuthenticatorHost;
use callback::Callback;
use jwt::Jwt;
use module::Module;

/// Longest user id, in bytes. It is a key in many places, and goes into every signed state.
const MAX_USER_ID_BYTES: usize = 256;

/// The providers. Cheap to clone; the last clone ends the tasks that keep keys fresh.
#[derive(Clone)]
pub struct Auth {
    shared: Arc<Shared>,
}

struct Shared {
    providers: Vec<Provider>,
    wanted_headers: Vec<String>,
    asks_actions: bool,
    asks_rooms: bool,
}

struct Provider {
    name: Box<str>,
    kind: Kind,
}

enum Kind {
    Jwt(Jwt),
    Callback(Callback),
    Module(Module),
}

impl Auth {
    /// Sets the providers up: reads keys and secrets, loads modules in `host`. Asks nobody over the network: keys from a
    /// URL come later, in the background, because the app that serves them may start after the daemon.
    ///
    /// Must be called in a tokio runtime.
    ///
    /// # Errors
    /// With the first provider that cannot be set up, and why.
    pub async fn new(config: &AuthConfig, host: &AuthenticatorHost) -> Result<Self, SetupError> {
        config.check()?;
        let mut providers = Vec::with_capacity(config.providers.len());
        for provider in &config.providers {
            let kind = match provider {
                ProviderConfig::Jwt(jwt) => Jwt::new(jwt).map(Kind::Jwt),
                ProviderConfig::Http(callback) => Callback::new(callback).map(Kind::Callback),
                ProviderConfig::Module(module) => {
                    Module::load(module, host).await.map(Kind::Module)
                }
            };
            providers.push(Provider {
                name: provider.name().into(),
                kind: kind.map_err(|problem| SetupError::in_provider(provider.name(), problem))?,
            });
        }
        Ok(Self::of(providers))
    }

    fn of(providers: Vec<Provider>) -> Self {
        let mut wanted_headers: Vec<String> = providers
            .iter()
            .flat_map(|provider| provider.wanted_headers().iter().cloned())
            .collect();
        wanted_headers.sort();
        wanted_headers.dedup();
        let asks = |what: fn(&Module) -> bool| {
            providers
                .iter()
                .any(|provider| provider.module().is_some_and(what))
        };
        Self {
            shared: Arc::new(Shared {
                asks_actions: asks(Module::asks_actions),
                asks_rooms: asks(Module::asks_rooms),
                wanted_headers,
                providers,
            }),
        }
    }

    /// Whether anybody can ever be signed in.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.shared.providers.is_empty()
    }

    /// The headers of the upgrade request that some provider looks at, in lower case and sorted.
    #[must_use]
    pub fn wanted_headers(&self) -> &[String] {
        &self.shared.wanted_headers
    }

    /// Asks the providers in their order, or only the one that `provider` names. `None`: there were no credentials for
    /// any of them, this is an anonymous visitor. An identity is one that has not expired at this moment.
    ///
    /// May wait for the network, as long as the providers' own times together. Cancelling gives the question up; others
    /// who asked the same go on.
    ///
    /// # Errors
    /// A sentence for the client: that of the first provider that refused. What an operator should know is in the log.
    pub async fn authenticate(
        &self,
        credentials: &Credentials,
        provider: Option<&str>,
    ) -> Result<Option<Arc<Identity>>, AuthError> {
        let mut refusal = None;
        let mut asked = 0;
        for candidate in &self.shared.providers {
            if provider.is_some_and(|name| name != &*candidate.name) {
                continue;
            }
            asked += 1;
            // Boxed: a question over the network would make the task of every connection thrice as large, for good.
            match Box::pin(candidate.authenticate(credentials)).await {
                Ok(None) => {}
                Ok(Some(identity)) => match fit(&candidate.name, &identity) {
                    Ok(()) => return Ok(Some(identity)),
                    Err(error) => drop(refusal.get_or_insert(error)),
                },
                Err(error) => drop(refusal.get_or_insert(error)),
            }
        }
        match refusal {
            Some(error) => Err(error),
            None if asked == 0 && provider.is_some() => Err(AuthError::UnknownProvider),
            None => Ok(None),
        }
    }

    /// Whether [`authorize_action`](Self::authorize_action) asks anybody.
    #[must_use]
    pub fn asks_actions(&self) -> bool {
        self.shared.asks_actions
    }

    /// Whether [`authorize_room`](Self::authorize_room) asks anybody.
    #[must_use]
    pub fn asks_rooms(&self) -> bool {
        self.shared.asks_rooms
    }

    /// Whether every module with rules for actions lets this one through. To be asked after the component's own rule.
    ///
    /// # Errors
    /// A sentence for the client. A module that breaks down refuses.
    pub async fn authorize_action(
        &self,
        identity: Option<&Identity>,
        component: &str,
        action: &str,
    ) -> Result<(), String> {
        if !self.shared.asks_actions {
            return Ok(());
        }
        for module in self.modules().filter(|module| module.asks_actions()) {
            module.authorize_action(identity, component, action).await?;
        }
        Ok(())
    }

    /// Whether every module with rules for rooms lets this user join. To be asked after the component's own rule.
    ///
    /// # Errors
    /// A sentence for the client. A module that breaks down refuses.
    pub async fn authorize_room(
        &self,
        identity: Option<&Identity>,
        room: &str,
    ) -> Result<(), String> {
        if !self.shared.asks_rooms {
            return Ok(());
        }
        for module in self.modules().filter(|module| module.asks_rooms()) {
            module.authorize_room(identity, room).await?;
        }
        Ok(())
    }

    fn modules(&self) -> impl Iterator<Item = &Module> {
        self.shared.providers.iter().filter_map(Provider::module)
    }
}

impl Provider {
    async fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<Arc<Identity>>, AuthError> {
        match &self.kind {
            Kind::Jwt(jwt) => jwt.authenticate(credentials).await,
            Kind::Callback(callback) => callback.authenticate(credentials).await,
            Kind::Module(module) => module.authenticate(credentials).await,
        }
    }

    fn wanted_headers(&self) -> &[String] {
        match &self.kind {
            Kind::Jwt(jwt) => jwt.wanted_headers(),
            Kind::Callback(callback) => callback.wanted_headers(),
            Kind::Module(module) => module.wanted_headers(),
        }
    }

    fn module(&self) -> Option<&Module> {
        match &self.kind {
            Kind::Module(module) => Some(module),
            Kind::Jwt(_) | Kind::Callback(_) => None,
        }
    }
}

/// What must hold of an identity, whoever vouches for it.
fn fit(provider: &str, identity: &Identity) -> Result<(), AuthError> {
    if identity.expires_at.is_some_and(|at| at <= now_ms()) {
        return Err(AuthError::Expired);
    }
    if identity.user_id.is_empty() || identity.user_id.len() > MAX_USER_ID_BYTES {
        let bytes = identity.user_id.len();
        tracing::warn!(
            provider,
            bytes,
            "an identity was refused: a user id has 1 to {MAX_USER_ID_BYTES} bytes"
        );
        return Err(AuthError::Refused);
    }
    Ok(())
}

/// A file that the configuration names.
fn read_file(path: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|source| Problem::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
