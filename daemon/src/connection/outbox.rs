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
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, OpCode};

use super::stream::WriteHalf;
use crate::clock::now_ms;
use crate::ids::{ConnectionId, InstanceId};
use crate::live::Client;
use crate::protocol::{Encoding, ServerMessage, SharedDelta, SharedMessage};
use crate::state::Delta;

mod queue;

use queue::{Pushed, Queue};

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
    socket: WriteHalf,
    max_bytes: usize,
    queue: Mutex<Queue>,
    /// Set with `Queue::closing`, to be read without the lock.
    closing: AtomicBool,
    /// When something last came from the browser, in seconds of the hub's clock.
    last_heard: AtomicU32,
    /// The connection's task, which writes what could not be written at once.
    writer: AtomicWaker,
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
    pub(super) fn new(
        connection: ConnectionId,
        encoding: Encoding,
        socket: WriteHalf,
        max_bytes: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            connection,
            socket,
            max_bytes,
            queue: Mutex::new(Queue::new(encoding)),
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
            match self.socket.poll_write_ready(cx) {
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
            queue.reply(message);
        } else {
            queue.push_message(message);
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
        queue.push_shared_delta(component, delta);
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

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("waiting_bytes", &self.waiting_bytes())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
