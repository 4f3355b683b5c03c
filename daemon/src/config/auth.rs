//! `[auth]`: who vouches for users, and how each of them is asked.
//!
//! Apart from the verification because a mistake here is the operator's: one that weakens the check (a public key as a
//! secret, an algorithm of another family) must end the program before it binds a port.

mod check;
mod values;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use check::{AuthConfigError, AuthProblem};
pub use values::{HeaderNames, JwtAlgorithm, KeyFamily, ProviderUrl};

use super::allowed_host::AllowedHost;
use super::secret::SecretSource;

/// `[auth]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct AuthConfig {
    /// Who vouches for users, in the order in which they are asked. Without any, everybody is anonymous.
    #[serde(rename = "provider")]
    pub providers: Vec<ProviderConfig>,
    /// How long a connection whose identity has expired may take to renew it.
    #[serde(with = "humantime_serde")]
    pub renewal_grace: Duration,
}

/// `[[auth.provider]]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ProviderConfig {
    /// Signed tokens.
    Jwt(JwtConfig),
    /// The app is asked.
    Http(CallbackConfig),
    /// A WebAssembly module is asked.
    Module(AuthModuleConfig),
}

/// `kind = "jwt"`: the daemon verifies tokens itself. The key is one of `secret`, `public-key` and `jwks-url`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JwtConfig {
    /// For `provider` in AUTH and for logs.
    pub name: String,
    /// What tokens may be signed by. A token that says otherwise is refused.
    pub algorithms: Vec<JwtAlgorithm>,
    /// The shared secret, for the HS algorithms.
    #[serde(default)]
    pub secret: Option<SecretSource>,
    /// A PEM file with the issuer's public key, for the others.
    #[serde(default)]
    pub public_key: Option<PathBuf>,
    /// Where the issuer publishes its public keys, for the others.
    #[serde(default)]
    pub jwks_url: Option<ProviderUrl>,
    /// How often `jwks-url` is asked when nothing else makes it necessary.
    #[serde(with = "humantime_serde", default = "default_jwks_refresh")]
    pub jwks_refresh: Duration,
    /// What `iss` must be. Without it, it is not looked at.
    #[serde(default)]
    pub issuer: Option<String>,
    /// One of which `aud` must name. Without any, it is not looked at.
    #[serde(default)]
    pub audience: Vec<String>,
    /// How far the issuer's clock may be from this one.
    #[serde(with = "humantime_serde", default = "default_leeway")]
    pub leeway: Duration,
    /// Whether a token without `exp` is refused.
    #[serde(default = "yes")]
    pub require_expiry: bool,
    /// A cookie that may hold the token at the upgrade.
    #[serde(default)]
    pub cookie: Option<String>,
    /// Where in the claims the parts of an identity are.
    #[serde(default)]
    pub claims: ClaimPaths,
}

/// `[auth.provider.claims]`: names of claims, or paths with dots between.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ClaimPaths {
    /// A string that is not empty, or a number.
    pub user_id: String,
    /// A list of strings, or one string with spaces between. May be absent.
    pub roles: String,
    /// The same.
    pub permissions: String,
}

/// `kind = "http"`: the app is asked by POST.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallbackConfig {
    /// For `provider` in AUTH and for logs.
    pub name: String,
    /// What is asked. Any address: it is the operator's own.
    pub url: ProviderUrl,
    /// Headers of the upgrade request that the app is given.
    #[serde(default)]
    pub forward_headers: HeaderNames,
    /// Time of one question, waiting for its turn included.
    #[serde(with = "humantime_serde", default = "default_timeout")]
    pub timeout: Duration,
    /// How long an answer is believed.
    #[serde(with = "humantime_serde", default = "default_cache")]
    pub cache: Duration,
    /// Questions at a time.
    #[serde(default = "default_concurrency")]
    pub concurrency: usize,
}

/// `kind = "module"`: a WebAssembly module of the world `authenticator` is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AuthModuleConfig {
    /// For `provider` in AUTH and for logs.
    pub name: String,
    /// The `.wasm` file. Outside of `components`.
    pub file: PathBuf,
    /// Headers of the upgrade request that the module is given.
    #[serde(default)]
    pub forward_headers: HeaderNames,
    /// Values that the module may read.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// Values that the module may read and that are shown nowhere.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretSource>,
    /// Hosts that the module may send requests to. None without it.
    #[serde(default)]
    pub allowed_hosts: Vec<AllowedHost>,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            renewal_grace: Duration::from_secs(30),
        }
    }
}

impl Default for ClaimPaths {
    fn default() -> Self {
        Self {
            user_id: "sub".to_owned(),
            roles: "roles".to_owned(),
            permissions: "permissions".to_owned(),
        }
    }
}

impl ProviderConfig {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Jwt(jwt) => &jwt.name,
            Self::Http(http) => &http.name,
            Self::Module(module) => &module.name,
        }
    }
}

fn default_jwks_refresh() -> Duration {
    Duration::from_secs(10 * 60)
}

fn default_leeway() -> Duration {
    Duration::from_secs(30)
}

fn default_timeout() -> Duration {
    Duration::from_secs(5)
}

fn default_cache() -> Duration {
    Duration::from_secs(10)
}

fn default_concurrency() -> usize {
    64
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
