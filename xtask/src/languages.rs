//! Languages beside Rust: getting their tools, and running the tests of their SDKs and examples.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use liveside_build::{Language, Project, apt, tools_of};

use crate::guests;
use crate::install::{is_on_path, npm_packages};
use crate::process::Runner;
use crate::repository::Repository;
use crate::terminal;

/// What builds C and C++ for WebAssembly, on Debian.
const CLANG: &[&str] = &[
    "clang-22",
    "lld-22",
    "wasi-libc",
    "libclang-rt-22-dev-wasm32",
    "libc++-22-dev-wasm32",
    "libc++abi-22-dev-wasm32",
    "make",
];

/// Gets what the projects are built with.
///
/// # Errors
/// If a tool cannot be installed.
pub(crate) fn install(
    repository: &Repository,
    runner: &Runner,
    projects: &[Project],
) -> Result<()> {
    let has = |languages: &[Language]| {
        projects
            .iter()
            .any(|project| languages.contains(&project.language))
    };
    if has(&[Language::JavaScript, Language::TypeScript]) {
        for project in npm_projects(repository) {
            npm_packages(repository, runner, &project)?;
        }
    }
    if has(&[Language::Python]) {
        python(repository, runner)?;
    }
    if has(&[Language::C, Language::Cpp]) && !is_on_path("clang-22") {
        terminal::step(
            "installing clang for WebAssembly: components in C and C++ are built with it",
        );
        apt::install(CLANG, &runner.cancel, &guests::notes())?;
    }
    Ok(())
}

/// The SDK of JavaScript and the examples, which use it.
fn npm_projects(repository: &Repository) -> [PathBuf; 3] {
    ["guest-sdk/js", "components/js", "components/ts"].map(|inside| repository.root.join(inside))
}

/// The SDK of Python.
fn python_sdk(repository: &Repository) -> PathBuf {
    repository.root.join("guest-sdk/python")
}

/// Where the SDK of Python is installed, with what builds and tests with it.
pub(crate) fn python_environment(repository: &Repository) -> PathBuf {
    python_sdk(repository).join(".venv")
}

/// The Python of that.
pub(crate) fn python_of(repository: &Repository) -> PathBuf {
    python_environment(repository).join("bin/python")
}

/// An environment with the SDK of Python, and what builds and tests with it.
fn python(repository: &Repository, runner: &Runner) -> Result<()> {
    let (sdk, own) = (python_sdk(repository), python_of(repository));
    if own.is_file() && runner.run(importing(&own))?.success() {
        return Ok(());
    }
    if !is_on_path("python3") {
        terminal::step("installing Python: components in Python are built with it");
        apt::install(
            &["python3", "python3-venv"],
            &runner.cancel,
            &guests::notes(),
        )?;
    }
    terminal::step("installing the Python packages of guest-sdk/python");
    let mut venv = Command::new("python3");
    venv.args(["-m", "venv", ".venv"]).current_dir(&sdk);
    runner.must(venv, "python3 -m venv in guest-sdk/python")?;
    let mut pip = Command::new(&own);
    pip.args(["-m", "pip", "install", "--quiet", "-e", ".[dev]"])
        .current_dir(&sdk);
    runner.must(pip, "pip install in guest-sdk/python")
}

fn importing(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-c", "import liveside, componentize_py, pytest"]);
    command
}

/// The languages whose modules there are, as the conformance suite calls them.
///
/// # Errors
/// If the projects cannot be found.
pub(crate) fn built(repository: &Repository) -> Result<String> {
    let mut names = vec!["rust"];
    for project in guests::find(repository)? {
        let name = match project.language {
            Language::JavaScript => "js",
            Language::TypeScript => "ts",
            Language::Python => "python",
            Language::C => "c",
            Language::Cpp => "cpp",
            Language::Zig => "zig",
            Language::Go => "go",
            _ => continue,
        };
        let file = format!("{}.wasm", project.name);
        let folders = [repository.built_components(), repository.built_fixtures()];
        let is_built = folders.iter().any(|folder| folder.join(&file).is_file());
        // Zig and Go are left out where they are not installed; any other that is missing is a failure of its tests.
        let may_be_missing = matches!(project.language, Language::Zig | Language::Go);
        if (is_built || !may_be_missing) && !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.join(","))
}

/// The commands that test SDKs and examples, each with its folder.
///
/// # Errors
/// If a tool cannot be installed.
pub(crate) fn tests(repository: &Repository, runner: &Runner) -> Result<Vec<Command>> {
    let projects = guests::find(repository)?;
    install(repository, runner, &projects)?;
    let mut commands = Vec::new();
    for project in npm_projects(repository) {
        let mut npm = Command::new("npm");
        npm.args(["test", "--silent"]).current_dir(project);
        commands.push(npm);
    }
    let python = python_of(repository);
    let pytest = |dir: &Path| {
        let mut pytest = Command::new(&python);
        pytest
            .args(["-m", "pytest", "--quiet", "--no-header"])
            .current_dir(dir);
        pytest
    };
    commands.push(pytest(&python_sdk(repository)));
    let make = |dir: &Path| {
        let mut make = Command::new("make");
        make.args(["--silent", "test"]).current_dir(dir);
        make
    };
    // As with modules: Zig and Go are tested where somebody has installed them.
    let has = |language: Language| {
        projects
            .iter()
            .find(|project| project.language == language)
            .is_some_and(|project| tools_of(project, None).is_ok())
    };
    let (has_zig, has_go) = (has(Language::Zig), has(Language::Go));
    let mut sdks = vec!["guest-sdk/c/tests", "guest-sdk/cpp/tests"];
    if has_zig {
        sdks.push("guest-sdk/zig/tests");
    }
    if has_go {
        sdks.push("guest-sdk/go/tests");
    }
    for project in &projects {
        match project.language {
            Language::Python => commands.push(pytest(&project.dir)),
            Language::C | Language::Cpp => commands.push(make(&project.dir)),
            Language::Zig if has_zig => commands.push(make(&project.dir)),
            Language::Go if has_go => commands.push(make(&project.dir)),
            _ => {}
        }
    }
    commands.extend(sdks.iter().map(|sdk| make(&repository.root.join(sdk))));
    if commands.is_empty() {
        bail!("there is nothing to test");
    }
    Ok(commands)
}

/// Where a command runs, for people.
pub(crate) fn shown(repository: &Repository, command: &Command) -> Result<String> {
    let dir = command.get_current_dir().context("it runs nowhere")?;
    let words: Vec<_> = command
        .get_args()
        .map(|word| word.to_string_lossy())
        .collect();
    Ok(format!("{}: {}", repository.shown(dir), words.join(" ")))
}
