//! What one event may see and change.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use compact_str::CompactString;
use futures_util::future::BoxFuture;

use super::files::Files;
use super::secrets::Secrets;
use crate::fetch::{Fetcher, Policy};
use crate::identity::Identity;
use crate::ids::{ConnectionId, InstanceId, shown};
use crate::state::{Document, Json};
use crate::store::{Space, Store, StoreError};
use crate::uploads::Uploads;
use crate::uploads::storage::FileName;

/// The state of one mounted component and who is behind the event.
///
/// It is moved into a worker for the time of an event and back afterwards, so that host functions reach it without a
/// lock. Whoever drives the event commits or rolls back.
#[derive(Debug)]
pub struct Subject {
    /// The mounted component.
    pub instance: InstanceId,
    /// Synced state.
    pub state: Document,
    /// Private data; most components have none.
    pub private: Option<Box<Document>>,
    /// The room of the mount.
    pub room: Option<Box<str>>,
    /// Who waits for this event: the component that called the room, what called that, and so on.
    pub chain: Arc<[InstanceId]>,
    /// What the event asks the daemon to do once it is over. Dropped if it breaks down.
    pub effects: Vec<Effect>,
    /// The number of the last timer that was started.
    pub last_timer: u32,
    /// Timers that run, those that the event starts included.
    pub timers: u32,
    /// Who is behind the event.
    pub session: Arc<Session>,
    /// What whoever asked for the event calls its request: `requestId` as JSON text, or a header's value. For the log.
    pub request: Option<CompactString>,
    /// The user whose the state is: the first who was signed in. Nobody else gets it back.
    pub owner: Option<Box<str>>,
    /// Files that it has got; most components get none.
    files: Option<Box<Files>>,
    /// Whether the state has changed since it was last looked at for that.
    pub changed: bool,
    /// What is the same for every mount of the component.
    pub shared: Arc<Shared>,
}

/// What is the same for every mount of one version of a component.
#[derive(Debug)]
pub struct Shared {
    /// The component's name.
    pub component: Arc<str>,
    /// Its persistent map.
    pub persistent: Arc<dyn KeyValue>,
    /// Whether it is the logic of rooms.
    pub is_room: bool,
    /// What the configuration grants it, its secrets included.
    pub config: HashMap<String, String>,
    /// Those of the values that are to be shown nowhere.
    pub secrets: Arc<Secrets>,
    /// Sends its requests.
    pub fetcher: Fetcher,
    /// Where it may send them.
    pub policy: Policy,
    /// Holds its own map.
    pub store: Store,
    /// Which one that is.
    pub space: Space,
    /// The default state: its keys are the known keys.
    pub default_state: Document,
    /// Most bytes of state and private data together.
    pub max_state_bytes: usize,
    /// Most log lines of one event.
    pub max_log_lines: usize,
    /// Most bytes of what one call hands over to others: the data of an event, of a broadcast, of a timer.
    pub max_message_bytes: usize,
    /// The rooms.
    pub rooms: Arc<dyn Rooms>,
    /// What timers may do.
    pub timer_limits: TimerLimits,
    /// Holds what browsers have uploaded, if anything does.
    pub uploads: Option<Arc<Uploads>>,
}

/// What timers may do.
#[derive(Debug, Clone, Copy)]
pub struct TimerLimits {
    /// The shortest delay and interval.
    pub shortest: Duration,
    /// How many one instance may have.
    pub count: u32,
}

/// Something that an event asks for. It happens after the event's changes are applied, in the order asked for.
#[derive(Debug)]
pub enum Effect {
    /// Become a member of a room.
    Join(Box<str>),
    /// Be a member no longer.
    Leave(Box<str>),
    /// Send an event to the other members.
    Emit {
        /// The room.
        room: Box<str>,
        /// The event.
        event: Box<str>,
        /// Its data.
        data: Json,
    },
    /// Lay keys over the state of a room.
    SetState {
        /// The room.
        room: Box<str>,
        /// A JSON object.
        changes: Json,
    },
    /// Tell the browsers of the default room.
    Broadcast {
        /// The type.
        kind: Box<str>,
        /// The data.
        data: Json,
        /// Whether the user behind the event is left out.
        except_sender: bool,
    },
    /// Send bytes to the component's browsers.
    PushBinary {
        /// What they are.
        name: Box<str>,
        /// The bytes.
        bytes: Bytes,
    },
    /// Start a timer.
    StartTimer(TimerStart),
    /// Stop a timer, if it runs.
    CancelTimer(u64),
}

/// A timer that is to be started.
#[derive(Debug, Clone)]
pub struct TimerStart {
    /// Unique within the instance.
    pub id: u64,
    /// Names the event.
    pub name: Box<str>,
    /// Given back with the event.
    pub payload: Option<Json>,
    /// Until the first event.
    pub delay: Duration,
    /// Whether it goes on, with the same time between events.
    pub repeats: bool,
}

