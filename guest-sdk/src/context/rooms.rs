//! Named groups of mounted components. Joining, leaving, emitting and writing take effect when the event ends, in the
//! order asked for.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, decode, encode};
use crate::error::HostError;
use crate::host::{Host, HostResult, Member};
use crate::json::ObjectWriter;

/// All rooms, by name. Names are 1 to 64 characters of `A-Z a-z 0-9 _ : . -`.
#[derive(Clone, Copy)]
pub struct Rooms<'a> {
    cx: &'a Context,
}

impl<'a> Rooms<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// The room of this name.
    pub fn get(&self, name: impl Into<String>) -> Room<'a> {
        Room {
            cx: self.cx,
            name: Some(name.into()),
        }
    }

    /// Makes the component a member of a room.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn join(&self, name: &str) -> HostResult<()> {
        self.cx.host.room_join(name)
    }

    /// Ends the membership.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn leave(&self, name: &str) -> HostResult<()> {
        self.cx.host.room_leave(name)
    }

    /// The name of the room that the component was mounted with.
    pub fn default_name(&self) -> Option<String> {
        self.cx.host.default_room()
    }
}

/// One room.
#[derive(Clone)]
pub struct Room<'a> {
    cx: &'a Context,
    /// `None`: the default room of a component that was mounted without one.
    name: Option<String>,
}

impl<'a> Room<'a> {
    pub(super) fn default_of(cx: &'a Context) -> Self {
        Self {
            cx,
            name: cx.host.default_room(),
        }
    }

    /// The room's name; `None` for the default room of a component that was mounted without one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Makes the component a member.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn join(&self) -> HostResult<()> {
        self.cx.host.room_join(self.known()?)
    }

    /// Ends the membership.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn leave(&self) -> HostResult<()> {
        self.cx.host.room_leave(self.known()?)
    }

    /// Sends an event to every other member. Gives the number of members that it goes to.
    ///
    /// # Errors
    /// `denied`: not a member.
    pub fn emit(&self, event: &str, data: &(impl Serialize + ?Sized)) -> HostResult<u32> {
        self.cx.host.room_emit(self.known()?, event, &encode(data)?)
    }

    /// The state that the members share.
    ///
    /// # Errors
    /// `denied`: not a member. Where the state is not a `T`.
    pub fn state<T: DeserializeOwned>(&self) -> HostResult<T> {
        decode(&self.cx.host.room_state(self.known()?)?, "The room's state")
    }

    /// Lays the keys of an object (a struct, a map) over the room's state.
    ///
    /// # Errors
    /// `denied`: not a member. `limit`: the state would be too large.
    pub fn set_state(&self, changes: &(impl Serialize + ?Sized)) -> HostResult<()> {
        self.cx
            .host
            .room_state_set(self.known()?, &encode(changes)?)
    }

    /// Everybody in the room.
    ///
    /// # Errors
    /// `denied`: not a member.
    pub fn members(&self) -> HostResult<Vec<Member>> {
        self.cx.host.room_members(self.known()?)
    }

    /// How many members there are now. After a change of it, whoever is told of the change sees it or a later one.
    ///
    /// # Errors
    /// `denied`: not a member.
    pub fn count(&self) -> HostResult<u32> {
        self.cx.host.room_count(self.known()?)
    }

    /// Calls an action of the room's own logic and waits for its result. The room is made if it is not there; the
    /// caller need not be a member. Where the room's type is at hand, [`Context::room_of`] checks the call.
    ///
    /// # Errors
    /// `failed`: what the room's logic says, or its result is not an `R`. `invalid`: the room has no logic, or waits
    /// for this very call. `limit`: too many calls within one another.
    pub fn call<R: DeserializeOwned>(
        &self,
        action: &str,
        payload: &(impl Serialize + ?Sized),
    ) -> HostResult<R> {
        self.call_text(action, Some(&encode(payload)?))
    }

    fn call_text<R: DeserializeOwned>(&self, action: &str, payload: Option<&str>) -> HostResult<R> {
        let room = self.known()?;
        let result = self.cx.host.room_call(room, action, payload)?;
        decode(
            result.as_deref().unwrap_or("null"),
            &format!("The result of `{action}` in {room}"),
        )
    }

    fn known(&self) -> HostResult<&str> {
        self.name
            .as_deref()
            .ok_or_else(|| HostError::invalid("This component was mounted without a room"))
    }
}

/// The logic of rooms: implemented by `#[component(room = "..")]`.
pub trait RoomLogic {
    /// What the names of its rooms begin with.
    const KIND: &'static str;

    /// The room as those see it who call it: one method for each action.
    type Handle<'a>;

    /// A handle on one room.
    fn handle(room: Room<'_>) -> Self::Handle<'_>;
}

/// The arguments of a call, by name. Written by the macros.
#[doc(hidden)]
#[derive(Default)]
pub struct RoomArguments {
    object: ObjectWriter,
    refused: Option<HostError>,
}

impl RoomArguments {
    /// Adds one. `key` is JSON text with a colon behind it.
    #[must_use]
    pub fn with(mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Self {
        if let Err(error) = self.object.put(key, value) {
            let reason = crate::json::reason(&error);
            self.refused
                .get_or_insert_with(|| HostError::invalid(format!("No JSON form: {reason}")));
        }
        self
    }

    /// Calls the action.
    ///
    /// # Errors
    /// As [`Room::call`].
    pub fn call<R: DeserializeOwned>(self, room: &Room<'_>, action: &str) -> HostResult<R> {
        match self.refused {
            Some(error) => Err(error),
            None => room.call_text(action, Some(&self.object.finish())),
        }
    }
}
