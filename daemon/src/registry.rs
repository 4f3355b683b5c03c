//! Which modules run: the `.wasm` files of a directory, loaded at the start and again whenever they change.
//!
//! A changed module is compiled and described beside the running one and then handed to [`Live::publish`]. One that
//! fails leaves the old one running; the failure is logged and told to whoever listens to the [`News`].

mod watch;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures_util::stream::{self, StreamExt};
use sha2::{Digest, Sha256};

pub use watch::WatchError;

use crate::live::{Live, SwapError};
use crate::wasm::{Engine, LoadError, Module};

/// What happened to a component, for developers.
#[derive(Debug, Clone)]
pub struct News {
    /// The component, or the file if the module could not even say what it holds.
    pub component: Option<String>,
    /// The version that runs now, or why none took over.
    pub outcome: Result<String, String>,
}

/// Who is told.
pub type Listener = Arc<dyn Fn(&News) + Send + Sync>;

/// A file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// It is no module that can run here.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Another file has a component of the same name.
    #[error("`{component}` is defined by {other} already")]
    Conflict {
        /// The name.
        component: String,
        /// The other file.
        other: String,
    },
    /// It cannot take over from the running version.
    #[error(transparent)]
    Swap(#[from] SwapError),
}

/// The loaded files of one directory.
pub struct Registry {
    engine: Engine,
    live: Arc<Live>,
    directory: PathBuf,
    listener: Listener,
    loaded: HashMap<PathBuf, Loaded>,
}

struct Loaded {
    /// A file that was only touched is not loaded again.
    digest: Digested,
    module: Arc<Module>,
}

/// The hash of a file's bytes.
type Digested = [u8; 32];

/// A file that was read and compiled, or could not be.
struct Attempt {
    /// What the file was before it was read.
    before: Option<(u64, SystemTime)>,
    started: Instant,
    compiled: Duration,
    /// `None` if the file is the one that is loaded.
    module: Result<Option<(Arc<Module>, Digested)>, RegistryError>,
}

/// Modules that are under way at the same time: each of some languages takes a hundred megabytes meanwhile. More than there
/// are processors, since those that are ready wait for one that comes before them.
const MOST_AT_ONCE: usize = 6;

impl Registry {
    /// A registry of `directory`, with nothing loaded.
    #[must_use]
    pub fn new(engine: Engine, live: Arc<Live>, directory: PathBuf, listener: Listener) -> Self {
        Self {
            engine,
            live,
            directory,
            listener,
            loaded: HashMap::new(),
        }
    }

