//! One version of one `.wasm` file: compiled, described, with a pool of warm workers.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component, InstancePre, Linker};

use super::bindings::LiveComponentPre;
use super::componentize::{ComponentizeError, World, componentize};
use super::definition::{Definition, DefinitionError};
use super::engine::Engine;
use super::fault::Fault;
use super::host::GuestStore;
use super::host::MAX_DEPTH;
use super::libraries::{self, Split};
use super::worker::{Lease, Worker};
use crate::config::WasiConfig;

/// What an authenticator exports, whatever its version.
const AUTHENTICATION: &str = "liveside:component/authentication@";

/// A module cannot run here.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is no module of ours.
    #[error(transparent)]
    Componentize(#[from] ComponentizeError),
    /// It does not compile.
    #[error("the module does not compile: {0}")]
    Compile(String),
    /// It wants something that nobody gives, or lacks what it must have.
    #[error("the module does not fit liveside:component@0.1.0: {0}")]
    Link(String),
    /// It is an authenticator, in the place of components.
    #[error(
        "the module is an authenticator and holds no component: move it elsewhere, and name it as `file` of an \
         [[auth.provider]]"
    )]
    Authenticator,
    /// `describe` failed.
    #[error("the module could not describe itself: {0}")]
    Describe(#[from] Fault),
    /// `describe` says something that cannot be.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The compiling task was stopped: the daemon is shutting down.
    #[error("loading was interrupted")]
    Interrupted,
}

impl LoadError {
    fn compile(error: impl Display) -> Self {
        Self::Compile(format!("{error:#}"))
    }

    pub(super) fn link(error: impl Display) -> Self {
        Self::Link(format!("{error:#}"))
    }
}

/// A loaded module.
pub struct Module {
    name: Arc<str>,
    engine: Engine,
    pre: LiveComponentPre<GuestStore>,
    definitions: Vec<Definition>,
    imports: Vec<String>,
    bytes: usize,
    /// The workers that its components share.
    pool: Pool,
    /// Those of components that WASI gives something: what a worker was given stays in its memory, so nobody else has it.
    own_pools: HashMap<Arc<str>, Pool>,
}

/// How many workers there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct WorkerCounts {
    /// Alive now.
    pub live: usize,
    /// Ever thrown away, for their size or for a fault.
    pub recycled: usize,
    /// Those of them that had a fault.
    pub trapped: usize,
}

