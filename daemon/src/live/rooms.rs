//! All rooms by name: made by the first join, dropped some time after the last member left.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::instance::Instance;
use super::refusal::Refusal;
use super::room::{Announce, Room};
use crate::ids::InstanceId;
use crate::protocol::{Code, names};
use crate::state::Document;
use crate::wasm;

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
    limits: RoomLimits,
    /// Owns the rooms' waves.
    tasks: TaskTracker,
}

impl RoomDirectory {
    pub(super) fn new(limits: RoomLimits, tasks: TaskTracker) -> Self {
        Self {
            rooms: Mutex::default(),
            limits,
            tasks,
        }
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
        let room = match rooms.get(name) {
            Some(room) => room.clone(),
            None => {
                if rooms.len() >= self.limits.count {
                    let message = format!("There are {} rooms, no more are allowed", rooms.len());
                    return Err(Refusal::new(Code::LimitExceeded, message));
                }
                let name: Arc<str> = name.into();
                let room = Room::new(
                    name.clone(),
                    state.unwrap_or_default(),
                    self.limits.state_bytes,
                    self.is_server_only(&name),
                    self.tasks.clone(),
                );
                rooms.insert(name, room.clone());
                room
            }
        };
        // Under the directory's lock: the sweep cannot drop the room before it has its member.
        room.join(instance, is_default, announce);
        Ok(room)
    }

    /// A room that somebody has joined.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Room>> {
        self.rooms.lock().get(name).cloned()
    }

    /// How many rooms there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rooms.lock().len()
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
            self.rooms.lock().retain(|_, room| {
                room.empty_since()
                    .is_none_or(|since| now.duration_since(since) < linger)
            });
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
}
