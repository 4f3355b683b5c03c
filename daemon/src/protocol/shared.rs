//! Messages that many browsers get: encoded once, whatever the number of members.
//!
//! Where a message names the member that it is for, the name is a gap in the text that is filled at the very end.

use std::sync::OnceLock;

use super::msgpack;
use super::object::Object;
use super::outgoing::write_delta;
use crate::ids::InstanceId;
use crate::state::Delta;

/// One or more messages as JSON text, for any number of browsers.
#[derive(Debug, Clone)]
pub struct SharedMessage {
    json: Vec<u8>,
    /// Where the member's id belongs.
    gap: Option<usize>,
    /// How many messages it is.
    count: usize,
    /// The same as MessagePack, once the first member has asked for it.
    packed: OnceLock<Packed>,
}

#[derive(Debug, Clone)]
struct Packed {
    bytes: Box<[u8]>,
    gap: Option<msgpack::Gap>,
}

impl SharedMessage {
    fn whole(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut json = Vec::with_capacity(192);
        write(&mut json);
        Self {
            json,
            gap: None,
            count: 1,
            packed: OnceLock::new(),
        }
    }

    /// `ROOM_EVENT`: `data` is JSON text.
    #[must_use]
    pub fn room_event(room: &str, event: &str, data: &str, now_ms: u64) -> Self {
        Self::to_member("ROOM_EVENT", room, event, now_ms, |object| {
            object.raw("data", data);
        })
    }

    /// `ROOM_STATE`: the keys that changed.
    #[must_use]
    pub fn room_state(room: &str, changes: &Delta, now_ms: u64) -> Self {
        Self::to_member("ROOM_STATE", room, "$state:update", now_ms, |object| {
            object.key("data");
            let mut data = Object::begin(object.out);
            for (key, value) in changes {
                data.raw(key, value.as_ref().map_or("null", |value| value.as_str()));
            }
            data.end();
        })
    }

    fn to_member(
        kind: &'static str,
        room: &str,
        event: &str,
        now_ms: u64,
        data: impl FnOnce(&mut Object<'_>),
    ) -> Self {
        let mut gap = 0;
        let mut message = Self::whole(|out| {
            let mut object = Object::begin(out);
            object.kind(kind);
            object.string("componentId", "");
            // Ids need no escaping: they are the daemon's own.
            gap = object.out.len() - 1;
            object.string("roomId", room);
            object.string("event", event);
            data(&mut object);
            object.timestamp(now_ms);
            object.end();
        });
        message.gap = Some(gap);
        message
    }

    /// `ROOM_SYSTEM`: somebody joined (`$sub:join`) or left (`$sub:leave`), and `count` members are there now.
    #[must_use]
    pub fn room_system(
        room: &str,
        event: &'static str,
        subscriber: &InstanceId,
        count: usize,
        now_ms: u64,
    ) -> Self {
        Self::whole(|out| {
            let mut object = Object::begin(out);
            object.kind("ROOM_SYSTEM");
            object.string("roomId", room);
            object.string("event", event);
            object.key("data");
            let mut data = Object::begin(object.out);
            data.string("subscriberId", subscriber.as_str());
            data.raw("count", &count.to_string());
            data.end();
            object.timestamp(now_ms);
            object.end();
        })
    }

    /// `BROADCAST`: what a component, or the app without a `sender`, tells everybody in a room; without a `room`,
    /// everybody. `data` is JSON text.
    #[must_use]
    pub fn broadcast(
        sender: Option<&InstanceId>,
        room: Option<&str>,
        kind: &str,
        data: &str,
        now_ms: u64,
    ) -> Self {
        Self::whole(|out| {
            let mut object = Object::begin(out);
            object.kind("BROADCAST");
            object.optional_string("componentId", sender.map(InstanceId::as_str));
            object.key("payload");
            let mut payload = Object::begin(object.out);
            payload.string("type", kind);
            payload.raw("data", data);
            payload.end();
            object.optional_string("room", room);
            object.timestamp(now_ms);
            object.end();
        })
    }

    /// Puts another message behind it, to be sent as one. Neither may name its member.
    pub fn append(&mut self, other: &Self) {
        debug_assert!(self.gap.is_none() && other.gap.is_none());
        self.json.push(b',');
        self.json.extend_from_slice(&other.json);
        self.count += other.count;
        self.packed = OnceLock::new();
    }

    /// How many messages it is.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Bytes of text, without the member's name.
    #[must_use]
    pub fn len(&self) -> usize {
        self.json.len()
    }

    /// Whether there is no text: never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.json.is_empty()
    }

