//! Bytes between a browser that speaks TLS and a local socket that does not.
//!
//! The ends are passed on in both directions: a browser that closes is the end of what the daemon reads; when the
//! daemon closes, the browser is told properly (`close_notify`) and given a moment to close too.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncWriteExt as _, BufReader, WriteHalf, copy_buf, split};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::server;

/// How long the browser may take to close when the daemon has.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// How long the browser may take nothing of what is written to it. Longer than the daemon bears with one that is
/// silent: this is for what is left when the daemon has closed, which would stay for as long as the browser likes.
const STALL_TIME: Duration = Duration::from_secs(120);
/// What is read from the browser at once. It is there while the connection is.
const INWARD_BYTES: usize = 4 << 10;
/// What is written to the browser at once: a TLS record. It is there while there is something to write.
const OUTWARD_BYTES: usize = 16 << 10;

/// A connection past its handshake.
pub type TlsStream = server::TlsStream<TcpStream>;

/// What moves the bytes of one connection.
pub struct Pump {
    outside: TlsStream,
    inside: UnixStream,
}

impl Pump {
    /// A pump, and the socket with the plain bytes.
    ///
    /// # Errors
    /// If the system has no more sockets.
    pub fn new(outside: TlsStream) -> io::Result<(Self, UnixStream)> {
        let (inside, plain) = UnixStream::pair()?;
        Ok((Self { outside, inside }, plain))
    }

    /// Moves bytes until both sides have closed, or one of them broke.
    pub async fn run(self) {
        let (browser_read, mut browser_write) = split(self.outside);
        let (daemon_read, mut daemon_write) = self.inside.into_split();
        let inward = async {
            // However it ends, nothing more will come: the daemon learns of it as the end of what it reads.
            let mut browser_read = BufReader::with_capacity(INWARD_BYTES, browser_read);
            let _ = copy_buf(&mut browser_read, &mut daemon_write).await;
            let _ = daemon_write.shutdown().await;
        };
        let outward = async {
            let _ = write_out(&daemon_read, &mut browser_write).await;
            let _ = tokio::time::timeout(CLOSE_TIME, browser_write.shutdown()).await;
        };
        let (mut inward, mut outward) = (std::pin::pin!(inward), std::pin::pin!(outward));
        tokio::select! {
            () = &mut inward => outward.await,
            () = &mut outward => {
                let _ = tokio::time::timeout(CLOSE_TIME, inward).await;
            }
        }
    }
}

/// Writes what the daemon says, until it has no more to say.
async fn write_out(from: &OwnedReadHalf, to: &mut WriteHalf<TlsStream>) -> io::Result<()> {
    loop {
        from.readable().await?;
        // Most connections say nothing most of the time: they hold no buffer.
        let mut buffer = vec![0; OUTWARD_BYTES];
        loop {
            let read = match from.try_read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            let written = async {
                to.write_all(&buffer[..read]).await?;
                to.flush().await
            };
            tokio::time::timeout(STALL_TIME, written)
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
        }
    }
}
