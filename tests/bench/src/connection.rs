//! One WebSocket to the server that is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::messages;

/// Holds what one call is answered with several times over: a push and a reply are read together.
const READ_BUFFER_BYTES: usize = 4096;

/// An open connection. Its requests are numbered from 1.
pub(crate) struct Connection {
    socket: WebSocketStream<TcpStream>,
    requests: u64,
}

impl Connection {
    /// Connects, upgrades, and reads the greeting.
    ///
    /// # Errors
    /// If one of the three fails.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        // Each frame is written at once: a call that waits for a buffer to fill would be measured as slow.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        let url = format!("ws://{address}/api/live/ws");
        let (socket, _) = tokio_tungstenite::client_async_with_config(url, stream, Some(config))
            .await
            .context("the server refused a WebSocket")?;
        let mut connection = Self {
            socket,
            requests: 0,
        };
        let greeting = connection.frame().await?;
        ensure!(
            greeting.contains(r#""type":"CONNECTION_ESTABLISHED""#),
            "the server greets with {greeting}"
        );
        Ok(connection)
    }

    /// A number for the next request.
    pub(crate) fn next_request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    /// Sends a text frame.
    ///
    /// # Errors
    /// If the connection has ended.
    pub(crate) async fn send(&mut self, frame: String) -> Result<()> {
        self.socket
            .send(Message::text(frame))
            .await
            .context("a frame could not be sent")
    }

    /// The next text frame.
    ///
    /// # Errors
    /// If the connection ends, or the frame is an error that no request asked for.
    pub(crate) async fn frame(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    ensure!(!messages::is_error(&text), "the server says {text}");
                    return Ok(text);
                }
                Some(Ok(Message::Close(frame))) => {
                    bail!("the server closed a connection: {frame:?}")
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error).context("a connection broke"),
                None => bail!("a connection ended"),
            }
        }
    }

    /// Mounts a component, waits for the reply, and gives the instance's id.
    ///
    /// # Errors
    /// If it is refused.
    pub(crate) async fn mount(&mut self, component: &str) -> Result<String> {
        let request = self.next_request();
        self.send(messages::mount(component, request)).await?;
        let reply = self.reply_to(request).await?;
        let id = messages::mounted_id(&reply);
        let id = id.with_context(|| format!("a mount was answered without an id: {reply}"))?;
        Ok(id.to_owned())
    }

    /// Calls an action, waits for the reply, and gives its frame.
    ///
    /// # Errors
    /// If it is refused.
    pub(crate) async fn call(
        &mut self,
        id: &str,
        action: &str,
        payload: &str,
    ) -> Result<Utf8Bytes> {
        let request = self.next_request();
        self.send(messages::call(id, action, payload, request))
            .await?;
        self.reply_to(request).await
    }

    /// What comes before the reply is pushed, and passed over.
    async fn reply_to(&mut self, request: u64) -> Result<Utf8Bytes> {
        loop {
            let frame = self.frame().await?;
            if let Some(answered) = messages::request_of(&frame) {
                ensure!(
                    answered == request,
                    "request {answered} was answered where {request} was asked: {frame}"
                );
                ensure!(messages::succeeded(&frame), "a request failed: {frame}");
                return Ok(frame);
            }
        }
    }
}
