//! One room: its members, its state, and the waves in which its messages go out.
//!
//! What happens in a room is put behind what happened before and goes out in *waves*: a task that exists only while
//! there is something to send takes all that waits and goes through the members once. So a room event is encoded once
//! for all, a flood of them costs one write a member and wave instead of one each, and a member that is slow holds up
//! nobody: its outbox takes what it can.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::client::Client;
use super::event::Event;
use super::instance::Instance;
use super::refusal::Refusal;
use super::run_turn;
use crate::clock::now_ms;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::{Code, SharedMessage};
use crate::state::{Delta, Document, Json, PatchError};
use crate::wasm::RoomEvent;
use crate::webhooks::Webhooks;

/// After so many connections a wave lets other tasks run.
const SLICE: usize = 128;

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

/// The members of one connection.
#[derive(Clone)]
struct Seat {
    client: Arc<dyn Client>,
    members: Vec<Member>,
}

#[derive(Clone)]
struct Member {
    instance: Arc<Instance>,
    /// Whether it was mounted with this room.
    is_default: bool,
    /// `Core::now` when it joined.
    joined: u64,
}

/// Something that members are told.
struct Happening {
    at: u64,
    /// Who did it, and is not told.
    except: Option<InstanceId>,
    what: What,
}

enum What {
    /// To every member, in its own name; and to the logic of those that want to hear it.
    Event(Arc<SharedMessage>, Option<Arc<RoomEvent>>),
    /// To every connection, once. `true`: it may be sent together with others of its kind.
    Once(Arc<SharedMessage>, bool),
    /// To every connection but this one, once.
    OnceExcept(Arc<SharedMessage>, ConnectionId),
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
        webhooks: Option<Webhooks>,
        tasks: TaskTracker,
        logic: impl FnOnce(&Weak<Self>) -> Option<Arc<Instance>>,
    ) -> Arc<Self> {
        state.commit();
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

    /// Sends waves until nothing is left to send.
    async fn send(self: Arc<Self>) {
        loop {
            let (seats, wave) = {
                let mut core = self.core.lock();
                if core.waiting.is_empty() {
                    core.sending = false;
                    // A flood that is over need not hold its memory.
                    core.waiting = Vec::new();
                    return;
                }
                (core.seats.clone(), std::mem::take(&mut core.waiting))
            };
            let wave = together(wave);
            let mut held = Held::default();
            for (at, seat) in seats.values().enumerate() {
                if at % SLICE == SLICE - 1 {
                    held.release();
                    tokio::task::yield_now().await;
                }
                self.tell_seat(seat, &wave, &mut held).await;
            }
        }
    }

    /// Tells the members of one connection everything in a wave, as one.
    async fn tell_seat<'a>(&self, seat: &'a Seat, wave: &[Together], held: &mut Held<'a>) {
        let Some(first) = seat.members.first() else {
            return;
        };
        let earliest = seat.members.iter().map(|member| member.joined).min();
        let earliest = earliest.unwrap_or_default();
        seat.client.hold();
        for together in wave {
            match together {
                Together::One(happening) => {
                    seat.tell(happening, first.instance.id(), earliest);
                }
                Together::Many { all, each } if each.first().is_some_and(|h| earliest <= h.at) => {
                    seat.client.share(first.instance.id(), all);
                }
                Together::Many { each, .. } => {
                    for happening in each {
                        seat.tell(happening, first.instance.id(), earliest);
                    }
                }
            }
        }
        let mut quiet = true;
        for member in &seat.members {
            let heard = member.hears(&self.name, wave);
            if !heard.is_empty() {
                quiet = false;
                let event = Event::RoomEvents(heard);
                run_turn(&self.tasks, member.instance.submit(event)).await;
            }
        }
        if quiet {
            seat.client.release();
        } else {
            held.push(seat);
        }
    }
}

/// Connections whose frames wait for one another: written in a burst, they find their readers awake. One write after
/// each guest call wakes a reader each time, which costs as much as the call.
#[derive(Default)]
struct Held<'a> {
    seats: Vec<&'a Seat>,
    since: Option<Instant>,
}

impl<'a> Held<'a> {
    /// The longest that the first waits for the last.
    const LONGEST: Duration = Duration::from_millis(1);

    fn push(&mut self, seat: &'a Seat) {
        self.seats.push(seat);
        if self.since.get_or_insert_with(Instant::now).elapsed() > Self::LONGEST {
            self.release();
        }
    }

    fn release(&mut self) {
        self.since = None;
        for seat in self.seats.drain(..) {
            seat.client.release();
        }
    }
}

/// The frames go out, whatever becomes of the wave.
impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.release();
    }
}

/// What of a wave goes out as one message.
enum Together {
    One(Happening),
    /// Joins and leaves that came after one another.
    Many {
        all: Arc<SharedMessage>,
        each: Vec<Happening>,
    },
}

/// Puts joins and leaves that came after one another together.
fn together(wave: Vec<Happening>) -> Vec<Together> {
    let mut result: Vec<Together> = Vec::new();
    let mut run: Vec<Happening> = Vec::new();
    for happening in wave {
        if matches!(happening.what, What::Once(_, true)) {
            run.push(happening);
        } else {
            result.extend(joined(std::mem::take(&mut run)));
            result.push(Together::One(happening));
        }
    }
    result.extend(joined(run));
    result
}

fn joined(mut run: Vec<Happening>) -> Option<Together> {
    if run.len() < 2 {
        return run.pop().map(Together::One);
    }
    let mut messages = run.iter().filter_map(|happening| match &happening.what {
        What::Once(message, _) => Some(&**message),
        _ => None,
    });
    let mut all = messages.next()?.clone();
    messages.for_each(|message| all.append(message));
    Some(Together::Many {
        all: Arc::new(all),
        each: run,
    })
}

impl Seat {
    fn of(client: &Arc<dyn Client>) -> Self {
        Self {
            client: client.clone(),
            members: Vec::with_capacity(1),
        }
    }

    fn tell(&self, happening: &Happening, first: &InstanceId, earliest: u64) {
        match &happening.what {
            What::Event(message, _) => {
                for member in self.members.iter().filter(|m| m.is_told(happening)) {
                    self.client.share(member.instance.id(), message);
                }
            }
            What::Once(message, _) if earliest <= happening.at => self.client.share(first, message),
            What::OnceExcept(message, connection)
                if earliest <= happening.at && connection != self.client.connection() =>
            {
                self.client.share(first, message);
            }
            What::Once(..) | What::OnceExcept(..) => {}
        }
    }
}

impl Member {
    fn is_told(&self, happening: &Happening) -> bool {
        self.joined <= happening.at && happening.except.as_ref() != Some(self.instance.id())
    }

    /// What of a wave its logic wants to hear.
    fn hears(&self, room: &str, wave: &[Together]) -> Vec<Arc<RoomEvent>> {
        let version = self.instance.slot.current();
        let subscriptions = &version.definition.room_subscriptions;
        if subscriptions.is_empty() {
            return Vec::new();
        }
        let events = wave.iter().filter_map(|together| match together {
            Together::One(happening) if self.is_told(happening) => match &happening.what {
                What::Event(_, Some(event)) => Some(event),
                _ => None,
            },
            _ => None,
        });
        events
            .filter(|event| {
                subscriptions
                    .iter()
                    .any(|wanted| wanted.hears(room, self.is_default, &event.event))
            })
            .cloned()
            .collect()
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
