//! What is mounted, and the rules of an event.
//!
//! - [`Slot`]: a component name and the version of it that runs now.
//! - `admission`: what a mount and a call must pass before the logic runs. `quota`: how often actions are called.
//! - `mounting`: how a browser gets an instance.
//! - [`Instance`]: one mounted component: its state, its queue and its turn.
//! - `event`: what happens to an instance, and the replies. `transaction`: everything or nothing. `effects`: what an
//!   event does beyond its instance.
//! - [`Room`]: members that hear one another. [`RoomDirectory`]: all rooms.
//! - [`Timers`]: events in the future.
//! - `signed`, `recovery`: what a browser keeps of a component, and how it gets it back.
//! - `uploads`: files that browsers send to components.
//! - [`Observer`]: what is seen of all this, for the inspector. `inspect`: what that reads and changes.
//! - `render`: what a component would begin with.
//! - `backend`: what the app's back end does.
//! - `swap`: a new version taking over.
//!
//! The rules (DESIGN.md): events of one instance run one at a time and in order, those of different instances beside
//! one another; an event is a transaction on the instance's state; no task and no channel stands idle for a mount.
//! This layer knows clients only by the [`Client`] trait: it runs without a socket.

mod admission;
mod audience;
mod backend;
mod client;
mod durable;
mod effects;
mod event;
mod inspect;
mod instance;
mod logging;
mod mounting;
mod observer;
mod persistent;
mod quota;
mod recovery;
mod refusal;
mod render;
mod room;
mod room_logic;
mod rooms;
mod set_value;
mod signed;
mod singleton;
mod slot;
mod swap;
mod timers;
mod transaction;
mod uploads;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use tokio_util::task::TaskTracker;

pub use audience::Caller;
pub use backend::{AppCall, AppTarget};
pub use client::Client;
pub use event::{ActionCall, Event, MountRequest, PropertyUpdate, RoomCommand};
pub use inspect::{Glance, Idle, Inside, Inspection, TimerGlance};
pub use instance::{By, Instance};
pub use observer::{
    After, Follow, KEPT, Log, Observed, Observer, Part, Seen, SeenEvent, SeenInRoom, SeenSwap,
    Watch, What,
};
pub use recovery::{Lost, RehydrateRequest};
pub use refusal::Refusal;
pub use room::Room;
pub use rooms::{RoomDirectory, RoomLimits};
pub use slot::{ById, Slot, Version};
pub use swap::{SwapError, Swapped};
pub use timers::Timers;
pub use uploads::{ChunkSizes, UnderWay, UploadEvent, UploadTable, Uploader};

use crate::auth::Auth;
use crate::config::{ComponentSettings, FetchConfig, RecoveryConfig};
use crate::fetch::{Fetcher, Policy};
use crate::ids::{ConnectionId, IdGenerator};
use crate::signing::Signer;
use crate::store::{self, Store};
use crate::telemetry::Telemetry;
use crate::uploads::Uploads;
use crate::wasm::secrets::Secrets;
use crate::wasm::subject::TimerLimits;
use crate::webhooks::{self, Webhooks};

/// An event's work, to be run by whoever submitted it. `None`: somebody else is running the instance and will do it.
pub type Turn = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;

/// What one instance may use.
#[derive(Debug, Clone)]
pub struct InstanceLimits {
    /// Bytes of state and private data.
    pub state_bytes: usize,
    /// Log lines of one event.
    pub log_lines: usize,
    /// Events that may wait.
    pub event_queue: usize,
    /// Bytes of what it hands over to others at once.
    pub message_bytes: usize,
    /// Bytes of a component's own map in the store.
    pub store_bytes: u64,
    /// What timers may do.
    pub timers: TimerLimits,
    /// What rooms obey.
    pub rooms: RoomLimits,
}

