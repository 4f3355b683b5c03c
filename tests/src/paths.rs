//! Where the things are that were built for the tests.

use std::path::{Path, PathBuf};

/// The path of a built module: `local-counter`, or a fixture such as `recorder`.
#[must_use]
pub fn module(name: &str) -> PathBuf {
    find_module(name)
        .unwrap_or_else(|| panic!("{name}.wasm is not built: run `cargo xtask components`"))
}

/// The same; `None` if it is not built.
#[must_use]
pub fn find_module(name: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let mut candidates = ["components", "fixtures"]
        .into_iter()
        .map(|folder| target.join(folder).join(format!("{name}.wasm")));
    candidates.find(|path| path.is_file())
}

/// The daemon's program: `LIVESIDE_BIN`, else the one beside the tests.
#[must_use]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("LIVESIDE_BIN") {
        return path.into();
    }
    let executable = std::env::current_exe().unwrap();
    let path = executable.ancestors().nth(2).unwrap().join("liveside");
    assert!(
        path.is_file(),
        "{} is not built: run `cargo build --bin liveside`",
        path.display()
    );
    path
}
