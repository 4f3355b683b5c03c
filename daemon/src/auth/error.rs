//! Why somebody is not who they say, and why a provider cannot be set up.

use std::path::PathBuf;

use crate::config::AuthConfigError;
use crate::wasm::module::LoadError;

/// Why credentials do not count. The text is a sentence for the client: it tells nothing of the inside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// AUTH names a provider that there is not.
    #[error("there is no such authentication provider")]
    UnknownProvider,
    /// They were good, and are no longer.
    #[error("the credentials have expired")]
    Expired,
    /// They are not good yet.
    #[error("the credentials are not valid yet")]
    NotYetValid,
    /// They are not good.
    #[error("the credentials were refused")]
    Refused,
    /// A module's own sentence.
    #[error("{0}")]
    Said(String),
    /// Nobody could tell. Worth another try.
    #[error("authentication is not available at the moment")]
    Unavailable,
}

/// A provider cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] AuthConfigError),
    /// What the configuration names cannot be used.
    #[error("auth.provider `{provider}`: {problem}")]
    Provider {
        /// Its name.
        provider: String,
        /// Why not.
        problem: Problem,
    },
}

impl SetupError {
    pub(super) fn in_provider(provider: &str, problem: Problem) -> Self {
        Self::Provider {
            provider: provider.to_owned(),
            problem,
        }
    }
}

/// What can be wrong with what a provider's configuration names.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A file is not there.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is there and holds no key.
    #[error("{} holds no public key in PEM for {algorithm}", path.display())]
    PublicKey {
        /// Which.
        path: PathBuf,
        /// What the key should be for.
        algorithm: String,
    },
    /// A private key where a public one is enough.
    #[error("{} is a private key: give the public one, nothing here needs more", path.display())]
    PrivateKey {
        /// Which.
        path: PathBuf,
    },
    /// A secret is not where it should be.
    #[error("{key}: {reason}")]
    Secret {
        /// Which.
        key: String,
        /// Why not.
        reason: String,
    },
    /// The HTTP client, for TLS for example.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The module cannot run here.
    #[error("{} was not taken: {source}", path.display())]
    Module {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: Box<LoadError>,
    },
}