impl Module {
    /// Compiles the bytes of a `.wasm` file and asks the module what it holds.
    ///
    /// `name` is for logs. Compiling takes place on a thread of its own; with a cache, only the first time.
    ///
    /// # Errors
    /// If it is no module, does not compile, does not fit the interface or cannot describe itself.
    pub async fn load(engine: &Engine, name: &str, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let size = bytes.len();
        let linked = link(engine, bytes, World::LiveComponent).await?;
        let described = linked.component().component_type();
        let imports = described
            .imports(&engine.inner.engine)
            .map(|(name, _)| name.to_owned())
            .filter(|name| !libraries::is_library(name))
            .collect();
        let is_authenticator = described
            .exports(&engine.inner.engine)
            .any(|(name, _)| name.starts_with(AUTHENTICATION));
        let pre = LiveComponentPre::new(linked).map_err(LoadError::link)?;
        let mut module = Self {
            name: name.into(),
            engine: engine.clone(),
            pre,
            definitions: Vec::new(),
            imports,
            bytes: size,
            pool: Pool::new(engine, None),
            own_pools: HashMap::new(),
        };
        let mut lease = module.lease_from(&module.pool, None, false, 0).await?;
        let definitions = lease.describe().await?;
        drop(lease);
        module.definitions = match definitions {
            // The SDK's authenticators hold an empty list of components.
            Err(DefinitionError::Empty) if is_authenticator => Err(LoadError::Authenticator),
            definitions => definitions.map_err(LoadError::from),
        }?;
        let names = module.definitions.iter().map(|defined| &defined.name);
        module.own_pools = names
            .filter_map(|name| Some((name, engine.inner.wasi.get(&**name)?)))
            .map(|(name, granted)| (name.clone(), Pool::new(engine, Some(granted.clone()))))
            .collect();
        if module.own_pools.len() == module.definitions.len() {
            module.pool.empty();
        }
        Ok(module)
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The components that it holds.
    #[must_use]
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The interfaces that it imports.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// Size of the file.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many workers it has.
    #[must_use]
    pub fn worker_counts(&self) -> WorkerCounts {
        let sum = |count: fn(&Pool) -> &AtomicUsize| {
            let counts = self.pools().map(|pool| count(pool).load(Ordering::Relaxed));
            counts.sum()
        };
        WorkerCounts {
            live: sum(|pool| &pool.live),
            recycled: sum(|pool| &pool.recycled),
            trapped: sum(|pool| &pool.trapped),
        }
    }

    /// Keeps no more idle workers: another version has taken over.
    pub fn retire(&self) {
        for pool in self.pools() {
            pool.retired.store(true, Ordering::Relaxed);
            pool.empty();
        }
    }

    fn pools(&self) -> impl Iterator<Item = &Pool> {
        std::iter::once(&self.pool).chain(self.own_pools.values())
    }

    /// A worker for one event of a component: the preferred one if it is idle, else any that is, else a new one. Waits
    /// while all that there may be are busy. `fresh` gives a new one that serves nobody else.
    ///
    /// `depth` is how many events wait for this one, each with a worker of its own. For each depth one worker more than
    /// the limit is kept: those that wait can never keep what they wait for from running.
    ///
    /// # Errors
    /// If no worker can be started.
    pub async fn lease(
        &self,
        component: &str,
        preferred: Option<u32>,
        fresh: bool,
        depth: usize,
    ) -> Result<Lease<'_>, Fault> {
        // Looked for only where there is one: most modules have none.
        let own = (!self.own_pools.is_empty()).then(|| self.own_pools.get(component));
        let pool = own.flatten().unwrap_or(&self.pool);
        self.lease_from(pool, preferred, fresh, depth).await
    }

    async fn lease_from<'m>(
        &'m self,
        pool: &'m Pool,
        preferred: Option<u32>,
        fresh: bool,
        depth: usize,
    ) -> Result<Lease<'m>, Fault> {
        let limits = &self.engine.inner.limits;
        // It goes back when the lease does, or if starting fails or is given up half way.
        let place = pool.take_place(depth).await;
        if !fresh && let Some(worker) = pool.idle_worker(preferred) {
            return Ok(Lease::new(pool, place, limits, worker, false));
        }
        let id = pool.next_id.fetch_add(1, Ordering::Relaxed);
        let granted = pool.granted.as_ref();
        // Boxed: it is rare, and each event's future would hold the room for it.
        let started = Worker::start(id, &self.engine.inner, &self.name, &self.pre, granted);
        let started = Box::pin(started).await;
        let worker = started.map_err(|error| Fault::NoWorker {
            reason: format!("{error:#}"),
        })?;
        pool.live.fetch_add(1, Ordering::Relaxed);
        Ok(Lease::new(pool, place, limits, worker, fresh))
    }
}

/// Makes machine code of the bytes of a `.wasm` file and gives it what it imports, on a thread of its own.
///
/// Code that was compiled before is found again: with a cache directory whole modules, and in any case the libraries that
/// running components stand on.
pub(super) async fn link(
    engine: &Engine,
    bytes: Vec<u8>,
    world: World,
) -> Result<InstancePre<GuestStore>, LoadError> {
    let engine = engine.clone();
    let linked = tokio::task::spawn_blocking(move || {
        let component = componentize(&bytes, world)?;
        match libraries::split(&component).map(|split| link_split(&engine, &split)) {
            // What cannot be taken apart may still be a good component.
            None | Some(Err(LoadError::Compile(_))) => {
                let linker = &engine.inner.linker;
                link_component(&engine, linker, &component)
            }
            Some(linked) => linked,
        }
    });
    linked.await.map_err(|_| LoadError::Interrupted)?
}

