//! Which keys there are: the one that signs, and those that only verify.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::time::SystemTime;

use rand::TryRngCore as _;
use rand::rngs::OsRng;

use super::error::SigningConfigError;
use super::key::Key;
use crate::config::{SecretSource, SignedStateConfig, SigningKey, SigningKeyError};

const FILE_NAME: &str = "signing.key";

/// The keys of a daemon.
#[derive(Debug)]
pub(super) struct Keyring {
    current: Key,
    previous: Vec<(Key, SystemTime)>,
}

impl Keyring {
    /// Reads the keys, and makes the current one if it is not configured. Blocks.
    pub(super) fn open(
        config: &SignedStateConfig,
        data_dir: Option<&Path>,
    ) -> Result<Self, SigningConfigError> {
        let current = match (&config.key, data_dir) {
            (Some(source), _) => configured(source, || "signed-state.key".to_owned())?,
            (None, Some(directory)) => kept(directory)?,
            (None, None) => {
                tracing::warn!(
                    "states are signed with a key that ends with this process: browsers cannot bring theirs back after a \
                     restart; set signed-state.key, or data-dir to have one kept"
                );
                random()?
            }
        };
        let mut previous = Vec::with_capacity(config.previous_keys.len());
        for (at, key) in config.previous_keys.iter().enumerate() {
            let place = || format!("signed-state.previous-keys[{at}].key");
            let derived = Key::derive(&configured(&key.key, place)?)?;
            previous.push((derived, key.until));
        }
        Ok(Self {
            current: Key::derive(&current)?,
            previous,
        })
    }

    /// The one that signs.
    pub(super) fn current(&self) -> &Key {
        &self.current
    }

    /// Those that verify, the current one first.
    pub(super) fn accepted(&self, now: SystemTime) -> impl Iterator<Item = &Key> {
        let previous = self.previous.iter();
        let valid = previous.filter(move |(_, until)| now < *until);
        std::iter::once(&self.current).chain(valid.map(|(key, _)| key))
    }
}

fn configured(
    source: &SecretSource,
    place: impl FnOnce() -> String,
) -> Result<SigningKey, SigningConfigError> {
    SigningKey::read(source).map_err(|error| SigningConfigError::Key {
        place: place(),
        error,
    })
}

/// The key in the data directory, which is made if it is not there. Its text is read as that of a configured file is:
/// an operator who sets a key can name this file as a previous one.
fn kept(directory: &Path) -> Result<SigningKey, SigningConfigError> {
    let path = directory.join(FILE_NAME);
    let failed = |error| SigningConfigError::Keep {
        path: path.clone(),
        error,
    };
    if !path.try_exists().map_err(failed)? {
        match keep(directory, &path, &random_text()?) {
            // Somebody else was faster: theirs is the key.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => made.map_err(failed)?,
        }
    }
    warn_if_open_to_others(&path).map_err(failed)?;
    let source = SecretSource::File { file: path.clone() };
    SigningKey::read(&source).map_err(|error| SigningConfigError::KeyFile {
        path: path.clone(),
        error,
    })
}

/// Whole or not at all, also through a loss of power: half a key would be found too short at the next start.
fn keep(directory: &Path, path: &Path, key: &str) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o600))
    };
    let mut file = builder.tempfile_in(directory)?;
    writeln!(file, "{key}")?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    #[cfg(unix)]
    fs::File::open(directory)?.sync_all()?;
    Ok(())
}

#[cfg(unix)]
fn warn_if_open_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            file = %path.display(),
            "the signing key may be read by other users of this machine: chmod 600"
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

fn random() -> Result<SigningKey, SigningConfigError> {
    let text = random_text()?;
    SigningKey::try_from(text).map_err(|error: SigningKeyError| SigningConfigError::Key {
        place: "signed-state.key".to_owned(),
        error,
    })
}

/// 256 bits, as text.
fn random_text() -> Result<String, SigningConfigError> {
    let mut bytes = [0; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| SigningConfigError::Random(error.to_string()))?;
    Ok(format!(
        "{:x}",
        sha2::digest::Output::<sha2::Sha256>::from(bytes)
    ))
}
