//! What waits to be written to a browser.
//!
//! Anybody may put messages in; they are encoded at once, into frames. Pushed messages that wait together share a
//! frame, and several deltas of one component become one; a reply has a frame of its own and ends such a batch, so
//! that what an action changed is always before the action's reply.
//!
//! Writing is tried at once by whoever flushes. What the socket does not take stays, and the connection's task writes
//! it when the socket is ready again. A browser that reads too slowly for what is sent is cut off (1013): memory stays
//! bounded, and the others do not wait for it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use crate::clock::now_ms;
use crate::ids::{ConnectionId, InstanceId};
use crate::live::Client;
use crate::protocol::outgoing::write_delta;
use crate::protocol::{Encoding, ServerMessage, SharedDelta, SharedMessage};
use crate::state::{Delta, merge};

/// What a buffer begins with: a delta and a reply of an ordinary size fit.
const FIRST_BUFFER_BYTES: usize = 512;
/// Room left for a frame's header before its length is known: enough for payloads below 64 KiB.
const HEADER_ROOM: usize = 4;

/// Why the daemon ends a connection, as a WebSocket close code with a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// Nothing came for too long.
    Idle,
    /// A frame was larger than it may be.
    TooLarge,
    /// It reads too slowly for what is sent to it.
    SlowConsumer,
    /// The daemon stops; the client should come back.
    Restart,
}

impl CloseReason {
    /// The WebSocket close code.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Idle => 1001,
            Self::TooLarge => 1009,
            Self::SlowConsumer => 1013,
            Self::Restart => 1012,
        }
    }

    /// The reason sent with it.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Idle => "idle timeout",
            Self::TooLarge => "frame too large",
            Self::SlowConsumer => "slow consumer",
            Self::Restart => "service restart",
        }
    }
}

/// The writing half of a connection.
pub struct Outbox {
    connection: ConnectionId,
    socket: OwnedWriteHalf,
    max_bytes: usize,
    queue: Mutex<Queue>,
    /// Set with `Queue::closing`, to be read without the lock.
    closing: AtomicBool,
    /// When something last came from the browser, in seconds of the hub's clock.
    last_heard: AtomicU32,
    /// The connection's task, which writes what could not be written at once.
    writer: AtomicWaker,
}

#[derive(Default)]
struct Queue {
    /// What the frames of messages carry.
    encoding: Encoding,
    /// Whole frames, ready to be written; the first `written` bytes are gone already.
    frames: Vec<u8>,
    written: usize,
    /// Pushed messages that may still share a frame.
    batch: Vec<Pushed>,
    batch_bytes: usize,
    /// How many hold the writing back: the connection's task while it handles what it has read, a room's wave while
    /// it goes through the mounts of this connection. The last one writes.
    holds: u32,
    /// The time stamp of what is sent while held: the clock is read once for all of it.
    held_at: u64,
    /// The socket was full when it was last tried.
    blocked: bool,
    closing: Option<CloseReason>,
    /// Nothing more is taken: the close frame is in, or the socket is gone.
    ended: bool,
}

/// A message that nobody asked for.
enum Pushed {
    Delta(InstanceId, Delta),
    SharedDelta(InstanceId, Arc<SharedDelta>),
    /// Encoded already, as the connection wants it.
    Message(Vec<u8>),
    Binary(InstanceId, Box<str>, Bytes),
    Shared(InstanceId, Arc<SharedMessage>),
}

impl Pushed {
    /// How many messages it is.
    fn count(&self) -> usize {
        match self {
            Self::Delta(..) | Self::SharedDelta(..) | Self::Binary(..) | Self::Message(_) => 1,
            Self::Shared(_, message) => message.count(),
        }
    }
}

/// Whether all is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Nothing waits.
    All,
    /// The socket takes no more for now.
    Part,
    /// Nothing waits, and nothing more will come: the close frame is out.
    Closed,
}

