//! From a frame to its messages, within the limits of frames and the rate of messages.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Message;
use tracing::Instrument as _;

use super::dispatch::Dispatcher;
use super::outbox::CloseReason;
use crate::live::Client as _;
use crate::protocol::incoming::parse_frame;
use crate::protocol::msgpack::{self, UnpackError};
use crate::protocol::{ClientMessage, Code, Encoding, ParseError, Request, ServerMessage};
use crate::telemetry::spans;

impl Dispatcher {
    /// Handles a frame.
    pub(super) async fn handle(&mut self, frame: Message) {
        let unpacked;
        let mut bytes = None;
        let text = match (&frame, self.encoding) {
            (Message::Text(text), Encoding::Json) => text.as_str(),
            (Message::Binary(frame), Encoding::MessagePack) => match self.unpack(frame) {
                Ok((json, beside)) => {
                    unpacked = json;
                    bytes = beside;
                    &unpacked
                }
                Err(UnpackError::TooLarge) => return self.outbox.close(CloseReason::TooLarge),
                Err(error) => return self.refuse_frame(error.code(), error.to_string()),
            },
            (Message::Text(_), Encoding::MessagePack) => {
                let error = "A connection with the subprotocol live.msgpack speaks MessagePack in binary frames";
                return self.refuse_frame(Code::InvalidMessage, error.to_owned());
            }
            (Message::Binary(frame), Encoding::Json) => {
                if frame.len() > self.hub.config.binary_frame_bytes {
                    return self.outbox.close(CloseReason::TooLarge);
                }
                let Some((header, beside)) = split_chunk(frame) else {
                    let error = "A binary frame carries a chunk of an upload: 4 bytes, the length of its header, the header in JSON, the chunk's bytes. MessagePack needs the subprotocol live.msgpack";
                    return self.refuse_frame(Code::InvalidMessage, error.to_owned());
                };
                bytes = Some(beside);
                header
            }
            // The WebSocket library answers pings; the hub sees pongs by their bytes.
            _ => return,
        };
        if text.len() > self.hub.config.text_frame_bytes {
            return self.outbox.close(CloseReason::TooLarge);
        }
        let messages = match parse_frame(text, self.hub.config.json_depth) {
            Ok(messages) => messages,
            Err(error) => return self.refuse_frame(error.code, error.error),
        };
        let mut count = 0;
        for parsed in messages {
            count += 1;
            let is_awaited = match &parsed {
                Ok(Request {
                    message: ClientMessage::Upload(message),
                    ..
                }) => self
                    .uploads
                    .awaits(message, bytes.as_ref().map_or(0, Bytes::len)),
                _ => false,
            };
            if !is_awaited && !self.takes_token() {
                let (request, component) = match &parsed {
                    Ok(request) => (request.id, request.component_json),
                    Err(error) => (error.request_id, error.component),
                };
                self.refuse(&rate_limited(request, component));
                continue;
            }
            match parsed {
                Ok(request) => {
                    let span = spans::message(
                        request.message.kind(),
                        self.outbox.connection(),
                        request.component.as_deref(),
                        request.id,
                    );
                    if self.may_be_inspectors(&request) {
                        // Boxed: in place it would make the task of every connection larger by what few need.
                        Box::pin(self.inspect(request, bytes.take())).await;
                    } else {
                        self.request(request, bytes.take()).instrument(span).await;
                    }
                }
                Err(error) => self.refuse(&error),
            }
        }
        self.hub.count_messages(count);
    }

    /// A MessagePack frame as JSON text, and the bytes of a chunk beside it.
    fn unpack(&self, frame: &Bytes) -> Result<(String, Option<Bytes>), UnpackError> {
        let config = &self.hub.config;
        if frame.len() > config.binary_frame_bytes {
            return Err(UnpackError::TooLarge);
        }
        let limits = msgpack::Limits {
            depth: config.json_depth,
            json_bytes: config.text_frame_bytes,
        };
        let unpacked = msgpack::unpack(frame, limits)?;
        // The chunk of an upload: its header and its bytes.
        Ok((
            unpacked.json,
            unpacked.bytes.map(|range| frame.slice(range)),
        ))
    }

    /// Says what is wrong with a frame as a whole. It counts as a message.
    fn refuse_frame(&self, code: Code, error: String) {
        let refused = ParseError {
            code,
            error,
            request_id: None,
            component: None,
            original_type: None,
        };
        let allowed = self.takes_token();
        self.refuse(&if allowed {
            refused
        } else {
            rate_limited(None, None)
        });
    }

    pub(super) fn refuse(&self, error: &ParseError<'_>) {
        self.outbox.send(&ServerMessage::Refused {
            code: error.code,
            error: &error.error,
            request: error.request_id,
            component: error.component,
            original_type: error.original_type,
        });
    }

    /// Takes one message's worth from the bucket.
    fn takes_token(&self) -> bool {
        let is_free = self
            .bucket
            .as_ref()
            .is_none_or(|bucket| bucket.check().is_ok());
        if !is_free && let Some(telemetry) = self.hub.live.telemetry() {
            telemetry.rate_limited();
        }
        is_free
    }
}

/// Header and bytes of a chunk: 4 bytes little-endian, the length of the header, the header, the rest.
fn split_chunk(frame: &Bytes) -> Option<(&str, Bytes)> {
    let (length, rest) = frame.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let header = std::str::from_utf8(rest.get(..length)?).ok()?;
    Some((header, frame.slice(4 + length..)))
}

fn rate_limited<'a>(request_id: Option<&'a str>, component: Option<&'a str>) -> ParseError<'a> {
    ParseError {
        code: Code::RateLimited,
        error: "Rate limit exceeded".to_owned(),
        request_id,
        component,
        original_type: None,
    }
}
