//! Messages to browsers, written as JSON text.
//!
//! Values of states and results are text already and go in as they are; nothing is built up only to be written out.

use super::PROTOCOL_VERSION;
use super::code::Code;
use super::incoming::{RoomOperation, reply_type};
use crate::ids::{ConnectionId, InstanceId};
use crate::state::{Delta, Document, Json};

/// What a request came to.
pub type Outcome<'a, T> = Result<T, (Code, &'a str)>;

/// A message to a browser.
#[derive(Debug, Clone)]
pub enum ServerMessage<'a> {
    /// First of all.
    Established {
        /// The connection's id.
        connection: &'a ConnectionId,
    },
    /// Reply to a mount.
    Mounted {
        /// The client's own reference.
        reference: Option<&'a str>,
        /// The new instance and its state.
        outcome: Outcome<'a, (&'a InstanceId, &'a Document)>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to an unmount.
    Unmounted {
        /// The instance that was asked for.
        component: &'a str,
        /// Whether it was there.
        outcome: Outcome<'a, ()>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to an action.
    ActionResponse {
        /// The request's type.
        original_type: &'a str,
        /// The instance that was asked for.
        component: &'a str,
        /// The action's result; `None` is written as `null`.
        outcome: Outcome<'a, Option<&'a Json>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a property update.
    PropertyUpdated {
        /// The instance that was asked for.
        component: &'a str,
        /// The key.
        property: &'a str,
        /// Whether it was set.
        outcome: Outcome<'a, ()>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a ping.
    Pong {
        /// The instance that was asked for.
        component: &'a str,
        /// Whether it is there.
        alive: bool,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to a message about a room.
    Room {
        /// What was asked for.
        operation: RoomOperation,
        /// The member, or who wants to be one.
        component: &'a str,
        /// `roomId`.
        room: &'a str,
        /// What came of it.
        outcome: Outcome<'a, RoomAnswer<'a>>,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
    },
    /// Reply to what is no message, or is one message too many.
    Refused {
        /// What kind of mistake.
        code: Code,
        /// A sentence for people.
        error: &'a str,
        /// `requestId`, as JSON text.
        request: Option<&'a str>,
        /// `componentId`, as JSON text.
        component: Option<&'a str>,
        /// The message's type, where it is one that has a reply of its own.
        original_type: Option<&'a str>,
    },
    /// Pushed: the whole state.
    State {
        /// Whose.
        component: &'a InstanceId,
        /// All of it.
        state: &'a Document,
    },
    /// Pushed: an error of the component that is no reply.
    ComponentError {
        /// Whose.
        component: &'a InstanceId,
        /// The action or the hook that failed.
        action: &'a str,
        /// What kind of error.
        code: Code,
        /// A sentence for people.
        error: &'a str,
    },
    /// Pushed, to development clients: a new version of a module, or why there is none.
    DevReload {
        /// The component's name, where the failure has one.
        component: Option<&'a str>,
        /// The new version, or the error.
        outcome: Result<&'a str, &'a str>,
    },
}

/// What a reply about a room tells.
#[derive(Debug, Clone, Copy)]
pub enum RoomAnswer<'a> {
    /// Nothing but that it is done.
    Done,
    /// The room's state, a JSON object as text.
    State(&'a str),
    /// How many members it went to.
    Count(usize),
}

impl ServerMessage<'_> {
    /// Whether it answers a request: replies have a frame of their own.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        !matches!(
            self,
            Self::State { .. } | Self::ComponentError { .. } | Self::DevReload { .. }
        )
    }

    /// Appends the message as JSON text.
    pub fn write(&self, out: &mut Vec<u8>, now_ms: u64) {
        let mut object = Object::begin(out);
        match self {
            Self::Established { connection } => {
                object.kind("CONNECTION_ESTABLISHED");
                object.string("connectionId", connection.as_str());
                object.timestamp(now_ms);
                object.raw(
                    "protocolVersion",
                    itoa(u64::from(PROTOCOL_VERSION)).as_str(),
                );
                object.raw("authenticated", "false");
                object.raw("features", FEATURES);
            }
            Self::Mounted {
                reference,
                outcome,
                request,
            } => {
                object.kind("COMPONENT_MOUNTED");
                object.kind_of("originalType", "COMPONENT_MOUNT");
                object.optional_string("componentId", *reference);
                object.outcome(outcome, |object, (id, state)| {
                    object.key("result");
                    let mut result = Object::begin(object.out);
                    result.string("componentId", id.as_str());
                    result.document("initialState", state);
                    result.end();
                });
                object.reply_end(*request, now_ms);
            }
            Self::Unmounted {
                component,
                outcome,
                request,
            } => {
                object.kind("COMPONENT_UNMOUNTED");
                object.kind_of("originalType", "COMPONENT_UNMOUNT");
                object.string("componentId", component);
                object.outcome(outcome, |_, ()| {});
                object.reply_end(*request, now_ms);
            }
            Self::ActionResponse {
                original_type,
                component,
                outcome,
                request,
            } => {
                object.kind("ACTION_RESPONSE");
                object.kind_of("originalType", original_type);
                object.string("componentId", component);
                object.outcome(outcome, |object, result| {
                    object.raw("result", result.map_or("null", Json::as_str))
                });
                object.reply_end(*request, now_ms);
            }
            Self::PropertyUpdated {
                component,
                property,
                outcome,
                request,
            } => {
                object.kind("PROPERTY_UPDATED");
                object.kind_of("originalType", "PROPERTY_UPDATE");
                object.string("componentId", component);
                object.string("property", property);
                object.outcome(outcome, |_, ()| {});
                object.reply_end(*request, now_ms);
            }
            Self::Pong {
                component,
                alive,
                request,
            } => {
                object.kind("COMPONENT_PONG");
                object.string("componentId", component);
                object.raw("success", if *alive { "true" } else { "false" });
                object.reply_end(*request, now_ms);
            }
            Self::Refused {
                code,
                error,
                request,
                component,
                original_type,
            } => {
                match original_type {
                    Some(original_type) => {
                        object.kind(reply_type(original_type));
                        object.kind_of("originalType", original_type);
                    }
                    None => object.kind("ERROR"),
                }
                if let Some(component) = component {
                    object.raw("componentId", component);
                }
                object.raw("success", "false");
                object.string("error", error);
                object.string("code", code.as_str());
                object.reply_end(*request, now_ms);
            }
            Self::Room {
                operation,
                component,
                room,
                outcome,
                request,
            } => {
                object.kind(operation.reply_type());
                object.kind_of("originalType", operation.message_type());
                object.string("componentId", component);
                object.string("roomId", room);
                object.outcome(outcome, |object, answer| {
                    object.room_answer(*operation, room, answer);
                });
                object.reply_end(*request, now_ms);
            }
            Self::State { component, state } => {
                object.kind("STATE_UPDATE");
                object.string("componentId", component.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.document("state", state);
                payload.end();
                object.timestamp(now_ms);
            }
            Self::ComponentError {
                component,
                action,
                code,
                error,
            } => {
                object.kind("ERROR");
                object.string("componentId", component.as_str());
                object.string("error", error);
                object.string("code", code.as_str());
                object.key("payload");
                let mut payload = Object::begin(object.out);
                payload.string("action", action);
                payload.string("error", error);
                payload.end();
                object.timestamp(now_ms);
            }
            Self::DevReload { component, outcome } => {
                object.kind("DEV_RELOAD");
                object.raw("ok", if outcome.is_ok() { "true" } else { "false" });
                match component {
                    Some(component) => object.string("component", component),
                    None => object.raw("component", "null"),
                }
                match outcome {
                    Ok(version) => object.string("version", version),
                    Err(error) => object.string("error", error),
                }
                object.timestamp(now_ms);
            }
        }
        object.end();
    }
}

/// What this daemon can do, for clients that ask before they try.
const FEATURES: &str = concat!(
    r#"{"compression":false,"encryption":false,"offlineQueue":false,"#,
    r#""loadBalancing":false,"binaryUpload":false,"recovery":false}"#
);

/// Appends a `STATE_DELTA`. Keys that are gone are written as `null`.
pub fn write_delta(out: &mut Vec<u8>, component: &InstanceId, delta: &Delta, now_ms: u64) {
    let mut object = Object::begin(out);
    object.kind("STATE_DELTA");
    object.string("componentId", component.as_str());
    object.key("payload");
    let mut payload = Object::begin(object.out);
    payload.key("delta");
    let mut changes = Object::begin(payload.out);
    for (key, value) in delta {
        changes.raw(key, value.as_ref().map_or("null", Json::as_str));
    }
    changes.end();
    payload.end();
    object.timestamp(now_ms);
    object.end();
}

/// An object under construction.
pub(super) struct Object<'o> {
    pub(super) out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    pub(super) fn key(&mut self, key: &str) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
        push_string(self.out, key);
        self.out.push(b':');
    }

    /// A value that is JSON text already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.extend_from_slice(json.as_bytes());
    }

    pub(super) fn string(&mut self, key: &str, value: &str) {
        self.key(key);
        push_string(self.out, value);
    }

    pub(super) fn optional_string(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.string(key, value);
        }
    }

    pub(super) fn kind(&mut self, kind: &'static str) {
        self.kind_of("type", kind);
    }

    /// A value that needs no escaping: one of the protocol's own words.
    fn kind_of(&mut self, key: &str, word: &str) {
        self.key(key);
        self.out.push(b'"');
        self.out.extend_from_slice(word.as_bytes());
        self.out.push(b'"');
    }

    pub(super) fn document(&mut self, key: &str, document: &Document) {
        self.key(key);
        let mut object = Object::begin(self.out);
        for (key, value) in document.iter() {
            object.raw(key, value.as_str());
        }
        object.end();
    }

    /// Clients of different generations look for the same in different places.
    fn room_answer(&mut self, operation: RoomOperation, room: &str, answer: RoomAnswer<'_>) {
        let state = match answer {
            RoomAnswer::State(state) => Some(state),
            RoomAnswer::Count(count) => {
                self.raw("count", itoa(count as u64).as_str());
                None
            }
            RoomAnswer::Done => None,
        };
        if let Some(state) = state {
            self.raw("state", state);
            self.key("data");
            if operation == RoomOperation::Join {
                let mut data = Object::begin(self.out);
                data.raw("state", state);
                data.end();
            } else {
                self.out.extend_from_slice(state.as_bytes());
            }
        }
        if state.is_some() || operation == RoomOperation::Leave {
            self.key("payload");
            let mut payload = Object::begin(self.out);
            payload.string("roomId", room);
            if let Some(state) = state {
                payload.raw("state", state);
            }
            payload.end();
        }
    }

    fn outcome<T: Clone>(&mut self, outcome: &Outcome<'_, T>, result: impl FnOnce(&mut Self, T)) {
        match outcome {
            Ok(value) => {
                self.raw("success", "true");
                result(self, value.clone());
            }
            Err((code, error)) => {
                self.raw("success", "false");
                self.string("error", error);
                self.string("code", code.as_str());
            }
        }
    }

    fn reply_end(&mut self, request: Option<&str>, now_ms: u64) {
        if let Some(request) = request {
            self.raw("requestId", request);
        }
        self.timestamp(now_ms);
    }

    pub(super) fn timestamp(&mut self, now_ms: u64) {
        self.raw("timestamp", itoa(now_ms).as_str());
    }
}

