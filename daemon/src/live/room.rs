//! One room: its members, its state, and the waves in which its messages go out.
//!
//! What happens in a room is put behind what happened before and goes out in *waves*: a task that exists only while
//! there is something to send takes all that waits and goes through the members once. So a room event is encoded once
//! for all, a flood of them costs one write a member and wave instead of one each, and a member that is slow holds up
//! nobody: its outbox takes what it can.

mod wave;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Instant;

use arc_swap::ArcSwapOption;
use indexmap::IndexMap;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::client::Client;
use super::instance::Instance;
use super::observer::{Log, Observed, Observer, SeenInRoom};
use super::refusal::Refusal;
use crate::clock::now_ms;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::{Code, SharedMessage};
use crate::state::{Delta, Document, Json, PatchError, as_object};
use crate::wasm::RoomEvent;
use crate::webhooks::Webhooks;
use wave::{Happening, Member, Seat, What};

/// A room.
pub struct Room {
    name: Arc<str>,
    max_state_bytes: usize,
    /// Whether browsers may only listen.
    pub(super) is_server_only: bool,
    /// The logic of a typed room.
    pub(super) logic: Option<Arc<Instance>>,
    /// Held to change what is in it, and to put its state into the outbox of one who asks; never while a wave is sent or
    /// a guest runs.
    core: Mutex<Core>,
    /// Tells the app of events, if it wants to know.
    webhooks: Option<Webhooks>,
    /// Looks on, if the inspector may.
    observer: Option<Arc<Observer>>,
    /// What was seen of it, while somebody looks.
    log: ArcSwapOption<Log>,
    /// Owns the waves.
    pub(super) tasks: TaskTracker,
}

/// What a room has to do with beside its members.
#[derive(Clone)]
pub(super) struct Around {
    /// Tells the app of events, if it wants to know.
    pub(super) webhooks: Option<Webhooks>,
    /// Looks on, if the inspector may.
    pub(super) observer: Option<Arc<Observer>>,
    /// Owns the waves.
    pub(super) tasks: TaskTracker,
}

struct Core {
    /// By connection: what goes to several members of one connection goes out as one. Copied only if it changes
    /// during a wave.
    seats: Arc<IndexMap<ConnectionId, Seat>>,
    members: HashSet<InstanceId>,
    state: Document,
    /// What has happened and is not sent yet.
    waiting: Vec<Happening>,
    /// Counts what happens: a member hears what came after its joining.
    now: u64,
    /// Whether a task is sending.
    sending: bool,
    empty_since: Option<Instant>,
}

/// Whether the others are told of a join at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announce {
    Now,
    /// By [`Room::announce`], once nothing stands in its way.
    Later,
}

