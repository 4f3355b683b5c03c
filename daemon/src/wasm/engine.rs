//! The one wasmtime engine of the process: how guests are compiled, and what interrupts them.

mod functions;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use moka::sync::Cache as Kept;
use wasmtime::component::Linker;
use wasmtime::{Cache, CacheConfig, Config, Module};

use functions::Functions;

use super::host::{self, GuestStore};
use super::libraries::Library;
use crate::config::WasiConfig;

/// How often the epoch ticks: a guest that computes gives way to others this often, and its processor time is
/// measured in steps of it.
pub const TICK: Duration = Duration::from_millis(10);

/// Most bytes of a guest's own stack.
const MAX_WASM_STACK_BYTES: usize = 512 << 10;
/// The host functions run on the guest's stack and need room of their own.
const ASYNC_STACK_BYTES: usize = MAX_WASM_STACK_BYTES + (512 << 10);
/// How many libraries are kept at hand, and for how long after they were last asked for. What a component stands on is
/// kept by the component.
const LIBRARIES: u64 = 64;
const LIBRARIES_KEPT: Duration = Duration::from_secs(15 * 60);

/// The engine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// wasmtime refused its configuration, most often the cache directory.
    #[error("the WebAssembly engine could not be set up: {0:#}")]
    Setup(wasmtime::Error),
    /// The ticking thread could not be started.
    #[error("the engine's clock could not be started: {0}")]
    Clock(std::io::Error),
}

/// How the engine works.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Where compiled code is kept between starts; `None` compiles anew each time.
    pub cache_dir: Option<PathBuf>,
    /// What one event and one worker may use.
    pub limits: GuestLimits,
    /// What WASI gives single components, by their names. The others get nothing.
    pub wasi: HashMap<String, WasiConfig>,
}

/// What one event and one worker may use.
#[derive(Debug, Clone)]
pub struct GuestLimits {
    /// Most linear memory of a worker, in bytes.
    pub memory_bytes: usize,
    /// A worker with more memory than this is replaced after its event.
    pub recycle_bytes: usize,
    /// Most processor time of an event.
    pub cpu_time: Duration,
    /// Most time of an event, waiting included.
    pub wall_time: Duration,
    /// Most bytes of a result.
    pub result_bytes: usize,
    /// Most workers of one module.
    pub workers_per_module: usize,
}

/// Compiles modules and makes their workers. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) engine: wasmtime::Engine,
    pub(super) linker: Linker<GuestStore>,
    pub(super) limits: GuestLimits,
    pub(super) wasi: HashMap<String, WasiConfig>,
    libraries: Kept<String, Module>,
    /// Ends when the last clone of the engine is gone.
    _ticker: Ticker,
}

impl Engine {
    /// Sets the engine up and starts its clock.
    ///
    /// # Errors
    /// If the cache directory cannot be used or a thread cannot be started.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let mut wasm = Config::new();
        wasm.epoch_interruption(true)
            // Component-model async costs 0.3 us a call and nothing here uses it.
            .concurrency_support(false)
            .max_wasm_stack(MAX_WASM_STACK_BYTES)
            .async_stack_size(ASYNC_STACK_BYTES);
        wasm.enable_incremental_compilation(Arc::new(Functions::new()))
            .map_err(EngineError::Setup)?;
        if let Some(directory) = config.cache_dir {
            let mut cache = CacheConfig::new();
            cache.with_directory(directory);
            wasm.cache(Some(Cache::new(cache).map_err(EngineError::Setup)?));
        }
        let engine = wasmtime::Engine::new(&wasm).map_err(EngineError::Setup)?;
        let linker = host::linker(&engine).map_err(EngineError::Setup)?;
        let ticker = Ticker::start(engine.clone()).map_err(EngineError::Clock)?;
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                linker,
                limits: config.limits,
                wasi: config.wasi,
                libraries: Kept::builder()
                    .max_capacity(LIBRARIES)
                    .time_to_idle(LIBRARIES_KEPT)
                    .build(),
                _ticker: ticker,
            }),
        })
    }

    /// The machine code of a library. Components that ask for the same one at the same time wait for one compilation.
    pub(super) fn library(&self, library: &Library<'_>) -> Result<Module, Arc<wasmtime::Error>> {
        self.inner.libraries.try_get_with_by_ref(&library.name, || {
            Module::new(&self.inner.engine, library.bytes)
        })
    }
}

/// The thread that ticks the epoch. A thread and not a task: a task would not run while guests hold all workers of the
/// runtime, which is just when it is needed.
struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: wasmtime::Engine) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("epoch".into())
            .spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    std::thread::park_timeout(TICK);
                    engine.increment_epoch();
                }
            })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only ticks: a panic in it is impossible, and there is nobody to tell.
            let _ = thread.join();
        }
    }
}
