//! A daemon that runs, looked into from a terminal: its inspector, by the same messages as its page.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use url::Url;

/// How long the daemon may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A mounted inspector.
pub(super) struct Remote {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    id: String,
    /// What the page would show.
    pub(super) state: Value,
    requests: u64,
}

#[derive(Deserialize)]
struct Info {
    endpoint: String,
}

impl Remote {
    /// Mounts the inspector of the daemon at `url`: `http://127.0.0.1:4000`.
    pub(super) async fn open(url: &Url, key: Option<&str>) -> anyhow::Result<Self> {
        let socket = tokio::time::timeout(PATIENCE, connect(url))
            .await
            .with_context(|| format!("{url} does not answer"))??;
        let mut remote = Self {
            socket,
            id: String::new(),
            state: Value::Null,
            requests: 0,
        };
        let props = key.map_or_else(|| json!({}), |key| json!({ "key": key }));
        let payload = json!({ "component": "$inspector", "props": props });
        let mount =
            json!({ "type": "COMPONENT_MOUNT", "componentId": "terminal", "payload": payload });
        let mounted = remote.request(mount).await.with_context(|| {
            if key.is_some() {
                "the daemon does not accept the key"
            } else {
                "give the daemon's API key: --key, or LIVESIDE_API_KEY"
            }
        })?;
        let id = mounted["componentId"].as_str();
        id.context("the daemon's answer has no componentId")?
            .clone_into(&mut remote.id);
        remote.state = mounted["initialState"].clone();
        Ok(remote)
    }

    /// Calls an action of the inspector.
    pub(super) async fn act(&mut self, action: &str, payload: Value) -> anyhow::Result<Value> {
        let call = json!({ "type": "CALL_ACTION", "componentId": self.id, "action": action, "payload": payload });
        self.request(call).await
    }

    /// Waits for the next change. Gives the keys that changed.
    pub(super) async fn changed(&mut self) -> anyhow::Result<Vec<String>> {
        loop {
            let message = self.read().await?;
            let changed: Vec<String> = each(&message).flat_map(|one| self.take(one)).collect();
            if !changed.is_empty() {
                return Ok(changed);
            }
        }
    }

    /// Waits for a change of one key.
    pub(super) async fn next(&mut self, key: &str) -> anyhow::Result<&Value> {
        while !self.changed().await?.iter().any(|changed| changed == key) {}
        Ok(&self.state[key])
    }

    async fn request(&mut self, mut message: Value) -> anyhow::Result<Value> {
        self.requests += 1;
        let id = format!("t{}", self.requests);
        message["requestId"] = id.as_str().into();
        message["expectResponse"] = true.into();
        self.socket.send(Message::text(message.to_string())).await?;
        tokio::time::timeout(PATIENCE, self.reply(&id))
            .await
            .context("the daemon does not answer")?
    }

    async fn reply(&mut self, id: &str) -> anyhow::Result<Value> {
        loop {
            let message = self.read().await?;
            let mut reply = None;
            for one in each(&message) {
                if one["requestId"] == id {
                    reply = Some(one.clone());
                } else {
                    self.take(one);
                }
            }
            let Some(reply) = reply else { continue };
            if reply["success"] == true {
                return Ok(reply["result"].clone());
            }
            let error = reply["error"].as_str().unwrap_or("it was refused");
            bail!("{error}");
        }
    }

    async fn read(&mut self) -> anyhow::Result<Value> {
        loop {
            match self.socket.next().await {
                None => bail!("the daemon has ended the connection"),
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text)?),
                Some(Ok(Message::Close(frame))) => {
                    let reason = frame.map_or_else(String::new, |frame| frame.reason.to_string());
                    bail!("the daemon has ended the connection: {reason}");
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    /// Lays a delta over the state.
    fn take(&mut self, message: &Value) -> Vec<String> {
        let delta = message["payload"]["delta"].as_object();
        let Some(delta) = delta.filter(|_| message["type"] == "STATE_DELTA") else {
            return Vec::new();
        };
        for (key, value) in delta {
            self.state[key] = value.clone();
        }
        delta.keys().cloned().collect()
    }
}

/// The messages of a frame: one, or a list.
fn each(message: &Value) -> impl Iterator<Item = &Value> {
    match message {
        Value::Array(messages) => messages.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

/// Opens the socket: the daemon says where it is.
async fn connect(url: &Url) -> anyhow::Result<WebSocketStream<MaybeTlsStream<TcpStream>>> {
    let mut socket = url.clone();
    let scheme = match url.scheme() {
        "http" | "ws" => "ws",
        "https" | "wss" => "wss",
        other => {
            bail!("{url} begins with {other}: give http:// or https:// and the daemon's address")
        }
    };
    if url.path() == "/" {
        let mut info = url.join("/api/live/websocket-info")?;
        let plain = if scheme == "ws" { "http" } else { "https" };
        // Both are schemes of the same kind: the URL takes one for the other.
        let _ = info.set_scheme(plain);
        let answer = reqwest::get(info)
            .await
            .context("the daemon cannot be reached")?;
        let info: Info = answer
            .json()
            .await
            .with_context(|| format!("{url} is no Liveside daemon"))?;
        socket.set_path(&info.endpoint);
    }
    socket
        .set_scheme(scheme)
        .map_err(|()| anyhow!("{url} is no address of a daemon"))?;
    crate::tls::choose_provider();
    let (socket, _) = tokio_tungstenite::connect_async(socket.as_str())
        .await
        .with_context(|| format!("no socket at {socket}"))?;
    Ok(socket)
}
