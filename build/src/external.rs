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
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::builder::{Built, Profile};
use crate::error::BuildError;
use crate::notes::Job;
use crate::process::{Ended, Line, run};
use crate::project::{Language, Project};

mod npm;
mod recognise;

pub(crate) use recognise::recognise;

/// It knows for itself what is out of date.
const MAKE: &str = "make";

/// Builds one project, unless its module is newer than all that it is made of. `python`: the interpreter where neither
/// the project nor the shell has an environment.
pub(crate) fn build(
    project: &Project,
    profile: Profile,
    python: Option<&Path>,
    job: Job<'_>,
) -> Result<Built, BuildError> {
    let recipe = Recipe::of(project, profile, python)?;
    let (mut command, tool, module) = (recipe.command, recipe.tool, recipe.module);
    if recipe.tool != MAKE && is_fresh(&module, project.source_dirs.iter().chain(&recipe.sdk)) {
        let warnings = String::new();
        return Ok(Built { module, warnings });
    }
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

/// Whether what builds the project is there. `python`: as for [`Builder::with_python`](crate::Builder::with_python).
///
/// # Errors
/// If it is not, with how to get it.
pub fn tools_of(project: &Project, python: Option<&Path>) -> Result<(), BuildError> {
    let mut check = match project.language {
        Language::Rust => return Ok(()),
        Language::JavaScript | Language::TypeScript => {
            Recipe::of(project, Profile::Dev, None)?;
            let mut npm = Command::new("npm");
            npm.arg("--version");
            npm
        }
        Language::Python => {
            let mut importing = Command::new(self::python(&project.dir, python));
            importing.args(["-c", "import liveside, componentize_py"]);
            importing
        }
        Language::C | Language::Cpp | Language::Zig | Language::Go => {
            let mut make = Command::new(MAKE);
            make.args(["--silent", "compiler"]);
            make
        }
    };
    let output = check
        .current_dir(&project.dir)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| missing(project, "its tool", source))?;
    if output.status.success() {
        return Ok(());
    }
    let reason = match project.language {
        Language::Python => {
            "the SDK is not installed. Make an environment with it: python3 -m venv .venv, then \
             .venv/bin/pip install 'liveside[build]', from guest-sdk/python"
                .to_owned()
        }
        _ => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    };
    Err(tool_error(project, reason))
}

/// How a project is built.
struct Recipe {
    command: Command,
    /// What to call it.
    tool: &'static str,
    /// Where the module is then.
    module: PathBuf,
    /// Where the SDK's sources are, if that is known.
    sdk: Option<PathBuf>,
}

impl Recipe {
    fn of(
        project: &Project,
        profile: Profile,
        fallback: Option<&Path>,
    ) -> Result<Self, BuildError> {
        let dist = project.dir.join("dist");
        let module = dist.join(format!("{}.wasm", project.name));
        Ok(match project.language {
            Language::JavaScript | Language::TypeScript => {
                let installed = above(&project.dir, "node_modules/@liveside/component");
                let Some(sdk) = installed.and_then(|sdk| sdk.canonicalize().ok()) else {
                    let dir = project.workspace_root.display();
                    let how = format!("its packages are not installed. Run `npm install` in {dir}");
                    return Err(tool_error(project, how));
                };
                let quick = quick_module(&dist, project);
                let (command, tool, module) =
                    npm::recipe(&project.dir, &sdk, profile, module, quick);
                Self {
                    command,
                    tool,
                    module,
                    sdk: Some(sdk),
                }
            }
            Language::Python => {
                let python = python(&project.dir, fallback);
                let mut command = Command::new(&python);
                command.args(["-m", "liveside", "build"]);
                let module = match profile {
                    Profile::Release => module,
                    Profile::Dev => {
                        let quick = quick_module(&dist, project);
                        command.arg("--quick").arg("--out").arg(&quick);
                        quick
                    }
                };
                // Where the environment is the SDK's own, its sources are beside.
                let sdk = python
                    .ancestors()
                    .nth(3)
                    .map(|sdk| sdk.join("src/liveside"));
                Self {
                    command,
                    tool: "python -m liveside build",
                    module,
                    sdk: sdk.filter(|sdk| sdk.is_dir()),
                }
            }
            Language::C | Language::Cpp | Language::Zig | Language::Go | Language::Rust => {
                let mut command = Command::new("make");
                command.arg("--no-print-directory");
                Self {
                    command,
                    tool: MAKE,
                    module,
                    sdk: None,
                }
            }
        })
    }
}

/// Another file: what is built quickly must never be taken for what is shipped.
fn quick_module(dist: &Path, project: &Project) -> PathBuf {
    dist.join(format!("{}.quick.wasm", project.name))
}

/// Whether a module is newer than everything that was written by hand below these folders. What it was made with does
/// not count: make knows that for itself, and packages are of the version that was installed.
fn is_fresh<'d>(module: &Path, mut sources: impl Iterator<Item = &'d PathBuf>) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|file| file.modified()).ok();
    let Some(made) = modified(module) else {
        return false;
    };
    sources.all(|dir| newest(dir, 0).is_some_and(|newest| newest < made))
}

/// When the newest source below a folder was written; `None` if that cannot be found out.
fn newest(dir: &Path, depth: usize) -> Option<SystemTime> {
    let mut newest = fs::metadata(dir).ok()?.modified().ok()?;
    for entry in fs::read_dir(dir).ok()? {
        let entry = entry.ok()?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_output = matches!(&*name, "dist" | "node_modules" | "__pycache__" | "target");
        if is_output || name.starts_with('.') {
            continue;
        }
        let kind = entry.file_type().ok()?;
        let written = if kind.is_dir() && depth < 8 {
            self::newest(&entry.path(), depth + 1)?
        } else {
            entry.metadata().ok()?.modified().ok()?
        };
        newest = newest.max(written);
    }
    Some(newest)
}

/// The interpreter of the project's own environment, of the shell's, or the system's.
fn python(dir: &Path, fallback: Option<&Path>) -> PathBuf {
    let shell = || Some(PathBuf::from(std::env::var_os("VIRTUAL_ENV")?).join("bin/python"));
    let fallback = fallback.filter(|python| python.is_file());
    above(dir, ".venv/bin/python")
        .or_else(shell)
        .or_else(|| fallback.map(Path::to_owned))
        .unwrap_or_else(|| "python3".into())
}

/// A file of a folder, or of one above it.
fn above(dir: &Path, file: &str) -> Option<PathBuf> {
    let mut places = dir.ancestors().map(|above| above.join(file));
    places.find(|place| place.exists())
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
