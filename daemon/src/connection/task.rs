//! The task of a connection: reads frames, has them handled, writes what waits.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::Stream as _;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::dispatch::Dispatcher;
use super::hub::Hub;
use super::outbox::{CloseReason, Outbox, Written};
use super::socket::Socket;
use super::stream::Stream;
use super::user::{Due, User};
use crate::auth::Credentials;
use crate::live::Client;
use crate::protocol::{Encoding, ServerMessage};

/// Read buffer of a connection. Several ordinary messages fit; a larger frame gets a larger buffer while it lasts.
const READ_BUFFER_BYTES: usize = 1024;
/// Messages that were read together are answered together, but none waits longer than this for the others.
const BURST: Duration = Duration::from_micros(500);
/// How long a client may take to read the last frames and to answer the close.
const CLOSE_GRACE: Duration = Duration::from_secs(5);

/// What the task does next.
enum Next {
    Message(Message),
    /// The browser is gone, or broke the WebSocket protocol.
    Gone(Parting),
    /// A frame is larger than any may be.
    TooLarge,
    /// The daemon ends the connection.
    Closed,
    /// The identity's time is over.
    Due(Due),
}

/// How a browser goes.
#[derive(Debug, Clone, Copy)]
enum Parting {
    /// It closed the connection, and is done with it.
    Closed,
    /// The page goes away: to another, or to be loaded again.
    Away,
    /// It did not say.
    Lost,
}

impl Parting {
    fn by(close: Option<&CloseFrame>) -> Self {
        match close.map(|close| close.code) {
            None | Some(CloseCode::Normal) => Self::Closed,
            Some(CloseCode::Away) => Self::Away,
            Some(_) => Self::Lost,
        }
    }
}

/// What the upgrade request has brought.
#[derive(Debug)]
pub struct Arrival {
    /// What was agreed for the frames.
    pub encoding: Encoding,
    /// What it shows, if anybody looks at it.
    pub credentials: Option<Credentials>,
    /// Bytes that came behind it.
    pub already_read: Vec<u8>,
    /// Where it comes from, as addresses are counted; `None` is this machine.
    pub address: Option<Arc<str>>,
    /// Whether it comes from this machine, in development, from no page of another site.
    pub is_developer: bool,
}

/// Serves one connection until it ends.
pub async fn serve(hub: Arc<Hub>, stream: Stream, arrival: Arrival) {
    let Arrival {
        encoding,
        credentials,
        already_read,
        address,
        is_developer,
    } = arrival;
    let (read, write) = stream.into_split();
    let outbox = Outbox::new(hub.new_id(), encoding, write, hub.config.outbox_bytes);
    let _membership = hub.join(&outbox);
    let socket = Socket {
        read,
        outbox: outbox.clone(),
        hub: hub.clone(),
    };
    let largest = hub
        .config
        .text_frame_bytes
        .max(hub.config.binary_frame_bytes);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_frame_size(Some(largest))
        .max_message_size(Some(largest));
    let mut socket =
        WebSocketStream::from_partially_read(socket, already_read, Role::Server, Some(config))
            .await;
    let user = User::arrive(hub.clone(), credentials, address).await;
    hub.introduce(outbox.connection(), user.cell());
    let identity = user.identity();
    let mut dispatcher = Dispatcher::new(hub.clone(), outbox.clone(), encoding, user);
    dispatcher.is_developer = is_developer;
    tracing::debug!(connection = %outbox.connection(), "connected");

    outbox.send(&ServerMessage::Established {
        connection: outbox.connection(),
        user: identity.as_deref().map(|identity| &*identity.user_id),
        features: hub.features,
    });
    drop(identity);
    outbox.flush();
    let parting = read_messages(&hub, &mut socket, &outbox, &mut dispatcher).await;
    let closing = outbox.closing();
    let grace = match (parting, closing) {
        // What goes on is in the next process.
        (_, Some(CloseReason::Restart)) | (Parting::Closed, _) => Duration::ZERO,
        (Parting::Away, _) => hub.config.reload_grace.min(hub.config.grace),
        (Parting::Lost, _) => hub.config.grace,
    };
    dispatcher.end(grace).await;
    if closing.is_some() {
        // The client answers our close frame, or is given up.
        let _ = tokio::time::timeout(CLOSE_GRACE, last_words(&mut socket, &outbox)).await;
    }
    tracing::debug!(connection = %outbox.connection(), closing = ?outbox.closing(), "disconnected");
}