impl Outbox {
    /// An empty outbox. More than `max_bytes` waiting ends the connection.
    #[must_use]
    pub fn new(
        connection: ConnectionId,
        encoding: Encoding,
        socket: OwnedWriteHalf,
        max_bytes: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            connection,
            socket,
            max_bytes,
            queue: Mutex::new(Queue {
                encoding,
                ..Queue::default()
            }),
            closing: AtomicBool::new(false),
            last_heard: AtomicU32::new(0),
            writer: AtomicWaker::new(),
        })
    }

    /// Something came from the browser, at this second of the hub's clock.
    pub(super) fn heard(&self, now: u32) {
        self.last_heard.store(now, Ordering::Relaxed);
    }

    /// The second of the hub's clock at which something last came.
    pub(super) fn last_heard(&self) -> u32 {
        self.last_heard.load(Ordering::Relaxed)
    }

    /// Ends the connection: what waits is written, then the close frame, then no more is taken.
    pub fn close(&self, reason: CloseReason) {
        let mut queue = self.queue.lock();
        queue.end_batch();
        self.begin_close(&mut queue, reason);
        self.write_now(&mut queue);
    }

    /// Whether the daemon ends the connection.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Why the daemon ends the connection, if it does.
    #[must_use]
    pub fn closing(&self) -> Option<CloseReason> {
        self.queue.lock().closing
    }

    /// Queues a ping.
    pub fn ping(&self) {
        let mut queue = self.queue.lock();
        if !queue.ended {
            queue.frame(OpCode::Control(Control::Ping), |_| {});
            self.write_now(&mut queue);
        }
    }

    /// Bytes that wait.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.queue.lock().waiting_bytes()
    }

    /// Queues frames that are encoded already: the WebSocket library's own pongs and close replies.
    pub(super) fn write_raw(&self, frames: &[u8]) {
        let mut queue = self.queue.lock();
        if queue.closing.is_none() {
            queue.end_batch();
            queue.frames.extend_from_slice(frames);
            self.check_limit(&mut queue);
        }
    }

    /// For the connection's task: writes what waits, as far as the socket takes it.
    ///
    /// # Errors
    /// If the socket is broken.
    pub(super) fn poll_write(&self, cx: &mut Context<'_>) -> Poll<std::io::Result<Written>> {
        self.writer.register(cx.waker());
        loop {
            let mut queue = self.queue.lock();
            match self.try_write(&mut queue)? {
                Written::Part => {}
                done => return Poll::Ready(Ok(done)),
            }
            drop(queue);
            // The socket was full: from here its readiness wakes the task.
            match self.socket.as_ref().poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Writes now, and leaves what is left to the connection's task.
    fn write_now(&self, queue: &mut Queue) {
        match self.try_write(queue) {
            Ok(Written::All | Written::Closed) => {}
            Ok(Written::Part) => {
                queue.blocked = true;
                self.writer.wake();
            }
            Err(_) => {
                // The reading side learns of the broken socket for itself.
                queue.ended = true;
                queue.frames = Vec::new();
                self.writer.wake();
            }
        }
    }

    fn try_write(&self, queue: &mut Queue) -> std::io::Result<Written> {
        queue.end_batch();
        while queue.written < queue.frames.len() {
            match self.socket.try_write(&queue.frames[queue.written..]) {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(taken) => queue.written += taken,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    // A client that never quite catches up must not make the buffer grow for ever.
                    if queue.written > queue.frames.len() / 2 {
                        queue.frames.drain(..queue.written);
                        queue.written = 0;
                    }
                    return Ok(Written::Part);
                }
                Err(error) => return Err(error),
            }
        }
        // Thousands of idle connections must not hold a buffer each.
        queue.frames = Vec::new();
        queue.written = 0;
        queue.blocked = false;
        Ok(if queue.closing.is_some() {
            Written::Closed
        } else {
            Written::All
        })
    }

    fn check_limit(&self, queue: &mut Queue) {
        if queue.waiting_bytes() > self.max_bytes {
            // What waits is dropped, but for the frame that is half out: the close frame must be readable.
            queue.batch = Vec::new();
            queue.batch_bytes = 0;
            self.begin_close(queue, CloseReason::SlowConsumer);
        }
    }

    /// Puts the close frame in, and tells the connection's task.
    fn begin_close(&self, queue: &mut Queue, reason: CloseReason) {
        queue.close(reason);
        self.closing.store(true, Ordering::Release);
        self.writer.wake();
    }
}