/// A number as text, without an allocation.
fn itoa(number: u64) -> compact_str::CompactString {
    compact_str::ToCompactString::to_compact_string(&number)
}

/// Appends a JSON string.
fn push_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(Json::string(text).as_str().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(message: &ServerMessage<'_>) -> String {
        let mut out = Vec::new();
        message.write(&mut out, 1_700_000_000_000);
        let text = String::from_utf8(out).unwrap();
        assert!(
            serde_json::from_str::<serde_json::Value>(&text).is_ok(),
            "not JSON: {text}"
        );
        text
    }

    #[test]
    fn messages_look_as_the_protocol_says() {
        let id = InstanceId::from("i-1".to_owned());
        let connection = ConnectionId::from("c-1".to_owned());
        let state = Document::parse(r#"{"count":1,"na\"me":"x"}"#).unwrap();
        let result = Json::parse(r#"{"ok":true}"#).unwrap();
        let failed = (Code::ActionFailed, "It \"broke\"");
        let messages = [
            ServerMessage::Established {
                connection: &connection,
            },
            ServerMessage::Mounted {
                reference: Some("ref"),
                outcome: Ok((&id, &state)),
                request: Some("\"q\""),
            },
            ServerMessage::Mounted {
                reference: None,
                outcome: Err((Code::ComponentNotFound, "No")),
                request: None,
            },
            ServerMessage::Unmounted {
                component: "i-1",
                outcome: Ok(()),
                request: Some("1"),
            },
            ServerMessage::ActionResponse {
                original_type: "CALL_ACTION",
                component: "i-1",
                outcome: Ok(Some(&result)),
                request: Some("\"q\""),
            },
            ServerMessage::ActionResponse {
                original_type: "COMPONENT_ACTION",
                component: "i-1",
                outcome: Err(failed),
                request: None,
            },
            ServerMessage::PropertyUpdated {
                component: "i-1",
                property: "count",
                outcome: Ok(()),
                request: None,
            },
            ServerMessage::Pong {
                component: "i-1",
                alive: true,
                request: Some("\"q\""),
            },
            ServerMessage::Refused {
                code: Code::InvalidJson,
                error: "Invalid JSON",
                request: None,
                component: None,
                original_type: None,
            },
            ServerMessage::Refused {
                code: Code::InvalidMessage,
                error: "action is missing",
                request: Some("7"),
                component: Some("\"i\""),
                original_type: Some("CALL_ACTION"),
            },
            ServerMessage::State {
                component: &id,
                state: &state,
            },
            ServerMessage::ComponentError {
                component: &id,
                action: "increment",
                code: failed.0,
                error: failed.1,
            },
            ServerMessage::DevReload {
                component: Some("LiveX"),
                outcome: Ok("1.0.1"),
            },
            ServerMessage::DevReload {
                component: None,
                outcome: Err("line 1\nline 2"),
            },
        ];
        insta::assert_snapshot!(messages.iter().map(written).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_delta_tells_what_is_gone_as_null() {
        let delta: Delta = vec![
            ("a".into(), Some(Json::parse("[1]").unwrap())),
            ("b".into(), None),
        ];
        let mut out = Vec::new();
        write_delta(&mut out, &InstanceId::from("i".to_owned()), &delta, 5);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"type":"STATE_DELTA","componentId":"i","payload":{"delta":{"a":[1],"b":null}},"timestamp":5}"#
        );
    }
}
