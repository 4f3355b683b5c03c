//! Watching the directory of modules.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use notify_debouncer_full::notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Registry, is_module};

/// How long a file must be left alone before it is read. Short: what is still being written is found out by reading.
const QUIET: Duration = Duration::from_millis(20);
/// Batches of changes that may wait; the watcher's thread waits when there are more.
const WAITING_BATCHES: usize = 16;

/// The directory cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("{directory} cannot be watched: {source}")]
pub struct WatchError {
    directory: String,
    source: notify_debouncer_full::notify::Error,
}

impl Registry {
    /// Follows the directory's changes until `stop`.
    ///
    /// # Errors
    /// If the directory cannot be watched.
    pub async fn watch(mut self, stop: CancellationToken) -> Result<(), WatchError> {
        let (changes, mut changed) = mpsc::channel(WAITING_BATCHES);
        let failed = |source| WatchError {
            directory: self.directory.display().to_string(),
            source,
        };
        let mut debouncer = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
            // Opening and reading a file are events too: the daemon's own reading would have it read again, for ever.
            // An error of the watcher (an overflow of its queue) may have hidden anything: look at all files.
            let paths: Option<Vec<PathBuf>> = result.ok().map(|events| {
                events
                    .into_iter()
                    .filter(|event| !matches!(event.kind, EventKind::Access(_)))
                    .flat_map(|event| event.event.paths.clone())
                    .collect()
            });
            if paths.as_ref().is_some_and(Vec::is_empty) {
                return;
            }
            // A closed channel means that the daemon is stopping.
            let _ = changes.blocking_send(paths);
        })
        .map_err(failed)?;
        debouncer
            .watch(&self.directory, RecursiveMode::NonRecursive)
            .map_err(failed)?;
        // What changed between loading and watching.
        self.refresh_all().await;
        loop {
            let paths: Option<Vec<PathBuf>> = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                paths = changed.recv() => match paths {
                    Some(paths) => paths,
                    None => return Ok(()),
                },
            };
            match paths {
                Some(paths) => {
                    let mut files: BTreeSet<PathBuf> =
                        paths.into_iter().filter(|path| is_module(path)).collect();
                    // Files that are gone first: a renamed module may define its components again.
                    for file in &files {
                        if !file.exists() {
                            self.refresh(file).await;
                        }
                    }
                    files.retain(|file| file.exists());
                    for file in files {
                        self.refresh(&file).await;
                    }
                }
                None => self.refresh_all().await,
            }
        }
    }

    async fn refresh_all(&mut self) {
        let known: Vec<PathBuf> = self.loaded.keys().cloned().collect();
        for file in known {
            if !file.exists() {
                self.refresh(&file).await;
            }
        }
        if let Err(error) = self.load_all().await {
            tracing::error!(directory = %self.directory.display(), %error, "the components directory cannot be read");
        }
    }
}
