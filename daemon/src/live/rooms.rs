//! All rooms by name: made by the first join, dropped some time after the last member left.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use parking_lot::{Mutex, RwLock};
use tokio_util::sync::CancellationToken;

use super::event::Event;
use super::instance::Instance;
use super::refusal::Refusal;
use super::room::{Announce, Around, Room};
use super::room_logic::logic;
use super::slot::Slot;
use crate::ids::{IdGenerator, InstanceId};
use crate::protocol::{Code, names};
use crate::state::{Document, Json};
use crate::wasm;
use crate::wasm::subject::{RoomCall, RoomCallError};

/// How often empty rooms are looked for.
const SWEEP: Duration = Duration::from_secs(1);

/// What rooms obey.
#[derive(Debug, Clone)]
pub struct RoomLimits {
    /// Bytes of one room's state.
    pub state_bytes: usize,
    /// Rooms altogether.
    pub count: usize,
    /// Rooms of one component.
    pub per_component: usize,
    /// How long a room stays after its last member left.
    pub linger: Duration,
    /// Rooms in which browsers may not emit or change the state: names, or beginnings with `*` behind them.
    pub server_only: Vec<String>,
}

/// All rooms.
pub struct RoomDirectory {
    /// Held to find, make or drop a room, never while anything is sent.
    rooms: Mutex<HashMap<Arc<str>, Arc<Room>>>,
    /// The logic of typed rooms, by their kind.
    kinds: RwLock<HashMap<Box<str>, Arc<Slot>>>,
    limits: RoomLimits,
    ids: IdGenerator,
    /// Events that may wait for a room's logic.
    event_queue: usize,
    /// What every room has to do with.
    around: Around,
}

impl RoomDirectory {
    pub(super) fn new(
        limits: RoomLimits,
        ids: IdGenerator,
        event_queue: usize,
        around: Around,
    ) -> Self {
        Self {
            rooms: Mutex::default(),
            kinds: RwLock::default(),
            limits,
            ids,
            event_queue,
            around,
        }
    }

    /// From now on, new rooms of this kind have this logic.
    pub(super) fn put_kind(&self, kind: &str, slot: &Arc<Slot>) {
        let before = self.kinds.write().insert(kind.into(), slot.clone());
        if let Some(before) = before.filter(|before| before.name() != slot.name()) {
            tracing::warn!(
                kind,
                now = slot.name(),
                before = before.name(),
                "two components are the logic of one kind of rooms: new rooms get the later one"
            );
        }
    }

    /// The logic of rooms of this name, if there is any.
    fn kind(&self, name: &str) -> Option<Arc<Slot>> {
        let kind = name.split(':').next().unwrap_or(name);
        let slot = self.kinds.read().get(kind).cloned();
        slot.filter(|slot| slot.is_available())
    }

    /// What rooms obey.
    #[must_use]
    pub fn limits(&self) -> &RoomLimits {
        &self.limits
    }

    /// Makes an instance a member. A room that is made begins with `state`.
    pub(super) fn join(
        &self,
        name: &str,
        instance: &Arc<Instance>,
        is_default: bool,
        state: Option<Document>,
        announce: Announce,
    ) -> Result<Arc<Room>, Refusal> {
        names::check_room(name).map_err(|rule| Refusal::new(Code::InvalidMessage, rule))?;
        let mut rooms = self.rooms.lock();
        let room = self.get_or_make(&mut rooms, name, state)?;
        // Under the directory's lock: the sweep cannot drop the room before it has its member.
        room.join(instance, is_default, announce);
        Ok(room)
    }

    /// A room, made if it is not there.
    pub(super) fn open(&self, name: &str) -> Result<Arc<Room>, Refusal> {
        self.get_or_make(&mut self.rooms.lock(), name, None)
    }

    fn get_or_make(
        &self,
        rooms: &mut HashMap<Arc<str>, Arc<Room>>,
        name: &str,
        state: Option<Document>,
    ) -> Result<Arc<Room>, Refusal> {
        if let Some(room) = rooms.get(name) {
            return Ok(room.clone());
        }
        if rooms.len() >= self.limits.count {
            let message = format!("There are {} rooms, no more are allowed", rooms.len());
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        let name: Arc<str> = name.into();
        let kind = self.kind(&name);
        let state = match &kind {
            Some(slot) => slot.current().definition.default_state.clone(),
            None => state.unwrap_or_default(),
        };
        let room = Room::new(
            name.clone(),
            state,
            self.limits.state_bytes,
            // What such a room says is said by its logic: members must be able to believe it.
            kind.is_some() || self.is_server_only(&name),
            self.around.clone(),
            |room| {
                Some(logic(
                    kind.as_ref()?,
                    &name,
                    room,
                    &self.ids,
                    self.event_queue,
                ))
            },
        );
        if let Some(logic) = &room.logic
            && let Some(turn) = logic.submit(Event::Open)
        {
            self.around.tasks.spawn(turn);
        }
        rooms.insert(name, room.clone());
        Ok(room)
    }

    /// A room that somebody has joined.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Room>> {
        self.rooms.lock().get(name).cloned()
    }

    /// All rooms, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Room>> {
        let mut rooms: Vec<_> = self.rooms.lock().values().cloned().collect();
        rooms.sort_by(|a, b| a.name().cmp(b.name()));
        rooms
    }

    /// How many rooms there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rooms.lock().len()
    }

    /// How many members all rooms have: a component counts in each of its rooms.
    #[must_use]
    pub fn members(&self) -> usize {
        let rooms: Vec<_> = self.rooms.lock().values().cloned().collect();
        rooms.iter().map(|room| room.count()).sum()
    }

    fn is_server_only(&self, name: &str) -> bool {
        self.limits
            .server_only
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => pattern == name,
            })
    }

    /// Drops rooms that have been empty for long enough, until `stop`.
    pub async fn sweep(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks =
            tokio::time::interval(SWEEP.min(self.limits.linger.max(Duration::from_millis(10))));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let now = Instant::now();
            let linger = self.limits.linger;
            let over = |room: &Room| {
                room.empty_since()
                    .is_some_and(|since| now.duration_since(since) >= linger)
            };
            let gone: Vec<_> = self.rooms.lock().extract_if(|_, room| over(room)).collect();
            for (_, room) in gone {
                let end = room
                    .logic
                    .as_ref()
                    .and_then(|logic| logic.submit(Event::Unmount { request: None }));
                if let Some(turn) = end {
                    self.around.tasks.spawn(turn);
                }
            }
        }
    }
}

impl std::fmt::Debug for RoomDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomDirectory")
            .field("rooms", &self.count())
            .finish_non_exhaustive()
    }
}

/// What the guests' host functions ask.
impl wasm::subject::Rooms for RoomDirectory {
    fn others(&self, room: &str, instance: &InstanceId) -> Option<usize> {
        self.find(room)?.others(instance)
    }

    fn state(&self, room: &str) -> Option<String> {
        Some(self.find(room)?.state_text())
    }

    fn members(&self, room: &str) -> Vec<InstanceId> {
        self.find(room).map_or_else(Vec::new, |room| room.members())
    }

    fn connections(&self, room: &str) -> usize {
        self.find(room).map_or(0, |room| room.connections())
    }

    fn max_state_bytes(&self) -> usize {
        self.limits.state_bytes
    }

    fn call(&self, call: RoomCall) -> BoxFuture<'_, Result<Option<Json>, RoomCallError>> {
        Box::pin(self.call_logic(call))
    }
}
