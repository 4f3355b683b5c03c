//! One run: a server is started, loaded and ended.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::figures::Run;
use super::machine;
use super::rows::Plan;
use crate::process::Runner;
use crate::repository::Repository;
use crate::terminal;

/// How both servers say that they accept connections.
const READY: &str = "listening on http://";
/// So much of a server's log is shown where a run failed.
const LAST_LINES: usize = 10;

/// Which of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Daemon,
    Floor,
}

/// The programs, and a directory for what they write.
pub(super) struct Sides<'a> {
    repository: &'a Repository,
    runner: &'a Runner,
    /// Small counts and short times.
    pub(super) quick: bool,
    daemon: PathBuf,
    floor: PathBuf,
    generator: PathBuf,
    work: PathBuf,
    /// The processor that both sides share where they share one.
    processor: Option<String>,
}

impl<'a> Sides<'a> {
    pub(super) fn new(repository: &'a Repository, runner: &'a Runner, quick: bool) -> Result<Self> {
        let work = repository.root.join("target/bench");
        fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
        Ok(Self {
            repository,
            runner,
            quick,
            daemon: repository.release("liveside")?,
            floor: repository.release("floor")?,
            generator: repository.release("liveside-bench")?,
            work,
            processor: machine::processor_to_share(),
        })
    }

    /// Whether both sides can be kept on one processor.
    pub(super) fn can_pin(&self) -> bool {
        self.processor.is_some()
    }

    /// Starts a server, loads it and ends it.
    ///
    /// # Errors
    /// If the server does not start, or the load generator says that something is wrong.
    pub(super) fn run(&self, scenario: &str, plan: &Plan, side: Side) -> Result<Run> {
        let log = self.work.join("server.log");
        let command = match side {
            Side::Daemon => self.daemon(plan)?,
            Side::Floor => self.command(plan, &self.floor),
        };
        let run = self.load(scenario, plan, command, &log);
        if run.is_err() && !self.runner.stopped() {
            show_end_of(&log);
        }
        run
    }

    fn load(&self, scenario: &str, plan: &Plan, mut server: Command, log: &Path) -> Result<Run> {
        server
            .args(["--listen", "127.0.0.1:0"])
            .stderr(File::create(log).with_context(|| format!("cannot write {}", log.display()))?);
        let mut server = self.runner.run_beside(server)?;
        let line = server.line()?.unwrap_or_default();
        let address = line
            .strip_prefix(READY)
            .with_context(|| format!("the server did not start: it said {line:?}"))?;

        let mut generator = self.command(plan, &self.generator);
        generator.args([scenario, "--address", address]);
        generator.args(["--pid", &server.pid().to_string()]);
        if self.quick {
            generator.arg("--quick");
        }
        if let [served] = plan.modules
            && let Some(next) = served.strip_suffix("-one")
        {
            generator
                .arg("--replace")
                .arg(self.modules().join(file(served)));
            generator
                .arg("--with")
                .args([self.built(served)?, self.built(&format!("{next}-two"))?]);
        }
        let mut said = String::new();
        let status = self
            .runner
            .run_and_read(generator, |line| said.push_str(line))?;
        if !status.success() {
            bail!("no figures: what the load generator said is above");
        }
        Run::parse(&said)
    }

    /// The daemon with copies of the modules, so that nobody who builds meanwhile has them swapped.
    fn daemon(&self, plan: &Plan) -> Result<Command> {
        let modules = self.modules();
        if modules.exists() {
            fs::remove_dir_all(&modules)
                .with_context(|| format!("cannot empty {}", modules.display()))?;
        }
        fs::create_dir_all(&modules)
            .with_context(|| format!("cannot make {}", modules.display()))?;
        for name in plan.modules {
            let from = self.built(name)?;
            fs::copy(&from, modules.join(file(name)))
                .with_context(|| format!("cannot copy {}", from.display()))?;
        }
        let mut command = self.command(plan, &self.daemon);
        // Somebody's own settings are not what is measured.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LIVESIDE_") {
                command.env_remove(name);
            }
        }
        command.args(["serve", "--rate-limit", "off"]);
        command.arg("--components").arg(&modules);
        command.arg("--cache-dir").arg(self.work.join("cache"));
        Ok(command)
    }

    fn command(&self, plan: &Plan, program: impl AsRef<OsStr>) -> Command {
        match &self.processor {
            Some(processor) if plan.one_processor => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", processor]).arg(program);
                command
            }
            _ => Command::new(program),
        }
    }

    fn modules(&self) -> PathBuf {
        self.work.join("modules")
    }

    fn built(&self, name: &str) -> Result<PathBuf> {
        let folders = [
            self.repository.built_components(),
            self.repository.built_fixtures(),
        ];
        folders
            .map(|folder| folder.join(file(name)))
            .into_iter()
            .find(|path| path.is_file())
            .with_context(|| format!("{} was not built", file(name)))
    }
}

fn file(module: &str) -> String {
    format!("{module}.wasm")
}

fn show_end_of(log: &Path) {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return;
    }
    terminal::line("what the server said last:");
    for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
        terminal::detail(line);
    }
}
