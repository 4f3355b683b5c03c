//! `cargo xtask components` and `component`: from `components/` to `target/components/NAME.wasm`, authenticators to
//! `target/authenticators/NAME.wasm`.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use liveside_build::{
    Artifact, BuildError, Builder, Language, Note, Notes, Profile, Project, discover, tools_of,
};

use crate::cli::Speed;
use crate::install;
use crate::languages;
use crate::process::Runner;
use crate::repository::Repository;
use crate::terminal;

/// Guests that are fixtures also where their manifest does not say so.
const FIXTURES: &[&str] = &["faulty", "faulty-auth", "recorder"];

/// Builds everything in `components/`.
///
/// # Errors
/// If one of them does not compile; the others are built all the same.
pub(crate) fn build_all(repository: &Repository, runner: &Runner, speed: Speed) -> Result<()> {
    let mut projects = find(repository)?;
    // Their tools are hundreds of megabytes: they are built where somebody has installed them.
    let is_optional = |project: &Project| matches!(project.language, Language::Zig | Language::Go);
    leave_out(repository, &mut projects, is_optional);
    build(repository, runner, &projects, speed)
}

/// Leaves out those of some projects whose tools are not there, and says so in a line.
fn leave_out(
    repository: &Repository,
    projects: &mut Vec<Project>,
    is_optional: impl Fn(&Project) -> bool,
) {
    let python = languages::python_of(repository);
    let mut left_out = BTreeSet::new();
    projects.retain(|project| {
        let stays = !is_optional(project) || tools_of(project, Some(&python)).is_ok();
        if !stays {
            left_out.insert(format!("{:?}", project.language));
        }
        stays
    });
    if !left_out.is_empty() {
        let languages: Vec<_> = left_out.into_iter().collect();
        terminal::line(&format!(
            "left out, their tools are not here: {}; `cargo xtask components` installs all but Zig and Go",
            languages.join(", ")
        ));
    }
}

/// Builds what the tools are there for: Rust, and other languages where somebody has installed theirs.
///
/// # Errors
/// If one of them does not compile; the others are built all the same.
pub(crate) fn build_ready(repository: &Repository, runner: &Runner, speed: Speed) -> Result<()> {
    let mut projects = find(repository)?;
    leave_out(repository, &mut projects, |_| true);
    build(repository, runner, &projects, speed)
}

/// Builds the guest that is called `name`.
///
/// # Errors
/// If there is none of that name, or it does not compile.
pub(crate) fn build_one(
    repository: &Repository,
    runner: &Runner,
    name: &str,
    speed: Speed,
) -> Result<()> {
    let mut projects = find(repository)?;
    if !projects.iter().any(|project| project.name == name) {
        let names: Vec<&str> = projects
            .iter()
            .map(|project| project.name.as_str())
            .collect();
        bail!(
            "there is no component `{name}`; there are: {}",
            names.join(", ")
        );
    }
    projects.retain(|project| project.name == name);
    build(repository, runner, &projects, speed)
}

pub(crate) fn find(repository: &Repository) -> Result<Vec<Project>> {
    let dir = repository.components();
    let projects = discover(&dir).context("cannot look for components")?;
    if projects.is_empty() {
        bail!("there are no components in {}", repository.shown(&dir));
    }
    Ok(projects)
}

fn build(
    repository: &Repository,
    runner: &Runner,
    projects: &[Project],
    speed: Speed,
) -> Result<()> {
    install::guest_toolchain(repository, runner)?;
    languages::install(repository, runner, projects)?;
    let profile = if speed.dev {
        Profile::Dev
    } else {
        Profile::Release
    };
    let kind = if speed.dev {
        "for development"
    } else {
        "for release"
    };
    terminal::step(&format!("building {} {kind}", count(projects.len())));

    let begun = Instant::now();
    let builder = Builder::new(notes()).with_python(languages::python_of(repository));
    let mut results = Vec::new();
    for (fixture, out_dir) in [
        (false, repository.built_components()),
        (true, repository.built_fixtures()),
    ] {
        // Authenticators by a call of their own: their feature of the SDK would be in the components, too.
        for (authenticator, out_dir) in [
            (false, out_dir.clone()),
            (
                true,
                if fixture {
                    out_dir
                } else {
                    repository.built_authenticators()
                },
            ),
        ] {
            let chosen: Vec<Project> = projects
                .iter()
                .filter(|project| is_fixture(project) == fixture)
                .filter(|project| project.authenticator == authenticator)
                .cloned()
                .collect();
            results.extend(builder.build_all(&chosen, profile, &out_dir, &runner.cancel));
        }
    }

    let failed = results.iter().filter(|result| result.is_err()).count();
    for result in &results {
        report(repository, result);
    }
    if runner.stopped() {
        bail!("stopped");
    }
    if failed > 0 {
        bail!("{} not built: what is wrong is above", count(failed));
    }
    terminal::line(&format!("all in {}", terminal::time(begun.elapsed())));
    Ok(())
}

fn report(repository: &Repository, result: &Result<Artifact, BuildError>) {
    match result {
        Ok(artifact) => {
            if !artifact.warnings.is_empty() {
                terminal::bare(&artifact.warnings);
            }
            let (size, time) = (
                terminal::size(artifact.bytes),
                terminal::time(artifact.took),
            );
            let state = if artifact.changed { "" } else { ", as before" };
            terminal::good(&format!(
                "{:<18} {size:>9}  {time:>9}  {}{state}",
                artifact.name,
                repository.shown(&artifact.path)
            ));
        }
        Err(BuildError::Cancelled) => {}
        Err(error) => terminal::bare(&error.to_string()),
    }
}

fn is_fixture(project: &Project) -> bool {
    project.fixture || FIXTURES.contains(&project.name.as_str())
}

fn count(number: usize) -> String {
    format!("{number} component{}", if number == 1 { "" } else { "s" })
}

/// Prints what a build says of its progress.
pub(crate) fn notes() -> Notes {
    Notes::new(|note| match note {
        Note::Step(line) => terminal::line(line),
        Note::Detail(line) if worth_showing(line) => terminal::detail(line),
        Note::Detail(_) => {}
    })
}

/// Cargo's summaries of a failed build say less than the errors that we show.
fn worth_showing(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty()
        && !line.starts_with("error: could not compile")
        && !line.starts_with("warning:")
}
