//! `[signed-state]`: the copy of its state that each browser keeps.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::SecretSource;

/// Shortest key: what the signature itself is long.
const KEY_BYTES: usize = 32;

/// `[signed-state]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SignedStateConfig {
    /// Whether browsers get states to keep at all.
    pub enabled: bool,
    /// What signs: at least 32 bytes. Without it the daemon makes one, and keeps it in `data-dir` if there is one.
    pub key: Option<SecretSource>,
    /// Keys that were in use before, so that their states are still accepted.
    pub previous_keys: Vec<PreviousKey>,
    /// How old a state may be when it is given back.
    #[serde(with = "humantime_serde")]
    pub max_age: Duration,
    /// How long a component must be at rest before its browser gets a fresh state.
    #[serde(with = "humantime_serde")]
    pub settle: Duration,
    /// Whether browsers are kept from reading what they keep. States of either kind are accepted.
    pub encrypt: bool,
    /// States of more bytes than this are compressed, if that makes them smaller.
    pub compress_over: usize,
    /// How many states that were given back are remembered, so that none is taken twice. Past it, none is taken.
    pub max_used: usize,
}

/// `[[signed-state.previous-keys]]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PreviousKey {
    /// What signed.
    pub key: SecretSource,
    /// From then on its states are refused: `2026-12-31T00:00:00Z`, in UTC, as a string or as TOML's own date.
    #[serde(with = "moment")]
    pub until: SystemTime,
}

impl Default for SignedStateConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            key: None,
            previous_keys: Vec::new(),
            max_age: Duration::from_secs(24 * 60 * 60),
            settle: Duration::from_secs(1),
            encrypt: false,
            compress_over: 1024,
            max_used: 1_000_000,
        }
    }
}

impl SignedStateConfig {
    /// Whether every key can be read and is long enough.
    pub(super) fn check_keys(&self) -> Result<(), String> {
        if let Some(key) = &self.key {
            SigningKey::read(key).map_err(|error| format!("signed-state.key: {error}"))?;
        }
        for (at, previous) in self.previous_keys.iter().enumerate() {
            SigningKey::read(&previous.key)
                .map_err(|error| format!("signed-state.previous-keys[{at}].key: {error}"))?;
        }
        Ok(())
    }
}

/// A time as a string or as TOML has it, which its reader hands on as a map.
mod moment {
    use std::time::SystemTime;

    use serde::de::{Error as _, IntoDeserializer as _};
    use serde::{Deserialize, Deserializer};

    pub(super) use humantime_serde::serialize;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Toml(toml::value::Datetime),
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SystemTime, D::Error> {
        let wrong = || D::Error::custom("it must be a time in UTC, such as 2026-12-31T00:00:00Z");
        let text = match Written::deserialize(deserializer).map_err(|_| wrong())? {
            Written::Text(text) => text,
            Written::Toml(time) => time.to_string(),
        };
        let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
            text.as_str().into_deserializer();
        humantime_serde::deserialize(text).map_err(|_| wrong())
    }
}

/// What states are signed with, before any use is derived from it. Never shown.
#[derive(Clone)]
pub struct SigningKey(String);

impl SigningKey {
    /// Reads a key. May read a file.
    ///
    /// # Errors
    /// If it is not where it should be, or too short.
    pub fn read(source: &SecretSource) -> Result<Self, SigningKeyError> {
        Self::try_from(source.read().map_err(SigningKeyError::Read)?)
    }

    /// The key, all of it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for SigningKey {
    type Error = SigningKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() < KEY_BYTES {
            return Err(SigningKeyError::Short);
        }
        Ok(Self(text))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// A key that cannot be used. Whoever reads it puts before it whose it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// It is not where it should be.
    #[error("{0}")]
    Read(String),
    /// It could be guessed.
    #[error(
        "it is shorter than {KEY_BYTES} bytes: take a random one, such as of `openssl rand -hex 32`"
    )]
    Short,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_nowhere() {
        let text = "0123456789abcdef0123456789abcdef";
        let config: SignedStateConfig = toml::from_str(&format!(
            "key = \"{text}\"\nprevious-keys = [{{ key = \"{text}\", until = \"2026-01-02T00:00:00Z\" }}]"
        ))
        .unwrap();
        let key = SigningKey::read(config.key.as_ref().unwrap()).unwrap();
        assert_eq!(key.as_bytes(), text.as_bytes());
        let shown = format!("{config:?}{key:?}{}", toml::to_string(&config).unwrap());
        assert!(!shown.contains(text), "{shown}");
        assert!(shown.contains("2026-01-02T00:00:00Z"), "{shown}");
    }
}
