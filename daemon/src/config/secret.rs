//! Secrets that the configuration grants to components: where they come from, never what they are.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};

/// Where a secret comes from.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum SecretSource {
    /// An environment variable of the daemon: `{ env = "API_KEY" }`.
    Env {
        /// Its name.
        env: String,
    },
    /// A file: `{ file = "/run/secrets/api-key" }`. White space at its ends is left out.
    File {
        /// Its path.
        file: PathBuf,
    },
    /// The secret itself, in the configuration.
    Value(String),
}

impl SecretSource {
    /// Reads the secret.
    ///
    /// # Errors
    /// With a sentence if it is not where it should be, or empty.
    pub fn read(&self) -> Result<String, String> {
        let secret = match self {
            Self::Env { env } => {
                std::env::var(env).map_err(|_| format!("the environment has no variable {env}"))?
            }
            Self::File { file } => std::fs::read_to_string(file)
                .map_err(|error| format!("{} cannot be read: {error}", file.display()))?
                .trim()
                .to_owned(),
            Self::Value(value) => value.clone(),
        };
        if secret.is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(secret)
    }

    /// What may be shown.
    fn shown(&self) -> String {
        match self {
            Self::Env { env } => format!("(from the variable {env})"),
            Self::File { file } => format!("(from {})", file.display()),
            Self::Value(_) => "(hidden)".to_owned(),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for SecretSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_nowhere() {
        let source = SecretSource::Value("hunter2".to_owned());
        assert_eq!(source.read().unwrap(), "hunter2");
        let shown = format!("{source:?} {}", serde_json::to_string(&source).unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_secret_that_is_not_there_is_told_of_by_its_place() {
        let missing = SecretSource::File {
            file: "/nowhere/key".into(),
        };
        assert!(missing.read().unwrap_err().contains("/nowhere/key"));
        let missing = SecretSource::Env {
            env: "LIVESIDE_TEST_NO_SUCH_VARIABLE".into(),
        };
        assert!(missing.read().unwrap_err().contains("NO_SUCH_VARIABLE"));
    }
}
