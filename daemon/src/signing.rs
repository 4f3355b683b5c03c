//! States that browsers keep: signed when they are given out, checked and used up when they come back.
//!
//! Apart from `live` because nothing here knows what an instance is: text and identity go in, text or a refusal comes
//! out. What holds:
//!
//! 1. Nothing of a state is looked at before its signature is verified: not inflated, not decrypted, not parsed.
//! 2. A state is taken at most once. Its nonce is used up by the check that accepts it, by none that fails.
//! 3. A user's state is given to that user only. What was nobody's may be taken by anybody who has it, signed in or not:
//!    it was made by an anonymous visitor in this browser, and becomes their own when they sign in.
//! 4. What is remembered and what is inflated is bounded.
//!
//! `envelope` is the wire form and what the signature covers, `content` the text under it, `packing` how that is
//! compressed and encrypted, `key` what is derived from a key, `keyring` which keys there are, `used` which states came
//! back already.

mod content;
mod envelope;
mod error;
mod key;
mod keyring;
mod packing;
#[cfg(test)]
mod tests;
mod used;

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use hmac::Mac as _;
use rand::RngCore as _;

use crate::clock;
use crate::config::SignedStateConfig;
use crate::ids::InstanceId;
use crate::state::{Document, Json};
use crate::store::Store;
use envelope::{Envelope, to_hex};
use key::Key;
use keyring::Keyring;
use used::Used;

pub use envelope::Nonce;
pub use error::{SigningConfigError, SigningError};

/// How far the clock of another daemon may be ahead.
const MAX_AHEAD_MS: u64 = 60_000;
/// What the daemon's own entries, and the other fields, take beside the state.
const OVERHEAD_BYTES: usize = 4096;

/// What is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The component's name.
    pub component: &'a str,
    /// Its version, for migrations.
    pub version: &'a str,
    /// The mount.
    pub instance: &'a InstanceId,
    /// Whose it is; `None`: nobody's who is known.
    pub user: Option<&'a str>,
    /// All of the synced state.
    pub state: &'a Document,
}

/// What a browser gave back, as it was signed.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The synced state.
    pub state: Document,
    /// Of the component that it was the state of.
    pub version: String,
    /// The mount that it was the state of.
    pub instance: InstanceId,
    /// Whose it is: the one who gave it back, or nobody who is known.
    pub user: Option<String>,
    /// When it was signed, in milliseconds since the Unix epoch.
    pub signed_ms: u64,
}

/// A state that is good, and not used up yet.
#[derive(Debug)]
#[must_use = "a state that is not consumed can be given back again"]
pub struct Verified {
    accepted: Accepted,
    nonce: Nonce,
}

impl Verified {
    /// What was signed.
    #[must_use]
    pub fn peek(&self) -> &Accepted {
        &self.accepted
    }

    /// What tells this signed state from every other.
    #[must_use]
    pub fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// What was signed, without using it up: for one whose use before is known to have come to nothing.
    #[must_use]
    pub fn used_in_vain(self) -> Accepted {
        self.accepted
    }
}

/// Signs states and checks them. Shared by reference; it owns the keys and what is known of used states.
#[derive(Debug)]
pub struct Signer {
    keys: Keyring,
    used: Used,
    max_age: Duration,
    settle: Duration,
    encrypt: bool,
    compress_over: usize,
    max_state_bytes: usize,
}

impl Signer {
    /// Reads the keys, or makes one. With `data_dir`, a key that was made is kept there, and used states in `store`.
    /// States larger than `max_state_bytes` are not taken back. Blocks. Looks not at `config.enabled`.
    ///
    /// # Errors
    /// If a key cannot be read, kept, or is too short.
    pub fn new(
        config: &SignedStateConfig,
        data_dir: Option<&Path>,
        store: Store,
        max_state_bytes: usize,
    ) -> Result<Self, SigningConfigError> {
        Ok(Self {
            keys: Keyring::open(config, data_dir)?,
            used: Used::new(
                config.max_used,
                config.max_age,
                data_dir.is_some().then_some(store),
            )?,
            max_age: config.max_age,
            settle: config.settle,
            encrypt: config.encrypt,
            compress_over: config.compress_over,
            max_state_bytes,
        })
    }

    /// How long a component must be at rest before its browser gets a fresh state.
    #[must_use]
    pub fn settle(&self) -> Duration {
        self.settle
    }

    /// The wire form: an object for a frame's `signedState`. Costs what the state has of bytes, and compressing it
    /// if it is large.
    #[must_use]
    pub fn sign(&self, what: &Signed<'_>) -> Json {
        self.sign_at(what, clock::now_ms())
    }

    /// Checks what a browser gave back, for a component's name and for who gives it, and uses it up. `text` is the
    /// object as it came. May read a page of the store's file.
    ///
    /// # Errors
    /// If it is not to be taken, see [`SigningError`]. It is not used up then.
    pub fn accept(
        &self,
        text: &str,
        component: &str,
        user: Option<&str>,
    ) -> Result<Accepted, SigningError> {
        self.accept_at(text, component, user, clock::now_ms())
    }

    /// The first half of [`Signer::accept`]: changes nothing, and does not see whether it was used before.
    ///
    /// # Errors
    /// See [`Signer::accept`].
    pub fn verify(
        &self,
        text: &str,
        component: &str,
        user: Option<&str>,
    ) -> Result<Verified, SigningError> {
        self.verify_at(text, component, user, clock::now_ms())
    }

    /// The second half of [`Signer::accept`]. Of all that hold the same state, one succeeds.
    ///
    /// # Errors
    /// If it was used before, or if no more can be remembered.
    pub fn consume(&self, verified: Verified) -> Result<Accepted, SigningError> {
        self.consume_at(verified, clock::now_ms())
    }

