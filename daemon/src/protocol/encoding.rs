//! How the messages of a connection are encoded: what its client asked for at the upgrade, for as long as it lasts.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rmp::encode;

use super::msgpack;
use super::object::Object;
use super::shared::SharedMessage;
use crate::ids::InstanceId;

/// JSON text of an ordinary message fits.
const SCRATCH_BYTES: usize = 512;

/// What the frames of a connection carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// JSON in text frames. Binary frames carry chunks of uploads.
    #[default]
    Json,
    /// MessagePack in binary frames.
    MessagePack,
}

impl Encoding {
    /// All of them; the first is what a client gets that asks for nothing.
    pub const ALL: [Self; 2] = [Self::Json, Self::MessagePack];

    /// The WebSocket subprotocol that stands for it.
    #[must_use]
    pub fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "live.json",
            Self::MessagePack => "live.msgpack",
        }
    }

    /// What a client asks for that offers these subprotocols, in its order of preference.
    pub fn choose<'a>(offered: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        offered.into_iter().find_map(|name| {
            Self::ALL
                .into_iter()
                .find(|encoding| encoding.subprotocol() == name)
        })
    }

    /// Appends a message, or several with commas between, that `write` gives as JSON text.
    pub fn message(self, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
        match self {
            Self::Json => write(out),
            Self::MessagePack => {
                let mut json = Vec::with_capacity(SCRATCH_BYTES);
                write(&mut json);
                if let Err(error) = msgpack::pack(&json, out) {
                    tracing::error!(%error, "a message could not be sent as MessagePack: a bug");
                    // Its place in a batch is counted already.
                    out.push(rmp::Marker::Null.to_u8());
                }
            }
        }
    }

    /// Appends a message that several connections get.
    pub fn shared(self, out: &mut Vec<u8>, message: &SharedMessage, member: &InstanceId) {
        match self {
            Self::Json => message.write(out, member),
            Self::MessagePack => message.write_packed(out, member),
        }
    }

    /// Appends a `STATE_BINARY`: bytes as they are where the encoding has bytes, else base64.
    pub fn binary(
        self,
        out: &mut Vec<u8>,
        component: &InstanceId,
        name: &str,
        bytes: &[u8],
        now_ms: u64,
    ) {
        match self {
            Self::Json => {
                let mut object = Object::begin(out);
                object.kind("STATE_BINARY");
                object.string("componentId", component.as_str());
                object.string("name", name);
                object.key("data");
                object.out.push(b'"');
                let begun = object.out.len();
                let length = base64::encoded_len(bytes.len(), true).unwrap_or(0);
                object.out.resize(begun + length, 0);
                // The room is exactly what it takes: it cannot fail.
                let _ = BASE64_STANDARD.encode_slice(bytes, &mut object.out[begun..]);
                object.out.push(b'"');
                object.timestamp(now_ms);
                object.end();
            }
            Self::MessagePack => {
                let key = |out: &mut Vec<u8>, key: &str| msgpack::text(out, key.as_bytes());
                // A vector takes everything: writing to it cannot fail.
                let _ = encode::write_map_len(out, 5);
                key(out, "type");
                key(out, "STATE_BINARY");
                key(out, "componentId");
                key(out, component.as_str());
                key(out, "name");
                key(out, name);
                key(out, "data");
                let _ = encode::write_bin_len(out, msgpack::length_of(bytes.len()));
                out.extend_from_slice(bytes);
                key(out, "timestamp");
                let _ = encode::write_uint(out, now_ms);
            }
        }
    }

    /// Appends what goes before `count` messages that share a frame.
    pub fn begin_batch(self, out: &mut Vec<u8>, count: usize) {
        match self {
            Self::Json => out.push(b'['),
            Self::MessagePack => {
                let _ = encode::write_array_len(out, msgpack::length_of(count));
            }
        }
    }

    /// Appends what goes between two of them.
    pub fn next_in_batch(self, out: &mut Vec<u8>) {
        if self == Self::Json {
            out.push(b',');
        }
    }

    /// Appends what goes behind the last.
    pub fn end_batch(self, out: &mut Vec<u8>) {
        if self == Self::Json {
            out.push(b']');
        }
    }
}
