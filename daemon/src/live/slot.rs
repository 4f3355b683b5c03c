//! A component name, the version of it that runs now, and everything that is mounted under it.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use super::Services;
use super::instance::Instance;
use super::persistent::PersistentMap;
use crate::config::LogTopics;
use crate::telemetry::Meter;
use crate::wasm::subject::Shared;
use crate::wasm::{Definition, Module};

/// One version of a component: its definition and the module that holds its logic.
pub struct Version {
    /// What the module says of it.
    pub definition: Definition,
    /// The module.
    pub module: Arc<Module>,
    /// What its host functions need.
    pub shared: Arc<Shared>,
    /// What is logged of it.
    pub logs: LogTopics,
}

/// The place that versions of a component succeed one another in.
pub struct Slot {
    name: Arc<str>,
    /// Read once an event, replaced by a swap.
    current: ArcSwap<Version>,
    /// `false` while its module's file is gone: what is mounted goes on, nothing new is mounted.
    available: AtomicBool,
    pub(super) persistent: Arc<PersistentMap>,
    /// What instances share, whatever their component.
    pub(super) services: Arc<Services>,
    /// The one instance of a singleton. Held for the length of a hand-over.
    pub(super) singleton: Mutex<Option<Arc<Instance>>>,
    /// Counts its events, if anything is counted.
    pub(super) meter: Option<Arc<Meter>>,
    /// Everything mounted, for swaps and counts.
    instances: Mutex<HashSet<ById>>,
}

impl Slot {
    pub(super) fn new(
        version: Arc<Version>,
        persistent: Arc<PersistentMap>,
        services: Arc<Services>,
    ) -> Self {
        let telemetry = services.telemetry.as_ref();
        Self {
            meter: telemetry.map(|telemetry| telemetry.meter(&version.definition.name)),
            name: version.definition.name.clone(),
            current: ArcSwap::new(version),
            available: AtomicBool::new(true),
            persistent,
            services,
            singleton: Mutex::default(),
            instances: Mutex::default(),
        }
    }

    /// The component's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same, to be kept.
    pub(super) fn name_shared(&self) -> Arc<str> {
        self.name.clone()
    }

    /// Whether it is the logic of rooms.
    #[must_use]
    pub fn is_room(&self) -> bool {
        self.current.load().definition.room.is_some()
    }

    /// The version that the next event uses.
    #[must_use]
    pub fn current(&self) -> Arc<Version> {
        self.current.load_full()
    }

    /// Whether `version` is the one that the next event uses.
    pub(super) fn is_current(&self, version: &Arc<Version>) -> bool {
        Arc::ptr_eq(&self.current.load(), version)
    }

    pub(super) fn publish(&self, version: Arc<Version>) -> Arc<Version> {
        self.available.store(true, Ordering::Relaxed);
        self.current.swap(version)
    }

    pub(super) fn withdraw(&self) {
        self.available.store(false, Ordering::Relaxed);
    }

    /// Whether it can be mounted.
    #[must_use]
    pub fn is_available(&self) -> bool {
        self.available.load(Ordering::Relaxed)
    }

    /// Whether browsers can mount it: it is there, and no logic of rooms.
    #[must_use]
    pub fn is_mountable(&self) -> bool {
        self.is_available() && self.current.load().definition.room.is_none()
    }

    /// How many instances are mounted.
    #[must_use]
    pub fn count(&self) -> usize {
        self.instances.lock().len()
    }

    /// One of the mounted instances.
    pub(super) fn instance(&self, id: &str) -> Option<Arc<Instance>> {
        self.instances.lock().get(id).map(|found| found.0.clone())
    }

    /// The connections of a singleton that is mounted.
    #[must_use]
    pub fn connections(&self) -> Option<usize> {
        let singleton = self.singleton.lock();
        singleton.as_ref()?.audience.as_ref().map(|all| all.count())
    }

    /// Everything that is mounted of it, or, of a room's logic, that runs.
    #[must_use]
    pub fn instances(&self) -> Vec<Arc<Instance>> {
        self.instances
            .lock()
            .iter()
            .map(|by_id| by_id.0.clone())
            .collect()
    }

    pub(super) fn add(&self, instance: Arc<Instance>) {
        self.instances.lock().insert(ById(instance));
    }

    pub(super) fn remove(&self, instance: &Instance) {
        self.instances.lock().remove(instance.id().as_str());
        let mut singleton = self.singleton.lock();
        if singleton
            .as_ref()
            .is_some_and(|current| current.id() == instance.id())
        {
            *singleton = None;
        }
    }
}

/// An instance in a set, found by its id: the id is not stored twice.
#[derive(Debug, Clone)]
pub struct ById(pub Arc<Instance>);

impl Borrow<str> for ById {
    fn borrow(&self) -> &str {
        self.0.id().as_str()
    }
}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id().as_str().hash(state);
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl Eq for ById {}
