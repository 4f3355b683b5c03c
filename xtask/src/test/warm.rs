//! Compiles all modules once before the tests: an engine of Python or JavaScript takes many seconds, and each test that
//! starts a daemon would wait for it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::process::Runner;
use crate::repository::Repository;
use crate::terminal;

/// Where daemons of the tests keep what they have compiled.
pub(super) fn cache(repository: &Repository) -> PathBuf {
    repository.root.join("target/test-cache")
}

/// Has a daemon load everything.
///
/// # Errors
/// If it does not come to listening.
pub(super) fn modules(repository: &Repository, runner: &Runner) -> Result<()> {
    terminal::step("compiling the modules of all languages once");
    let begun = Instant::now();
    for modules in [repository.built_components(), repository.built_fixtures()] {
        let mut command = Command::new(repository.daemon()?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--components"])
            .arg(&modules)
            .arg("--cache-dir")
            .arg(cache(repository))
            // Some fixtures are broken, as they should be.
            .env("LIVESIDE_LOG", "off");
        let mut daemon = runner.run_beside(command)?;
        if daemon.line()?.is_none() {
            bail!("the daemon did not load {}", repository.shown(&modules));
        }
    }
    terminal::line(&terminal::time(begun.elapsed()));
    Ok(())
}
