//! JSON, or the same as MessagePack.
//!
//! Messages are made and searched as JSON text. For MessagePack they are translated on the way, by another implementation
//! than the daemon's: that costs the generator time, so calls a second say less there than the server's processor time.

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// What the frames carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Encoding {
    /// JSON in text frames
    #[default]
    Json,
    /// MessagePack in binary frames
    Msgpack,
}

impl Encoding {
    /// What is offered to the server.
    pub(crate) fn subprotocol(self) -> Option<&'static str> {
        match self {
            Self::Json => None,
            Self::Msgpack => Some("live.msgpack"),
        }
    }

    /// A message as a frame.
    pub(crate) fn frame(self, json: String) -> Result<Message> {
        if self == Self::Json {
            return Ok(Message::text(json));
        }
        // By way of a value: MessagePack says lengths before, JSON shows them behind.
        let value: serde_json::Value = serde_json::from_str(&json)?;
        Ok(Message::binary(rmp_serde::to_vec(&value)?))
    }

    /// The messages of a frame as JSON.
    pub(crate) fn messages(self, frame: Message) -> Result<Utf8Bytes> {
        match (self, frame) {
            (Self::Json, Message::Text(text)) => Ok(text),
            (Self::Msgpack, Message::Binary(packed)) => {
                let mut json = Vec::with_capacity(packed.len() * 2);
                let mut from = rmp_serde::Deserializer::from_read_ref(&packed);
                let mut to = serde_json::Serializer::new(&mut json);
                serde_transcode::transcode(&mut from, &mut to)
                    .context("the server sent what is no MessagePack")?;
                Ok(Utf8Bytes::from(String::from_utf8(json)?))
            }
            (_, frame) => bail!("the server sent a frame of the wrong kind: {frame:?}"),
        }
    }
}
