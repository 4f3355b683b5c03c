//! `rustup target add`, tried once: behind a closed network it can only fail, and must neither hang a build nor be
//! tried again at each save.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{TARGET, ToolchainError, has_target};
use crate::cargo::Tools;
use crate::notes::Job;
use crate::process::{Ended, Line, run, within};

/// Holds the reason of a failure. Deleting it makes the next build try again.
const MARKER: &str = "rustup-target.failed";

/// Until the download begins: time for a name look-up and one small file. A network that swallows packets ends here.
const CONNECT_LIMIT: Duration = Duration::from_secs(25);

/// Once the download runs: some 20 MB.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(300);

/// Adds the target for the toolchain of `root`. The inner error is the reason why that is not possible here.
pub(super) fn add_target(
    tools: &Tools,
    root: &Path,
    state_dir: &Path,
    job: Job<'_>,
) -> Result<Result<(), String>, ToolchainError> {
    if !tools.rustup {
        return Ok(Err(format!("{} is not rustup's", tools.rustc.display())));
    }
    let marker = state_dir.join(MARKER);
    if let Ok(reason) = fs::read_to_string(&marker) {
        return Ok(Err(format!(
            "{} (tried before; delete {} to try again)",
            reason.trim(),
            marker.display()
        )));
    }

    job.notes.step(&format!(
        "running rustup target add {TARGET}: guests are compiled for that target"
    ));
    let Err(reason) = try_add(tools, root, job)? else {
        return Ok(Ok(()));
    };
    job.notes
        .step(&format!("rustup could not add the target: {reason}"));
    let written =
        fs::create_dir_all(state_dir).and_then(|()| fs::write(&marker, format!("{reason}\n")));
    written.map_err(|source| ToolchainError::Io {
        path: marker,
        source,
    })?;
    Ok(Err(reason))
}

fn try_add(tools: &Tools, root: &Path, job: Job<'_>) -> Result<Result<(), String>, ToolchainError> {
    let mut command = Command::new("rustup");
    command
        .args(["target", "add", TARGET])
        .current_dir(root)
        .env("RUSTUP_MAX_RETRIES", "0");
    let mut deadline = within(CONNECT_LIMIT);
    let mut last = String::new();
    let ended = run(command, job.cancel, deadline, |line| {
        let (Line::Out(line) | Line::Err(line)) = line;
        job.notes.detail(&line);
        if line.contains("downloading") {
            deadline = within(DOWNLOAD_LIMIT);
        }
        if !line.trim().is_empty() {
            last = line;
        }
        deadline
    });
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => return Ok(Err(error.to_string())),
    };
    Ok(match ended {
        Ended::Cancelled => return Err(ToolchainError::Cancelled),
        Ended::TimedOut => Err("no answer in time".to_owned()),
        Ended::Status(status) if status.success() && has_target(&tools.rustc) => Ok(()),
        Ended::Status(status) if status.success() => {
            Err("it said that it did, but the target is not there".to_owned())
        }
        Ended::Status(status) if last.is_empty() => Err(format!("it failed with {status}")),
        Ended::Status(_) => Err(last.trim_start_matches("error: ").to_owned()),
    })
}
