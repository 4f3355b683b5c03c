//! `cargo xtask demo`: from a fresh clone to a page that one can play with.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::cli::Speed;
use crate::guests;
use crate::languages;
use crate::process::Runner;
use crate::repository::{Repository, cargo};
use crate::terminal;

mod accounts;
mod service;
mod weather;

/// How the daemon says that it accepts connections.
const READY: &str = "listening on ";

/// Builds everything and runs the daemon until it is told to stop.
///
/// # Errors
/// If something does not build, or the daemon fails.
pub(crate) fn run(repository: &Repository, runner: &Runner, listen: &str) -> Result<()> {
    // The same profile as the daemon rebuilds them with, so that it finds everything up to date.
    guests::build_ready(repository, runner, Speed { dev: true })?;
    let daemon = build_daemon(repository, runner)?;

    let config = repository.root.join("target/demo.toml");
    std::fs::write(&config, service::config(service::start()?))
        .with_context(|| format!("cannot write {}", repository.shown(&config)))?;

    terminal::step("starting liveside dev");
    let mut command = Command::new(daemon);
    command.current_dir(&repository.root);
    command.args([
        "dev",
        "components",
        "--out",
        "target/components",
        "--static",
        "components/demo",
        "--listen",
        listen,
    ]);
    command.arg("--config").arg(&config);
    let python = languages::python_environment(repository);
    if python.is_dir() {
        command.env("VIRTUAL_ENV", python);
    }
    let status = runner.run_and_read(command, |line| match line.strip_prefix(READY) {
        Some(url) => {
            terminal::good(&format!("open {url}"));
            terminal::line("edit components/local-counter/src/lib.rs and see the open page change; Ctrl-C stops");
        }
        None => terminal::bare(line),
    });
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => bail!("the daemon ended with {status}: what it said is above"),
        // Ctrl-C is how a demo ends.
        Err(_) if runner.stopped() => Ok(()),
        Err(error) => Err(error).context("the daemon"),
    }
}

/// Builds the daemon and gives its path.
///
/// # Errors
/// If it does not compile.
pub(crate) fn build_daemon(repository: &Repository, runner: &Runner) -> Result<PathBuf> {
    terminal::step(
        "building the daemon (minutes the first time: its WebAssembly engine holds a compiler)",
    );
    let begun = Instant::now();
    let mut build = cargo();
    // With the whole workspace named, and the examples (there are none), cargo gives every dependency the features that
    // it has in `cargo test`. Otherwise two small ones differ, and with them the engine would be compiled twice.
    build
        .args(["build", "--workspace", "--bin", "liveside", "--examples"])
        .current_dir(&repository.root);
    runner.must(build, "cargo build")?;
    terminal::line(&terminal::time(begun.elapsed()));
    repository.daemon()
}
