//! TLS before everything else: the certificate, the handshake, and a local socket with the plain bytes behind it.
//!
//! Apart from the routes and connections, which never learn of it: both read and write a socket of the system, and a
//! task of this module's moves the bytes between that and the browser (`pump`). Only here rustls is named. Its rules:
//!
//! 1. TLS 1.2 and 1.3, HTTP/1.1 by ALPN. What is older is refused by rustls itself.
//! 2. A certificate that cannot be used stops the start. Later it is only logged, once, and the one before is kept.
//! 3. Whoever speaks plain HTTP is told so in a sentence, and whoever says nothing is dropped in time.

mod certificate;
mod pump;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

pub use certificate::TlsError;
pub use pump::{Pump, TlsStream};

use certificate::{Files, Stamp};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How long somebody who speaks plain HTTP may take to be told so.
const PLAIN_TIME: Duration = Duration::from_secs(2);
/// The first byte of a TLS connection: a record of the handshake (RFC 8446, 5.1).
const HANDSHAKE_RECORD: u8 = 22;
/// What anybody else is told, most likely a browser or a probe that speaks plain HTTP.
const PLAIN_ANSWER: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
                            Content-Length: 66\r\nConnection: close\r\n\r\n\
                            This port speaks TLS: use https:// and wss://, not http:// or ws:\n";

/// A certificate in use. Clones share it.
#[derive(Clone)]
pub struct Tls {
    files: Arc<Files>,
    current: Arc<ArcSwap<ServerConfig>>,
    /// What the files were when the current one was read.
    stamp: Stamp,
}

impl Tls {
    /// Reads the certificate and its key, both PEM. Blocks for as long as the files take to be read.
    ///
    /// # Errors
    /// If a file cannot be read, holds nothing of the kind, or the key is another certificate's.
    pub fn load(cert: &std::path::Path, key: &std::path::Path) -> Result<Self, TlsError> {
        let files = Files::new(cert, key);
        // Before it is read: a change in between is found by the next look.
        let stamp = files.stamp();
        let current = Arc::new(ArcSwap::from_pointee(files.read()?));
        Ok(Self {
            files: Arc::new(files),
            current,
            stamp,
        })
    }

    /// Does the handshake. New connections see a new certificate, those that are open keep theirs.
    ///
    /// # Errors
    /// If the other side speaks no TLS that we do, takes too long or is gone.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream> {
        let handshake = async {
            let mut first = [0];
            match stream.peek(&mut first).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ if first[0] == HANDSHAKE_RECORD => {}
                _ => {
                    // Within a time of its own: it may never close.
                    let _ = tokio::time::timeout(PLAIN_TIME, explain(stream)).await;
                    return Err(io::Error::other("it does not speak TLS"));
                }
            }
            let acceptor = TlsAcceptor::from(self.current.load_full());
            acceptor.accept(stream).await
        };
        tokio::time::timeout(HANDSHAKE_TIME, handshake)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads the certificate again when its files change, until `stop`. They are looked at by name and not watched:
    /// who renews certificates swaps symbolic links above them, which a watch does not follow.
    pub async fn watch(self, stop: CancellationToken) {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut used, mut before) = (self.stamp.clone(), self.stamp.clone());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = looks.tick() => {}
            }
            let files = self.files.clone();
            let Ok(now) = tokio::task::spawn_blocking(move || files.stamp()).await else {
                return;
            };
            // Two files are not written at once: what still changes is left alone until it rests.
            let rests = now == before;
            before = now.clone();
            if !rests || now == used {
                continue;
            }
            used = now;
            let files = self.files.clone();
            match tokio::task::spawn_blocking(move || files.read()).await {
                Ok(Ok(config)) => {
                    self.current.store(Arc::new(config));
                    tracing::info!("the certificate has changed and is in use");
                }
                Ok(Err(error)) => tracing::error!(
                    %error,
                    "the new certificate cannot be used: the one before is kept"
                ),
                // The runtime ends.
                Err(_) => return,
            }
        }
    }
}

/// Tells somebody who speaks plain HTTP, and reads what they had to say: closing over unread bytes would reset the
/// connection, and the answer with it.
async fn explain(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(PLAIN_ANSWER.as_bytes()).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Chooses what clients of this process do their cryptography with: several are compiled in. One that is chosen already
/// stays.
pub fn choose_provider() {
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests;