impl Client for Outbox {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    fn send(&self, message: &ServerMessage<'_>) {
        let mut queue = self.queue.lock();
        if queue.ended {
            return;
        }
        // A message is always taken while others are within the limit: one large state must get through.
        self.check_limit(&mut queue);
        if message.is_reply() {
            queue.end_batch();
            let now = queue.now();
            queue.message(|encoding, out| encoding.message(out, |out| message.write(out, now)));
        } else {
            let mut encoded = Vec::with_capacity(128);
            let now = queue.now();
            queue
                .encoding
                .message(&mut encoded, |out| message.write(out, now));
            queue.batch_bytes += encoded.len();
            queue.batch.push(Pushed::Message(encoded));
        }
    }

    fn delta(&self, component: &InstanceId, delta: Delta) {
        let mut queue = self.queue.lock();
        if queue.ended {
            return;
        }
        self.check_limit(&mut queue);
        queue.push_delta(component, delta);
    }

    fn flush(&self) {
        let mut queue = self.queue.lock();
        // While the socket is full the task is the writer: trying again here would only cost a system call.
        if queue.holds == 0 && !queue.blocked {
            self.write_now(&mut queue);
        }
    }

    fn share(&self, member: &InstanceId, message: &Arc<SharedMessage>) {
        let mut queue = self.queue.lock();
        if queue.ended {
            return;
        }
        self.check_limit(&mut queue);
        queue.batch_bytes += message.len() + member.as_str().len();
        queue
            .batch
            .push(Pushed::Shared(member.clone(), message.clone()));
    }

    fn share_delta(&self, component: &InstanceId, delta: &Arc<SharedDelta>) {
        let mut queue = self.queue.lock();
        if queue.ended {
            return;
        }
        self.check_limit(&mut queue);
        queue.batch_bytes += delta.message().len();
        if let Some(earlier) = queue.earlier_delta(component) {
            merge(earlier, delta.changes().iter().cloned());
        } else {
            let pushed = Pushed::SharedDelta(component.clone(), delta.clone());
            queue.batch.push(pushed);
        }
    }

    fn binary(&self, component: &InstanceId, name: &str, bytes: &Bytes) {
        let mut queue = self.queue.lock();
        if queue.ended {
            return;
        }
        self.check_limit(&mut queue);
        queue.push_binary(component, name, bytes);
    }

    fn hold(&self) {
        let mut queue = self.queue.lock();
        if queue.holds == 0 {
            queue.held_at = now_ms();
        }
        queue.holds += 1;
    }

    fn release(&self) {
        let mut queue = self.queue.lock();
        queue.holds = queue.holds.saturating_sub(1);
        if queue.holds == 0 && !queue.blocked {
            self.write_now(&mut queue);
        }
    }
}

impl Queue {
    fn waiting_bytes(&self) -> usize {
        self.frames.len() - self.written + self.batch_bytes
    }

    /// The time stamp of a message that is written now.
    fn now(&self) -> u64 {
        if self.holds > 0 {
            self.held_at
        } else {
            now_ms()
        }
    }

    fn close(&mut self, reason: CloseReason) {
        if self.closing.is_none() && !self.ended {
            self.frame(OpCode::Control(Control::Close), |out| {
                out.extend_from_slice(&reason.code().to_be_bytes());
                out.extend_from_slice(reason.reason().as_bytes());
            });
            self.closing = Some(reason);
            self.ended = true;
        }
    }