/// Reads and handles messages until the connection ends for some reason.
async fn read_messages(
    hub: &Hub,
    socket: &mut WebSocketStream<Socket>,
    outbox: &Arc<Outbox>,
    dispatcher: &mut Dispatcher,
) -> Parting {
    // Read at the end of a burst, to be handled in the next.
    let mut ahead = None;
    loop {
        let mut next =
            poll_fn(|cx| poll_next(socket, outbox, hub, dispatcher, &mut ahead, cx)).await;
        outbox.hold();
        // The clock is first read when a second message is there: most often there is none.
        let mut burst_ends = None;
        loop {
            match next {
                Next::Message(message) => dispatcher.handle(message).await,
                Next::Due(due) => dispatcher.due(due).await,
                Next::TooLarge => {
                    outbox.release();
                    outbox.close(CloseReason::TooLarge);
                    return Parting::Lost;
                }
                Next::Gone(parting) => {
                    outbox.release();
                    return parting;
                }
                Next::Closed => {
                    outbox.release();
                    return Parting::Lost;
                }
            }
            // What else was read with it?
            match poll_fn(|cx| Poll::Ready(poll_read(socket, cx))).await {
                Poll::Ready(more) => next = more,
                Poll::Pending => break,
            }
            let now = Instant::now();
            if now >= *burst_ends.get_or_insert(now + BURST) {
                ahead = Some(next);
                break;
            }
        }
        outbox.release();
    }
}

/// Writes what waits and gives the next message: the one that was read `ahead`, if there is one.
fn poll_next(
    socket: &mut WebSocketStream<Socket>,
    outbox: &Outbox,
    hub: &Hub,
    dispatcher: &mut Dispatcher,
    ahead: &mut Option<Next>,
    cx: &mut Context<'_>,
) -> Poll<Next> {
    let written = outbox.poll_write(cx);
    if outbox.is_closing() {
        return Poll::Ready(Next::Closed);
    }
    match written {
        Poll::Ready(Err(_)) => return Poll::Ready(Next::Gone(Parting::Lost)),
        Poll::Ready(Ok(_)) => {}
        // A client that does not read gets no more of its messages done: its own replies cannot pile up.
        Poll::Pending => return Poll::Pending,
    }
    if hub.is_stopping() {
        // Events under way may finish; no new ones begin.
        return Poll::Pending;
    }
    if let Poll::Ready(due) = dispatcher.poll_due(cx) {
        return Poll::Ready(Next::Due(due));
    }
    match ahead.take() {
        Some(read) => Poll::Ready(read),
        None => poll_read(socket, cx),
    }
}

fn poll_read(socket: &mut WebSocketStream<Socket>, cx: &mut Context<'_>) -> Poll<Next> {
    match Pin::new(socket).poll_next(cx) {
        Poll::Ready(Some(Ok(Message::Close(close)))) => {
            Poll::Ready(Next::Gone(Parting::by(close.as_ref())))
        }
        Poll::Ready(None) => Poll::Ready(Next::Gone(Parting::Lost)),
        Poll::Ready(Some(Ok(message))) => Poll::Ready(Next::Message(message)),
        Poll::Ready(Some(Err(Error::Capacity(CapacityError::MessageTooLong { .. })))) => {
            Poll::Ready(Next::TooLarge)
        }
        Poll::Ready(Some(Err(_))) => Poll::Ready(Next::Gone(Parting::Lost)),
        Poll::Pending => Poll::Pending,
    }
}

/// Writes the rest and reads until the client has closed too.
async fn last_words(socket: &mut WebSocketStream<Socket>, outbox: &Outbox) {
    poll_fn(|cx| match outbox.poll_write(cx) {
        Poll::Ready(Ok(Written::All | Written::Part)) | Poll::Pending => Poll::Pending,
        Poll::Ready(_) => Poll::Ready(()),
    })
    .await;
    loop {
        let read = poll_fn(|cx| Pin::new(&mut *socket).poll_next(cx)).await;
        if !matches!(read, Some(Ok(_))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of what an async function returns.
    fn size_of_future<A, B, C, F>(_: impl FnOnce(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    /// Each idle connection holds one. What few of them need, and is large, belongs into a box.
    #[test]
    fn the_task_of_a_connection_is_small() {
        let bytes = size_of_future(serve);
        assert!(bytes <= 3072, "{bytes} bytes");
    }
}