impl Room {
    pub(super) fn new(
        name: Arc<str>,
        mut state: Document,
        max_state_bytes: usize,
        is_server_only: bool,
        around: Around,
        logic: impl FnOnce(&Weak<Self>) -> Option<Arc<Instance>>,
    ) -> Arc<Self> {
        state.commit();
        let Around {
            webhooks,
            observer,
            tasks,
        } = around;
        let core = Core {
            seats: Arc::default(),
            members: HashSet::new(),
            state,
            waiting: Vec::new(),
            now: 0,
            sending: false,
            empty_since: Some(Instant::now()),
        };
        Arc::new_cyclic(|room| Self {
            name,
            max_state_bytes,
            is_server_only,
            logic: logic(room),
            core: Mutex::new(core),
            webhooks,
            log: observer
                .as_ref()
                .map_or_else(ArcSwapOption::empty, |observer| observer.first_log()),
            observer,
            tasks,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    pub(super) fn join(
        self: &Arc<Self>,
        instance: &Arc<Instance>,
        is_default: bool,
        announce: Announce,
    ) {
        let client = instance.client();
        let mut core = self.core.lock();
        let joined = core.now + 1;
        if !core.members.insert(instance.id().clone()) {
            return;
        }
        let seats = Arc::make_mut(&mut core.seats);
        let seat = seats
            .entry(client.connection().clone())
            .or_insert_with(|| Seat::of(&client));
        seat.members.push(Member {
            instance: instance.clone(),
            is_default,
            joined,
        });
        core.empty_since = None;
        if announce == Announce::Now {
            self.tell_system(core, "$sub:join", instance.id());
        }
    }

    /// Tells the members of one that has joined silently.
    pub(super) fn announce(self: &Arc<Self>, instance: &InstanceId) {
        self.tell_system(self.core.lock(), "$sub:join", instance);
    }

    /// Gives a membership up and tells the others.
    pub(super) fn leave(self: &Arc<Self>, instance: &Instance) {
        self.vacate(instance);
        let core = self.core.lock();
        let count = core.members.len();
        self.tell_system(core, "$sub:leave", instance.id());
        self.left(instance.id(), count);
    }

    /// Gives a membership up silently.
    pub(super) fn vacate(&self, instance: &Instance) {
        let client = instance.client();
        let connection = client.connection();
        let mut core = self.core.lock();
        if !core.members.remove(instance.id()) {
            return;
        }
        let seats = Arc::make_mut(&mut core.seats);
        if let Some(seat) = seats.get_mut(connection) {
            seat.members
                .retain(|member| member.instance.id() != instance.id());
            if seat.members.is_empty() {
                seats.swap_remove(connection);
            }
        }
        if core.members.is_empty() {
            core.empty_since = Some(Instant::now());
        }
    }

    /// A member is on another connection now. Nobody is told: it has been a member all the time.
    pub(super) fn reseat(
        &self,
        instance: &Instance,
        before: &ConnectionId,
        client: &Arc<dyn Client>,
    ) {
        let mut core = self.core.lock();
        let seats = Arc::make_mut(&mut core.seats);
        let Some(seat) = seats.get_mut(before) else {
            return;
        };
        let is_it = |member: &Member| member.instance.id() == instance.id();
        let Some(at) = seat.members.iter().position(is_it) else {
            return;
        };
        let member = seat.members.remove(at);
        if seat.members.is_empty() {
            seats.swap_remove(before);
        }
        let seat = seats
            .entry(client.connection().clone())
            .or_insert_with(|| Seat::of(client));
        seat.members.push(member);
    }

    /// Sends an event to the members and to their logic. Gives how many members hear it.
    pub(super) fn emit(
        self: &Arc<Self>,
        except: Option<&InstanceId>,
        event: &str,
        data: Json,
    ) -> usize {
        self.tell_app(except, event, &data);
        self.spread(except, event, data)
    }

    /// The same, for the app itself, which is not told of what it has said.
    pub(super) fn emit_for_app(self: &Arc<Self>, event: &str, data: Json) -> usize {
        self.spread(None, event, data)
    }

    fn spread(self: &Arc<Self>, except: Option<&InstanceId>, event: &str, data: Json) -> usize {
        self.see("emit", Some(event), Some(&data), except);
        let message = SharedMessage::room_event(&self.name, event, data.as_str(), now_ms());
        let event = RoomEvent {
            room: self.name.clone(),
            event: event.into(),
            data,
        };
        let core = self.core.lock();
        let heard =
            core.members.len() - usize::from(except.is_some_and(|id| core.members.contains(id)));
        let what = What::Event(Arc::new(message), Some(Arc::new(event)));
        self.tell(core, except.cloned(), what);
        heard
    }

    fn tell_app(&self, from: Option<&InstanceId>, event: &str, data: &Json) {
        let name = format!("room:{event}");
        let Some(webhooks) = self.webhooks.as_ref().filter(|hooks| hooks.wants(&name)) else {
            return;
        };
        webhooks.send(crate::webhooks::Event {
            name,
            key: self.name.to_string(),
            data: serde_json::json!({
                "roomId": &*self.name,
                "event": event,
                "componentId": from.map(InstanceId::as_str),
                "data": serde_json::from_str::<serde_json::Value>(data.as_str()).unwrap_or_default(),
            }),
        });
    }

    /// What the room's own logic has changed: members are told.
    pub(super) fn lay_over(self: &Arc<Self>, delta: Delta) {
        self.see_change(&delta, None);
        let message = SharedMessage::room_state(&self.name, &delta, now_ms());
        let mut core = self.core.lock();
        for (key, value) in delta {
            match value {
                Some(value) => core.state.set(&key, value),
                None => core.state.remove(&key),
            }
        }
        core.state.commit();
        self.tell(core, None, What::Event(Arc::new(message), None));
    }

    /// Sends a broadcast, of a component or of the app, once to each connection. Gives how many that is.
    pub(super) fn broadcast(
        self: &Arc<Self>,
        sender: Option<&InstanceId>,
        except: Option<&ConnectionId>,
        kind: &str,
        data: &Json,
    ) -> usize {
        self.see("broadcast", Some(kind), Some(data), sender);
        let message =
            SharedMessage::broadcast(sender, Some(&self.name), kind, data.as_str(), now_ms());
        let message = Arc::new(message);
        let core = self.core.lock();
        let hears = core.seats.len();
        match except {
            Some(connection) => {
                let hears = hears - usize::from(core.seats.contains_key(connection));
                self.tell(core, None, What::OnceExcept(message, connection.clone()));
                hears
            }
            None => {
                self.tell(core, None, What::Once(message, false));
                hears
            }
        }
    }

    /// Lays `changes`, a JSON object, over the state and tells the members which keys changed. Gives how many are told.
    pub(super) fn set_state(
        self: &Arc<Self>,
        except: Option<&InstanceId>,
        changes: &str,
    ) -> Result<usize, Refusal> {
        if self.logic.is_some() {
            let message = format!(
                "The state of {} is changed by its own logic only",
                self.name
            );
            return Err(Refusal::new(Code::RoomDenied, message));
        }
        let mut core = self.core.lock();
        core.state
            .patch(changes, self.max_state_bytes, |_| false)
            .map_err(|error| {
                let code = match error {
                    PatchError::NotAnObject(_) => Code::InvalidPayload,
                    PatchError::TooLarge { .. } => Code::LimitExceeded,
                };
                Refusal::new(code, format!("The state of the room is as before: {error}"))
            })?;
        let delta = core.state.commit();
        if delta.is_empty() {
            return Ok(0);
        }
        let told =
            core.members.len() - usize::from(except.is_some_and(|id| core.members.contains(id)));
        self.see_change(&delta, except);
        let message = SharedMessage::room_state(&self.name, &delta, now_ms());
        self.tell(core, except.cloned(), What::Event(Arc::new(message), None));
        Ok(told)
    }

    /// The state, as the text of a JSON object.
    #[must_use]
    pub fn state_text(&self) -> String {
        self.core.lock().state.to_text(None)
    }

    /// Has somebody told the state as it is, before anybody is told of a later change: who gets the state and then a
    /// change must not end with the state before it.
    pub(super) fn with_state(&self, tell: impl FnOnce(&str)) {
        let core = self.core.lock();
        tell(&core.state.to_text(None));
    }

    /// Members other than `instance`; `None` if it is no member.
    pub(super) fn others(&self, instance: &InstanceId) -> Option<usize> {
        let core = self.core.lock();
        core.members
            .contains(instance)
            .then(|| core.members.len() - 1)
    }

    pub(super) fn members(&self) -> Vec<InstanceId> {
        let core = self.core.lock();
        let members = core.seats.values().flat_map(|seat| &seat.members);
        members.map(|member| member.instance.id().clone()).collect()
    }

    /// Its members, in the order of their joining.
    #[must_use]
    pub fn instances(&self) -> Vec<Arc<Instance>> {
        let core = self.core.lock();
        let members = core.seats.values().flat_map(|seat| &seat.members);
        members.map(|member| member.instance.clone()).collect()
    }

    /// Bytes of the state.
    #[must_use]
    pub fn state_bytes(&self) -> usize {
        self.core.lock().state.bytes()
    }

    /// How many members there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.core.lock().members.len()
    }

    /// Connections of the members.
    pub(super) fn connections(&self) -> usize {
        self.core.lock().seats.len()
    }

    pub(super) fn empty_since(&self) -> Option<Instant> {
        self.core.lock().empty_since
    }

    fn tell_system(
        self: &Arc<Self>,
        core: parking_lot::MutexGuard<'_, Core>,
        event: &'static str,
        subscriber: &InstanceId,
    ) {
        let what = event.strip_prefix("$sub:").unwrap_or(event);
        self.see(what, None, None, Some(subscriber));
        let message =
            SharedMessage::room_system(&self.name, event, subscriber, core.members.len(), now_ms());
        self.tell(core, None, What::Once(Arc::new(message), true));
    }

    /// Puts something behind what waits, and sees to it that somebody sends it.
    fn tell(
        self: &Arc<Self>,
        mut core: parking_lot::MutexGuard<'_, Core>,
        except: Option<InstanceId>,
        what: What,
    ) {
        core.now += 1;
        let at = core.now;
        core.waiting.push(Happening { at, except, what });
        if !core.sending {
            core.sending = true;
            drop(core);
            self.tasks.spawn(self.clone().send());
        }
    }
}

impl Room {
    fn see(
        &self,
        kind: &'static str,
        name: Option<&str>,
        data: Option<&Json>,
        from: Option<&InstanceId>,
    ) {
        let Some(observer) = &self.observer else {
            return;
        };
        observer.in_room(self, || SeenInRoom {
            room: self.name.clone(),
            kind,
            name: name.map(Into::into),
            data: data.cloned(),
            from: from.cloned(),
        });
    }

    fn see_change(&self, delta: &Delta, from: Option<&InstanceId>) {
        let Some(observer) = &self.observer else {
            return;
        };
        observer.in_room(self, || SeenInRoom {
            room: self.name.clone(),
            kind: "state",
            name: None,
            data: Some(as_object(delta)),
            from: from.cloned(),
        });
    }
}

impl Observed for Room {
    fn log(&self) -> &ArcSwapOption<Log> {
        &self.log
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
