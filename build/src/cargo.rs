//! Which cargo to call. The real one and not rustup's proxy of the same name: the proxy reads settings and starts the
//! real one at each call, and a rebuild after a save should not pay for that.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The cargo and rustc that the folder `dir` is built with, by its `rust-toolchain.toml` where rustup is in charge.
///
/// # Errors
/// Why there is none.
pub(crate) fn find(dir: &Path) -> Result<Tools, String> {
    let from_rustup = |tool: &str| {
        crate::process::output(
            Command::new("rustup")
                .args(["which", tool])
                .current_dir(dir),
        )
    };
    match (from_rustup("cargo"), from_rustup("rustc")) {
        (Ok(cargo), Ok(rustc)) => Ok(Tools {
            cargo: cargo.into(),
            rustc: rustc.into(),
            rustup: true,
        }),
        (Err(error), _) | (_, Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error.to_string())
        }
        _ => {
            let cargo = env::var_os("CARGO")
                .map(PathBuf::from)
                .or_else(|| on_path("cargo"));
            let rustc = on_path("rustc");
            match (cargo, rustc) {
                (Some(cargo), Some(rustc)) => Ok(Tools {
                    cargo,
                    rustc,
                    rustup: false,
                }),
                _ => Err("neither rustup nor cargo is on the PATH".to_owned()),
            }
        }
    }
}

/// A pair of cargo and compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tools {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    /// Whether `rustup target add` can change what the compiler builds for.
    pub(crate) rustup: bool,
}

/// The first file of that name in the folders of `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    path_dirs()
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// The folders of `PATH`, in order.
pub(crate) fn path_dirs() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect::<Vec<_>>().into_iter()
}
