//! Development: guests are built from their sources, at the start and again at every save.
//!
//! A module that was built appears in the components directory, where the registry finds it as it finds any other. A
//! build that fails changes nothing there; its errors go to the terminal and, as [`News`], to every page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use liveside_build::{Artifact, BuildError, Cancel, Note, Notes, Profile, Project, strip_ansi};
use notify_debouncer_full::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::registry::{Listener, News};

/// How long the sources must be left alone before a build starts: an editor writes several files at one save.
const QUIET: Duration = Duration::from_millis(20);
/// Batches of changes that may wait; the watcher's thread waits when there are more.
const WAITING_BATCHES: usize = 16;

/// Builds the guests of a directory.
pub struct Builder {
    projects: Arc<[Project]>,
    out: PathBuf,
    builder: Arc<liveside_build::Builder>,
    listener: Listener,
    /// Projects whose last build failed: their pages show it until it works again.
    failed: BTreeSet<usize>,
    /// Paths that changed; `None`: some did, and it is not known which.
    changed: mpsc::Receiver<Option<Vec<PathBuf>>>,
    /// Watches the sources from before the first build on: what is saved during it is not missed.
    _watcher: Watcher,
}

/// What a build of some projects gave.
type Results = Vec<(usize, Result<Artifact, BuildError>)>;
/// Watches as long as it lives.
type Watcher = Debouncer<RecommendedWatcher, RecommendedCache>;
/// Paths that changed together; `None`: perhaps all of them.
type Changes = mpsc::Receiver<Option<Vec<PathBuf>>>;

/// A build that runs.
struct Running {
    task: JoinHandle<Results>,
    cancel: Cancel,
    projects: BTreeSet<usize>,
}

