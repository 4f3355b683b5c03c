//! `rooms` and `broadcast`: what a component does with others. Reads are answered at once; the rest waits for the end of
//! the event.

use super::{GuestStore, error};
use crate::protocol::names;
use crate::state::{Document, Json};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::bindings::liveside::component::{broadcast, rooms};
use crate::wasm::subject::{Effect, RoomCall, RoomCallError, Subject};

/// Most effects of one event: what it asks for is held until it ends.
pub(super) const MAX_EFFECTS: usize = 1_000;

impl rooms::Host for GuestStore {
    fn default_room(&mut self) -> Option<String> {
        self.subject.as_ref()?.room.as_deref().map(str::to_owned)
    }

    fn join(&mut self, room: String) -> Result<(), Error> {
        check_room(&room)?;
        let subject = self.subject()?;
        if is_member(subject, &room) {
            return Ok(());
        }
        keep_back(subject, &room)?;
        if subject.shared.is_room {
            return Err(error(
                ErrorCode::Denied,
                "a room cannot be a member of another",
            ));
        }
        ask(subject, Effect::Join(room.into()))
    }

    fn leave(&mut self, room: String) -> Result<(), Error> {
        let subject = self.subject()?;
        if !is_member(subject, &room) {
            return Ok(());
        }
        ask(subject, Effect::Leave(room.into()))
    }

    fn emit(&mut self, room: String, event: String, data: String) -> Result<u32, Error> {
        names::check_event(&event).map_err(|rule| error(ErrorCode::Invalid, rule))?;
        let subject = self.subject()?;
        let others = must_be_member(subject, &room)?;
        keep_back(subject, &event)?;
        let data = message(subject, &data)?;
        let (room, event) = (room.into(), event.into());
        ask(subject, Effect::Emit { room, event, data })?;
        Ok(count(others))
    }

    fn state_get(&mut self, room: String) -> Result<String, Error> {
        let subject = self.subject()?;
        must_be_member(subject, &room)?;
        Ok(state_with_pending(subject, &room).to_text(None))
    }

    fn state_set(&mut self, room: String, changes: String) -> Result<(), Error> {
        let subject = self.subject()?;
        must_be_member(subject, &room)?;
        if subject.shared.secrets.are_in_json(&changes) {
            return Err(secret());
        }
        let limit = subject.shared.rooms.max_state_bytes();
        let mut state = state_with_pending(subject, &room);
        state
            .patch(&changes, limit, |_| false)
            .map_err(|refused| error(super::state::error_code(&refused), refused.to_string()))?;
        let changes =
            Json::parse(&changes).map_err(|e| error(ErrorCode::Invalid, e.to_string()))?;
        let room = room.into();
        ask(subject, Effect::SetState { room, changes })
    }

    async fn call(
        &mut self,
        room: String,
        action: String,
        payload: Option<String>,
    ) -> Result<Option<String>, Error> {
        let call = self.room_call(room, action, payload)?;
        let rooms = self.subject()?.shared.rooms.clone();
        let answer = self.cpu.waiting(rooms.call(call)).await;
        match answer {
            Ok(result) => Ok(result.map(|json| json.as_str().to_owned())),
            Err(RoomCallError::Failed(why)) => Err(error(ErrorCode::Failed, why)),
            Err(RoomCallError::Invalid(why)) => Err(error(ErrorCode::Invalid, why)),
        }
    }

    fn members(&mut self, room: String) -> Result<Vec<rooms::Member>, Error> {
        let subject = self.subject()?;
        must_be_member(subject, &room)?;
        let mut members = subject.shared.rooms.members(&room);
        if !members.contains(&subject.instance) {
            members.push(subject.instance.clone());
        }
        Ok(members
            .into_iter()
            .map(|instance| rooms::Member {
                instance: instance.as_str().to_owned(),
                user_id: None,
            })
            .collect())
    }

    fn count(&mut self, room: String) -> Result<u32, Error> {
        let subject = self.subject()?;
        let others = must_be_member(subject, &room)?;
        Ok(count(others + usize::from(!subject.is_room(&room))))
    }
}

/// A call of a room's logic may be made within another so many times.
pub(in crate::wasm) const MAX_DEPTH: usize = 4;

