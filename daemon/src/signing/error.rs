//! Why a state is not taken back, which a browser is told, and why states cannot be signed at all, which the operator
//! is told.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::SigningKeyError;
use crate::protocol::Code;
use crate::store::StoreError;

/// A state that a browser gave back is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// It is larger than any that the daemon gives out, or would be when unpacked.
    #[error("the signed state is too large: a state has at most {max_bytes} bytes")]
    TooLarge {
        /// What a state may have.
        max_bytes: usize,
    },
    /// It has not the form of a signed state.
    #[error("the signed state is malformed: {0}")]
    Malformed(&'static str),
    /// It was changed, cut, or never signed with a key that is still accepted.
    #[error("the signature of the state is not valid")]
    InvalidSignature,
    /// It is of another component.
    #[error("the signed state is of the component `{found}`, not of `{asked}`")]
    OtherComponent {
        /// Whose it is.
        found: String,
        /// Whose was asked for.
        asked: String,
    },
    /// It is somebody else's, or of somebody who is not signed in now.
    #[error("the signed state belongs to another user")]
    OtherUser,
    /// It is too old.
    #[error("the signed state is older than {max_age:?}")]
    Expired {
        /// How old it may be.
        max_age: Duration,
    },
    /// It was signed by a daemon whose clock is ahead.
    #[error("the signed state is of a time that has not come yet")]
    FromTheFuture,
    /// It was given back before.
    #[error("the signed state was used before")]
    Replayed,
    /// No more can be remembered.
    #[error("too many signed states were used lately: try again later")]
    TooManyUsed,
    /// It cannot be remembered that it was used. The cause was logged.
    #[error("the signed state cannot be taken now: try again later")]
    NotRemembered(StoreError),
}

impl SigningError {
    /// The same for programs.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Malformed(_) | Self::OtherComponent { .. } => Code::InvalidPayload,
            Self::InvalidSignature => Code::InvalidSignature,
            Self::OtherUser => Code::AuthDenied,
            Self::Expired { .. } | Self::FromTheFuture => Code::StateExpired,
            Self::Replayed => Code::Replayed,
            Self::TooLarge { .. } | Self::TooManyUsed | Self::NotRemembered(_) => {
                Code::LimitExceeded
            }
        }
    }
}

/// States cannot be signed. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SigningConfigError {
    /// A key of the configuration.
    #[error("{place}: {error}")]
    Key {
        /// Where it is set.
        place: String,
        /// What is wrong.
        error: SigningKeyError,
    },
    /// The key that the daemon made for itself.
    #[error(
        "the key in `{}` cannot be used: {error}; restore it, or remove the file to begin with a new key",
        path.display()
    )]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: SigningKeyError,
    },
    /// A new key cannot be kept.
    #[error("a key for signed states cannot be kept in `{}`: {error}", path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// From the system.
        error: std::io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a key: {0}")]
    Random(String),
    /// Nothing can be derived from a key.
    #[error("nothing can be derived from a signing key")]
    Derivation,
    /// The store takes no used states.
    #[error("used states cannot be remembered: {0}")]
    Store(#[from] StoreError),
}
