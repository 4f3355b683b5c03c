//! How a project of npm's is built: by its script `build`, and quickly while it is worked on.
//!
//! npm takes longer to start than a quick build takes. So where the script is a call of `liveside-build` and nothing
//! else, that is called without npm.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::text;
use crate::builder::Profile;

const SCRIPT: &str = "npm run build";

/// The command, what to call it, and where the module is then. `sdk`: where the project's SDK is installed.
pub(super) fn recipe(
    dir: &Path,
    sdk: &Path,
    profile: Profile,
    module: PathBuf,
    quick: PathBuf,
) -> (Command, &'static str, PathBuf) {
    let manifest: Value =
        serde_json::from_str(&text(&dir.join("package.json"))).unwrap_or_default();
    let script = |name: &str| {
        manifest
            .pointer(&format!("/scripts/{name}"))
            .and_then(Value::as_str)
    };
    let build = script("build").unwrap_or_default();
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", "build"]);
    if profile == Profile::Release || !takes_arguments(build) {
        return (npm, SCRIPT, module);
    }
    let has_others = script("prebuild").is_some() || script("postbuild").is_some();
    if let Some(arguments) = sole_call(build).filter(|_| !has_others) {
        let mut node = Command::new("node");
        node.arg(sdk.join("build/cli.js")).args(arguments);
        node.args(["--quick", "--out"]).arg(&quick);
        return (node, "liveside-build", quick);
    }
    npm.args(["--", "--quick", "--out"]).arg(&quick);
    (npm, SCRIPT, quick)
}

/// Whether what npm puts behind a script gets to `liveside-build`: it does if that is the last command.
fn takes_arguments(script: &str) -> bool {
    let last = script.rsplit(['&', '|', ';', '\n']).next();
    let is_ours = |word: &str| word.rsplit('/').next() == Some("liveside-build");
    last.is_some_and(|last| last.split_whitespace().any(is_ours))
}

/// The arguments of a script that calls `liveside-build` alone, with nothing that is for a shell to read.
fn sole_call(script: &str) -> Option<impl Iterator<Item = &str>> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " ._/=-@:+,".contains(letter);
    let mut words = script.split_whitespace();
    (script.chars().all(is_plain) && words.next() == Some("liveside-build")).then_some(words)
}
