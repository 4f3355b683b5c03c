//! A client that speaks in frames.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::daemon::PATIENCE;

/// Bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One WebSocket to the daemon.
pub struct Client {
    socket: WebSocketStream<Box<dyn Duplex>>,
    /// It speaks MessagePack; the tests read and write JSON all the same.
    packed: bool,
    next_id: u64,
    /// Messages of frames that were read, and not asked for yet.
    pending: VecDeque<Value>,
    /// The first message.
    pub greeting: Value,
    /// Every byte of every frame that came.
    pub received: Vec<u8>,
}

/// What a mount gave.
#[derive(Debug, Clone)]
pub struct Mounted {
    /// The instance's id.
    pub id: String,
    /// Its state.
    pub state: Value,
}

/// What a browser keeps of a component.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its name.
    pub component: String,
    /// Its default room.
    pub room: Option<String>,
    /// The instance.
    pub id: String,
    /// `signedState`.
    pub signed: Value,
}

impl Client {
    /// Opens a socket and reads the greeting.
    ///
    /// # Errors
    /// If the upgrade is refused.
    pub async fn connect(address: &str, headers: &[(&str, &str)]) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        let url = format!("ws://{address}/api/live/ws");
        Self::open(stream, &url, headers).await
    }

    /// The same for any URL, over bytes that are there already.
    ///
    /// # Errors
    /// If the upgrade is refused.
    pub async fn open(
        stream: impl Duplex + 'static,
        url: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header name");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let stream: Box<dyn Duplex> = Box::new(stream);
        let (socket, response) = tokio_tungstenite::client_async(request, stream).await?;
        let selected = response.headers().get("sec-websocket-protocol");
        let mut client = Self {
            socket,
            packed: selected.is_some_and(|name| name == "live.msgpack"),
            next_id: 0,
            pending: VecDeque::new(),
            greeting: Value::Null,
            received: Vec::new(),
        };
        client.greeting = client.json().await;
        assert_eq!(client.greeting["type"], "CONNECTION_ESTABLISHED");
        Ok(client)
    }

    /// Sends a text frame; what it says as MessagePack, if that is what the connection speaks.
    pub async fn send(&mut self, text: &str) {
        let frame = if self.packed {
            let value: Value = serde_json::from_str(text).expect("JSON");
            Message::binary(rmp_serde::to_vec(&value).expect("JSON can be packed"))
        } else {
            Message::text(text)
        };
        self.send_frame(frame).await;
    }

    /// Sends any frame.
    pub async fn send_frame(&mut self, frame: Message) {
        self.socket
            .send(frame)
            .await
            .expect("the socket takes a frame");
    }

    /// The next frame that is no ping.
    pub async fn frame(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.socket.next())
                .await
                .expect("a frame in time");
            let frame = next
                .expect("the connection is open")
                .expect("a whole frame");
            self.received.extend_from_slice(&frame.clone().into_data());
            if !frame.is_ping() && !frame.is_pong() {
                return frame;
            }
        }
    }

    /// The next text frame.
    pub async fn text(&mut self) -> String {
        match self.frame().await {
            Message::Text(text) => text.to_string(),
            other => panic!("not a text frame: {other:?}"),
        }
    }

    /// The next frame of messages, as JSON.
    pub async fn json(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) if !self.packed => serde_json::from_str(&text).expect("JSON"),
            Message::Binary(bytes) if self.packed => {
                rmp_serde::from_slice(&bytes).expect("MessagePack")
            }
            other => panic!("a frame of the wrong kind: {other:?}"),
        }
    }

    /// The code and the reason of the close frame, past all other frames.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(Some(frame)) = self.frame().await {
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// Sends a message with a new `requestId`; gives what was pushed before the reply, and the reply.
    pub async fn request(&mut self, mut message: Value) -> (Vec<Value>, Value) {
        self.next_id += 1;
        let id = format!("r{}", self.next_id);
        message["requestId"] = json!(id);
        self.send(&message.to_string()).await;
        self.reply(&id).await
    }

    /// The same for a message with bytes beside it: a chunk of an upload.
    pub async fn request_with_bytes(
        &mut self,
        mut message: Value,
        bytes: &[u8],
    ) -> (Vec<Value>, Value) {
        self.next_id += 1;
        let id = format!("r{}", self.next_id);
        message["requestId"] = json!(id);
        self.send_frame(self.with_bytes(&message, bytes)).await;
        self.reply(&id).await
    }

    /// A frame of a message with bytes beside it, as the connection writes it.
    #[must_use]
    pub fn with_bytes(&self, message: &Value, bytes: &[u8]) -> Message {
        let frame = if self.packed {
            let fields = message.as_object().expect("an object");
            let count = u8::try_from(fields.len() + 1).expect("a small map");
            let mut frame = vec![0x80 | count];
            let packed = |value: &Value| rmp_serde::to_vec(value).expect("JSON can be packed");
            for (key, value) in fields {
                frame.extend(packed(&json!(key)));
                frame.extend(packed(value));
            }
            let length = u32::try_from(bytes.len()).expect("a small chunk");
            frame.extend(packed(&json!("data")));
            frame.push(0xc6);
            frame.extend(length.to_be_bytes());
            frame
        } else {
            let header = message.to_string();
            let length = u32::try_from(header.len()).expect("a small header");
            [length.to_le_bytes().as_slice(), header.as_bytes()].concat()
        };
        Message::binary([frame.as_slice(), bytes].concat())
    }

    /// What was pushed before the reply to a request, and the reply.
    async fn reply(&mut self, id: &str) -> (Vec<Value>, Value) {
        let mut pushed = Vec::new();
        loop {
            match self.json().await {
                Value::Array(list) => pushed.extend(list),
                one if one["requestId"] == id => return (pushed, one),
                one => pushed.push(one),
            }
        }
    }

    /// Mounts a component.
    pub async fn mount(&mut self, component: &str, props: Value) -> Mounted {
        self.mount_by(json!({"component": component, "props": props}))
            .await
            .0
    }

    /// Mounts a component with a default room.
    pub async fn mount_in(&mut self, room: &str, component: &str) -> Mounted {
        self.mount_by(json!({"component": component, "room": room}))
            .await
            .0
    }

    /// Mounts a component, and keeps what brings it back.
    pub async fn mount_kept(&mut self, component: &str, room: Option<&str>) -> Kept {
        let (mounted, signed) = self
            .mount_by(json!({"component": component, "room": room}))
            .await;
        Kept {
            component: component.to_owned(),
            room: room.map(str::to_owned),
            id: mounted.id,
            signed,
        }
    }

    /// What a mount gave, and its signed state.
    async fn mount_by(&mut self, payload: Value) -> (Mounted, Value) {
        let (_, mut reply) = self
            .request(json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": payload}))
            .await;
        assert_eq!(reply["success"], true, "{reply}");
        let result = &mut reply["result"];
        let mounted = Mounted {
            id: result["componentId"].as_str().expect("an id").to_owned(),
            state: result["initialState"].take(),
        };
        (mounted, result["signedState"].take())
    }

    /// Brings back what was kept; gives what was pushed before the reply, and the reply.
    pub async fn rehydrate(&mut self, kept: &Kept) -> (Vec<Value>, Value) {
        let payload =
            json!({"component": kept.component, "signedState": kept.signed, "room": kept.room});
        self.request(
            json!({"type": "COMPONENT_REHYDRATE", "componentId": kept.id, "payload": payload}),
        )
        .await
    }

    /// Messages as they come, one at a time, whether they share a frame or not.
    pub async fn pushed(&mut self) -> Value {
        while self.pending.is_empty() {
            match self.json().await {
                Value::Array(list) => self.pending.extend(list),
                one => self.pending.push_back(one),
            }
        }
        self.pending.pop_front().expect("a message")
    }

    /// The next message of this type; others are dropped.
    pub async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let message = self.pushed().await;
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Calls an action; gives what was pushed before the reply, and the reply.
    pub async fn call_with_pushes(
        &mut self,
        id: &str,
        action: &str,
        payload: Value,
    ) -> (Vec<Value>, Value) {
        self.request(
            json!({"type": "CALL_ACTION", "componentId": id, "action": action, "payload": payload}),
        )
        .await
    }

    /// Calls an action; gives the reply.
    pub async fn call(&mut self, id: &str, action: &str, payload: Value) -> Value {
        self.call_with_pushes(id, action, payload).await.1
    }

    /// Closes the socket for good. A client that is dropped is lost without a word.
    pub async fn close(mut self) {
        self.socket.close(None).await.expect("the socket closes");
    }

    /// Closes it as a page does that goes away.
    pub async fn go_away(mut self) {
        let away = CloseFrame {
            code: CloseCode::Away,
            reason: "".into(),
        };
        let closed = self.socket.close(Some(away)).await;
        closed.expect("the socket closes");
    }
}

/// A message with what differs from run to run taken out: time stamps are 0, `id` is `ID`.
#[must_use]
pub fn plain(message: &Value, id: &str) -> String {
    let mut message = message.clone();
    if message.get("timestamp").is_some() {
        message["timestamp"] = json!(0);
    }
    message.to_string().replace(id, "ID")
}
