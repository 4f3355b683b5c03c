//! `cargo xtask check`: everything that can be said of the code without running a test.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::install;
use crate::layers;
use crate::process::Runner;
use crate::repository::{Repository, cargo};
use crate::terminal;

mod supply;

use supply::Supply;

/// Runs all checks and sums up.
///
/// # Errors
/// If one of them fails; the others are run all the same.
pub(crate) fn run(repository: &Repository, runner: &Runner) -> Result<()> {
    let mut checks = Checks {
        runner,
        done: Vec::new(),
        skipped: Vec::new(),
    };
    let (root, components) = (repository.root.as_path(), repository.components());

    checks.add("layers", || layers::check(repository));
    for (name, dir) in [("", root), (" of components", components.as_path())] {
        checks.cargo(&format!("formatting{name}"), dir, &["fmt", "--check"]);
        checks.cargo(
            &format!("lints{name}"),
            dir,
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--keep-going",
                "--",
                "-D",
                "warnings",
            ],
        );
    }
    checks.documentation(root);
    checks.supply(root, &Supply::of_this_machine());
    for project in [repository.client(), repository.browser_tests()] {
        let name = format!("types of {}", repository.shown(&project));
        checks.add(&name, || {
            install::npm_packages(repository, runner, &project)?;
            let mut npm = Command::new("npm");
            npm.args(["run", "check", "--if-present"])
                .current_dir(&project);
            runner.must(npm, "npm run check")
        });
    }
    checks.finish()
}

struct Checks<'a> {
    runner: &'a Runner,
    done: Vec<(String, Result<()>, Duration)>,
    /// What could not be done here, and what would make it possible.
    skipped: Vec<(&'static str, &'static str)>,
}

impl Checks<'_> {
    fn add(&mut self, name: &str, check: impl FnOnce() -> Result<()>) {
        if self.runner.stopped() {
            return;
        }
        terminal::step(name);
        let begun = Instant::now();
        let result = check();
        self.done.push((name.to_owned(), result, begun.elapsed()));
    }

    fn cargo(&mut self, name: &str, dir: &Path, arguments: &[&str]) {
        let mut command = cargo();
        command.args(arguments).current_dir(dir);
        let runner = self.runner;
        self.add(name, || {
            runner.must(command, &format!("cargo {}", arguments[0]))
        });
    }

    fn documentation(&mut self, root: &Path) {
        let mut command = cargo();
        command
            .args(["doc", "--workspace", "--no-deps", "--keep-going"])
            .current_dir(root)
            .env("RUSTDOCFLAGS", "-D warnings");
        let runner = self.runner;
        self.add("documentation", || runner.must(command, "cargo doc"));
    }

    /// Licences, sources and known weaknesses of what we depend on, as far as this machine can tell.
    fn supply(&mut self, root: &Path, supply: &Supply) {
        for (name, plan) in supply.plans() {
            match plan {
                Ok(arguments) => self.cargo(name, root, &arguments),
                Err(hint) => {
                    terminal::step(name);
                    terminal::line(&format!("skipped: {hint}"));
                    self.skipped.push((name, hint));
                }
            }
        }
    }

    fn finish(self) -> Result<()> {
        if self.runner.stopped() {
            bail!("stopped");
        }
        terminal::step("summary");
        for (name, result, took) in &self.done {
            let line = format!("{name:<28} {:>12}", terminal::time(*took));
            match result {
                Ok(()) => terminal::good(&line),
                Err(error) => terminal::error(&format!("{line}  {error:#}")),
            }
        }
        for (name, hint) in &self.skipped {
            terminal::line(&format!("{name:<28} {:>12}  {hint}", "skipped"));
        }
        let failed = self
            .done
            .iter()
            .filter(|(_, result, _)| result.is_err())
            .count();
        if failed > 0 {
            bail!("{failed} of {} checks failed", self.done.len());
        }
        Ok(())
    }
}
