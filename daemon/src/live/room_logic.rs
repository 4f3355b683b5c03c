//! Typed rooms: rooms with logic of their own.
//!
//! The logic is an instance like any other, without a browser: events one at a time, transactions, timers, hot swap and
//! migration. What it changes of its state is the state of the room; members hear of it, and nobody else changes it.

use std::fmt;
use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use super::admission::{check_mount, check_payload};
use super::client::Client;
use super::event::Event;
use super::instance::{Instance, Resident, Sharing};
use super::refusal::Refusal;
use super::room::Room;
use super::rooms::RoomDirectory;
use super::slot::Slot;
use super::transaction::Tell;
use crate::ids::{ConnectionId, IdGenerator, InstanceId};
use crate::protocol::{Code, ServerMessage, SharedDelta, SharedMessage};
use crate::state::{Delta, Json};
use crate::wasm::subject::{RoomCall, RoomCallError};
use crate::wasm::{GuestEvent, Session, Subject};

/// A call of a room's action, with the place where its result is waited for.
#[derive(Debug)]
pub struct RoomRequest {
    pub(super) call: RoomCall,
    pub(super) answer: oneshot::Sender<Result<Option<Json>, Refusal>>,
}

/// Somebody comes or goes.
#[derive(Debug)]
pub struct MemberChange {
    pub(super) joins: bool,
    pub(super) member: InstanceId,
    /// Where one who wants to join waits to be let in.
    pub(super) answer: Option<oneshot::Sender<Result<(), Refusal>>>,
}

/// The logic's way to the members: what it changes is told to them.
struct Voice {
    room: Weak<Room>,
    connection: ConnectionId,
}

/// Makes the logic of a room. Its first event is still to come.
pub(super) fn logic(
    slot: &Arc<Slot>,
    name: &Arc<str>,
    room: &Weak<Room>,
    ids: &IdGenerator,
    event_queue: usize,
) -> Arc<Instance> {
    let version = slot.current();
    let subject = Subject::new(
        ids.instance(),
        version.definition.default_state.clone(),
        Some((**name).into()),
        Session::nobody(),
        version.shared.clone(),
    );
    let voice = Voice {
        room: room.clone(),
        connection: subject.instance.as_str().to_owned().into(),
    };
    let instance = Instance::new(
        slot.clone(),
        Arc::new(voice),
        Sharing::Room(name.clone()),
        version,
        subject,
        event_queue,
    );
    slot.add(instance.clone());
    instance
}

impl Instance {
    /// The first event of a room's logic.
    pub(super) async fn open(self: &Arc<Self>, resident: &mut Resident) {
        self.restore(resident).await;
        // The room's state is known to be the default until here.
        self.commit(resident, Tell::Delta);
        if resident.version.definition.hooks.mount {
            let room = resident.subject.as_ref().and_then(|s| s.room.clone());
            let event = GuestEvent::Mount {
                room: room.as_deref(),
                debug_label: None,
            };
            self.hook(resident, "mount", event, Tell::Delta).await;
        }
    }

    /// Runs an action of a room for a component.
    pub(super) async fn room_request(
        self: &Arc<Self>,
        resident: &mut Resident,
        request: RoomRequest,
    ) {
        let RoomRequest { call, answer } = request;
        if let Some(subject) = &mut resident.subject {
            subject.session = call.session.clone();
            subject.chain = call.chain.clone();
        }
        let result = self.try_room_request(resident, &call).await;
        if let Some(subject) = &mut resident.subject {
            subject.session = Session::nobody();
            subject.chain = Arc::default();
        }
        // Whoever asked may be gone.
        let _ = answer.send(result);
    }

    async fn try_room_request(
        self: &Arc<Self>,
        resident: &mut Resident,
        call: &RoomCall,
    ) -> Result<Option<Json>, Refusal> {
        let version = resident.version.clone();
        let Some(action) = version.definition.action(&call.action) else {
            let message = format!("{} has no action `{}`", self.slot.name(), call.action);
            return Err(Refusal::new(Code::ActionNotCallable, message));
        };
        let (name, payload) = (call.action.as_str(), call.payload.as_ref());
        self.check_caller(resident, &version.definition, action)?;
        check_payload(action, payload)?;
        self.transact(resident, name, Tell::Delta, async |lease, component| {
            let event = GuestEvent::Action { name, payload };
            Ok(lease.handle(component, event).await?)
        })
        .await
    }

