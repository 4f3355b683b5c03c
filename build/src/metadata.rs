//! What `cargo metadata` says of a workspace. Cargo is asked instead of parsing manifests here, because it alone knows
//! of inherited dependencies, renamed packages and workspace globs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The parts of `cargo metadata --no-deps` that matter here.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_root: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) targets: Vec<Target>,
    pub(crate) dependencies: Vec<Dependency>,
    /// `[package.metadata]`, which may be anything.
    #[serde(default)]
    pub(crate) metadata: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) crate_types: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, also where it is renamed.
    pub(crate) name: String,
    /// Where it is, for a dependency by path.
    pub(crate) path: Option<PathBuf>,
    /// Those that are asked for.
    #[serde(default)]
    pub(crate) features: Vec<String>,
    /// `dev` and `build`; `None` for an ordinary one.
    pub(crate) kind: Option<String>,
}

impl Package {
    /// The folder of its `Cargo.toml`.
    pub(crate) fn dir(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    pub(crate) fn is_cdylib(&self) -> bool {
        self.targets
            .iter()
            .any(|target| target.crate_types.iter().any(|kind| kind == "cdylib"))
    }

    pub(crate) fn depends_on(&self, name: &str) -> bool {
        self.dependencies
            .iter()
            .any(|dependency| dependency.name == name && dependency.kind.is_none())
    }

    /// Whether it asks the package `name` for `feature`.
    pub(crate) fn asks_for(&self, name: &str, feature: &str) -> bool {
        self.dependencies.iter().any(|dependency| {
            dependency.name == name
                && dependency.kind.is_none()
                && dependency.features.iter().any(|one| one == feature)
        })
    }

    /// `[package.metadata.liveside]`.
    pub(crate) fn liveside(&self) -> Option<&serde_json::Value> {
        self.metadata.as_ref()?.get("liveside")
    }
}

impl Metadata {
    /// Asks cargo for the workspace of `manifest`, without resolving anything: no network, no lock file, some 15 ms.
    ///
    /// # Errors
    /// What cargo said, for a manifest that it cannot read.
    pub(crate) fn read(cargo: &Path, manifest: &Path) -> Result<Self, String> {
        let mut command = Command::new(cargo);
        command.args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
        ]);
        command.arg(manifest);
        let json = crate::process::output(&mut command).map_err(|error| error.to_string())?;
        serde_json::from_str(&json).map_err(|error| format!("cargo metadata: {error}"))
    }
}
