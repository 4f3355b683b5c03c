//! The daemon as a release build, and a socket to it, for benchmarks that start their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// Lines of the daemon's log that may wait for whoever asks for them.
const LINES: usize = 1024;

/// Where the project is.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A running daemon. It ends with this.
pub(crate) struct Daemon {
    pub(crate) address: SocketAddr,
    process: Child,
    /// Read by a task: a pipe that nobody reads would stop the daemon once it is full.
    log: Receiver<String>,
}

impl Daemon {
    /// Serves the modules of `directory/components`, with the settings of a TOML text.
    pub(crate) async fn start(directory: &Path, settings: &str) -> Self {
        let config = directory.join("liveside.toml");
        std::fs::write(&config, settings).unwrap();
        let mut process = Command::new(root().join("target/release/liveside"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--components")
            .arg(directory.join("components"))
            .env("LIVESIDE_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("run `cargo build --release -p liveside` first");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("it listens");
        let mut written = BufReader::new(process.stderr.take().unwrap()).lines();
        let (sender, log) = channel(LINES);
        tokio::spawn(async move {
            while let Ok(Some(line)) = written.next_line().await {
                // A benchmark that does not ask for lines loses those behind the first ones.
                if let Err(TrySendError::Closed(_)) = sender.try_send(line) {
                    return;
                }
            }
        });
        Self {
            address: line.rsplit("://").next().unwrap().parse().unwrap(),
            process,
            log,
        }
    }

    /// The next line of the log with this message.
    #[allow(dead_code, reason = "one benchmark of several uses it")]
    pub(crate) async fn logged(&mut self, message: &str) -> Value {
        loop {
            let line = self.log.recv().await.expect("it runs");
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            assert_ne!(line["level"], "ERROR", "{line}");
            if line["fields"]["message"] == message {
                return line;
            }
        }
    }

    /// Resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let pid = self.process.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.unwrap().split_whitespace().next().unwrap();
        kib.parse::<u64>().unwrap() * 1024
    }

    pub(crate) async fn stop(mut self) {
        self.process.kill().await.unwrap();
    }
}

/// A browser with one component.
pub(crate) struct Page {
    pub(crate) socket: WebSocketStream<TcpStream>,
    pub(crate) component: Value,
}

impl Page {
    pub(crate) async fn open(address: SocketAddr, component: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let url = format!("ws://{address}/api/live/ws");
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        let mut page = Self {
            socket,
            component: Value::Null,
        };
        let mount = json!({"type": "COMPONENT_MOUNT", "payload": {"component": component}, "requestId": "m"});
        let mounted = page.ask(&mount, "COMPONENT_MOUNTED").await;
        page.component = mounted["result"]["componentId"].clone();
        page
    }

    /// Sends a message and waits for one of this kind.
    pub(crate) async fn ask(&mut self, message: &Value, reply: &str) -> Value {
        self.send(message).await;
        self.next(reply).await
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        let message = Message::text(message.to_string());
        self.socket.send(message).await.unwrap();
    }

    pub(crate) async fn next(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.socket.next().await.unwrap().unwrap();
            let Message::Text(text) = frame else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            assert_ne!(message["type"], "FILE_UPLOAD_ERROR", "{message}");
            if message["type"] == kind {
                return message;
            }
        }
    }
}