    /// Appends the text, with the member's id where it belongs; several messages are separated by commas.
    pub fn write(&self, out: &mut Vec<u8>, member: &InstanceId) {
        match self.gap {
            None => out.extend_from_slice(&self.json),
            Some(gap) => {
                out.extend_from_slice(&self.json[..gap]);
                out.extend_from_slice(member.as_str().as_bytes());
                out.extend_from_slice(&self.json[gap..]);
            }
        }
    }

    /// Appends the same as MessagePack: several messages one behind the other.
    pub fn write_packed(&self, out: &mut Vec<u8>, member: &InstanceId) {
        let packed = self.packed.get_or_init(|| self.pack());
        match packed.gap {
            None => out.extend_from_slice(&packed.bytes),
            Some(gap) => {
                out.extend_from_slice(&packed.bytes[..gap]);
                msgpack::text(out, member.as_str().as_bytes());
                out.extend_from_slice(&packed.bytes[gap..]);
            }
        }
    }

    fn pack(&self) -> Packed {
        let mut bytes = Vec::with_capacity(self.json.len());
        let gap =
            msgpack::pack_with_gap(&self.json, self.gap, &mut bytes).unwrap_or_else(|error| {
                tracing::error!(%error, "a message could not be sent as MessagePack: a bug");
                bytes.resize(self.count, rmp::Marker::Null.to_u8());
                None
            });
        Packed {
            bytes: bytes.into_boxed_slice(),
            gap,
        }
    }
}

/// A `STATE_DELTA` of a component that several browsers share: its text, and the changes for where it is merged.
#[derive(Debug)]
pub struct SharedDelta {
    changes: Delta,
    message: SharedMessage,
}

impl SharedDelta {
    /// Encodes the changes.
    #[must_use]
    pub fn new(component: &InstanceId, changes: Delta, now_ms: u64) -> Self {
        let message = SharedMessage::whole(|out| write_delta(out, component, &changes, now_ms));
        Self { changes, message }
    }

    /// What changed.
    #[must_use]
    pub fn changes(&self) -> &Delta {
        &self.changes
    }

    /// As a message.
    #[must_use]
    pub fn message(&self) -> &SharedMessage {
        &self.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Json;

    fn id(text: &str) -> InstanceId {
        text.to_owned().into()
    }

    fn text(message: &SharedMessage) -> String {
        let mut out = Vec::new();
        message.write(&mut out, &id("m-1"));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn shared_messages_look_as_the_protocol_says() {
        let changes: Delta = vec![
            ("topic".into(), Some(Json::string("x"))),
            ("gone".into(), None),
        ];
        let mut joined = SharedMessage::room_system("r", "$sub:join", &id("s"), 2, 5);
        joined.append(&SharedMessage::room_system(
            "r",
            "$sub:leave",
            &id("t"),
            1,
            6,
        ));
        assert_eq!(joined.count(), 2);
        let shown = [
            SharedMessage::room_event("r", "E", "[1]", 5),
            SharedMessage::room_state("r", &changes, 5),
            joined,
            SharedMessage::broadcast(Some(&id("s")), Some("r"), "note", "null", 5),
            SharedMessage::broadcast(None, None, "note", "[]", 5),
            SharedDelta::new(&id("s"), changes, 5).message,
        ]
        .iter()
        .map(text)
        .collect::<Vec<_>>()
        .join("\n");
        insta::assert_snapshot!(shown, @r###"
        {"type":"ROOM_EVENT","componentId":"m-1","roomId":"r","event":"E","data":[1],"timestamp":5}
        {"type":"ROOM_STATE","componentId":"m-1","roomId":"r","event":"$state:update","data":{"topic":"x","gone":null},"timestamp":5}
        {"type":"ROOM_SYSTEM","roomId":"r","event":"$sub:join","data":{"subscriberId":"s","count":2},"timestamp":5},{"type":"ROOM_SYSTEM","roomId":"r","event":"$sub:leave","data":{"subscriberId":"t","count":1},"timestamp":6}
        {"type":"BROADCAST","componentId":"s","payload":{"type":"note","data":null},"room":"r","timestamp":5}
        {"type":"BROADCAST","payload":{"type":"note","data":[]},"timestamp":5}
        {"type":"STATE_DELTA","componentId":"s","payload":{"delta":{"topic":"x","gone":null}},"timestamp":5}
        "###);
    }
}
