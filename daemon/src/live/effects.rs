//! What an instance does beyond its own state: rooms and timers, for a browser that asks and for its own logic.

use std::sync::Arc;

use super::event::{Event, RoomCommand};
use super::instance::{Instance, Resident, RunningTimer};
use super::refusal::Refusal;
use super::room::{Announce, Room};
use super::transaction::{Stop, Tell};
use crate::protocol::{Code, Outcome, RoomAnswer, RoomOperation, ServerMessage, names};
use crate::state::{Document, Json};
use crate::wasm::subject::{Effect, TimerStart};
use crate::wasm::{GuestEvent, RoomEvent};

impl Instance {
    /// Does what a browser asks of a room.
    pub(super) async fn room_command(
        self: &Arc<Self>,
        resident: &mut Resident,
        command: &RoomCommand,
    ) {
        let outcome = self.try_room_command(resident, command).await;
        if !command.wants_reply {
            if let Err(refusal) = outcome {
                self.report(command.operation.message_type(), &refusal);
            }
            return;
        }
        let reply = |outcome: Outcome<'_, RoomAnswer<'_>>| {
            resident.client.send(&ServerMessage::Room {
                operation: command.operation,
                component: self.id().as_str(),
                room: &command.room,
                outcome,
                request: command.request.as_deref(),
            });
        };
        match &outcome {
            Ok(Answer::Done) => reply(Ok(RoomAnswer::Done)),
            Ok(Answer::Count(count)) => reply(Ok(RoomAnswer::Count(*count))),
            Ok(Answer::State(room)) => room.with_state(|state| reply(Ok(RoomAnswer::State(state)))),
            Err(refusal) => reply(Err(refusal.as_error())),
        }
    }

    async fn try_room_command(
        self: &Arc<Self>,
        resident: &mut Resident,
        command: &RoomCommand,
    ) -> Result<Answer, Refusal> {
        names::check_room(&command.room)
            .map_err(|rule| Refusal::new(Code::InvalidMessage, rule))?;
        if command.operation == RoomOperation::Join {
            let initial = self.initial_room_state(command.data.as_ref())?;
            self.join(resident, &command.room, initial, false).await?;
        }
        let Some(at) = resident.position(&command.room) else {
            let message = format!("Only members of {} may do that", command.room);
            return Err(Refusal::new(Code::RoomDenied, message));
        };
        let room = resident.rooms[at].clone();
        let writes = matches!(
            command.operation,
            RoomOperation::Emit | RoomOperation::SetState
        );
        if writes && room.is_server_only {
            let message = format!("{} takes nothing from browsers", command.room);
            return Err(Refusal::new(Code::RoomDenied, message));
        }
        let except = (!command.include_self).then(|| self.id());
        match command.operation {
            RoomOperation::Join | RoomOperation::GetState => Ok(Answer::State(room)),
            RoomOperation::Leave => {
                resident.rooms.swap_remove(at);
                room.leave(self);
                self.room_hook(resident, false, &command.room).await;
                Ok(Answer::Done)
            }
            RoomOperation::Emit => {
                let event = command.event.as_deref().unwrap_or_default();
                names::check_event(event)
                    .map_err(|rule| Refusal::new(Code::InvalidMessage, rule))?;
                let data = command.data.clone().unwrap_or_else(Json::null);
                Ok(Answer::Count(room.emit(except, event, data)))
            }
            RoomOperation::SetState => {
                let changes = command.data.as_ref().map_or("", Json::as_str);
                room.set_state(except, changes).map(Answer::Count)
            }
        }
    }

