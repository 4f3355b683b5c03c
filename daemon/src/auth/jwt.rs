//! Tokens that the daemon verifies itself.
//!
//! 1. What a token may be signed by is said by the configuration, never by the token: its `alg` must be among those of
//!    the configuration, and the key that is tried is one for that algorithm. A public key is never a secret.
//! 2. `exp` is needed unless the configuration says otherwise; `nbf` is looked at where it is there. An issuer or an
//!    audience that is configured is needed.
//! 3. A header parameter that must be understood (`crit`) is one that is not understood here: the token is refused.

mod claims;
mod jwks;
mod keys;

use std::sync::Arc;

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde_json::{Map, Value};

use super::credentials::Credentials;
use super::{AuthError, Problem};
use crate::config::{ClaimPaths, JwtAlgorithm, JwtConfig};
use crate::identity::Identity;
use jwks::{Jwks, Pace};
use keys::PublicKey;

/// Longest token. What identity providers make is a tenth of it.
const MAX_TOKEN_BYTES: usize = 16 << 10;

/// Verifies the tokens of one issuer.
pub(super) struct Jwt {
    name: Box<str>,
    keys: Keys,
    algorithms: Vec<(JwtAlgorithm, Algorithm)>,
    /// For all algorithms; each token is checked for its own only.
    validation: Validation,
    cookie: Option<String>,
    claims: ClaimPaths,
    wanted_headers: Vec<String>,
}

enum Keys {
    /// That of the configuration.
    One(Box<PublicKey>),
    /// Those of a URL.
    Set(Jwks),
}

/// Why a token does not count. For the log: it holds nothing of the token.
#[derive(Debug, thiserror::Error)]
enum Invalid {
    #[error("it is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong,
    #[error("it is signed by {0:?}, which `algorithms` does not allow")]
    Algorithm(Algorithm),
    #[error("its header has parameters that must be understood (`crit`), and none are")]
    Critical,
    #[error("no key of this `kid` and algorithm is known")]
    UnknownKey,
    #[error("the keys could not be fetched yet")]
    NoKeys,
    #[error("{0}")]
    Library(#[from] Error),
    #[error("its claims have no user id at `{0}`")]
    NoUser(String),
    #[error("the roles or permissions at `{0}` are neither a list of strings nor a string")]
    NoList(String),
}

impl Jwt {
    /// Reads the key, or begins to fetch keys in the background: needs a tokio runtime.
    pub(super) fn new(config: &JwtConfig) -> Result<Self, Problem> {
        Self::with_pace(config, Pace::new(config.jwks_refresh))
    }

    fn with_pace(config: &JwtConfig, pace: Pace) -> Result<Self, Problem> {
        let keys = match &config.jwks_url {
            Some(url) => Keys::Set(Jwks::start(&config.name, url.as_url().clone(), pace)?),
            None => Keys::One(Box::new(keys::of_config(config)?)),
        };
        let mut wanted_headers = vec!["authorization".to_owned()];
        wanted_headers.extend(config.cookie.as_ref().map(|_| "cookie".to_owned()));
        let algorithms = config.algorithms.iter();
        Ok(Self {
            name: config.name.as_str().into(),
            keys,
            algorithms: algorithms.map(|one| (*one, keys::library(*one))).collect(),
            validation: validation(config),
            cookie: config.cookie.clone(),
            claims: config.claims.clone(),
            wanted_headers,
        })
    }

    pub(super) fn wanted_headers(&self) -> &[String] {
        &self.wanted_headers
    }

    /// The identity that the token holds. The first of these that there is counts: the token that was shown on purpose
    /// (AUTH or `?token=`), the header, the cookie.
    pub(super) async fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<Arc<Identity>>, AuthError> {
        let shown = credentials.token.as_ref().map(|token| token.reveal());
        let in_cookie = || credentials.cookie(self.cookie.as_deref()?);
        let Some(token) = shown.or_else(|| credentials.bearer()).or_else(in_cookie) else {
            return Ok(None);
        };
        match self.verify(token).await {
            Ok(identity) => Ok(Some(Arc::new(identity))),
            Err(reason) => {
                // Anybody can send wrong tokens: no louder than this.
                tracing::debug!(provider = %self.name, %reason, "a token was refused");
                Err(reason.into())
            }
        }
    }

