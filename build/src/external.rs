//! Guests in other languages than Rust: each is built by the tool that its own ecosystem would use, one project at a
//! time, and leaves its module at `dist/NAME.wasm`.
//!
//! | language | a project is | built by |
//! |---|---|---|
//! | JavaScript, TypeScript | a `package.json` whose script `build` calls `liveside-build` | `npm run build` |
//! | Python | a `pyproject.toml` with `[tool.liveside]`, or beside a `component.py` | `python -m liveside build` |
//! | C, C++, Zig, Go | a `Makefile` that includes a `liveside.mk` | `make` |

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::builder::{Built, Profile};
use crate::error::BuildError;
use crate::notes::Job;
use crate::process::{Ended, Line, run};
use crate::project::{Language, Project};

mod recognise;

pub(crate) use recognise::recognise;

/// The Python that builds, where neither the project nor the shell has an environment of its own.
const PYTHON: &str = "LIVESIDE_PYTHON";

/// Builds one project.
pub(crate) fn build(
    project: &Project,
    profile: Profile,
    job: Job<'_>,
) -> Result<Built, BuildError> {
    let (mut command, tool) = command(project, profile)?;
    command.current_dir(&project.dir);
    job.notes.detail(&format!("{}: {tool}", project.name));
    let mut words = String::new();
    let ended = run(command, job.cancel, None, |line| {
        let (Line::Out(line) | Line::Err(line)) = line;
        job.notes.detail(&line);
        words.push_str(&line);
        words.push('\n');
        None
    });
    let ended = ended.map_err(|source| missing(project, tool, source))?;
    let status = match ended {
        Ended::Cancelled | Ended::TimedOut => return Err(BuildError::Cancelled),
        Ended::Status(status) => status,
    };
    let failed = |reason: String| {
        Err(BuildError::Compile {
            project: project.name.clone(),
            rendered: reason,
        })
    };
    if !status.success() {
        return failed(words);
    }
    let module = project
        .dir
        .join("dist")
        .join(format!("{}.wasm", project.name));
    if !module.is_file() {
        let name = module.display();
        return failed(format!(
            "{words}{tool} has ended well, but {name} is not there"
        ));
    }
    Ok(Built {
        module,
        warnings: String::new(),
    })
}

/// The command, and what to call it.
fn command(project: &Project, profile: Profile) -> Result<(Command, &'static str), BuildError> {
    Ok(match project.language {
        Language::JavaScript | Language::TypeScript => {
            if !has_above(&project.dir, "node_modules/.bin/liveside-build") {
                let dir = project.workspace_root.display();
                let how = format!("its packages are not installed. Run `npm install` in {dir}");
                return Err(tool_error(project, how));
            }
            let mut command = Command::new("npm");
            command.args(["run", "--silent", "build"]);
            (command, "npm run build")
        }
        Language::Python => {
            let mut command = Command::new(python(&project.dir));
            command.args(["-m", "liveside", "build"]);
            if profile == Profile::Dev {
                command.arg("--quick");
            }
            (command, "python -m liveside build")
        }
        Language::C | Language::Cpp | Language::Zig | Language::Go => {
            let mut command = Command::new("make");
            command.arg("--no-print-directory");
            (command, "make")
        }
        Language::Rust => {
            return Err(tool_error(project, "it is built by cargo".to_owned()));
        }
    })
}

/// The interpreter of the project's own environment, of the shell's, or the system's.
fn python(dir: &Path) -> PathBuf {
    let own = dir.ancestors().map(|above| above.join(".venv/bin/python"));
    let own = own.into_iter().find(|python| python.is_file());
    let shell = || Some(PathBuf::from(std::env::var_os("VIRTUAL_ENV")?).join("bin/python"));
    let named = std::env::var_os(PYTHON).map(PathBuf::from);
    named
        .or(own)
        .or_else(shell)
        .unwrap_or_else(|| "python3".into())
}

fn has_above(dir: &Path, file: &str) -> bool {
    dir.ancestors().any(|above| above.join(file).exists())
}

/// The tool could not be started.
fn missing(project: &Project, tool: &'static str, source: io::Error) -> BuildError {
    if source.kind() != io::ErrorKind::NotFound {
        return BuildError::Io {
            action: "run",
            path: tool.into(),
            source,
        };
    }
    let install = match project.language {
        Language::JavaScript | Language::TypeScript => {
            "Node.js 20 or later is needed, with npm: https://nodejs.org"
        }
        Language::Python => "Python 3.11 or later is needed: https://python.org",
        _ => "GNU make is needed: on Debian and Ubuntu, `apt-get install make`",
    };
    tool_error(project, format!("{tool} cannot be run. {install}"))
}

fn tool_error(project: &Project, reason: String) -> BuildError {
    BuildError::Tool {
        project: project.name.clone(),
        reason,
    }
}

/// A file's text; empty if it is not there or no text.
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests;
