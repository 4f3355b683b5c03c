//! A password as it is kept: a room is written to the daemon's disk, and the password is not to be read there.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What a password is checked against. A fast hash is enough for the door of a chat room, whose guesses are counted;
/// passwords of people would want a slow one, such as Argon2.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Kept {
    pub(crate) fn new(password: &str, salt: &[u8]) -> Self {
        Self {
            salt: salt.to_owned(),
            hash: hash(password, salt),
        }
    }

    pub(crate) fn is_of(&self, password: &str) -> bool {
        hash(password, &self.salt) == self.hash
    }
}

fn hash(password: &str, salt: &[u8]) -> Vec<u8> {
    Sha256::new()
        .chain_update(salt)
        .chain_update(password)
        .finalize()
        .to_vec()
}
