//! Rust guests: one `cargo build` for all the packages of a workspace that have changed.
//!
//! What an author waits for after a save is made short by calling the real cargo and compiler instead of rustup's
//! proxies, by compiling incrementally and without optimisation the author's own packages only (dependencies are
//! optimised once), and by a standard library that is compiled beforehand. Measured on two cores for a small
//! component: 165 ms, of them cargo 36, compiler 90, linker 40.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::builder::{Built, Profile};
use crate::error::BuildError;
use crate::notes::Job;
use crate::process::{Ended, Line, run};
use crate::project::Project;
use crate::toolchain::{Origin, TARGET, Toolchain, state_dir};

mod messages;

use messages::Messages;

/// The name that a workspace may give its own settings for development builds under.
const DEV_PROFILE: &str = "live-dev";

/// For workspaces that have no profile of that name.
const DEV_DEFAULTS: &[&str] = &[
    r#"profile.live-dev.inherits="dev""#,
    "profile.live-dev.opt-level=0",
    "profile.live-dev.debug=false",
    "profile.live-dev.incremental=true",
    r#"profile.live-dev.panic="abort""#,
    r#"profile.live-dev.package."*".opt-level="s""#,
];

/// For workspaces that do not say what they want for a release.
const RELEASE_DEFAULTS: &[&str] = &[
    r#"profile.release.opt-level="s""#,
    "profile.release.lto=true",
    "profile.release.codegen-units=1",
    r#"profile.release.panic="abort""#,
    "profile.release.strip=true",
];

/// Builds `projects`, all of the workspace `root` as are those `beside` them, and gives their results in the same order.
///
/// # Errors
/// What kept cargo from being called at all. What cargo found wrong is in the results.
pub(crate) fn build(
    toolchain: &Toolchain,
    root: &Path,
    projects: &[&Project],
    beside: &[&Project],
    profile: Profile,
    job: Job<'_>,
) -> Result<Vec<Result<Built, BuildError>>, BuildError> {
    let all = projects.iter().chain(beside).map(|project| &*project.name);
    let command = command(toolchain, root, all, profile, job)?;
    let mut messages = Messages::default();
    let mut words = String::new();
    let ended = run(command, job.cancel, None, |line| {
        match line {
            Line::Out(line) => messages.add(&line),
            Line::Err(line) => {
                job.notes.detail(&line);
                words.push_str(&line);
                words.push('\n');
            }
        }
        None
    });
    match ended.map_err(|source| BuildError::Io {
        action: "run",
        path: toolchain.cargo.clone(),
        source,
    })? {
        Ended::Cancelled => Err(BuildError::Cancelled),
        Ended::Status(_) | Ended::TimedOut => Ok(messages.into_results(projects, &words)),
    }
}

fn command<'p>(
    toolchain: &Toolchain,
    root: &Path,
    packages: impl Iterator<Item = &'p str>,
    profile: Profile,
    job: Job<'_>,
) -> Result<Command, BuildError> {
    let sysroot = toolchain.sysroot(job)?;
    let manifest = Manifest::read(&root.join("Cargo.toml"));

    let mut command = Command::new(&toolchain.cargo);
    command.args([
        "build",
        "--lib",
        "--keep-going",
        "--message-format",
        "json-diagnostic-rendered-ansi",
        "--target",
        TARGET,
    ]);
    command.arg("--manifest-path").arg(root.join("Cargo.toml"));
    command
        .arg("--target-dir")
        .arg(state_dir(root).join(toolchain.dir_name()));
    for package in packages {
        command.args(["--package", package]);
    }
    let (name, defaults) = match profile {
        Profile::Dev => (DEV_PROFILE, DEV_DEFAULTS),
        Profile::Release => ("release", RELEASE_DEFAULTS),
    };
    command.args(["--profile", name]);
    if !manifest.has_profile(name) {
        command.args(defaults.iter().flat_map(|setting| ["--config", setting]));
    }
    if profile == Profile::Dev {
        // Continuous integration often sets it to 0 for the sake of its caches.
        command.env("CARGO_INCREMENTAL", "1");
    }

    // The folder decides which `.cargo/config.toml` holds.
    command.current_dir(root).env("RUSTC", &toolchain.rustc);
    if let Origin::Debian { linker, .. } = &toolchain.origin {
        command.args([
            "--config",
            &format!(
                "target.{TARGET}.linker={}",
                quoted(&linker.to_string_lossy())
            ),
        ]);
    }
    if let Some(sysroot) = sysroot {
        add_rustflag(&mut command, &format!("--sysroot={}", sysroot.display()));
    }
    Ok(command)
}

/// Adds a flag to those that the author set, wherever that was: variables of the environment hide configuration files,
/// so where there is one, ours must go the same way.
fn add_rustflag(command: &mut Command, flag: &str) {
    const SEPARATOR: &str = "\u{1f}";
    let encoded = env::var("CARGO_ENCODED_RUSTFLAGS").ok();
    let plain = || {
        env::var("RUSTFLAGS")
            .ok()
            .map(|flags| flags.split_whitespace().collect::<Vec<_>>().join(SEPARATOR))
    };
    match encoded.or_else(plain) {
        Some(flags) if flags.is_empty() => command.env("CARGO_ENCODED_RUSTFLAGS", flag),
        Some(flags) => command.env(
            "CARGO_ENCODED_RUSTFLAGS",
            format!("{flags}{SEPARATOR}{flag}"),
        ),
        None => command.args([
            "--config",
            &format!("target.{TARGET}.rustflags=[{}]", quoted(flag)),
        ]),
    };
}

/// As a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// What the root manifest says, as far as it can be read: cargo will tell of what is wrong with it.
struct Manifest(toml::Table);

impl Manifest {
    fn read(path: &Path) -> Self {
        Self(
            fs::read_to_string(path)
                .ok()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
        )
    }

    fn has_profile(&self, name: &str) -> bool {
        self.0
            .get("profile")
            .and_then(|profiles| profiles.get(name))
            .is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authors_profile_is_not_overridden() {
        let manifest = |text: &str| Manifest(text.parse().expect("valid TOML"));
        assert!(manifest("[profile.live-dev]\ninherits = \"dev\"").has_profile("live-dev"));
        assert!(manifest("profile = { release = { lto = true } }").has_profile("release"));
        assert!(!manifest("[package]\nname = \"a\"").has_profile("release"));
    }

    #[test]
    fn the_default_profiles_are_valid_settings() {
        for setting in DEV_DEFAULTS.iter().chain(RELEASE_DEFAULTS) {
            setting.parse::<toml::Table>().expect(setting);
        }
    }

    #[test]
    fn paths_are_quoted_for_toml() {
        let flag = quoted("--sysroot=/home/some one/\"x\"");
        let table: toml::Table = format!("flag = {flag}").parse().expect("valid TOML");
        assert_eq!(
            table["flag"].as_str(),
            Some("--sysroot=/home/some one/\"x\"")
        );
    }
}
