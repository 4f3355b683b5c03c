//! Frames from browsers, as messages. Everything here is hostile until it is checked.
//!
//! Values that only pass through (payloads, request ids) stay text: they are checked for being JSON, not taken apart.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::code::Code;

mod payload;
mod room;
mod upload;

/// The longest `requestId`, in bytes of JSON text: it is echoed, so it must not be a way to make the daemon send much.
const MAX_REQUEST_ID_BYTES: usize = 256;
/// The longest name of a component, an action or a property, in bytes.
const MAX_NAME_BYTES: usize = 256;

/// One message with what every message has.
#[derive(Debug)]
pub struct Request<'a> {
    /// `requestId` as JSON text, to be echoed as it came.
    pub id: Option<&'a str>,
    /// `componentId`: the client's own reference in a mount, an instance's id elsewhere.
    pub component: Option<Cow<'a, str>>,
    /// The same as JSON text, to be echoed as it came.
    pub component_json: Option<&'a str>,
    /// What it asks for.
    pub message: ClientMessage<'a>,
}

/// What a browser can ask for.
#[derive(Debug)]
pub enum ClientMessage<'a> {
    /// `COMPONENT_MOUNT`.
    Mount(Mount<'a>),
    /// `AUTH`.
    Auth(Auth<'a>),
    /// `COMPONENT_REHYDRATE`.
    Rehydrate(Rehydrate<'a>),
    /// `COMPONENT_UNMOUNT`.
    Unmount,
    /// `CALL_ACTION` or `COMPONENT_ACTION`.
    Action(Action<'a>),
    /// `PROPERTY_UPDATE`.
    Property(Property<'a>),
    /// `COMPONENT_PING`.
    Ping,
    /// `ROOM_JOIN`, `ROOM_LEAVE`, `ROOM_EMIT`, `ROOM_STATE_GET` or `ROOM_STATE_SET`.
    Room(RoomMessage<'a>),
    /// `FILE_UPLOAD_START`, `FILE_UPLOAD_CHUNK`, `FILE_UPLOAD_COMPLETE` or `FILE_UPLOAD_CANCEL`.
    Upload(UploadMessage<'a>),
}

impl ClientMessage<'_> {
    /// The type that it has, or that its kind has.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mount(_) => MOUNT,
            Self::Auth(_) => AUTH,
            Self::Rehydrate(_) => REHYDRATE,
            Self::Unmount => UNMOUNT,
            Self::Action(action) => action.original_type,
            Self::Property(_) => PROPERTY,
            Self::Ping => PING,
            Self::Room(room) => room.operation.message_type(),
            Self::Upload(upload) => upload.original_type(),
        }
    }

    /// Whether bytes may stand beside it.
    #[must_use]
    pub fn may_have_bytes(&self) -> bool {
        matches!(self, Self::Upload(upload) if matches!(upload.step, UploadStep::Chunk { .. }))
    }
}

/// A call of an action.
#[derive(Debug)]
pub struct Action<'a> {
    /// The message's own type, for `originalType`.
    pub original_type: &'static str,
    /// The action.
    pub name: Cow<'a, str>,
    /// Its payload.
    pub payload: Option<&'a RawValue>,
    /// Whether the client waits for a reply.
    pub wants_reply: bool,
}

pub use payload::{Auth, Mount, Property, Rehydrate};
pub use room::{RoomMessage, RoomOperation};
pub use upload::{UploadMessage, UploadStep};

/// A message that is none. It says which request it belongs to, where that could be told.
#[derive(Debug, PartialEq, Eq)]
pub struct ParseError<'a> {
    /// What kind of mistake.
    pub code: Code,
    /// A sentence for people.
    pub error: String,
    /// `requestId` as JSON text.
    pub request_id: Option<&'a str>,
    /// `componentId`, as JSON text.
    pub component: Option<&'a str>,
    /// The message's type, where it is one that has a reply of its own.
    pub original_type: Option<&'static str>,
}

/// A message, or what is wrong with it.
pub type Parsed<'a> = Result<Request<'a>, ParseError<'a>>;

/// The messages of one frame, in order.
#[derive(Debug)]
pub struct Messages<'a> {
    one: Option<Parsed<'a>>,
    list: std::vec::IntoIter<&'a RawValue>,
}

impl<'a> Iterator for Messages<'a> {
    type Item = Parsed<'a>;

    fn next(&mut self) -> Option<Parsed<'a>> {
        self.one
            .take()
            .or_else(|| self.list.next().map(|raw| parse_message(raw.get())))
    }
}

