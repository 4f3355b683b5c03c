//! One guest project: what it is called, what it is written in, and which files matter to it.

use std::path::{Component, Path, PathBuf};

/// What a project is written in, and so which tool builds it.
///
/// Another language is a variant here, and a way to recognise and to build its projects in `external`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Language {
    /// A Cargo package, compiled for `wasm32-unknown-unknown`.
    Rust,
    /// An npm package.
    JavaScript,
    /// The same, with types.
    TypeScript,
    /// A Python project.
    Python,
    /// By make and clang.
    C,
    /// The same.
    Cpp,
    /// By make and zig.
    Zig,
    /// By make and go.
    Go,
}

/// A guest project: one folder that is built to one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The module's file name without `.wasm`, unique among the projects of one [`discover`](fn@crate::discover).
    pub name: String,
    /// What builds it.
    pub language: Language,
    /// The project's own folder.
    pub dir: PathBuf,
    /// Where its workspace begins: projects with the same root are built by one call of the tool.
    pub workspace_root: PathBuf,
    /// Made for tests only (`[package.metadata.liveside] fixture = true`): not for a demo, nor for anybody's users.
    pub fixture: bool,
    /// Decides who somebody is (asks `liveside-guest` for its feature `authenticator`): not for the components directory.
    pub authenticator: bool,
    /// Folders whose files it is built from: its own, and those of the packages that it depends on by path.
    pub source_dirs: Vec<PathBuf>,
}

impl Project {
    /// Whether a change of the file `path` (absolute) can change the module. Build output, hidden files and what
    /// editors leave beside a file while they save it do not count.
    #[must_use]
    pub fn is_affected_by(&self, path: &Path) -> bool {
        if path == self.workspace_root.join("Cargo.toml") {
            return true;
        }
        self.source_dirs
            .iter()
            .filter_map(|dir| path.strip_prefix(dir).ok())
            .any(is_source)
    }
}

/// Whether a path inside of a project's folder is something that a person wrote.
fn is_source(inside: &Path) -> bool {
    let is_output = |part: Component<'_>| {
        let name = part.as_os_str().to_string_lossy();
        name.starts_with('.')
            || matches!(&*name, "target" | "node_modules" | "dist" | "__pycache__")
    };
    if inside.components().any(is_output) {
        return false;
    }
    let Some(name) = inside.file_name().map(|name| name.to_string_lossy()) else {
        return false;
    };
    // `4913` is how Vim tries whether it may write in a folder. Cargo.lock is written by the build itself.
    let is_editors = name.ends_with('~')
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
        || name.starts_with('#')
        || name == "4913";
    !is_editors && name != "Cargo.lock"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_wrote_is_a_change() {
        let project = Project {
            name: "counter".into(),
            language: Language::Rust,
            dir: "/w/counter".into(),
            workspace_root: "/w".into(),
            fixture: false,
            authenticator: false,
            source_dirs: vec!["/w/counter".into(), "/sdk".into()],
        };
        for path in [
            "/w/counter/src/lib.rs",
            "/w/counter/Cargo.toml",
            "/sdk/src/state.rs",
            "/w/Cargo.toml",
            "/w/counter/src/page.html",
        ] {
            assert!(project.is_affected_by(Path::new(path)), "{path}");
        }
        for path in [
            "/w/other/src/lib.rs",
            "/w/counter/target/debug/x.d",
            "/w/counter/.git/index",
            "/w/counter/src/.lib.rs.swp",
            "/w/counter/src/lib.rs~",
            "/w/counter/src/4913",
            "/w/counter/src/#lib.rs#",
            "/w/counter/Cargo.lock",
            "/w/Cargo.lock",
        ] {
            assert!(!project.is_affected_by(Path::new(path)), "{path}");
        }
    }
}
