//! Where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The repository that this task runner belongs to.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
}

impl Repository {
    /// The folder above this crate's: cargo says where that is, also in a copy that was built elsewhere.
    pub(crate) fn find() -> Result<Self> {
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own
            .parent()
            .context("xtask is not in a folder of the repository")?
            .to_owned();
        Ok(Self { root })
    }

    /// The sources of the guests.
    pub(crate) fn components(&self) -> PathBuf {
        self.root.join("components")
    }

    /// Where the example modules go.
    pub(crate) fn built_components(&self) -> PathBuf {
        self.root.join("target/components")
    }

    /// Where the modules go that only tests use.
    pub(crate) fn built_fixtures(&self) -> PathBuf {
        self.root.join("target/fixtures")
    }

    /// Where the example authenticators go: the daemon serves none of them as a component.
    pub(crate) fn built_authenticators(&self) -> PathBuf {
        self.root.join("target/authenticators")
    }

    /// The browser library, an npm project.
    pub(crate) fn client(&self) -> PathBuf {
        self.root.join("daemon/client")
    }

    /// The packages for React, Vue and Svelte, an npm workspace.
    pub(crate) fn frontends(&self) -> PathBuf {
        self.root.join("clients")
    }

    /// The tests in a real browser, an npm project.
    pub(crate) fn browser_tests(&self) -> PathBuf {
        self.root.join("tests/browser")
    }

    /// The daemon as the dev profile builds it.
    pub(crate) fn daemon(&self) -> Result<PathBuf> {
        Ok(self.target_directory()?.join("debug").join("liveside"))
    }

    /// A program of the workspace as the release profile builds it.
    pub(crate) fn release(&self, name: &str) -> Result<PathBuf> {
        Ok(self.target_directory()?.join("release").join(name))
    }

    /// Where cargo puts what it builds, wherever it is told to.
    fn target_directory(&self) -> Result<PathBuf> {
        #[derive(Deserialize)]
        struct Metadata {
            target_directory: PathBuf,
        }
        let mut command = cargo();
        command
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(&self.root);
        let output = command.output().context("cannot run cargo metadata")?;
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("cargo metadata gave no workspace")?;
        Ok(metadata.target_directory)
    }

    /// A path as it reads best: from the root of the repository, where it is inside.
    pub(crate) fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

/// The cargo that runs us, so that everything is built by one and the same.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