/// All messages of a text frame: one for an object, as many as it holds for an array.
///
/// `max_depth` bounds how deep objects and arrays may nest.
///
/// # Errors
/// If the frame as a whole is no JSON object or array. Each message may still be wrong for itself.
pub fn parse_frame(text: &str, max_depth: usize) -> Result<Messages<'_>, ParseError<'_>> {
    let refused = |code, error: String| ParseError {
        code,
        error,
        request_id: None,
        component: None,
        original_type: None,
    };
    if nests_deeper_than(text, max_depth) {
        return Err(refused(
            Code::InvalidMessage,
            format!("The message nests deeper than {max_depth} levels"),
        ));
    }
    if text.trim_ascii_start().starts_with('[') {
        let list: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|_| refused(Code::InvalidJson, "Invalid JSON".into()))?;
        return Ok(Messages {
            one: None,
            list: list.into_iter(),
        });
    }
    match parse_message(text) {
        Err(error) if error.code == Code::InvalidJson => Err(error),
        parsed => Ok(Messages {
            one: Some(parsed),
            list: Vec::new().into_iter(),
        }),
    }
}

/// The fields of any message, not looked into.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    component_id: Option<&'a RawValue>,
    #[serde(borrow)]
    request_id: Option<&'a RawValue>,
    #[serde(borrow)]
    action: Option<&'a RawValue>,
    #[serde(borrow)]
    property: Option<&'a RawValue>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(borrow)]
    expect_response: Option<&'a RawValue>,
}

fn parse_message(text: &str) -> Parsed<'_> {
    let envelope: Envelope<'_> = match serde_json::from_str(text) {
        Ok(envelope) => envelope,
        Err(error) => return Err(not_a_message(text, &error)),
    };
    let request_id = envelope
        .request_id
        .map(RawValue::get)
        .filter(|raw| *raw != "null");
    let echoed =
        request_id.filter(|raw| raw.len() <= MAX_REQUEST_ID_BYTES && !raw.starts_with(['{', '[']));
    let component = envelope
        .component_id
        .map(RawValue::get)
        .filter(|raw| raw.len() <= MAX_NAME_BYTES);
    let original_type = envelope.kind.and_then(original_type);
    let refuse = |code: Code, error: String| ParseError {
        code,
        error,
        request_id: echoed,
        component,
        original_type,
    };
    let invalid = |error: String| refuse(Code::InvalidMessage, error);

    if request_id.is_some() && echoed.is_none() {
        return Err(invalid(format!(
            "requestId must be a string or a number of at most {MAX_REQUEST_ID_BYTES} bytes"
        )));
    }
    let kind = required(envelope.kind, "type").map_err(invalid)?;
    let Some(original_type) = original_type else {
        return Err(refuse(
            Code::UnknownType,
            format!("Unknown message type: {kind}"),
        ));
    };
    let component_id = optional(envelope.component_id, "componentId").map_err(invalid)?;
    // After its first message an upload is known by its own id.
    let is_about_upload = upload::ALL.contains(&original_type);
    let stands_alone = matches!(original_type, MOUNT | AUTH)
        || (is_about_upload && original_type != upload::START);
    if component_id.is_none() && !stands_alone {
        return Err(invalid(format!("{kind} needs componentId")));
    }
    let message = match original_type {
        MOUNT => ClientMessage::Mount(payload::mount(envelope.payload).map_err(invalid)?),
        AUTH => ClientMessage::Auth(payload::auth(envelope.payload).map_err(invalid)?),
        REHYDRATE => {
            ClientMessage::Rehydrate(payload::rehydrate(envelope.payload).map_err(invalid)?)
        }
        UNMOUNT => ClientMessage::Unmount,
        PROPERTY => ClientMessage::Property(
            payload::property(envelope.property, envelope.payload).map_err(invalid)?,
        ),
        PING => ClientMessage::Ping,
        _ if is_about_upload => ClientMessage::Upload(
            upload::message(text, original_type, envelope.payload).map_err(invalid)?,
        ),
        _ if let Some(operation) = RoomOperation::of(original_type) => {
            let expects = flag(envelope.expect_response, "expectResponse").map_err(invalid)?;
            ClientMessage::Room(
                room::message(
                    text,
                    operation,
                    envelope.payload,
                    request_id.is_some() || expects,
                )
                .map_err(invalid)?,
            )
        }
        _ => {
            let expects = flag(envelope.expect_response, "expectResponse").map_err(invalid)?;
            ClientMessage::Action(Action {
                original_type,
                name: required(envelope.action, "action").map_err(invalid)?,
                payload: envelope.payload,
                wants_reply: request_id.is_some() || expects,
            })
        }
    };
    Ok(Request {
        id: echoed,
        component: component_id,
        component_json: component,
        message,
    })
}