    async fn verify(&self, token: &str) -> Result<Identity, Invalid> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Invalid::TooLong);
        }
        let header = jsonwebtoken::decode_header(token)?;
        if header.crit.is_some() {
            return Err(Invalid::Critical);
        }
        let (algorithm, _) = *self
            .algorithms
            .iter()
            .find(|(_, library)| *library == header.alg)
            .ok_or(Invalid::Algorithm(header.alg))?;
        let claims = match &self.keys {
            Keys::One(key) => self.try_key(key, token, &header),
            Keys::Set(set) => self.verify_by_set(set, token, &header, algorithm).await,
        }?;
        claims::identity(&claims, &self.claims, self.validation.leeway)
    }

    /// A key that is not known may be a new one: the set is fetched again, if that was not done just now.
    async fn verify_by_set(
        &self,
        set: &Jwks,
        token: &str,
        header: &Header,
        algorithm: JwtAlgorithm,
    ) -> Result<Map<String, Value>, Invalid> {
        let attempt = || {
            let fitting = set.fitting(header.kid.as_deref(), algorithm);
            self.try_keys(&fitting, token, header)
        };
        match attempt() {
            Err(error) if may_be_a_new_key(&error, header) => {
                if set.refreshed().await {
                    attempt()
                } else if set.is_empty() {
                    Err(Invalid::NoKeys)
                } else {
                    Err(error)
                }
            }
            decided => decided,
        }
    }

    /// Without a `kid`, several keys may fit: each is tried.
    fn try_keys(
        &self,
        keys: &[Arc<PublicKey>],
        token: &str,
        header: &Header,
    ) -> Result<Map<String, Value>, Invalid> {
        let mut last = Invalid::UnknownKey;
        for key in keys {
            match self.try_key(key, token, header) {
                Err(error) if is_bad_signature(&error) => last = error,
                decided => return decided,
            }
        }
        Err(last)
    }

    fn try_key(
        &self,
        key: &PublicKey,
        token: &str,
        header: &Header,
    ) -> Result<Map<String, Value>, Invalid> {
        let mut validation = self.validation.clone();
        validation.algorithms = vec![header.alg];
        Ok(jsonwebtoken::decode(token, key.as_decoding_key(), &validation)?.claims)
    }
}

fn validation(config: &JwtConfig) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.algorithms = Vec::new();
    validation.leeway = config.leeway.as_secs();
    validation.validate_nbf = true;
    validation.validate_aud = !config.audience.is_empty();
    let mut required = Vec::new();
    if config.require_expiry {
        required.push("exp");
    }
    if let Some(issuer) = &config.issuer {
        validation.set_issuer(&[issuer]);
        required.push("iss");
    }
    if !config.audience.is_empty() {
        validation.set_audience(&config.audience);
        required.push("aud");
    }
    validation.set_required_spec_claims(&required);
    validation
}

fn may_be_a_new_key(error: &Invalid, header: &Header) -> bool {
    match error {
        Invalid::UnknownKey => true,
        // Nothing said which key it should be.
        error => header.kid.is_none() && is_bad_signature(error),
    }
}

fn is_bad_signature(error: &Invalid) -> bool {
    matches!(error, Invalid::Library(error) if matches!(error.kind(), ErrorKind::InvalidSignature))
}

impl From<Invalid> for AuthError {
    fn from(invalid: Invalid) -> Self {
        match invalid {
            Invalid::NoKeys => Self::Unavailable,
            Invalid::Library(error) => match error.kind() {
                ErrorKind::ExpiredSignature => Self::Expired,
                ErrorKind::ImmatureSignature => Self::NotYetValid,
                _ => Self::Refused,
            },
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests;
