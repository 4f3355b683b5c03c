//! Messages about rooms. Their fields may stand at the top level or inside `payload`; the top level goes first.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{flag, object, optional, required};

/// A message about a room.
#[derive(Debug)]
pub struct RoomMessage<'a> {
    /// What it asks for.
    pub operation: RoomOperation,
    /// `roomId`.
    pub room: Cow<'a, str>,
    /// `event` of an emit.
    pub event: Option<Cow<'a, str>>,
    /// `data` of an emit, the changes of a state, the state that a new room begins with.
    pub data: Option<&'a RawValue>,
    /// Whether the sender wants its own event or change back.
    pub include_self: bool,
    /// Whether the client waits for a reply.
    pub wants_reply: bool,
}

/// What a message about a room asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomOperation {
    /// To become a member.
    Join,
    /// To be a member no longer.
    Leave,
    /// To send an event to the others.
    Emit,
    /// What the state is.
    GetState,
    /// To change the state.
    SetState,
}

impl RoomOperation {
    pub(super) const ALL: [Self; 5] = [
        Self::Join,
        Self::Leave,
        Self::Emit,
        Self::GetState,
        Self::SetState,
    ];

    /// The operation of a message type.
    pub(super) fn of(message_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.message_type() == message_type)
    }

    /// The type of the message that asks for it.
    #[must_use]
    pub fn message_type(self) -> &'static str {
        match self {
            Self::Join => "ROOM_JOIN",
            Self::Leave => "ROOM_LEAVE",
            Self::Emit => "ROOM_EMIT",
            Self::GetState => "ROOM_STATE_GET",
            Self::SetState => "ROOM_STATE_SET",
        }
    }

    /// The type of the reply.
    #[must_use]
    pub fn reply_type(self) -> &'static str {
        match self {
            Self::Join => "ROOM_JOINED",
            Self::Leave => "ROOM_LEFT",
            Self::Emit | Self::SetState => "ROOM_EMITTED",
            Self::GetState => "ROOM_STATE",
        }
    }
}

/// The fields, wherever they stand.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Fields<'a> {
    #[serde(borrow)]
    room_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    state: Option<&'a RawValue>,
    #[serde(borrow)]
    initial_state: Option<&'a RawValue>,
    #[serde(borrow)]
    include_self: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct JoinData<'a> {
    #[serde(borrow)]
    initial_state: Option<&'a RawValue>,
}

/// Reads the rest of a message: `text` is all of it.
pub(super) fn message<'a>(
    text: &'a str,
    operation: RoomOperation,
    payload: Option<&'a RawValue>,
    wants_reply: bool,
) -> Result<RoomMessage<'a>, String> {
    // A `payload` that is something else may be the data of an emit, in the oldest clients: the top level has it all.
    let inner: Fields<'a> = object(payload, "payload")?;
    let outer: Fields<'a> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let data = outer.data.or(inner.data);
    let data = match operation {
        RoomOperation::Join => {
            let given = outer.initial_state.or(inner.initial_state);
            match (given, data) {
                (Some(state), _) => Some(state),
                (None, Some(data)) => object::<JoinData<'a>>(Some(data), "data")?.initial_state,
                (None, None) => None,
            }
        }
        RoomOperation::SetState => data.or(outer.state).or(inner.state),
        _ => data,
    };
    let event = optional(outer.event.or(inner.event), "event")?;
    if operation == RoomOperation::Emit && event.as_deref().is_none_or(str::is_empty) {
        return Err("event is missing".to_owned());
    }
    if operation == RoomOperation::SetState && data.is_none() {
        return Err("data is missing".to_owned());
    }
    Ok(RoomMessage {
        operation,
        room: required(outer.room_id.or(inner.room_id), "roomId")?,
        event,
        data: data.filter(|data| operation == RoomOperation::Emit || data.get() != "null"),
        include_self: flag(outer.include_self.or(inner.include_self), "includeSelf")?,
        wants_reply,
    })
}