const AUTH: &str = "AUTH";
const MOUNT: &str = "COMPONENT_MOUNT";
const REHYDRATE: &str = "COMPONENT_REHYDRATE";
const UNMOUNT: &str = "COMPONENT_UNMOUNT";
const PROPERTY: &str = "PROPERTY_UPDATE";
const PING: &str = "COMPONENT_PING";

/// A message type that there is.
fn original_type(raw: &RawValue) -> Option<&'static str> {
    [
        AUTH,
        MOUNT,
        REHYDRATE,
        UNMOUNT,
        "CALL_ACTION",
        "COMPONENT_ACTION",
        PROPERTY,
        PING,
    ]
    .into_iter()
    .chain(RoomOperation::ALL.map(RoomOperation::message_type))
    .chain(upload::ALL)
    .find(|known| {
        raw.get()
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            == Some(*known)
    })
}

/// The type of the reply to a message type.
#[must_use]
pub fn reply_type(original_type: &str) -> &'static str {
    match original_type {
        AUTH => "AUTH_RESPONSE",
        MOUNT => "COMPONENT_MOUNTED",
        REHYDRATE => "COMPONENT_REHYDRATED",
        UNMOUNT => "COMPONENT_UNMOUNTED",
        PROPERTY => "PROPERTY_UPDATED",
        PING => "COMPONENT_PONG",
        _ => RoomOperation::of(original_type)
            .map(RoomOperation::reply_type)
            .or_else(|| upload::reply_type(original_type))
            .unwrap_or("ACTION_RESPONSE"),
    }
}

/// The fields of an object; nothing at all counts as an empty one.
fn object<'a, T: Deserialize<'a> + Default>(
    raw: Option<&'a RawValue>,
    name: &str,
) -> Result<T, String> {
    match raw {
        None => Ok(T::default()),
        Some(raw) if !raw.get().starts_with('{') => {
            Err(format!("{name} must be an object, not {}", kind_of(raw)))
        }
        Some(raw) => {
            serde_json::from_str(raw.get()).map_err(|error| format!("{name}: {}", reason(&error)))
        }
    }
}

fn required<'a>(raw: Option<&'a RawValue>, name: &str) -> Result<Cow<'a, str>, String> {
    optional(raw, name)?.ok_or_else(|| format!("{name} is missing"))
}

fn optional<'a>(raw: Option<&'a RawValue>, name: &str) -> Result<Option<Cow<'a, str>>, String> {
    text(raw, name, MAX_NAME_BYTES)
}

fn text<'a>(
    raw: Option<&'a RawValue>,
    name: &str,
    max_bytes: usize,
) -> Result<Option<Cow<'a, str>>, String> {
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else {
        return Ok(None);
    };
    let text = raw.get();
    let wrong = || format!("{name} must be a string, not {}", kind_of(raw));
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or_else(wrong)?;
    let value = if inner.contains('\\') {
        Cow::Owned(
            serde_json::from_str(text).map_err(|error| format!("{name}: {}", reason(&error)))?,
        )
    } else {
        Cow::Borrowed(inner)
    };
    if value.len() > max_bytes {
        return Err(format!("{name} is longer than {max_bytes} bytes"));
    }
    Ok(Some(value))
}

fn flag(raw: Option<&RawValue>, name: &str) -> Result<bool, String> {
    match raw.map(RawValue::get) {
        None | Some("null" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(format!("{name} must be true or false")),
    }
}

fn kind_of(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Why a message could not be taken apart: not JSON, or JSON of another shape.
fn not_a_message<'a>(text: &'a str, error: &serde_json::Error) -> ParseError<'a> {
    let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
    let (code, error) = if is_json {
        let error = match text.trim_ascii_start().as_bytes().first() {
            Some(b'{') => format!("Invalid message: {}", reason(error)),
            _ => "Invalid message: it must be a JSON object".to_owned(),
        };
        (Code::InvalidMessage, error)
    } else {
        (Code::InvalidJson, "Invalid JSON".to_owned())
    };
    ParseError {
        code,
        error,
        request_id: None,
        component: None,
        original_type: None,
    }
}

/// serde_json's message without its position, which means nothing inside a frame.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// Whether brackets outside strings nest deeper than `max`.
#[must_use]
pub fn nests_deeper_than(text: &str, max: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > max {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
