//! Gets what a task needs onto the machine: says what and why, and asks nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use liveside_build::{apt, install_toolchain};

use crate::guests;
use crate::process::Runner;
use crate::repository::Repository;
use crate::terminal;

/// Debian's name for it, and the program's.
const BROWSER: &str = "chromium";

/// A compiler for guests.
///
/// # Errors
/// If there is none and none can be installed, with the line to run by hand.
pub(crate) fn guest_toolchain(repository: &Repository, runner: &Runner) -> Result<()> {
    terminal::step("looking for a compiler from Rust to WebAssembly");
    let toolchain = install_toolchain(&repository.components(), &runner.cancel, &guests::notes())
        .context("guests cannot be compiled on this machine")?;
    terminal::line(&toolchain.to_string());
    Ok(())
}

/// A browser for the browser tests. Playwright's own download is not used: it would be a second browser, and not every
/// machine may fetch it.
///
/// # Errors
/// If apt-get cannot install it.
pub(crate) fn browser(runner: &Runner) -> Result<()> {
    if !is_on_path(BROWSER) {
        terminal::step("installing Chromium: the browser tests need a real browser");
        apt::install(&[BROWSER], &runner.cancel, &guests::notes())?;
    }
    Ok(())
}

/// Node.js and npm.
///
/// # Errors
/// If apt-get cannot install them.
fn node(runner: &Runner) -> Result<()> {
    if !is_on_path("npm") || !is_on_path("node") {
        terminal::step(
            "installing Node.js and npm: the browser library is built and tested with them",
        );
        apt::install(&["nodejs", "npm"], &runner.cancel, &guests::notes())?;
    }
    Ok(())
}

/// The packages of an npm project, exactly as its lock file has them.
///
/// # Errors
/// If there is no such project, or npm fails.
pub(crate) fn npm_packages(repository: &Repository, runner: &Runner, project: &Path) -> Result<()> {
    let shown = repository.shown(project);
    if !project.join("package.json").is_file() {
        bail!("there is no {shown}/package.json");
    }
    node(runner)?;
    if is_npm_installed(project) {
        return Ok(());
    }
    terminal::step(&format!("installing the npm packages of {shown}"));
    let mut npm = Command::new("npm");
    // Scripts of packages are code of strangers that nothing here needs.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(project);
    runner.must(npm, &format!("npm ci in {shown}"))
}

/// Whether npm's own record of what it installed is newer than the lock file.
fn is_npm_installed(project: &Path) -> bool {
    let modified = |file: PathBuf| fs::metadata(file).and_then(|file| file.modified()).ok();
    let installed = modified(project.join("node_modules/.package-lock.json"));
    let wanted = modified(project.join("package-lock.json"));
    matches!((installed, wanted), (Some(installed), Some(wanted)) if installed >= wanted)
}

pub(crate) fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn packages_older_than_the_lock_file_are_installed_again() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::write(dir.path().join("package-lock.json"), "{}").expect("a file");
        assert!(!is_npm_installed(dir.path()));

        fs::create_dir(dir.path().join("node_modules")).expect("a folder");
        let record =
            fs::File::create(dir.path().join("node_modules/.package-lock.json")).expect("a file");
        record
            .set_modified(SystemTime::now() + Duration::from_secs(5))
            .expect("a time");
        assert!(is_npm_installed(dir.path()));
        record.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
        assert!(!is_npm_installed(dir.path()));
    }
}