/// What all instances share.
pub struct Services {
    /// The rooms.
    pub rooms: Arc<RoomDirectory>,
    /// The timers.
    pub timers: Arc<Timers>,
    /// What is kept.
    pub store: Store,
    /// Sends components' requests.
    pub fetcher: Fetcher,
    /// Tells the app what happens, if it wants to know.
    pub webhooks: Option<Webhooks>,
    /// Knows who may what, beside the components' own rules.
    pub auth: Arc<Auth>,
    /// Signs what browsers keep, if they are to keep anything.
    pub signer: Option<Arc<Signer>>,
    /// What waits for its connection to come back.
    pub lost: Lost,
    /// Files on their way.
    pub uploads: UploadTable,
    /// Counts, if anything is to be counted.
    pub telemetry: Option<Arc<Telemetry>>,
    /// Looks on, if the inspector may.
    pub observer: Option<Arc<Observer>>,
}

impl Services {
    fn store(&self) -> Store {
        self.store.clone()
    }

    /// Tells the app of something, if it wants to know.
    fn tell_app(&self, event: &str, key: &str, data: impl FnOnce() -> serde_json::Value) {
        if let Some(webhooks) = &self.webhooks
            && webhooks.wants(event)
        {
            webhooks.send(crate::webhooks::Event {
                name: event.to_owned(),
                key: key.to_owned(),
                data: data(),
            });
        }
    }
}

/// What instances reach outside of the daemon.
pub struct Outside {
    /// What is kept.
    pub store: Store,
    /// Sends components' requests.
    pub fetcher: Fetcher,
    /// What bounds those.
    pub fetch: FetchConfig,
    /// Tells the app what happens, if it wants to know.
    pub webhooks: Option<Webhooks>,
    /// Knows who may what, beside the components' own rules.
    pub auth: Arc<Auth>,
    /// Signs what browsers keep, if they are to keep anything.
    pub signer: Option<Arc<Signer>>,
    /// How long a component waits for a lost connection.
    pub recovery: RecoveryConfig,
    /// Takes files, if anything does.
    pub uploads: Option<Arc<Uploads>>,
    /// Counts, if anything is to be counted.
    pub telemetry: Option<Arc<Telemetry>>,
    /// Looks on, if the inspector may.
    pub observer: Option<Arc<Observer>>,
}

/// What the configuration grants a component.
struct Grants {
    config: HashMap<String, String>,
    secrets: Arc<Secrets>,
    /// Its requests wait for their turn in it: one for all versions.
    policy: Policy,
}

/// Everything that is mounted.
pub struct Live {
    ids: IdGenerator,
    limits: InstanceLimits,
    /// What the configuration grants components, by name; made when first needed and kept.
    grants: Mutex<HashMap<Arc<str>, Arc<Grants>>>,
    settings: BTreeMap<String, ComponentSettings>,
    fetch: FetchConfig,
    slots: RwLock<HashMap<Arc<str>, Arc<Slot>>>,
    services: Arc<Services>,
    /// Owns the events that could not be finished at once; awaited at the end.
    tasks: TaskTracker,
}

impl Live {
    /// Nothing mounted, no component known.
    #[must_use]
    pub fn new(
        ids: IdGenerator,
        limits: InstanceLimits,
        settings: BTreeMap<String, ComponentSettings>,
        outside: Outside,
    ) -> Self {
        let tasks = TaskTracker::new();
        let rooms = RoomDirectory::new(
            limits.rooms.clone(),
            ids.clone(),
            limits.event_queue,
            room::Around {
                webhooks: outside.webhooks.clone(),
                observer: outside.observer.clone(),
                tasks: tasks.clone(),
            },
        );
        let services = Services {
            store: outside.store,
            fetcher: outside.fetcher,
            webhooks: outside.webhooks,
            auth: outside.auth,
            signer: outside.signer,
            lost: Lost::new(outside.recovery, tasks.clone()),
            uploads: UploadTable::new(outside.uploads),
            telemetry: outside.telemetry,
            observer: outside.observer,
            rooms: Arc::new(rooms),
            timers: Arc::new(Timers::new(tasks.clone())),
        };
        Self {
            ids,
            limits,
            grants: Mutex::default(),
            settings,
            fetch: outside.fetch,
            slots: RwLock::default(),
            services: Arc::new(services),
            tasks,
        }
    }

