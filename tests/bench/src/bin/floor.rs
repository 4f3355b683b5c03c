//! The floor: a WebSocket server without logic, which answers every message with a ready-made reply.
//!
//! It stands on the same libraries as the daemon and reads and writes as the daemon does, so that what the daemon costs
//! beyond it is the daemon's own. It knows a mount, a ping and a call, has no components, and keeps one number for each
//! connection: the count that is due next.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _};
use memchr::memmem;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// As in the daemon (`daemon/src/connection/task.rs`).
const READ_BUFFER_BYTES: usize = 1024;
/// The daemon writes what a message is answered with in one go, from a buffer of its own. Here the library's buffer does
/// that: the replies to one message fit.
const WRITE_BUFFER_BYTES: usize = 1024;
/// As in the daemon: all clients of a scenario may come at once.
const BACKLOG: u32 = 4096;

const ID: &str = "01a1fbb4-22c8-75ab-9c37-7932983ad79b";
const GREETING: &str = r#"{"type":"CONNECTION_ESTABLISHED","connectionId":"01a1fbb4-22c8-75ab-9c37-7931a6f39ff3","timestamp":1795224249032,"protocolVersion":1,"authenticated":false,"features":{"compression":false,"encryption":false,"offlineQueue":false,"loadBalancing":false,"binaryUpload":false,"recovery":false}}"#;

/// A WebSocket server without logic.
#[derive(Debug, Parser)]
struct Cli {
    /// Address to listen on; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

fn main() -> ExitCode {
    match run(Cli::parse().listen) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(address: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(async {
        let listener = listen(address).with_context(|| format!("cannot listen on {address}"))?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await.context("cannot accept")?;
            // Ends with its connection, or with the process. A client that goes away is no error.
            tokio::spawn(async move { serve(stream).await.ok() });
        }
    })
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES);
    let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await?;
    socket.send(Message::text(GREETING)).await?;
    let mut count = 0;
    while let Some(message) = socket.next().await {
        // The library answers WebSocket pings by itself.
        let Message::Text(frame) = message? else {
            continue;
        };
        let Some(request) = request_of(&frame) else {
            continue;
        };
        let is = |kind: &[u8]| memmem::find(frame.as_bytes(), kind).is_some();
        if is(br#""type":"COMPONENT_MOUNT""#) {
            socket.feed(Message::text(state_update())).await?;
            socket.feed(Message::text(mounted(request))).await?;
        } else if is(br#""type":"COMPONENT_PING""#) {
            socket.feed(Message::text(pong(request))).await?;
        } else {
            count += 1;
            socket.feed(Message::text(delta(count))).await?;
            socket.feed(Message::text(answer(count, request))).await?;
        }
        socket.flush().await?;
    }
    Ok(())
}

fn request_of(frame: &str) -> Option<&str> {
    const KEY: &str = r#""requestId":""#;
    let at = memmem::find(frame.as_bytes(), KEY.as_bytes())?;
    let text = &frame[at + KEY.len()..];
    let end = memchr::memchr(b'"', text.as_bytes())?;
    Some(&text[..end])
}

fn state_update() -> String {
    format!(
        r#"{{"type":"STATE_UPDATE","componentId":"{ID}","payload":{{"state":{{"count":0,"clicks":0}}}},"timestamp":1795224249032}}"#
    )
}

fn mounted(request: &str) -> String {
    format!(
        r#"{{"type":"COMPONENT_MOUNTED","originalType":"COMPONENT_MOUNT","componentId":"bench","success":true,"result":{{"componentId":"{ID}","initialState":{{"count":0,"clicks":0}}}},"requestId":"{request}","timestamp":1795224249032}}"#
    )
}

fn delta(count: u64) -> String {
    format!(
        r#"{{"type":"STATE_DELTA","componentId":"{ID}","payload":{{"delta":{{"count":{count},"clicks":{count}}}}},"timestamp":1795224249237}}"#
    )
}

fn answer(count: u64, request: &str) -> String {
    format!(
        r#"{{"type":"ACTION_RESPONSE","originalType":"CALL_ACTION","componentId":"{ID}","success":true,"result":{{"success":true,"count":{count}}},"requestId":"{request}","timestamp":1795224249237}}"#
    )
}

fn pong(request: &str) -> String {
    format!(
        r#"{{"type":"COMPONENT_PONG","componentId":"{ID}","success":true,"requestId":"{request}","timestamp":1795224249333}}"#
    )
}
