//! Which modules run: the `.wasm` files of a directory, loaded at the start and again whenever they change.
//!
//! A changed module is compiled and described beside the running one and then handed to [`Live::publish`]. One that
//! fails leaves the old one running; the failure is logged and told to whoever listens to the [`News`].

mod watch;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

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
    /// Of the file's bytes: a file that was only touched is not loaded again.
    digest: [u8; 32],
    module: Arc<Module>,
}

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

    /// Loads all files that are there. Those that fail are logged and left out.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub async fn load_all(&mut self) -> std::io::Result<()> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.directory)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_module(path))
            .collect();
        files.sort();
        for file in files {
            self.refresh(&file).await;
        }
        Ok(())
    }

    /// Brings what runs in step with one file: loads it, loads it again, or withdraws its components.
    async fn refresh(&mut self, file: &Path) {
        if !file.exists() {
            return self.withdraw(file);
        }
        loop {
            let before = stamp(file);
            let started = Instant::now();
            let Err(error) = self.load(file).await else {
                return;
            };
            // Somebody was still writing it: what was read was no file of theirs.
            if file.exists() && stamp(file) != before {
                continue;
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
            return (self.listener)(&News {
                component,
                outcome: Err(text),
            });
        }
    }

    async fn load(&mut self, file: &Path) -> Result<(), RegistryError> {
        let started = Instant::now();
        let bytes = tokio::fs::read(file).await?;
        let digest: [u8; 32] = Sha256::digest(&bytes).into();
        if self
            .loaded
            .get(file)
            .is_some_and(|loaded| loaded.digest == digest)
        {
            return Ok(());
        }
        let module = Arc::new(Module::load(&self.engine, &file_name(file), bytes).await?);
        let compiled = started.elapsed();
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
        if let Some(old) = self.loaded.insert(
            file.to_owned(),
            Loaded {
                digest,
                module: module.clone(),
            },
        ) {
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
