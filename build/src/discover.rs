//! Which guest projects there are below a directory.
//!
//! A Rust guest is a Cargo package that is a `cdylib` and depends on `liveside-guest`; one that speaks the interface
//! without the SDK says so with a `[package.metadata.liveside]` section. The directory may be one package, a
//! workspace, a member of a workspace above it, or a folder of all these. Projects of other languages: see `external`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::external;
use crate::metadata::{Metadata, Package};
use crate::project::{Language, Project};

/// How deep below the directory a project may begin. A bound for symbolic links that go round.
const MAX_DEPTH: usize = 5;

/// The package whose dependents are guests.
const SDK: &str = "liveside-guest";

/// The feature by which a guest says that it is an authenticator.
const AUTHENTICATOR: &str = "authenticator";

/// Why projects could not be looked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoverError {
    /// The directory cannot be read.
    #[error("cannot read {}: {source}. Give a directory that holds guest projects", path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// There are Cargo packages, but no cargo to ask about them.
    #[error("no Rust toolchain for {}: {reason}. Install Rust (https://rustup.rs), then try again", dir.display())]
    NoCargo {
        /// Where the packages are.
        dir: PathBuf,
        /// Why there is none.
        reason: String,
    },
    /// Cargo cannot make sense of a manifest.
    #[error("{} is not usable:\n{reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Cargo's own words, which name the line.
        reason: String,
    },
    /// Two projects would be built to the same file.
    #[error("two projects are called {name:?}: {} and {}. Rename one: the name becomes the module's file name", first.display(), second.display())]
    SameName {
        /// The name of both.
        name: String,
        /// The folder of one.
        first: PathBuf,
        /// The folder of the other.
        second: PathBuf,
    },
}

/// Finds the guest projects below `dir`, sorted by name. None at all is no error. Blocks: it asks cargo once for each
/// workspace, some 15 ms each.
///
/// # Errors
/// [`DiscoverError`]: the directory or a manifest in it cannot be read, or two projects have one name.
pub fn discover(dir: &Path) -> Result<Vec<Project>, DiscoverError> {
    let dir = dir
        .canonicalize()
        .map_err(|source| DiscoverError::Unreadable {
            path: dir.to_owned(),
            source,
        })?;
    let mut found = Found::default();
    find(&dir, 0, &mut found)?;

    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    for project in rust_projects(&dir, &found.manifests)?
        .into_iter()
        .chain(found.external)
    {
        if let Some(first) = projects.get(&project.name) {
            let (first, second) = (first.dir.clone(), project.dir);
            return Err(DiscoverError::SameName {
                name: project.name,
                first,
                second,
            });
        }
        projects.insert(project.name.clone(), project);
    }
    Ok(projects.into_values().collect())
}

/// The guests among cargo's packages.
fn rust_projects(dir: &Path, manifests: &[PathBuf]) -> Result<Vec<Project>, DiscoverError> {
    if manifests.is_empty() {
        return Ok(Vec::new());
    }
    let mut packages = Packages::new(dir)?;
    for manifest in manifests {
        packages.load(manifest)?;
    }
    let mut projects = Vec::new();
    for (package, workspace_root) in packages
        .by_manifest
        .values()
        .filter(|(package, _)| is_guest(package))
    {
        if !package.manifest_path.starts_with(dir) {
            continue;
        }
        projects.push(Project {
            name: package.name.clone(),
            language: Language::Rust,
            dir: package.dir().to_owned(),
            workspace_root: workspace_root.clone(),
            fixture: is_fixture(package),
            authenticator: package.asks_for(SDK, AUTHENTICATOR),
            source_dirs: Vec::new(),
        });
    }
    for project in &mut projects {
        project.source_dirs = packages.source_dirs(&project.dir.join("Cargo.toml"))?;
    }
    Ok(projects)
}

fn is_guest(package: &Package) -> bool {
    package.is_cdylib() && (package.depends_on(SDK) || package.liveside().is_some())
}

fn is_fixture(package: &Package) -> bool {
    package
        .liveside()
        .and_then(|section| section.get("fixture")?.as_bool())
        .unwrap_or(false)
}

/// What there is below a directory.
#[derive(Default)]
struct Found {
    /// `Cargo.toml` files, outer ones first.
    manifests: Vec<PathBuf>,
    /// Projects of other languages.
    external: Vec<Project>,
}

/// Collects what is below `dir`.
fn find(dir: &Path, depth: usize, found: &mut Found) -> Result<(), DiscoverError> {
    let unreadable = |source| DiscoverError::Unreadable {
        path: dir.to_owned(),
        source,
    };
    let manifest = dir.join("Cargo.toml");
    if manifest.is_file() {
        found.manifests.push(manifest);
    }
    found.external.extend(external::recognise(dir));
    if depth == MAX_DEPTH {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || matches!(&*name, "target" | "node_modules" | "src" | "dist") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            find(&entry.path(), depth + 1, found)?;
        }
    }
    Ok(())
}

/// The packages that cargo told of so far, each with the root of its workspace.
struct Packages {
    cargo: PathBuf,
    by_manifest: BTreeMap<PathBuf, (Package, PathBuf)>,
    /// Manifests that were asked about: the root of a workspace is not always a package.
    asked: BTreeSet<PathBuf>,
}

impl Packages {
    fn new(dir: &Path) -> Result<Self, DiscoverError> {
        let no_cargo = |reason| DiscoverError::NoCargo {
            dir: dir.to_owned(),
            reason,
        };
        let cargo = cargo::find(dir).map_err(no_cargo)?.cargo;
        Ok(Self {
            cargo,
            by_manifest: BTreeMap::new(),
            asked: BTreeSet::new(),
        })
    }

    /// Makes sure that the package of `manifest` is known, and with it all of its workspace.
    fn load(&mut self, manifest: &Path) -> Result<(), DiscoverError> {
        if self.by_manifest.contains_key(manifest) || !self.asked.insert(manifest.to_owned()) {
            return Ok(());
        }
        let metadata =
            Metadata::read(&self.cargo, manifest).map_err(|reason| DiscoverError::Manifest {
                path: manifest.to_owned(),
                reason,
            })?;
        self.asked
            .insert(metadata.workspace_root.join("Cargo.toml"));
        for package in metadata.packages {
            let root = metadata.workspace_root.clone();
            self.by_manifest
                .insert(package.manifest_path.clone(), (package, root));
        }
        Ok(())
    }

    /// The folder of a package and of all that it depends on by path, however far.
    fn source_dirs(&mut self, manifest: &Path) -> Result<Vec<PathBuf>, DiscoverError> {
        let mut dirs = BTreeSet::new();
        let mut open = vec![manifest.to_owned()];
        while let Some(manifest) = open.pop() {
            self.load(&manifest)?;
            let Some((package, _)) = self.by_manifest.get(&manifest) else {
                continue;
            };
            if dirs.insert(package.dir().to_owned()) {
                let needed = package
                    .dependencies
                    .iter()
                    .filter(|dependency| dependency.kind.as_deref() != Some("dev"));
                open.extend(
                    needed.filter_map(|dependency| {
                        Some(dependency.path.as_ref()?.join("Cargo.toml"))
                    }),
                );
            }
        }
        Ok(dirs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