    /// Loads all files that are there, several at a time. Those that fail are logged and left out.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub async fn load_all(&mut self) -> std::io::Result<()> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.directory)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_module(path))
            .collect();
        files.sort();
        let attempts: Vec<_> = files.iter().map(|file| self.attempt(file)).collect();
        let mut attempts = stream::iter(attempts).buffered(MOST_AT_ONCE);
        // They take over in the order of their names, however long each took.
        for file in &files {
            let Some(attempt) = attempts.next().await else {
                break;
            };
            if !self.settle(file, attempt).await {
                self.refresh(file).await;
            }
        }
        Ok(())
    }

    /// Brings what runs in step with one file: loads it, loads it again, or withdraws its components.
    async fn refresh(&mut self, file: &Path) {
        while file.exists() {
            let attempt = self.attempt(file).await;
            if self.settle(file, attempt).await {
                return;
            }
        }
        self.withdraw(file);
    }

    /// Reads and compiles a file. It needs nothing of the registry while it works.
    fn attempt(&self, file: &Path) -> impl Future<Output = Attempt> + use<> {
        let (engine, file) = (self.engine.clone(), file.to_owned());
        let known = self.loaded.get(&file).map(|loaded| loaded.digest);
        async move {
            let (before, started) = (stamp(&file), Instant::now());
            let module = prepare(&engine, &file, known).await;
            Attempt {
                before,
                started,
                compiled: started.elapsed(),
                module,
            }
        }
    }

    /// Lets a module take over, or tells why none can. `false` if it was read while somebody wrote it: what was read was
    /// no file of theirs.
    async fn settle(&mut self, file: &Path, attempt: Attempt) -> bool {
        let Attempt {
            before,
            started,
            compiled,
            module,
        } = attempt;
        let taken = match module {
            Ok(None) => return true,
            Ok(Some((module, digest))) => {
                let compiled = (started, compiled);
                self.take_over(file, module, digest, compiled).await
            }
            Err(error) => Err(error),
        };
        let Err(error) = taken else {
            return true;
        };
        if file.exists() && stamp(file) != before {
            return false;
        }
        tracing::error!(file = %file.display(), %error, "the module was not taken");
        let component = match &error {
            RegistryError::Swap(SwapError::Migrate { component, .. })
            | RegistryError::Conflict { component, .. } => Some(component.clone()),
            _ => self
                .loaded
                .get(file)
                .and_then(|loaded| Some(loaded.module.definitions().first()?.name.to_string())),
        };
        if let Some(observer) = self.live.observer() {
            let outcome = Err(error.to_string());
            observer.swapped(&file_name(file), started.elapsed(), outcome);
        }
        let text = format!("{}: {error}", file_name(file));
        (self.listener)(&News {
            component,
            outcome: Err(text),
        });
        true
    }

    async fn take_over(
        &mut self,
        file: &Path,
        module: Arc<Module>,
        digest: Digested,
        (started, compiled): (Instant, Duration),
    ) -> Result<(), RegistryError> {
        self.check_conflicts(file, &module)?;
        let swapped = self.live.publish(module.clone()).await?;
        let took = started.elapsed();
        if let Some(observer) = self.live.observer() {
            observer.swapped(module.name(), took, Ok(swapped.clone()));
        }
        for swap in &swapped {
            tracing::info!(
                component = %swap.component, version = %swap.version, instances = swap.instances, file = %file_name(file),
                ?compiled, ?took, "{}", if swap.is_new { "loaded" } else { "swapped" }
            );
            let (component, version) = (swap.component.to_string(), swap.version.to_string());
            if !swap.is_new {
                (self.listener)(&News {
                    component: Some(component),
                    outcome: Ok(version),
                });
            }
        }
        let loaded = Loaded {
            digest,
            module: module.clone(),
        };
        if let Some(old) = self.loaded.insert(file.to_owned(), loaded) {
            self.live.withdraw_missing(&old.module, &module);
        }
        Ok(())
    }

    fn withdraw(&mut self, file: &Path) {
        if let Some(loaded) = self.loaded.remove(file) {
            self.live.withdraw(&loaded.module);
            for definition in loaded.module.definitions() {
                tracing::info!(component = %definition.name, file = %file_name(file), "withdrawn: its file is gone");
            }
        }
    }

    fn check_conflicts(&self, file: &Path, module: &Module) -> Result<(), RegistryError> {
        for definition in module.definitions() {
            for (other, loaded) in self.loaded.iter().filter(|(other, _)| *other != file) {
                if loaded
                    .module
                    .definitions()
                    .iter()
                    .any(|theirs| theirs.name == definition.name)
                {
                    let component = definition.name.to_string();
                    return Err(RegistryError::Conflict {
                        component,
                        other: file_name(other),
                    });
                }
            }
        }
        Ok(())
    }
}

async fn prepare(
    engine: &Engine,
    file: &Path,
    known: Option<Digested>,
) -> Result<Option<(Arc<Module>, Digested)>, RegistryError> {
    let path = file.to_owned();
    // Hashing eighteen megabytes takes a while.
    let read = tokio::task::spawn_blocking(move || {
        let bytes = std::fs::read(path)?;
        let digest: Digested = Sha256::digest(&bytes).into();
        std::io::Result::Ok((bytes, digest))
    });
    let (bytes, digest) = read.await.map_err(|_| LoadError::Interrupted)??;
    if known == Some(digest) {
        return Ok(None);
    }
    let module = Module::load(engine, &file_name(file), bytes).await?;
    Ok(Some((Arc::new(module), digest)))
}

/// Whether a path is one that modules are loaded from. Editors' and build tools' temporary files are not.
fn is_module(path: &Path) -> bool {
    let name = file_name(path);
    path.extension()
        .is_some_and(|extension| extension == "wasm")
        && !name.starts_with(['.', '#', '~'])
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// What changes when somebody writes to a file.
fn stamp(file: &Path) -> Option<(u64, SystemTime)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}
