//! Runs other programs so that Ctrl-C, or a SIGTERM, ends all of them.
//!
//! Each leads a process group, and a signal that we get goes on to the whole group: cargo that is told to stop does
//! not tell the tests that it runs. Who does not listen is killed when the signal comes a second time.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, bail};
use liveside_build::Cancel;
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

mod background;

pub(crate) use background::Background;

/// Runs programs, and passes on the signals that we get. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runner {
    running: Arc<Mutex<Running>>,
    /// For builds of guests, which run their programs themselves.
    pub(crate) cancel: Cancel,
}

#[derive(Debug, Default)]
struct Running {
    /// Signals that we got.
    signals: u32,
    /// Leaders of the process groups that run.
    groups: Vec<Pid>,
}

impl Runner {
    /// Starts to listen for signals, on a thread of its own until the end of the program.
    pub(crate) fn new() -> Result<Self> {
        let runner = Self::default();
        let mut signals =
            Signals::new([SIGINT, SIGTERM, SIGHUP]).context("cannot listen for signals")?;
        let listener = runner.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                listener.pass_on(signal);
            }
        });
        Ok(runner)
    }

    /// Whether we were told to stop.
    pub(crate) fn stopped(&self) -> bool {
        self.lock().signals > 0
    }

    /// Runs `command` to its end. It writes to our terminal, and reads nothing.
    pub(crate) fn run(&self, mut command: Command) -> Result<ExitStatus> {
        let child = self.start(&mut command)?;
        self.wait(child)
    }

    /// The same, and gives each line of its stdout to `on_line` too.
    pub(crate) fn run_and_read(
        &self,
        mut command: Command,
        mut on_line: impl FnMut(&str),
    ) -> Result<ExitStatus> {
        command.stdout(Stdio::piped());
        let mut child = self.start(&mut command)?;
        if let Some(stdout) = child.stdout.take() {
            let mut stdout = BufReader::new(stdout);
            let mut line = Vec::new();
            while stdout
                .read_until(b'\n', &mut line)
                .is_ok_and(|bytes| bytes > 0)
            {
                on_line(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
                line.clear();
            }
        }
        self.wait(child)
    }

    /// Runs `command`, whose failure is ours.
    pub(crate) fn must(&self, command: Command, what: &str) -> Result<()> {
        let status = self.run(command)?;
        if !status.success() {
            bail!("{what} failed ({status}): what it printed is above");
        }
        Ok(())
    }

    /// Starts `command` and lets it run beside us. Its stdout is ours to read.
    pub(crate) fn run_beside(&self, mut command: Command) -> Result<Background> {
        command.stdout(Stdio::piped());
        let child = self.start(&mut command)?;
        Ok(Background::new(self.clone(), child))
    }

    fn start(&self, command: &mut Command) -> Result<Child> {
        command.stdin(Stdio::null()).process_group(0);
        let mut running = self.lock();
        if running.signals > 0 {
            bail!("stopped");
        }
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .with_context(|| format!("cannot run {name}: is it installed and on the PATH?"))?;
        running.groups.push(Pid::from_child(&child));
        Ok(child)
    }

    fn wait(&self, mut child: Child) -> Result<ExitStatus> {
        let group = Pid::from_child(&child);
        let status = child.wait();
        self.lock().groups.retain(|running| *running != group);
        let status = status.context("cannot wait for a program")?;
        if self.stopped() {
            bail!("stopped");
        }
        Ok(status)
    }

    fn pass_on(&self, signal: i32) {
        self.cancel.cancel();
        let mut running = self.lock();
        running.signals += 1;
        let signal = match signal {
            _ if running.signals > 1 => Signal::KILL,
            SIGINT => Signal::INT,
            SIGHUP => Signal::HUP,
            _ => Signal::TERM,
        };
        for group in &running.groups {
            // It fails only where the group has ended already.
            let _ = kill_process_group(*group, signal);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn lines_are_read_as_they_come() {
        let mut lines = Vec::new();
        let status = Runner::default().run_and_read(sh("echo one; printf two; exit 4"), |line| {
            lines.push(line.to_owned())
        });
        assert_eq!(status.expect("it runs").code(), Some(4));
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_signal_ends_what_runs_and_lets_nothing_new_start() {
        let runner = Runner::default();
        let remote = runner.clone();
        // The inner sleep holds the pipe open: only the death of the whole group ends this.
        let result = runner.run_and_read(sh("sleep 60 & echo started; wait"), |_| {
            remote.pass_on(SIGTERM)
        });
        assert!(
            result
                .expect_err("it was stopped")
                .to_string()
                .contains("stopped")
        );
        assert!(runner.cancel.is_cancelled());
        assert!(runner.run(sh("true")).is_err());
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = Runner::default()
            .run(Command::new("no-such-program"))
            .expect_err("it is not there");
        assert!(error.to_string().contains("no-such-program"), "{error}");
    }
}
