//! One WebSocket to the server that is measured.

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::encoding::Encoding;
use crate::messages;
use crate::scenario::Target;

/// Holds what one call is answered with several times over: a push and a reply are read together.
const READ_BUFFER_BYTES: usize = 4096;

/// An open connection. Its requests are numbered from 1.
pub(crate) struct Connection {
    socket: WebSocketStream<TcpStream>,
    encoding: Encoding,
    requests: u64,
    /// Bytes of the messages that came.
    received: u64,
}

impl Connection {
    /// Connects, upgrades, and reads the greeting.
    ///
    /// # Errors
    /// If one of the three fails.
    pub(crate) async fn open(target: &Target) -> Result<Self> {
        let address = target.address;
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        // Each frame is written at once: a call that waits for a buffer to fill would be measured as slow.
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        let mut request = format!("ws://{address}/api/live/ws").into_client_request()?;
        if let Some(subprotocol) = target.encoding.subprotocol() {
            let value = HeaderValue::from_static(subprotocol);
            request
                .headers_mut()
                .insert("sec-websocket-protocol", value);
        }
        // A server that does not select what was offered is an error there.
        let (socket, _) =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config))
                .await
                .context("the server refused a WebSocket")?;
        let mut connection = Self {
            socket,
            encoding: target.encoding,
            requests: 0,
            received: 0,
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

    /// How many requests there were.
    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    /// How many bytes of messages came.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Sends a message, given as JSON.
    ///
    /// # Errors
    /// If the connection has ended.
    pub(crate) async fn send(&mut self, message: String) -> Result<()> {
        let frame = self.encoding.frame(message)?;
        self.socket
            .send(frame)
            .await
            .context("a frame could not be sent")
    }

    /// The messages of the next frame, as JSON.
    ///
    /// # Errors
    /// If the connection ends, or the frame is an error that no request asked for.
    pub(crate) async fn frame(&mut self) -> Result<Utf8Bytes> {
        loop {
            match self.socket.next().await {
                Some(Ok(frame @ (Message::Text(_) | Message::Binary(_)))) => {
                    self.received += frame.len() as u64;
                    let text = self.encoding.messages(frame)?;
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
