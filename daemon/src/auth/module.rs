//! A WebAssembly module is asked. The engine's part is in `wasm::authenticator`.

use std::sync::Arc;

use super::credentials::Credentials;
use super::read_file;
use super::warning::Seldom;
use super::{AuthError, Problem};
use crate::config::AuthModuleConfig;
use crate::identity::Identity;
use crate::wasm::authenticator::{
    Authenticator, AuthenticatorError, AuthenticatorGrants, AuthenticatorHost, Shown,
};

/// Asks one module.
pub(super) struct Module {
    name: Box<str>,
    authenticator: Authenticator,
    wanted_headers: Vec<String>,
    failures: Seldom,
}

impl Module {
    pub(super) async fn load(
        config: &AuthModuleConfig,
        host: &AuthenticatorHost,
    ) -> Result<Self, Problem> {
        let bytes = read_file(&config.file)?;
        let mut grants = AuthenticatorGrants {
            config: config.config.clone(),
            allowed_hosts: config.allowed_hosts.clone(),
            ..AuthenticatorGrants::default()
        };
        for (key, secret) in &config.secrets {
            let secret = secret.read().map_err(|reason| Problem::Secret {
                key: format!("secrets.{key}"),
                reason,
            })?;
            grants.secrets.insert(key.clone(), secret);
        }
        let loaded = Authenticator::load(host, &config.name, bytes, grants).await;
        let authenticator = loaded.map_err(|source| Problem::Module {
            path: config.file.clone(),
            source: Box::new(source),
        })?;
        Ok(Self {
            name: config.name.as_str().into(),
            authenticator,
            wanted_headers: config.forward_headers.as_slice().to_vec(),
            failures: Seldom::default(),
        })
    }

    pub(super) fn wanted_headers(&self) -> &[String] {
        &self.wanted_headers
    }

    pub(super) fn asks_actions(&self) -> bool {
        self.authenticator.has_action_rules()
    }

    pub(super) fn asks_rooms(&self) -> bool {
        self.authenticator.has_room_rules()
    }

    /// What the module says of these credentials. Without a payload, a token or a header for it, it is not asked.
    pub(super) async fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<Arc<Identity>>, AuthError> {
        let headers: Vec<_> = credentials.headers_of(&self.wanted_headers).collect();
        if !credentials.are_shown() && headers.is_empty() {
            return Ok(None);
        }
        let shown = Shown {
            payload: &credentials.payload,
            token: credentials.token.as_ref().map(|token| token.reveal()),
            headers: &headers,
        };
        match self.authenticator.authenticate(shown).await {
            Ok(identity) => Ok(identity.map(Arc::new)),
            Err(AuthenticatorError::Refused(sentence)) if sentence.is_empty() => {
                Err(AuthError::Refused)
            }
            Err(AuthenticatorError::Refused(sentence)) => Err(AuthError::Said(sentence)),
            Err(AuthenticatorError::Fault(fault)) => {
                self.warn(&fault);
                Err(AuthError::Unavailable)
            }
        }
    }

    pub(super) async fn authorize_action(
        &self,
        identity: Option<&Identity>,
        component: &str,
        action: &str,
    ) -> Result<(), String> {
        let asked = self
            .authenticator
            .authorize_action(identity, component, action);
        self.decided(asked.await)
    }

    pub(super) async fn authorize_room(
        &self,
        identity: Option<&Identity>,
        room: &str,
    ) -> Result<(), String> {
        self.decided(self.authenticator.authorize_room(identity, room).await)
    }

    fn decided(&self, decision: Result<(), AuthenticatorError>) -> Result<(), String> {
        decision.map_err(|error| match error {
            AuthenticatorError::Refused(sentence) => sentence,
            AuthenticatorError::Fault(fault) => {
                self.warn(&fault);
                "authorization is not available at the moment".to_owned()
            }
        })
    }

    fn warn(&self, fault: &dyn std::fmt::Display) {
        if let Some(kept_back) = self.failures.due() {
            tracing::warn!(provider = %self.name, %fault, kept_back, "the authenticator broke down");
        }
    }
}