/// What an event may know of the rooms. Changes go by [`Effect`]s.
pub trait Rooms: Send + Sync + fmt::Debug {
    /// Members other than `instance`; `None` if it is no member itself, or there is no such room.
    fn others(&self, room: &str, instance: &InstanceId) -> Option<usize>;

    /// The state, as the text of a JSON object.
    fn state(&self, room: &str) -> Option<String>;

    /// All members, in the order of their joining.
    fn members(&self, room: &str) -> Vec<InstanceId>;

    /// Connections of the members.
    fn connections(&self, room: &str) -> usize;

    /// Most bytes of a state.
    fn max_state_bytes(&self) -> usize;

    /// Has a room's logic run an action, and waits for its result.
    fn call(&self, call: RoomCall) -> BoxFuture<'_, Result<Option<Json>, RoomCallError>>;
}

/// A call of a room's logic.
#[derive(Debug)]
pub struct RoomCall {
    /// The room.
    pub room: String,
    /// The action.
    pub action: String,
    /// What it is given.
    pub payload: Option<Json>,
    /// Who is behind it all.
    pub session: Arc<Session>,
    /// Who waits for the answer, and who for that: the caller is the last.
    pub chain: Arc<[InstanceId]>,
    /// The request behind it, for the log.
    pub request: Option<CompactString>,
}

/// Why a call of a room has no result.
#[derive(Debug, thiserror::Error)]
pub enum RoomCallError {
    /// The room's logic says so, or broke down.
    #[error("{0}")]
    Failed(String),
    /// It cannot be made.
    #[error("{0}")]
    Invalid(String),
}

impl Subject {
    /// What a new instance begins with.
    #[must_use]
    pub fn new(
        instance: InstanceId,
        state: Document,
        room: Option<Box<str>>,
        session: Arc<Session>,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            instance,
            state,
            private: None,
            room,
            session,
            request: None,
            owner: None,
            files: None,
            changed: false,
            shared,
            chain: Arc::default(),
            effects: Vec::new(),
            last_timer: 0,
            timers: 0,
        }
    }

    /// The request behind the event, for the log.
    #[must_use]
    pub fn request(&self) -> Option<&str> {
        self.request.as_deref().map(shown)
    }

    /// Whether it is this room itself.
    #[must_use]
    pub fn is_room(&self, name: &str) -> bool {
        self.shared.is_room && self.room.as_deref() == Some(name)
    }

    /// Private data, made when it is first needed.
    pub fn private_mut(&mut self) -> &mut Document {
        self.private.get_or_insert_default()
    }

    /// A finished upload.
    #[must_use]
    pub fn file(&self, upload: &str) -> Option<&FileName> {
        self.files.as_ref()?.get(upload)
    }

    /// From now on the component may read this file.
    pub fn add_file(&mut self, upload: &str, name: FileName) {
        self.files.get_or_insert_default().add(upload, name);
    }

    /// The file is gone.
    pub fn remove_file(&mut self, upload: &str) {
        if let Some(files) = &mut self.files {
            files.remove(upload);
        }
    }

    /// Bytes of private data.
    #[must_use]
    pub fn private_bytes(&self) -> usize {
        self.private.as_ref().map_or(0, |private| private.bytes())
    }

    /// Takes everything that the event wrote or asked for back.
    pub fn rollback(&mut self) {
        for effect in self.effects.drain(..) {
            if matches!(effect, Effect::StartTimer(_)) {
                self.timers -= 1;
            }
        }
        self.state.rollback();
        if let Some(private) = &mut self.private {
            private.rollback();
        }
    }
}

/// A map that several components write to at the same time.
pub trait KeyValue: Send + Sync + fmt::Debug {
    /// The value of a key.
    fn get(&self, key: &str) -> Option<Json>;

    /// Writes (`None`: removes) a key.
    ///
    /// # Errors
    /// If the key is none, the map would be larger than it may, or it cannot be read.
    fn set(&self, key: &str, value: Option<Json>) -> Result<(), StoreError>;

    /// Writes (`None`: removes) a key if it still holds `expected` (`None`: is not there). Tells whether it did.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    fn compare_and_set(
        &self,
        key: &str,
        expected: Option<&Json>,
        value: Option<Json>,
    ) -> Result<bool, StoreError>;
}

/// Who is behind an event.
#[derive(Debug, Clone)]
pub struct Session {
    /// The connection; empty where no single one is behind the event.
    pub connection: ConnectionId,
    /// The user, who may sign in and out meanwhile. One for everything that the connection has mounted.
    pub user: Arc<ArcSwapOption<Identity>>,
    /// What the browser calls its user. Not an identity.
    pub label: Option<Box<str>>,
}

impl Session {
    /// The user as of now; `None` is an anonymous visitor.
    #[must_use]
    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.user.load_full()
    }

    /// Nobody: an event that no browser asked for, in an instance that many share.
    #[must_use]
    pub fn nobody() -> Arc<Self> {
        static NOBODY: LazyLock<Arc<Session>> = LazyLock::new(|| {
            Arc::new(Session {
                connection: String::new().into(),
                user: Arc::default(),
                label: None,
            })
        });
        NOBODY.clone()
    }
}
