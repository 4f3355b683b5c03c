//! What waits, in order: whole frames, and behind them pushed messages that may still share one.

use std::sync::Arc;

use bytes::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::CloseReason;
use crate::clock::now_ms;
use crate::ids::InstanceId;
use crate::protocol::outgoing::write_delta;
use crate::protocol::{Encoding, ServerMessage, SharedDelta, SharedMessage};
use crate::state::{Delta, merge};

/// What a buffer begins with: a delta and a reply of an ordinary size fit.
const FIRST_BUFFER_BYTES: usize = 512;
/// Room left for a frame's header before its length is known: enough for payloads below 64 KiB.
const HEADER_ROOM: usize = 4;

#[derive(Default)]
pub(super) struct Queue {
    /// What the frames of messages carry.
    encoding: Encoding,
    /// Whole frames, ready to be written; the first `written` bytes are gone already.
    pub(super) frames: Vec<u8>,
    pub(super) written: usize,
    /// Pushed messages that may still share a frame.
    pub(super) batch: Vec<Pushed>,
    pub(super) batch_bytes: usize,
    /// How many hold the writing back: the connection's task while it handles what it has read, a room's wave while
    /// it goes through the mounts of this connection. The last one writes.
    pub(super) holds: u32,
    /// The time stamp of what is sent while held: the clock is read once for all of it.
    pub(super) held_at: u64,
    /// The socket was full when it was last tried.
    pub(super) blocked: bool,
    pub(super) closing: Option<CloseReason>,
    /// Nothing more is taken: the close frame is in, or the socket is gone.
    pub(super) ended: bool,
}

/// A message that nobody asked for.
pub(super) enum Pushed {
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

impl Queue {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    pub(super) fn waiting_bytes(&self) -> usize {
        self.frames.len() - self.written + self.batch_bytes
    }

    /// The time stamp of a message that is written now.
    pub(super) fn now(&self) -> u64 {
        if self.holds > 0 {
            self.held_at
        } else {
            now_ms()
        }
    }

    pub(super) fn close(&mut self, reason: CloseReason) {
        if self.closing.is_none() && !self.ended {
            self.frame(OpCode::Control(Control::Close), |out| {
                out.extend_from_slice(&reason.code().to_be_bytes());
                out.extend_from_slice(reason.reason().as_bytes());
            });
            self.closing = Some(reason);
            self.ended = true;
        }
    }

    /// A frame of its own, behind what waits.
    pub(super) fn reply(&mut self, message: &ServerMessage<'_>) {
        self.end_batch();
        let now = self.now();
        self.message(|encoding, out| encoding.message(out, |out| message.write(out, now)));
    }

    pub(super) fn push_message(&mut self, message: &ServerMessage<'_>) {
        let mut encoded = Vec::with_capacity(128);
        let now = self.now();
        self.encoding
            .message(&mut encoded, |out| message.write(out, now));
        self.batch_bytes += encoded.len();
        self.batch.push(Pushed::Message(encoded));
    }

    pub(super) fn push_delta(&mut self, component: &InstanceId, delta: Delta) {
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

    pub(super) fn push_shared_delta(&mut self, component: &InstanceId, delta: &Arc<SharedDelta>) {
        self.batch_bytes += delta.message().len();
        match self.earlier_delta(component) {
            Some(earlier) => merge(earlier, delta.changes().iter().cloned()),
            None => {
                let pushed = Pushed::SharedDelta(component.clone(), delta.clone());
                self.batch.push(pushed);
            }
        }
    }

    pub(super) fn push_binary(&mut self, component: &InstanceId, name: &str, bytes: &Bytes) {
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
    pub(super) fn end_batch(&mut self) {
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
    pub(super) fn frame(&mut self, opcode: OpCode, payload: impl FnOnce(&mut Vec<u8>)) {
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
