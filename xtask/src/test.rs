//! `cargo xtask test`: installs what the tests need, runs every suite and adds up what they say.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::cli::{Speed, Suite};
use crate::process::Runner;
use crate::repository::{Repository, cargo};
use crate::{demo, guests, install, languages, terminal};

mod count;
mod warm;

use count::Count;

const ALL: &[Suite] = &[
    Suite::Rust,
    Suite::Components,
    Suite::Languages,
    Suite::Client,
    Suite::Frontends,
    Suite::Browser,
];

/// Runs the suites of `only`, or all where that is empty.
///
/// # Errors
/// If anything failed. The suites that can run have been run all the same.
pub(crate) fn run(repository: &Repository, runner: &Runner, only: &[Suite]) -> Result<()> {
    let wanted = if only.is_empty() { ALL } else { only };
    let prepared = prepare(repository, runner, wanted);

    let mut outcomes = Vec::new();
    for suite in wanted {
        if runner.stopped() {
            bail!("stopped");
        }
        terminal::step(&format!("testing: {}", name(*suite)));
        let begun = Instant::now();
        let mut count = Count::default();
        let result = run_suite(repository, runner, *suite, &mut count);
        outcomes.push(Outcome {
            suite: *suite,
            count,
            result,
            took: begun.elapsed(),
        });
    }
    if runner.stopped() {
        bail!("stopped");
    }
    sum_up(prepared, outcomes)
}

/// What one suite said.
struct Outcome {
    suite: Suite,
    count: Count,
    /// Whether it ran to its end and said that all is well.
    result: Result<()>,
    took: Duration,
}

/// Builds what the suites use: the modules of the guests, and for the browser the daemon.
fn prepare(repository: &Repository, runner: &Runner, wanted: &[Suite]) -> Result<()> {
    // The components' own tests run natively; all else, the tests of the guest build included, needs the compiler.
    if wanted
        .iter()
        .any(|suite| matches!(suite, Suite::Rust | Suite::Browser))
    {
        guests::build_all(repository, runner, Speed { dev: false })?;
        demo::build_daemon(repository, runner)?;
        warm::modules(repository, runner)?;
    }
    Ok(())
}

/// Whether a suite runs the daemon and loads modules. The others test what stands on its own.
fn uses_daemon(suite: Suite) -> bool {
    matches!(suite, Suite::Rust | Suite::Browser)
}

fn run_suite(
    repository: &Repository,
    runner: &Runner,
    suite: Suite,
    count: &mut Count,
) -> Result<()> {
    if suite == Suite::Languages {
        return run_languages(repository, runner, count);
    }
    let mut command = match suite {
        Suite::Languages | Suite::Rust => cargo_test(&repository.root),
        Suite::Components => cargo_test(&repository.components()),
        Suite::Client => npm_test(repository, runner, &repository.client())?,
        Suite::Frontends => npm_test(repository, runner, &repository.frontends())?,
        Suite::Browser => {
            install::browser(runner)?;
            npm_test(repository, runner, &repository.browser_tests())?
        }
    };
    if suite == Suite::Browser {
        command.env("LIVESIDE_CACHE_DIR", warm::cache(repository));
    }
    if suite == Suite::Rust {
        command.env("CONFORMANCE_LANGUAGES", languages::built(repository)?);
    }
    if uses_daemon(suite) {
        command.env("LIVESIDE_BIN", repository.daemon()?);
    }
    run_one(runner, command, count)
}

fn run_one(runner: &Runner, command: Command, count: &mut Count) -> Result<()> {
    let before = count.passed;
    let status = runner.run_and_read(command, |line| {
        terminal::bare(line);
        count.read(line);
    })?;
    if !status.success() {
        bail!("it ended with {status}");
    }
    if count.passed == before {
        bail!("it ran no test");
    }
    Ok(())
}

/// All of them, also after one that fails.
fn run_languages(repository: &Repository, runner: &Runner, count: &mut Count) -> Result<()> {
    let mut failed = Vec::new();
    for command in languages::tests(repository, runner)? {
        let shown = languages::shown(repository, &command)?;
        terminal::line(&shown);
        if let Err(error) = run_one(runner, command, count) {
            failed.push(format!("{shown}: {error}"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

fn cargo_test(dir: &Path) -> Command {
    let mut command = cargo();
    command
        .args(["test", "--workspace", "--no-fail-fast"])
        .current_dir(dir);
    command
}

fn npm_test(repository: &Repository, runner: &Runner, project: &Path) -> Result<Command> {
    install::npm_packages(repository, runner, project)?;
    let mut command = Command::new("npm");
    command.args(["test"]).current_dir(project);
    Ok(command)
}

fn name(suite: Suite) -> &'static str {
    match suite {
        Suite::Rust => "rust",
        Suite::Components => "components",
        Suite::Languages => "languages",
        Suite::Client => "client",
        Suite::Frontends => "frontends",
        Suite::Browser => "browser",
    }
}

fn sum_up(prepared: Result<()>, outcomes: Vec<Outcome>) -> Result<()> {
    terminal::step("summary");
    let mut total = Count::default();
    let mut unwell = 0;
    for Outcome {
        suite,
        mut count,
        result,
        took,
    } in outcomes
    {
        if result.is_err() && count.failed == 0 {
            // It did not come as far as to name a test that failed, and that is a failure too.
            count.failed = 1;
        }
        let line = format!(
            "{:<11} {:>5} passed {:>3} failed {:>3} skipped {:>12}",
            name(suite),
            count.passed,
            count.failed,
            count.skipped,
            terminal::time(took)
        );
        match &result {
            Ok(()) => terminal::good(&line),
            Err(error) => terminal::error(&format!("{line}  {error:#}")),
        }
        unwell += usize::from(result.is_err());
        total.add(&count);
    }
    if let Err(error) = &prepared {
        terminal::error(&format!("what the tests use could not be built: {error:#}"));
        total.failed += 1;
    }
    terminal::bare(&total.to_string());
    prepared?;
    if unwell > 0 {
        bail!("{unwell} of the suites failed");
    }
    Ok(())
}
