//! Installing Debian packages without asking anything: as root, or by a `sudo` that needs no password.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::notes::Notes;
use crate::process::{Cancel, Ended, Line, run, within};

/// Where apt keeps what it knows of the archive. Empty on a fresh machine or container.
const LISTS: &str = "/var/lib/apt/lists";

/// A package download over a slow line may take this long; a mirror that hangs must not hang us for ever.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// How many lines of apt's own words go into an error.
const ERROR_LINES: usize = 12;

/// Why packages could not be installed. Each says what to do by hand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AptError {
    /// Not a Debian-like system.
    #[error(
        "this system has no apt-get. Install the equivalent of these Debian packages by hand: {packages}"
    )]
    NoApt {
        /// The packages, with a space between.
        packages: String,
    },
    /// Neither root nor a sudo without password.
    #[error("installing packages needs root. Run this once: sudo {line}")]
    NotRoot {
        /// What to run.
        line: String,
    },
    /// apt-get failed.
    #[error("`{line}` failed:\n{reason}\nRun it by hand to see more")]
    Failed {
        /// What was run.
        line: String,
        /// The end of what it printed.
        reason: String,
    },
    /// It was told to stop.
    #[error("cancelled")]
    Cancelled,
}

/// The command that a person would type to install `packages`.
#[must_use]
pub fn install_line(packages: &[&str]) -> String {
    format!(
        "apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    )
}

/// Installs `packages`, after an `apt-get update` where the package lists are missing or too old to know them.
/// Blocks for as long as that takes, up to 20 minutes for each step.
///
/// # Errors
/// [`AptError`], with the line to run by hand.
pub fn install(packages: &[&str], cancel: &Cancel, notes: &Notes) -> Result<(), AptError> {
    let line = install_line(packages);
    if crate::cargo::on_path("apt-get").is_none() {
        return Err(AptError::NoApt {
            packages: packages.join(" "),
        });
    }
    let apt = Apt {
        sudo: sudo_prefix(&line)?,
        cancel,
        notes,
    };

    let fresh = !has_lists(Path::new(LISTS));
    if fresh {
        apt.run(&["update"])?;
    }
    let install = ["install", "-y", "--no-install-recommends"];
    let arguments: Vec<&str> = install.iter().chain(packages).copied().collect();
    match apt.run(&arguments) {
        // Lists that are older than the archive name files that are gone.
        Err(AptError::Failed { .. }) if !fresh => {
            apt.run(&["update"])?;
            apt.run(&arguments)
        }
        result => result,
    }
}

struct Apt<'a> {
    /// What comes before `apt-get`.
    sudo: &'static [&'static str],
    cancel: &'a Cancel,
    notes: &'a Notes,
}

impl Apt<'_> {
    fn run(&self, arguments: &[&str]) -> Result<(), AptError> {
        // Another apt may run at the same time, as it does just after a machine has started: wait for it.
        let all: Vec<&str> = self
            .sudo
            .iter()
            .copied()
            .chain(["apt-get", "-o", "DPkg::Lock::Timeout=300"])
            .chain(arguments.iter().copied())
            .collect();
        let line = format!("apt-get {}", arguments.join(" "));
        self.notes.step(&format!("running {line}"));

        let failed = |reason: String| AptError::Failed {
            line: line.clone(),
            reason,
        };
        let Some((program, rest)) = all.split_first() else {
            return Ok(());
        };
        let mut command = Command::new(program);
        command.args(rest).env("DEBIAN_FRONTEND", "noninteractive");
        let deadline = within(LIMIT);
        let mut last_lines = Vec::new();
        let ended = run(command, self.cancel, deadline, |line| {
            let (Line::Out(line) | Line::Err(line)) = line;
            self.notes.detail(&line);
            if last_lines.len() == ERROR_LINES {
                last_lines.remove(0);
            }
            last_lines.push(line);
            deadline
        });
        match ended.map_err(|error| failed(error.to_string()))? {
            Ended::Status(status) if status.success() => Ok(()),
            Ended::Status(_) => Err(failed(last_lines.join("\n"))),
            Ended::TimedOut => Err(failed(format!(
                "no end after {} minutes",
                LIMIT.as_secs() / 60
            ))),
            Ended::Cancelled => Err(AptError::Cancelled),
        }
    }
}

/// What makes us root: nothing, or `sudo -n`.
fn sudo_prefix(line: &str) -> Result<&'static [&'static str], AptError> {
    if rustix::process::geteuid().is_root() {
        return Ok(&[]);
    }
    crate::process::output(Command::new("sudo").args(["-n", "true"]))
        .map(|_| ["sudo", "-n"].as_slice())
        .map_err(|_| AptError::NotRoot {
            line: line.to_owned(),
        })
}

fn has_lists(lists: &Path) -> bool {
    let Ok(entries) = fs::read_dir(lists) else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lists_are_seen_as_missing() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        assert!(!has_lists(&dir.path().join("none")));
        fs::create_dir(dir.path().join("partial")).expect("a folder");
        assert!(!has_lists(dir.path()));
        fs::write(
            dir.path()
                .join("deb.example_main_binary-amd64_Packages.lz4"),
            "",
        )
        .expect("a file");
        assert!(has_lists(dir.path()));
    }

    #[test]
    fn the_line_can_be_pasted() {
        assert_eq!(
            install_line(&["one", "two"]),
            "apt-get install -y --no-install-recommends one two"
        );
    }
}
