//! `[tls]`: the files of the certificate, both or none.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `[tls]`. Without it the daemon speaks plain HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The certificate and those that lead to its root, PEM.
    pub cert: Option<PathBuf>,
    /// The certificate's private key, PEM.
    pub key: Option<PathBuf>,
}

impl TlsConfig {
    /// The files of the certificate and of its key, if TLS is wanted.
    #[must_use]
    pub fn files(&self) -> Option<(&Path, &Path)> {
        Some((self.cert.as_deref()?, self.key.as_deref()?))
    }

    /// A sentence where one is given without the other.
    pub(super) fn check(&self) -> Result<(), String> {
        match (&self.cert, &self.key) {
            (Some(_), None) => Err(
                "tls.key: `tls.cert` is given and needs its key too (--tls-key FILE)".to_owned(),
            ),
            (None, Some(_)) => Err(
                "tls.cert: `tls.key` is given and needs its certificate too (--tls-cert FILE)"
                    .to_owned(),
            ),
            (Some(_), Some(_)) | (None, None) => Ok(()),
        }
    }
}
