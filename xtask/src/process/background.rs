//! A program that runs beside us until we have done with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use super::Runner;

/// How long a program may take to end in order before it is killed.
const ORDERLY: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(10);

/// A running program. It is told to end, and waited for, when this is dropped.
#[derive(Debug)]
pub(crate) struct Background {
    runner: Runner,
    child: Child,
    /// Kept also after the last line that we want: without a reader it would fail to print.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Background {
    pub(super) fn new(runner: Runner, mut child: Child) -> Self {
        let stdout = child.stdout.take().map(BufReader::new);
        Self {
            runner,
            child,
            stdout,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints, without its end; `None` if it prints no more.
    pub(crate) fn line(&mut self) -> Result<Option<String>> {
        let Some(stdout) = &mut self.stdout else {
            return Ok(None);
        };
        let mut line = String::new();
        let bytes = stdout
            .read_line(&mut line)
            .context("cannot read what a program prints")?;
        Ok((bytes > 0).then(|| line.trim_end().to_owned()))
    }

    /// Whether it ended before `limit`.
    fn ended_within(&mut self, limit: Duration) -> bool {
        let begun = Instant::now();
        loop {
            // An error says that there is nobody to wait for.
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            if begun.elapsed() >= limit {
                return false;
            }
            thread::sleep(STEP);
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        for signal in [Signal::TERM, Signal::KILL] {
            // It fails only where the group has ended already.
            let _ = kill_process_group(group, signal);
            if self.ended_within(ORDERLY) {
                break;
            }
        }
        self.runner
            .lock()
            .groups
            .retain(|running| *running != group);
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn it_runs_until_it_is_dropped() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo ready; exec sleep 60"]);
        let runner = Runner::default();
        let mut program = runner.run_beside(command).expect("it starts");
        assert_eq!(
            program.line().expect("it can be read").as_deref(),
            Some("ready")
        );
        let pid = Pid::from_child(&program.child);
        assert_eq!(runner.lock().groups, [pid]);
        let begun = Instant::now();
        drop(program);
        assert!(begun.elapsed() < ORDERLY);
        assert!(runner.lock().groups.is_empty());
        assert!(kill_process_group(pid, Signal::TERM).is_err());
    }

    #[test]
    fn one_that_prints_nothing_has_no_line() {
        let mut program = Runner::default()
            .run_beside(Command::new("true"))
            .expect("it starts");
        assert_eq!(program.line().expect("it can be read"), None);
    }
}