    /// The names of all components that can be mounted, sorted.
    #[must_use]
    pub fn components(&self) -> Vec<Arc<Slot>> {
        let mut slots: Vec<_> = self
            .slots
            .read()
            .values()
            .filter(|slot| slot.is_mountable())
            .cloned()
            .collect();
        slots.sort_by(|a, b| a.name().cmp(b.name()));
        slots
    }

    /// What a connection has mounted, by its ids. It looks at everything that is mounted.
    #[must_use]
    pub fn mounted_by(&self, connection: &ConnectionId) -> Vec<Arc<Instance>> {
        let slots = self.components();
        let mut mounted: Vec<_> = slots
            .iter()
            .flat_map(|slot| slot.instances())
            .filter(|instance| instance.is_mounted_by(connection))
            .collect();
        mounted.sort_by(|a, b| a.id().cmp(b.id()));
        mounted
    }

    /// Something mounted, by its id.
    #[must_use]
    pub fn find_instance(&self, id: &str) -> Option<Arc<Instance>> {
        self.components().iter().find_map(|slot| slot.instance(id))
    }

    /// Sends every browser what it needs to have its components back from the next process.
    pub async fn sign_all(&self) {
        let slots: Vec<_> = self.slots.read().values().cloned().collect();
        for slot in slots {
            for instance in slot.instances() {
                self.run(instance.submit(Event::Sign)).await;
            }
        }
    }

    /// What waits for its connection to come back.
    #[must_use]
    pub fn lost(&self) -> &Lost {
        &self.services.lost
    }

    /// Runs a turn as far as it goes without waiting; what is left goes on as a task of its own.
    pub async fn run(&self, turn: Turn) {
        run_turn(&self.tasks, turn).await;
    }

    fn grants(&self, component: &Arc<str>) -> Arc<Grants> {
        let mut grants = self.grants.lock();
        let granted = grants.entry(component.clone()).or_insert_with(|| {
            let none = ComponentSettings::default();
            let settings = self.settings.get(&**component).unwrap_or(&none);
            // They were read when the configuration was: one that is gone since is left out.
            let secrets = settings.secrets.iter();
            let secrets: Vec<(String, String)> = secrets
                .filter_map(|(key, source)| Some((key.clone(), source.read().ok()?)))
                .collect();
            let values = settings.config.clone().into_iter();
            Arc::new(Grants {
                config: values.chain(secrets.iter().cloned()).collect(),
                secrets: Arc::new(Secrets::new(secrets.into_iter().map(|(_, secret)| secret))),
                policy: Policy::new(settings.allowed_hosts.clone(), self.fetch.clone()),
            })
        });
        granted.clone()
    }

    /// What is counted, if anything is.
    #[must_use]
    pub fn telemetry(&self) -> Option<&Arc<Telemetry>> {
        self.services.telemetry.as_ref()
    }

    /// Looks on, if the inspector may.
    #[must_use]
    pub fn observer(&self) -> Option<&Arc<Observer>> {
        self.services.observer.as_ref()
    }

    /// The rooms.
    #[must_use]
    pub fn rooms(&self) -> &Arc<RoomDirectory> {
        &self.services.rooms
    }

    /// The timers.
    #[must_use]
    pub fn timers(&self) -> &Arc<Timers> {
        &self.services.timers
    }

    /// How the store does.
    #[must_use]
    pub fn store_status(&self) -> store::Status {
        self.services.store.status()
    }

    /// How many events the app was told of, if it wants to know of any.
    #[must_use]
    pub fn webhook_stats(&self) -> Option<webhooks::Stats> {
        self.services.webhooks.as_ref().map(Webhooks::stats)
    }

    /// Waits until no event is under way. New ones may still be submitted until then.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Runs a turn as far as it goes without waiting; `tasks` owns what is left.
async fn run_turn(tasks: &TaskTracker, turn: Turn) {
    let Some(mut turn) = turn else { return };
    let done =
        std::future::poll_fn(|cx| std::task::Poll::Ready(turn.as_mut().poll(cx).is_ready())).await;
    if !done {
        tasks.spawn(turn);
    }
}
