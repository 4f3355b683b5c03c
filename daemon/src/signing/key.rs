//! One signing key, and what is derived from it.
//!
//! Each purpose has a key of its own, by HKDF with SHA-256: what leaks of one, or a flaw in one use, says nothing of the
//! others, and a secret that the operator uses elsewhere too is never used here itself.

use std::fmt;

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use rand::RngCore as _;
use sha2::Sha256;

use super::error::SigningConfigError;
use crate::config::SigningKey;

/// Of the signature, and of the mark of a user.
pub(super) type Authenticator = Hmac<Sha256>;

const NONCE_BYTES: usize = 24;
/// HKDF's `info`. A change of what is signed, or how, takes other words.
const SIGNATURE: &[u8] = b"liveside signed state 1: signature";
const OWNER: &[u8] = b"liveside signed state 1: owner";
const ENCRYPTION: &[u8] = b"liveside signed state 1: encryption";

/// See the head of the file. Keyed once, cloned for each use.
pub(super) struct Key {
    signature: Authenticator,
    owner: Authenticator,
    cipher: XChaCha20Poly1305,
}

impl Key {
    pub(super) fn derive(key: &SigningKey) -> Result<Self, SigningConfigError> {
        let from = Hkdf::<Sha256>::new(None, key.as_bytes());
        Ok(Self {
            signature: authenticator(&from, SIGNATURE)?,
            owner: authenticator(&from, OWNER)?,
            cipher: XChaCha20Poly1305::new(&derived(&from, ENCRYPTION)?.into()),
        })
    }

    pub(super) fn signature(&self) -> Authenticator {
        self.signature.clone()
    }

    /// What stands for a user in a state: the same for the same user, and it tells nobody who that is.
    pub(super) fn owner(&self, user: &str) -> Authenticator {
        let mut owner = self.owner.clone();
        owner.update(user.as_bytes());
        owner
    }

    /// The nonce, then the ciphertext. `None` beyond the cipher's 256 GiB.
    pub(super) fn encrypt(&self, mut text: Vec<u8>) -> Option<Vec<u8>> {
        // 192 random bits: no two messages share a nonce, however many there are.
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        self.cipher
            .encrypt_in_place(&XNonce::from(nonce), b"", &mut text)
            .ok()?;
        text.splice(..0, nonce);
        Some(text)
    }

    /// The reverse. `None` if it was not encrypted with this key.
    pub(super) fn decrypt(&self, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE_BYTES] = *sealed.first_chunk()?;
        sealed.drain(..NONCE_BYTES);
        self.cipher
            .decrypt_in_place(&XNonce::from(nonce), b"", &mut sealed)
            .ok()?;
        Some(sealed)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

fn authenticator(from: &Hkdf<Sha256>, purpose: &[u8]) -> Result<Authenticator, SigningConfigError> {
    let key: [u8; 32] = derived(from, purpose)?;
    Hmac::new_from_slice(&key).map_err(|_| SigningConfigError::Derivation)
}

fn derived(from: &Hkdf<Sha256>, purpose: &[u8]) -> Result<[u8; 32], SigningConfigError> {
    let mut key = [0; 32];
    from.expand(purpose, &mut key)
        .map_err(|_| SigningConfigError::Derivation)?;
    Ok(key)
}
