//! The bytes of a connection: a TCP socket, or a local one whose other end speaks TLS with the browser.
//!
//! Apart so that everything above reads and writes a socket of the system in either case: only such a socket can be
//! tried from any task, without waiting. The halves are closed by their drop.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::{TcpStream, UnixStream, tcp, unix};

/// Both directions.
#[derive(Debug)]
pub enum Stream {
    /// Straight to the browser or to a proxy.
    Tcp(TcpStream),
    /// To the task that encrypts.
    Local(UnixStream),
}

/// What the connection's task reads.
#[derive(Debug)]
pub(super) enum ReadHalf {
    Tcp(tcp::OwnedReadHalf),
    Local(unix::OwnedReadHalf),
}

/// What the outbox writes.
#[derive(Debug)]
pub(super) enum WriteHalf {
    Tcp(tcp::OwnedWriteHalf),
    Local(unix::OwnedWriteHalf),
}

impl Stream {
    pub(super) fn into_split(self) -> (ReadHalf, WriteHalf) {
        match self {
            Self::Tcp(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Tcp(read), WriteHalf::Tcp(write))
            }
            Self::Local(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Local(read), WriteHalf::Local(write))
            }
        }
    }
}

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

impl From<UnixStream> for Stream {
    fn from(stream: UnixStream) -> Self {
        Self::Local(stream)
    }
}

impl AsyncRead for ReadHalf {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(read) => Pin::new(read).poll_read(cx, buffer),
            Self::Local(read) => Pin::new(read).poll_read(cx, buffer),
        }
    }
}

impl WriteHalf {
    /// Writes what the socket takes at once.
    ///
    /// # Errors
    /// `WouldBlock` where it is full; anything else means that it is broken.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(write) => write.try_write(bytes),
            Self::Local(write) => write.try_write(bytes),
        }
    }

    /// Whether the socket takes more; wakes the task when it does.
    ///
    /// # Errors
    /// If the socket is broken.
    pub(super) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(write) => write.as_ref().poll_write_ready(cx),
            Self::Local(write) => write.as_ref().poll_write_ready(cx),
        }
    }
}