impl Builder {
    /// Finds the guests below `sources`. Their modules will go to `out`.
    ///
    /// # Errors
    /// If the directory cannot be read or watched, or a project in it cannot be understood.
    pub fn new(sources: &Path, out: &Path, listener: Listener) -> anyhow::Result<Self> {
        let sources = sources
            .canonicalize()
            .with_context(|| format!("{} cannot be read", sources.display()))?;
        let projects: Vec<Project> = liveside_build::discover(&sources)
            .with_context(|| format!("the guests in {} cannot be found", sources.display()))?
            .into_iter()
            .filter(|project| !project.fixture && !project.authenticator)
            .filter(|project| match liveside_build::tools_of(project, None) {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(project = project.name, "left out: {error}");
                    false
                }
            })
            .collect();
        if projects.is_empty() {
            tracing::warn!(
                "no guest is found below {}: `liveside new NAME --lang js` makes one; `liveside build` says what is looked for",
                sources.display()
            );
        }
        let notes = Notes::new(|note| match note {
            Note::Step(line) => tracing::info!("{line}"),
            Note::Detail(line) => tracing::debug!("{line}"),
        });
        let (watcher, changed) = watch(&projects)?;
        Ok(Self {
            projects: projects.into(),
            out: out.to_owned(),
            builder: Arc::new(liveside_build::Builder::new(notes)),
            listener,
            failed: BTreeSet::new(),
            changed,
            _watcher: watcher,
        })
    }

    /// Builds all guests. Those that fail are told of and left out.
    pub async fn build_all(&mut self) {
        let all = (0..self.projects.len()).collect();
        let running = self.start(all);
        self.finish(running.task.await);
    }

    /// Builds again whatever is saved, until `stop`.
    pub async fn watch(mut self, stop: CancellationToken) {
        let mut waiting = BTreeSet::new();
        let mut running: Option<Running> = None;
        loop {
            if running.is_none() && !waiting.is_empty() {
                running = Some(self.start(std::mem::take(&mut waiting)));
            }
            tokio::select! {
                () = stop.cancelled() => {
                    if let Some(running) = running {
                        running.cancel.cancel();
                        // Its result is wanted by nobody any more.
                        let _ = running.task.await;
                    }
                    return;
                }
                Some(paths) = self.changed.recv() => {
                    let affected = self.affected(paths.as_deref());
                    if let Some(running) = running.as_ref().filter(|running| !running.projects.is_disjoint(&affected)) {
                        // It builds what is out of date already.
                        running.cancel.cancel();
                    }
                    waiting.extend(affected);
                }
                results = async {
                    match &mut running {
                        Some(running) => (&mut running.task).await,
                        None => std::future::pending().await,
                    }
                } => {
                    running = None;
                    waiting.extend(self.finish(results));
                }
            }
        }
    }

    fn affected(&self, paths: Option<&[PathBuf]>) -> BTreeSet<usize> {
        let touches = |project: &Project| {
            paths.is_none_or(|paths| paths.iter().any(|path| project.is_affected_by(path)))
        };
        (0..self.projects.len())
            .filter(|&at| touches(&self.projects[at]))
            .collect()
    }

    fn start(&self, projects: BTreeSet<usize>) -> Running {
        let cancel = Cancel::new();
        let (all, out) = (self.projects.clone(), self.out.clone());
        let (builder, cancelled, which) = (self.builder.clone(), cancel.clone(), projects.clone());
        let task = tokio::task::spawn_blocking(move || {
            let these = |chosen: bool| {
                let all = all.iter().enumerate();
                let these = all.filter(|(at, _)| which.contains(at) == chosen);
                these.map(|(_, project)| project.clone()).collect()
            };
            let (chosen, others): (Vec<Project>, Vec<Project>) = (these(true), these(false));
            let results = builder.build_among(&chosen, &others, Profile::Dev, &out, &cancelled);
            which.into_iter().zip(results).collect()
        });
        Running {
            task,
            cancel,
            projects,
        }
    }

    /// Tells what came of a build. Gives the projects whose build was cancelled.
    fn finish(&mut self, results: Result<Results, tokio::task::JoinError>) -> BTreeSet<usize> {
        let mut again = BTreeSet::new();
        let Ok(results) = results else {
            tracing::error!("the build broke down; save again to build again");
            return again;
        };
        for (at, result) in results {
            let project = &self.projects[at].name;
            match result {
                Ok(artifact) => {
                    tracing::info!(project, took = ?artifact.took, changed = artifact.changed, "built");
                    if !artifact.warnings.is_empty() {
                        eprintln!("{}", artifact.warnings);
                    }
                    if self.failed.remove(&at) && !artifact.changed {
                        // The registry will see nothing new, and the pages still show the error.
                        let outcome = Ok("unchanged".to_owned());
                        (self.listener)(&News {
                            component: Some(project.clone()),
                            outcome,
                        });
                    }
                }
                Err(BuildError::Cancelled) => {
                    again.insert(at);
                }
                Err(error) => {
                    eprintln!("{error}");
                    self.failed.insert(at);
                    let text = error
                        .rendered()
                        .map_or_else(|| error.to_string(), str::to_owned);
                    let outcome = Err(strip_ansi(&text));
                    (self.listener)(&News {
                        component: Some(project.clone()),
                        outcome,
                    });
                }
            }
        }
        again
    }
}

/// Begins to watch the sources of all projects.
fn watch(projects: &[Project]) -> anyhow::Result<(Watcher, Changes)> {
    let (changes, changed) = mpsc::channel(WAITING_BATCHES);
    let mut watcher = new_debouncer(QUIET, None, move |result: DebounceEventResult| {
        // An error of the watcher (an overflow of its queue) may have hidden anything.
        let paths = result.ok().map(|events| {
            let touched = events
                .into_iter()
                .filter(|event| !matches!(event.kind, notify::EventKind::Access(_)));
            touched.flat_map(|event| event.event.paths).collect()
        });
        // A closed channel means that the daemon is stopping.
        let _ = changes.blocking_send(paths);
    })?;
    let directories: BTreeSet<&PathBuf> = projects
        .iter()
        .flat_map(|project| &project.source_dirs)
        .collect();
    for directory in directories {
        watcher
            .watch(directory, RecursiveMode::Recursive)
            .with_context(|| format!("{} cannot be watched", directory.display()))?;
    }
    Ok((watcher, changed))
}