fn link_split(engine: &Engine, split: &Split<'_>) -> Result<InstancePre<GuestStore>, LoadError> {
    let mut linker = engine.inner.linker.clone();
    for library in &split.libraries {
        let compiled = engine.library(library).map_err(LoadError::compile)?;
        let mut root = linker.root();
        root.module(&library.name, &compiled)
            .map_err(LoadError::link)?;
    }
    link_component(engine, &linker, &split.component)
}

fn link_component(
    engine: &Engine,
    linker: &Linker<GuestStore>,
    component: &[u8],
) -> Result<InstancePre<GuestStore>, LoadError> {
    let compiled = Component::new(&engine.inner.engine, component).map_err(LoadError::compile)?;
    linker.instantiate_pre(&compiled).map_err(LoadError::link)
}

/// Workers of one module version, all with the same grants.
pub(super) struct Pool {
    /// What WASI gives them.
    granted: Option<WasiConfig>,
    /// The last one used lies at the end: it is the warmest.
    idle: Mutex<Vec<Worker>>,
    /// How many events may have a worker at the same time.
    places: Semaphore,
    /// One place more for each depth of calls within one another.
    reserve: [Semaphore; MAX_DEPTH],
    next_id: AtomicU32,
    live: AtomicUsize,
    recycled: AtomicUsize,
    trapped: AtomicUsize,
    retired: AtomicBool,
}

impl Pool {
    fn new(engine: &Engine, granted: Option<WasiConfig>) -> Self {
        Self {
            granted,
            idle: Mutex::new(Vec::new()),
            places: Semaphore::new(engine.inner.limits.workers_per_module),
            reserve: std::array::from_fn(|_| Semaphore::new(1)),
            next_id: AtomicU32::new(1),
            live: AtomicUsize::new(0),
            recycled: AtomicUsize::new(0),
            trapped: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
        }
    }

    async fn take_place(&self, depth: usize) -> Place<'_> {
        let reserve = depth
            .checked_sub(1)
            .and_then(|depth| self.reserve.get(depth));
        // The semaphores are never closed: an error cannot happen, and would only mean a place more.
        match reserve {
            None => self.places.acquire().await.ok(),
            Some(reserve) => tokio::select! {
                biased;
                place = self.places.acquire() => place.ok(),
                place = reserve.acquire() => place.ok(),
            },
        }
    }

    fn idle_worker(&self, preferred: Option<u32>) -> Option<Worker> {
        let mut idle = self.idle.lock();
        let at = preferred.and_then(|id| idle.iter().rposition(|worker| worker.id == id));
        match at {
            Some(at) => Some(idle.swap_remove(at)),
            None => idle.pop(),
        }
    }

    /// Ends the workers that nobody uses.
    fn empty(&self) {
        let idle = std::mem::take(&mut *self.idle.lock());
        self.live.fetch_sub(idle.len(), Ordering::Relaxed);
    }

    /// A worker had a fault.
    pub(super) fn count_trap(&self) {
        self.trapped.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends a loan; `None` if the worker is not to be used again.
    pub(super) fn give_back(&self, worker: Option<Worker>) {
        match worker {
            Some(worker) if !self.retired.load(Ordering::Relaxed) => self.idle.lock().push(worker),
            Some(_) => drop(self.live.fetch_sub(1, Ordering::Relaxed)),
            None => {
                self.live.fetch_sub(1, Ordering::Relaxed);
                self.recycled.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// The right to have a worker. It goes back to where it came from.
pub(super) type Place<'p> = Option<SemaphorePermit<'p>>;
