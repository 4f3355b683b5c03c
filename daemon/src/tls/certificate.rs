//! The files of a certificate: what they hold, and whether they have changed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{Error, ServerConfig};

/// What is agreed on by ALPN. The WebSocket's upgrade needs it.
const HTTP_1_1: &[u8] = b"http/1.1";

/// A certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there or not ours to read.
    #[error("{key}: {path} cannot be read: {source}", path = .path.display())]
    Unreadable {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file without what it should hold.
    #[error("{key}: {path} holds no {wanted} as PEM: {source}", path = .path.display())]
    NotPem {
        /// The setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
        /// What was found.
        source: pem::Error,
    },
    /// Both could be read and do not fit together, or are of a kind that is not known.
    #[error("tls: {cert} cannot be used with {key}: {source}", cert = .cert.display(), key = .key.display())]
    Unusable {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        source: Error,
    },
}

/// Where a certificate and its key are.
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// What both files are, as far as the system tells without reading them. Other bytes have another stamp: who replaces a
/// file makes another inode, who writes into it another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp([Option<FileStamp>; 2]);

#[derive(Debug, Clone, PartialEq, Eq)]
struct FileStamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl FileStamp {
    /// Of what `path` leads to, over symbolic links.
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        Some(Self {
            device: file.dev(),
            inode: file.ino(),
            bytes: file.len(),
            modified: file.modified().ok(),
        })
    }
}

impl Files {
    pub(super) fn new(cert: &Path, key: &Path) -> Self {
        Self {
            cert: cert.to_owned(),
            key: key.to_owned(),
        }
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp([FileStamp::of(&self.cert), FileStamp::of(&self.key)])
    }

    /// Reads both and checks that they belong together.
    pub(super) fn read(&self) -> Result<ServerConfig, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes("tls.cert", &self.cert)?)
            .collect::<Result<_, _>>()
            .and_then(
                |chain: Vec<CertificateDer<'static>>| match chain.is_empty() {
                    true => Err(pem::Error::NoItemsFound),
                    false => Ok(chain),
                },
            )
            .map_err(|source| TlsError::NotPem {
                key: "tls.cert",
                path: self.cert.clone(),
                wanted: "certificate",
                source,
            })?;
        let key =
            PrivateKeyDer::from_pem_slice(&bytes("tls.key", &self.key)?).map_err(|source| {
                TlsError::NotPem {
                    key: "tls.key",
                    path: self.key.clone(),
                    wanted: "private key",
                    source,
                }
            })?;
        let built = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        let mut config = built.map_err(|source| TlsError::Unusable {
            cert: self.cert.clone(),
            key: self.key.clone(),
            source,
        })?;
        config.alpn_protocols = vec![HTTP_1_1.to_vec()];
        Ok(config)
    }
}

fn bytes(key: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        key,
        path: path.to_owned(),
        source,
    })
}