    fn push_delta(&mut self, component: &InstanceId, delta: Delta) {
        self.batch_bytes += delta
            .iter()
            .map(|(key, value)| key.len() + value.as_ref().map_or(4, |v| v.as_str().len()))
            .sum::<usize>();
        match self.earlier_delta(component) {
            Some(earlier) => merge(earlier, delta),
            None => {
                self.batch_bytes += component.as_str().len();
                self.batch.push(Pushed::Delta(component.clone(), delta));
            }
        }
    }

    fn push_binary(&mut self, component: &InstanceId, name: &str, bytes: &Bytes) {
        self.batch_bytes += bytes.len() + name.len();
        let older = self.batch.iter_mut().find_map(|pushed| match pushed {
            Pushed::Binary(of, known, bytes) if of == component && **known == *name => Some(bytes),
            _ => None,
        });
        match older {
            Some(older) => {
                self.batch_bytes -= older.len() + name.len();
                *older = bytes.clone();
            }
            None => {
                let pushed = Pushed::Binary(component.clone(), name.into(), bytes.clone());
                self.batch.push(pushed);
            }
        }
    }

    /// The delta of a component that waits already, to be merged with.
    fn earlier_delta(&mut self, component: &InstanceId) -> Option<&mut Delta> {
        self.batch.iter_mut().find_map(|pushed| {
            if let Pushed::SharedDelta(of, delta) = pushed
                && of == component
            {
                // What is merged is this client's own from here on.
                *pushed = Pushed::Delta(component.clone(), delta.changes().clone());
            }
            match pushed {
                Pushed::Delta(of, delta) if of == component => Some(delta),
                _ => None,
            }
        })
    }

    /// Makes the batch a frame: an object if it is one message, an array if several.
    fn end_batch(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let now = self.now();
        self.message(|encoding, out| {
            let count = batch.iter().map(Pushed::count).sum::<usize>();
            if count > 1 {
                encoding.begin_batch(out, count);
            }
            for (at, pushed) in batch.iter().enumerate() {
                if at > 0 {
                    encoding.next_in_batch(out);
                }
                match pushed {
                    Pushed::Delta(component, delta) => {
                        encoding.message(out, |out| write_delta(out, component, delta, now));
                    }
                    Pushed::SharedDelta(component, delta) => {
                        encoding.shared(out, delta.message(), component);
                    }
                    Pushed::Binary(component, name, bytes) => {
                        encoding.binary(out, component, name, bytes, now);
                    }
                    Pushed::Message(encoded) => out.extend_from_slice(encoded),
                    Pushed::Shared(member, message) => encoding.shared(out, message, member),
                }
            }
            if count > 1 {
                encoding.end_batch(out);
            }
        });
    }

    /// Appends a frame of messages.
    fn message(&mut self, write: impl FnOnce(Encoding, &mut Vec<u8>)) {
        let encoding = self.encoding;
        let data = match encoding {
            Encoding::Json => Data::Text,
            Encoding::MessagePack => Data::Binary,
        };
        self.frame(OpCode::Data(data), |out| write(encoding, out));
    }

    /// Appends a frame whose payload is written by `payload`. Frames of a server are whole and unmasked.
    fn frame(&mut self, opcode: OpCode, payload: impl FnOnce(&mut Vec<u8>)) {
        if self.frames.capacity() == 0 {
            self.frames.reserve_exact(FIRST_BUFFER_BYTES);
        }
        let start = self.frames.len();
        self.frames.resize(start + HEADER_ROOM, 0);
        payload(&mut self.frames);
        let length = self.frames.len() - start - HEADER_ROOM;
        let mut header = [0; 10];
        let header = {
            let mut space = &mut header[..];
            let frame = FrameHeader {
                opcode,
                ..FrameHeader::default()
            };
            // Ten bytes hold any header of a server: the write cannot fail.
            let _ = frame.format(length as u64, &mut space);
            let used = 10 - space.len();
            &header[..used]
        };
        self.frames
            .splice(start..start + HEADER_ROOM, header.iter().copied());
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("waiting_bytes", &self.waiting_bytes())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