    /// Somebody comes, goes, or was the last to go.
    pub(super) async fn member_change(
        self: &Arc<Self>,
        resident: &mut Resident,
        change: MemberChange,
    ) {
        let hooks = resident.version.definition.hooks;
        // As of now, not as of then: of several who come at once the last event must not carry a smaller number.
        let subject = resident.subject.as_ref();
        let name = subject.and_then(|subject| subject.room.as_deref());
        let room = name.and_then(|name| self.slot.services.rooms.find(name));
        let count = room.map_or(0, |room| room.count());
        let event = GuestEvent::Member {
            joins: change.joins,
            instance: change.member.as_str(),
            count: u32::try_from(count).unwrap_or(u32::MAX),
        };
        if let Some(answer) = change.answer {
            let asked = if hooks.member_join {
                let asked = self.transact(
                    resident,
                    "member-join",
                    Tell::Delta,
                    async |lease, component| Ok(lease.handle(component, event).await?),
                );
                asked.await.map(drop)
            } else {
                Ok(())
            };
            let _ = answer.send(asked);
        } else if hooks.member_leave {
            self.hook(resident, "member-leave", event, Tell::Delta)
                .await;
        }
        if !change.joins && count == 0 && hooks.empty {
            self.hook(resident, "empty", GuestEvent::Empty, Tell::Delta)
                .await;
        }
    }
}

impl Room {
    /// Asks the room's rule and then its logic whether somebody may become a member.
    pub(super) async fn admit(
        &self,
        member: &InstanceId,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(logic) = &self.logic else {
            return Ok(());
        };
        let version = logic.slot.current();
        check_mount(&version.definition, session)?;
        if !version.definition.hooks.member_join {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        let change = MemberChange {
            joins: true,
            member: member.clone(),
            answer: Some(answer),
        };
        if let Some(turn) = logic.submit(Event::Member(Box::new(change))) {
            self.tasks.spawn(turn);
        }
        let ended = || Refusal::new(Code::RoomDenied, format!("{} is gone", self.name()));
        answered.await.unwrap_or_else(|_| Err(ended()))
    }

    /// Tells the room's logic that somebody has left.
    pub(super) fn left(&self, member: &InstanceId, count: usize) {
        let Some(logic) = &self.logic else { return };
        let hooks = logic.slot.current().definition.hooks;
        if hooks.member_leave || (hooks.empty && count == 0) {
            let change = MemberChange {
                joins: false,
                member: member.clone(),
                answer: None,
            };
            if let Some(turn) = logic.submit(Event::Member(Box::new(change))) {
                self.tasks.spawn(turn);
            }
        }
    }
}

impl RoomDirectory {
    /// Has a room's logic run an action.
    pub(super) async fn call_logic(&self, call: RoomCall) -> Result<Option<Json>, RoomCallError> {
        let room = self
            .open(&call.room)
            .map_err(|refusal| RoomCallError::Invalid(refusal.message))?;
        let Some(logic) = &room.logic else {
            let message = format!("no module has logic for rooms named {}", call.room);
            return Err(RoomCallError::Invalid(message));
        };
        if call.chain.contains(logic.id()) {
            let message = format!(
                "{} waits for this very call: rooms call in a circle",
                call.room
            );
            return Err(RoomCallError::Invalid(message));
        }
        let (answer, answered) = oneshot::channel();
        let name = call.room.clone();
        let request = RoomRequest { call, answer };
        if let Some(turn) = logic.submit(Event::Call(Box::new(request))) {
            room.tasks.spawn(turn);
        }
        match answered.await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(refusal)) => Err(RoomCallError::Failed(refusal.message)),
            Err(_) => Err(RoomCallError::Failed(format!(
                "{name} has too much to do, or is gone; try again later"
            ))),
        }
    }
}

impl Client for Voice {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// Errors are in the log; nobody else has asked.
    fn send(&self, _: &ServerMessage<'_>) {}

    fn delta(&self, _: &InstanceId, delta: Delta) {
        if let Some(room) = self.room.upgrade() {
            room.lay_over(delta);
        }
    }

    fn share(&self, _: &InstanceId, _: &Arc<SharedMessage>) {}

    fn share_delta(&self, _: &InstanceId, _: &Arc<SharedDelta>) {}

    /// A room has no browser of its own; it emits events.
    fn binary(&self, _: &InstanceId, _: &str, _: &bytes::Bytes) {}

    fn hold(&self) {}

    fn release(&self) {}

    fn flush(&self) {}
}

impl fmt::Debug for Voice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Voice")
    }
}
