//! Builds projects: groups those that one call of a tool can build, and puts the modules in place.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::artifact::{self, Artifact};
use crate::error::BuildError;
use crate::external;
use crate::notes::{Job, Notes};
use crate::process::Cancel;
use crate::project::{Language, Project};
use crate::rust;
use crate::toolchain::{Toolchain, state_dir};

/// What a module is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// For the next second: the fastest rebuild after an edit, with names for traces.
    Dev,
    /// For users: small and fast.
    Release,
}

/// What one project became: its module as the tool left it, and the warnings.
pub(crate) struct Built {
    pub(crate) module: PathBuf,
    pub(crate) warnings: String,
}

/// Builds guest projects. Keep one: it remembers which compiler each workspace is built with.
///
/// It can be shared between threads; builds of one workspace wait for one another (by cargo's own lock).
#[derive(Debug, Default)]
pub struct Builder {
    notes: Notes,
    /// By workspace root. A compiler that is installed later is found because only successes are kept.
    toolchains: Mutex<HashMap<PathBuf, Toolchain>>,
    /// The Python that has the SDK, where it is not the projects' own.
    python: Option<PathBuf>,
}

impl Builder {
    /// `notes` hears of what takes long.
    #[must_use]
    pub fn new(notes: Notes) -> Self {
        Self {
            notes,
            toolchains: Mutex::default(),
            python: None,
        }
    }

    /// Builds guests in Python by this interpreter where they have no environment of their own.
    #[must_use]
    pub fn with_python(self, python: PathBuf) -> Self {
        Self {
            python: Some(python),
            ..self
        }
    }

    /// Builds one project to `out_dir/NAME.wasm`. Blocks until it is there, or until `cancel`.
    ///
    /// # Errors
    /// [`BuildError`]; what was in `out_dir` before is then still there.
    pub fn build(
        &self,
        project: &Project,
        profile: Profile,
        out_dir: &Path,
        cancel: &Cancel,
    ) -> Result<Artifact, BuildError> {
        let mut results = self.build_all(std::slice::from_ref(project), profile, out_dir, cancel);
        // One project in, one result out.
        results.pop().unwrap_or(Err(BuildError::Cancelled))
    }

    /// Builds many projects, those of one workspace by a single call of the tool, and gives their results in the same
    /// order. One that fails does not keep the others from being built.
    pub fn build_all(
        &self,
        projects: &[Project],
        profile: Profile,
        out_dir: &Path,
        cancel: &Cancel,
    ) -> Vec<Result<Artifact, BuildError>> {
        self.build_among(projects, &[], profile, out_dir, cancel)
    }

    /// The same, of `projects` that were built together with `others` before, and are now built again. The tool is told
    /// of all of them each time, though what it makes of the others is left where it is: which features a dependency is
    /// compiled with is decided by all that are built at once, so that one alone would want its dependencies anew.
    pub fn build_among(
        &self,
        projects: &[Project],
        others: &[Project],
        profile: Profile,
        out_dir: &Path,
        cancel: &Cancel,
    ) -> Vec<Result<Artifact, BuildError>> {
        let mut groups: BTreeMap<(Language, &Path), Vec<usize>> = BTreeMap::new();
        for (index, project) in projects.iter().enumerate() {
            groups
                .entry((project.language, &project.workspace_root))
                .or_default()
                .push(index);
        }

        let job = Job {
            cancel,
            notes: &self.notes,
        };
        let mut results: Vec<Option<Result<Artifact, BuildError>>> =
            projects.iter().map(|_| None).collect();
        for ((language, root), members) in groups {
            let begun = Instant::now();
            let group: Vec<&Project> = members.iter().map(|index| &projects[*index]).collect();
            let beside: Vec<&Project> = others
                .iter()
                .filter(|other| other.language == language && other.workspace_root == root)
                .collect();
            let built = match language {
                Language::Rust => self.build_rust(root, &group, &beside, profile, job),
                _ => group
                    .iter()
                    .map(|project| external::build(project, profile, self.python.as_deref(), job))
                    .collect(),
            };
            for (index, built) in members.into_iter().zip(built) {
                let name = &projects[index].name;
                results[index] = Some(built.and_then(|built| {
                    let (path, bytes, changed) = artifact::publish(&built.module, out_dir, name)?;
                    Ok(Artifact {
                        name: name.clone(),
                        path,
                        bytes,
                        changed,
                        warnings: built.warnings,
                        took: begun.elapsed(),
                    })
                }));
            }
        }
        // Every index was in a group, and each group gives one result for each member.
        results
            .into_iter()
            .map(|result| result.unwrap_or(Err(BuildError::Cancelled)))
            .collect()
    }

    fn build_rust(
        &self,
        root: &Path,
        projects: &[&Project],
        beside: &[&Project],
        profile: Profile,
        job: Job<'_>,
    ) -> Vec<Result<Built, BuildError>> {
        let toolchain = self.toolchain(root, job);
        let built = toolchain
            .and_then(|toolchain| rust::build(&toolchain, root, projects, beside, profile, job));
        match built {
            Ok(results) => results,
            Err(error) => spread(error, projects),
        }
    }

    fn toolchain(&self, root: &Path, job: Job<'_>) -> Result<Toolchain, BuildError> {
        let mut known = self
            .toolchains
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(toolchain) = known.get(root) {
            return Ok(toolchain.clone());
        }
        let toolchain = Toolchain::select(root, &state_dir(root), job)?;
        known.insert(root.to_owned(), toolchain.clone());
        Ok(toolchain)
    }

    /// Uses `toolchain` for the workspace `root` instead of choosing one.
    #[cfg(test)]
    pub(crate) fn with_toolchain(self, root: &Path, toolchain: Toolchain) -> Self {
        self.toolchains
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(root.to_owned(), toolchain);
        self
    }
}

/// A failure that is nobody's in particular: the first project carries it, so that it is told once.
fn spread(error: BuildError, projects: &[&Project]) -> Vec<Result<Built, BuildError>> {
    let cancelled = matches!(error, BuildError::Cancelled);
    let mut error = Some(error);
    let one = |project: &&Project| {
        Err(match error.take() {
            Some(error) => error,
            None if cancelled => BuildError::Cancelled,
            None => BuildError::Tool {
                project: project.name.clone(),
                reason: "for the same reason as the one before".to_owned(),
            },
        })
    };
    projects.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