    fn initial_room_state(&self, given: Option<&Json>) -> Result<Option<Document>, Refusal> {
        let Some(given) = given else { return Ok(None) };
        let state = Document::parse(given.as_str()).map_err(|error| {
            let message = format!("initialState is not a JSON object: {error}");
            Refusal::new(Code::InvalidPayload, message)
        })?;
        let limit = self.slot.services.rooms.limits().state_bytes;
        if state.bytes() > limit {
            let message = format!(
                "The room's state would be {} bytes, {limit} are allowed",
                state.bytes()
            );
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        Ok(Some(state))
    }

    /// Joins a room for a browser. The component's `room-join` hook may refuse; the others hear of it afterwards.
    pub(super) async fn join(
        self: &Arc<Self>,
        resident: &mut Resident,
        name: &str,
        initial: Option<Document>,
        is_default: bool,
    ) -> Result<(), Refusal> {
        if resident.position(name).is_some() {
            return Ok(());
        }
        self.check_room_count(resident)?;
        self.check_room(resident, name).await?;
        let directory = &self.slot.services.rooms;
        let room = directory.join(name, self, is_default, initial, Announce::Later)?;
        if let Err(refusal) = room.admit(self.id(), &resident.session()).await {
            room.vacate(self);
            return Err(denied(refusal));
        }
        resident.rooms.push(room.clone());
        if resident.version.definition.hooks.room_join {
            let event = GuestEvent::RoomJoin(name);
            let asked = self.transact(
                resident,
                "room-join",
                Tell::Delta,
                async |lease, component| Ok(lease.handle(component, event).await?),
            );
            if let Err(refusal) = asked.await {
                if let Some(at) = resident.position(name) {
                    resident.rooms.swap_remove(at);
                }
                room.vacate(self);
                room.left(self.id(), room.count());
                return Err(denied(refusal));
            }
        }
        room.announce(self.id());
        self.log_room(resident, name, "joined");
        Ok(())
    }

    fn check_room_count(&self, resident: &Resident) -> Result<(), Refusal> {
        let limit = self.slot.services.rooms.limits().per_component;
        if resident.rooms.len() >= limit {
            let message = format!("The component is in {limit} rooms, no more are allowed");
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        Ok(())
    }

    /// Tells the component's logic that it has joined a room, or left one.
    pub(super) async fn room_hook(
        self: &Arc<Self>,
        resident: &mut Resident,
        joined: bool,
        room: &str,
    ) {
        let hooks = resident.version.definition.hooks;
        if joined && hooks.room_join {
            self.hook(
                resident,
                "room-join",
                GuestEvent::RoomJoin(room),
                Tell::Delta,
            )
            .await;
        } else if !joined && hooks.room_leave {
            self.hook(
                resident,
                "room-leave",
                GuestEvent::RoomLeave(room),
                Tell::Delta,
            )
            .await;
        }
    }

    /// Gives the component's logic what others emitted. If it breaks down over several, each is tried for itself.
    pub(super) async fn room_events(
        self: &Arc<Self>,
        resident: &mut Resident,
        events: &[Arc<RoomEvent>],
    ) {
        if self.hear(resident, events).await || events.len() < 2 {
            return;
        }
        for event in events {
            self.hear(resident, std::slice::from_ref(event)).await;
        }
    }

    /// `false`: it broke down, and nothing of it is kept.
    async fn hear(self: &Arc<Self>, resident: &mut Resident, events: &[Arc<RoomEvent>]) -> bool {
        let heard = self.transact(
            resident,
            "room-event",
            Tell::Delta,
            async |lease, component| {
                let event = GuestEvent::RoomEvents(events);
                lease.handle(component, event).await.map_err(Stop::from)
            },
        );
        let Err(refusal) = heard.await else {
            return true;
        };
        let broke = refusal.is_breakdown();
        if !broke || events.len() < 2 {
            let event = events.first().map_or("", |event| &event.event);
            tracing::warn!(component = self.slot.name(), instance = %self.id(), request = resident.request(), event, error = %refusal, "a room event failed");
            self.report(event, &refusal);
        }
        !broke
    }

    /// A timer is due: the logic is told, and it is put on the wheel again if it repeats.
    pub(super) async fn timer(self: &Arc<Self>, resident: &mut Resident, id: u64) {
        let Some(timer) = resident.timers.get_mut(&id) else {
            return;
        };
        let start = timer.start.clone();
        if start.repeats {
            // From when it was due, not from now: it does not drift. What was missed meanwhile is not made up for.
            let now = tokio::time::Instant::now();
            timer.due += start.delay;
            if timer.due < now {
                timer.due = now + start.delay;
            }
            timer.key = self.slot.services.timers.start(self, id, timer.due);
        } else {
            resident.timers.remove(&id);
            if let Some(subject) = &mut resident.subject {
                subject.timers -= 1;
            }
        }
        let event = GuestEvent::Timer {
            id,
            name: &start.name,
            payload: start.payload.as_ref(),
        };
        self.hook(resident, "timer", event, Tell::Delta).await;
    }

    /// Does what the event has asked for, in the order asked for.
    pub(super) async fn apply_effects(self: &Arc<Self>, resident: &mut Resident) {
        let subject = resident.subject.as_mut();
        let effects = subject.map(|subject| std::mem::take(&mut subject.effects));
        if let Some(effects) = effects.filter(|effects| !effects.is_empty()) {
            // Boxed: most events have none, and each event's future would hold the room for them.
            Box::pin(self.apply_all(resident, effects)).await;
        }
    }

    async fn apply_all(self: &Arc<Self>, resident: &mut Resident, effects: Vec<Effect>) {
        if resident.is_ending {
            // What it says at the end is said by one who has left: whoever hears it counts without it.
            resident.rooms.iter().for_each(|room| room.vacate(self));
        }
        for effect in effects {
            if let Err(refusal) = self.apply(resident, effect).await {
                tracing::warn!(component = self.slot.name(), instance = %self.id(), request = resident.request(), error = %refusal, "what the event asked for was not done");
                self.report("effect", &refusal);
            }
        }
    }

    async fn apply(
        self: &Arc<Self>,
        resident: &mut Resident,
        effect: Effect,
    ) -> Result<(), Refusal> {
        match effect {
            Effect::Join(room) => {
                if resident.position(&room).is_none() {
                    self.check_room_count(resident)?;
                    self.check_room(resident, &room).await?;
                    let directory = &self.slot.services.rooms;
                    let joined = directory.join(&room, self, false, None, Announce::Later)?;
                    if let Err(refusal) = joined.admit(self.id(), &resident.session()).await {
                        joined.vacate(self);
                        return Err(denied(refusal));
                    }
                    joined.announce(self.id());
                    resident.rooms.push(joined);
                    self.log_room(resident, &room, "joined");
                    self.hook_later(resident, true, room);
                }
            }
            Effect::Leave(room) => {
                if let Some(at) = resident.position(&room) {
                    resident.rooms.swap_remove(at).leave(self);
                    self.log_room(resident, &room, "left");
                    self.hook_later(resident, false, room);
                }
            }
            Effect::Emit { room, event, data } => {
                self.log_room(resident, &room, "emits");
                if let Some(room) = self.room(resident, &room) {
                    room.emit(Some(self.id()), &event, data);
                }
            }
            Effect::SetState { room, changes } => {
                if let Some(room) = resident.room(&room) {
                    room.set_state(Some(self.id()), changes.as_str())?;
                }
            }
            Effect::Broadcast {
                kind,
                data,
                except_sender,
            } => {
                let subject = resident.subject.as_ref();
                let name = subject.and_then(|subject| subject.room.as_deref());
                if let Some(room) = name.and_then(|name| self.room(resident, name)) {
                    let except = except_sender.then(|| resident.client.connection());
                    room.broadcast(Some(self.id()), except, &kind, &data);
                }
            }
            Effect::PushBinary { name, bytes } => {
                resident.client.binary(self.id(), &name, &bytes);
            }
            Effect::StartTimer(start) => self.start_timer(resident, start),
            Effect::CancelTimer(id) => self.stop_timer(resident, id),
        }
        Ok(())
    }

    /// A room that it is a member of, or that it is itself.
    fn room(&self, resident: &Resident, name: &str) -> Option<Arc<Room>> {
        let itself = resident.subject.as_ref().is_some_and(|s| s.is_room(name));
        if itself {
            return self.slot.services.rooms.find(name);
        }
        resident.room(name).cloned()
    }

    /// Puts the hook behind what waits: the event under way is not over yet.
    fn hook_later(self: &Arc<Self>, resident: &Resident, joined: bool, room: Box<str>) {
        let hooks = resident.version.definition.hooks;
        if (joined && hooks.room_join) || (!joined && hooks.room_leave) {
            let turn = self.submit(Event::RoomHook { joined, room });
            debug_assert!(turn.is_none(), "the turn is taken: this is it");
        }
    }

    fn start_timer(self: &Arc<Self>, resident: &mut Resident, start: TimerStart) {
        let due = tokio::time::Instant::now() + start.delay;
        let key = self.slot.services.timers.start(self, start.id, due);
        resident
            .timers
            .insert(start.id, RunningTimer { key, due, start });
    }

    fn stop_timer(&self, resident: &mut Resident, id: u64) {
        if let Some(timer) = resident.timers.remove(&id) {
            self.slot.services.timers.stop(timer.key);
            if let Some(subject) = &mut resident.subject {
                subject.timers -= 1;
            }
        }
    }

    /// The end: no room and no timer knows it any more.
    pub(super) fn leave_all(&self, resident: &mut Resident) {
        for room in std::mem::take(&mut resident.rooms) {
            room.leave(self);
        }
        for timer in std::mem::take(&mut resident.timers).into_values() {
            self.slot.services.timers.stop(timer.key);
        }
    }
}

enum Answer {
    Done,
    State(Arc<Room>),
    Count(usize),
}

/// What a refusal to let somebody in is called, whoever refused.
fn denied(mut refusal: Refusal) -> Refusal {
    if refusal.code == Code::ActionFailed {
        refusal.code = Code::RoomDenied;
    }
    refusal
}