impl GuestStore {
    fn room_call(
        &mut self,
        room: String,
        action: String,
        payload: Option<String>,
    ) -> Result<RoomCall, Error> {
        check_room(&room)?;
        let subject = self.subject()?;
        if subject.chain.len() >= MAX_DEPTH {
            let message = format!("rooms may call one another {MAX_DEPTH} deep at most");
            return Err(error(ErrorCode::Limit, message));
        }
        for name in [&room, &action] {
            keep_back(subject, name)?;
        }
        let payload = payload
            .map(|payload| message(subject, &payload))
            .transpose()?;
        let mut chain = subject.chain.to_vec();
        chain.push(subject.instance.clone());
        Ok(RoomCall {
            room,
            action,
            payload,
            session: subject.session.clone(),
            chain: chain.into(),
            request: subject.request.clone(),
        })
    }
}

impl broadcast::Host for GuestStore {
    fn send(&mut self, kind: String, data: String, except_sender: bool) -> Result<u32, Error> {
        names::check_event(&kind).map_err(|rule| error(ErrorCode::Invalid, rule))?;
        let subject = self.subject()?;
        let Some(room) = subject.room.clone() else {
            return Err(error(
                ErrorCode::Denied,
                "the component was mounted without a room",
            ));
        };
        must_be_member(subject, &room)?;
        keep_back(subject, &kind)?;
        let data = message(subject, &data)?;
        let connections = subject.shared.rooms.connections(&room);
        let kind = kind.into();
        ask(
            subject,
            Effect::Broadcast {
                kind,
                data,
                except_sender,
            },
        )?;
        Ok(count(
            connections.saturating_sub(usize::from(except_sender)),
        ))
    }
}

/// Puts an effect behind the others of the event.
pub(super) fn ask(subject: &mut Subject, effect: Effect) -> Result<(), Error> {
    if subject.effects.len() >= MAX_EFFECTS {
        let message = format!("an event may ask for {MAX_EFFECTS} things at most");
        return Err(error(ErrorCode::Limit, message));
    }
    subject.effects.push(effect);
    Ok(())
}

/// JSON that goes to others: without secrets, within its limit.
fn message(subject: &Subject, text: &str) -> Result<Json, Error> {
    if subject.shared.secrets.are_in_json(text) {
        return Err(secret());
    }
    bounded(subject, text)
}

/// Refuses a name that others would see if it holds a secret.
fn keep_back(subject: &Subject, name: &str) -> Result<(), Error> {
    if subject.shared.secrets.are_in(name) {
        return Err(secret());
    }
    Ok(())
}

pub(super) fn secret() -> Error {
    let message = "others would be shown a secret of the component";
    error(ErrorCode::Denied, message)
}

/// JSON of a guest, within the limit of what the daemon holds for it.
pub(super) fn bounded(subject: &Subject, text: &str) -> Result<Json, Error> {
    let limit = subject.shared.max_message_bytes;
    if text.len() > limit {
        let message = format!("the data is {} bytes, {limit} are allowed", text.len());
        return Err(error(ErrorCode::Limit, message));
    }
    Json::parse(text).map_err(|e| error(ErrorCode::Invalid, e.to_string()))
}

fn check_room(room: &str) -> Result<(), Error> {
    names::check_room(room).map_err(|rule| error(ErrorCode::Invalid, rule))
}

/// Whether the instance is a member, or will be by what this event has asked for.
fn is_member(subject: &Subject, room: &str) -> bool {
    for effect in subject.effects.iter().rev() {
        match effect {
            Effect::Join(joined) if **joined == *room => return true,
            Effect::Leave(left) if **left == *room => return false,
            _ => {}
        }
    }
    subject.is_room(room)
        || subject
            .shared
            .rooms
            .others(room, &subject.instance)
            .is_some()
}

/// How many others there are.
fn must_be_member(subject: &Subject, room: &str) -> Result<usize, Error> {
    check_room(room)?;
    if !is_member(subject, room) {
        let message = format!("only members of {room} may do that");
        return Err(error(ErrorCode::Denied, message));
    }
    let rooms = &subject.shared.rooms;
    Ok(rooms
        .others(room, &subject.instance)
        .unwrap_or_else(|| rooms.members(room).len()))
}

/// The room's state with what this event has laid over it.
fn state_with_pending(subject: &Subject, room: &str) -> Document {
    let text = subject.shared.rooms.state(room);
    let mut state = text
        .and_then(|text| Document::parse(&text).ok())
        .unwrap_or_default();
    for effect in &subject.effects {
        if let Effect::SetState { room: of, changes } = effect
            && **of == *room
        {
            // It was checked when it was asked for.
            let _ = state.patch(changes.as_str(), usize::MAX, |_| false);
        }
    }
    state
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