    fn sign_at(&self, what: &Signed<'_>, now_ms: u64) -> Json {
        let key = self.keys.current();
        let owner = what.user.map(|user| mark(key, user));
        let text = content::write(what.component, owner.as_deref(), what.state);
        let Some(packed) = packing::pack(text, self.compress_over, self.encrypt.then_some(key))
        else {
            tracing::error!(instance = %what.instance, "a state cannot be encrypted");
            return Json::null();
        };
        let mut nonce = Nonce::default();
        rand::rng().fill_bytes(&mut nonce);
        let mut envelope = Envelope {
            data: packed.data.into(),
            signature: Cow::Borrowed(""),
            timestamp: now_ms,
            version: what.version.into(),
            component_id: what.instance.as_str().into(),
            nonce: to_hex(&nonce).into(),
            compressed: packed.compressed,
            encrypted: packed.encrypted,
        };
        envelope.signature = sign(&envelope, key).into();
        Json::of(&envelope).unwrap_or_else(|error| {
            tracing::error!(instance = %what.instance, %error, "a signed state cannot be written");
            Json::null()
        })
    }

    fn accept_at(
        &self,
        text: &str,
        component: &str,
        user: Option<&str>,
        now_ms: u64,
    ) -> Result<Accepted, SigningError> {
        let verified = self.verify_at(text, component, user, now_ms)?;
        self.consume_at(verified, now_ms)
    }

    fn verify_at(
        &self,
        text: &str,
        component: &str,
        user: Option<&str>,
        now_ms: u64,
    ) -> Result<Verified, SigningError> {
        let too_large = SigningError::TooLarge {
            max_bytes: self.max_state_bytes,
        };
        if text.len() > self.max_wire_bytes() {
            return Err(too_large);
        }
        let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| {
            SigningError::Malformed("a field is missing, twice there or of another type")
        })?;
        let nonce = envelope
            .nonce()
            .ok_or(SigningError::Malformed("its nonce cannot be one"))?;
        let key = self.key_of(&envelope, now_ms)?;

        let text = packing::unpack(&envelope, key, self.max_text_bytes())
            .map_err(|error| self.in_bytes_of_state(error))?;
        let content =
            content::read(&text).ok_or(SigningError::Malformed("its data is not a state"))?;
        if content.state.bytes() > self.max_state_bytes {
            return Err(too_large);
        }
        if content.component != component {
            return Err(SigningError::OtherComponent {
                found: content.component,
                asked: component.to_owned(),
            });
        }
        let user = match (content.owner, user) {
            (None, _) => None,
            (Some(owner), Some(user)) if is_mark(key, user, &owner) => Some(user.to_owned()),
            (Some(_), _) => return Err(SigningError::OtherUser),
        };
        let age = Duration::from_millis(now_ms.saturating_sub(envelope.timestamp));
        if age >= self.max_age {
            return Err(SigningError::Expired {
                max_age: self.max_age,
            });
        }
        if envelope.timestamp > now_ms.saturating_add(MAX_AHEAD_MS) {
            return Err(SigningError::FromTheFuture);
        }
        Ok(Verified {
            accepted: Accepted {
                state: content.state,
                version: envelope.version.into_owned(),
                instance: envelope.component_id.into_owned().into(),
                user,
                signed_ms: envelope.timestamp,
            },
            nonce,
        })
    }

    fn consume_at(&self, verified: Verified, now_ms: u64) -> Result<Accepted, SigningError> {
        let Verified { accepted, nonce } = verified;
        self.used.consume(nonce, accepted.signed_ms, now_ms)?;
        Ok(accepted)
    }

    /// The key that signed it, of those that are accepted.
    fn key_of(&self, envelope: &Envelope<'_>, now_ms: u64) -> Result<&Key, SigningError> {
        let signature = envelope.signature().ok_or(SigningError::InvalidSignature)?;
        let now = UNIX_EPOCH + Duration::from_millis(now_ms);
        let signed = |key: &&Key| {
            let expected = envelope.authenticated(key.signature());
            expected.verify_slice(&signature).is_ok()
        };
        self.keys
            .accepted(now)
            .find(signed)
            .ok_or(SigningError::InvalidSignature)
    }

    /// Quotes, colons and commas around short keys and values are not counted in a document's bytes.
    fn max_text_bytes(&self) -> usize {
        self.max_state_bytes
            .saturating_mul(2)
            .saturating_add(OVERHEAD_BYTES)
    }

    /// As a JSON string a text has up to twice its bytes, as base64 less.
    fn max_wire_bytes(&self) -> usize {
        self.max_text_bytes()
            .saturating_mul(2)
            .saturating_add(OVERHEAD_BYTES)
    }

    /// Speaks of the limit that the operator has set.
    fn in_bytes_of_state(&self, error: SigningError) -> SigningError {
        match error {
            SigningError::TooLarge { .. } => SigningError::TooLarge {
                max_bytes: self.max_state_bytes,
            },
            other => other,
        }
    }
}

/// In hexadecimal digits.
fn sign(envelope: &Envelope<'_>, key: &Key) -> String {
    let signature = envelope.authenticated(key.signature());
    to_hex(&signature.finalize().into_bytes())
}

/// What stands for a user under a key.
fn mark(key: &Key, user: &str) -> String {
    to_hex(&key.owner(user).finalize().into_bytes())
}

/// Whether a mark stands for that user. The mark is no secret of the browser's, which has it; compared as one all the
/// same, so that nobody need think about it.
fn is_mark(key: &Key, user: &str, found: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    mark(key, user).as_bytes().ct_eq(found.as_bytes()).into()
}
