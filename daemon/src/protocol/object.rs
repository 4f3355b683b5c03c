//! JSON text under construction: objects written field by field into a buffer.

use super::incoming::RoomOperation;
use super::outgoing::{Features, Outcome, RoomAnswer};
use crate::state::{Document, Json};

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

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.raw(key, if value { "true" } else { "false" });
    }

    /// The state, and what brings it back to another connection.
    pub(super) fn state(&mut self, key: &str, state: &Document, signed: Option<&Json>) {
        self.document(key, state);
        if let Some(signed) = signed {
            self.raw("signedState", signed.as_str());
        }
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
    pub(super) fn kind_of(&mut self, key: &str, word: &str) {
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

    pub(super) fn features(&mut self, features: Features) {
        self.key("features");
        let mut object = Object::begin(self.out);
        object.flag("compression", false);
        object.flag("encryption", features.encryption);
        // The client queues; what it needs of the daemon is that components come back.
        object.flag("offlineQueue", features.recovery);
        object.flag("loadBalancing", false);
        object.flag("binaryUpload", features.uploads);
        object.flag("recovery", features.recovery);
        object.end();
    }

    /// Clients of different generations look for the same in different places.
    pub(super) fn room_answer(
        &mut self,
        operation: RoomOperation,
        room: &str,
        answer: RoomAnswer<'_>,
    ) {
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

    pub(super) fn outcome<T: Clone>(
        &mut self,
        outcome: &Outcome<'_, T>,
        result: impl FnOnce(&mut Self, T),
    ) {
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

    pub(super) fn reply_end(&mut self, request: Option<&str>, now_ms: u64) {
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
pub(super) fn itoa(number: u64) -> compact_str::CompactString {
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
