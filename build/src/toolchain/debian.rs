//! Debian's own compiler, as it is packaged for the build of browsers: `rustc-web` with the source of its standard
//! library in `rust-web-src`, and LLVM's linker for WebAssembly.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::path_dirs;

/// What has to be installed.
pub(super) const PACKAGES: &[&str] = &["rustc-web", "rust-web-src", "lld-19"];

/// Debian's compiler. Another `rustc` that comes first on the `PATH` is most often rustup's.
const RUSTC: &str = "/usr/bin/rustc";

pub(super) struct Found {
    pub(super) rustc: PathBuf,
    pub(super) linker: PathBuf,
}

/// The three parts, or which of them is not there.
pub(super) fn find() -> Result<Found, String> {
    let rustc = PathBuf::from(RUSTC);
    if !rustc.is_file() {
        return Err(format!("there is no {RUSTC}"));
    }
    let sysroot = crate::process::output(Command::new(&rustc).args(["--print", "sysroot"]))
        .map_err(|error| error.to_string())?;
    // The package links it to /usr/src/rustc-VERSION, so the version is the compiler's.
    let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library");
    if !source.is_dir() {
        return Err(format!(
            "the source of the standard library is not in {}",
            source.display()
        ));
    }
    let linker = newest_linker(path_dirs()).ok_or("there is no wasm-ld")?;
    Ok(Found { rustc, linker })
}

/// `wasm-ld-NN` with the highest number, else `wasm-ld` or `rust-lld`.
fn newest_linker(dirs: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let files = dirs
        .filter_map(|dir| dir.read_dir().ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()));
    files
        .filter_map(|file| Some((rank(file.file_name()?.to_str()?)?, file)))
        .max()
        .map(|(_, file)| file)
}

fn rank(name: &str) -> Option<u32> {
    match name {
        "rust-lld" => Some(0),
        "wasm-ld" => Some(1),
        _ => name.strip_prefix("wasm-ld-")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_newest_linker_is_taken() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let find = || newest_linker([dir.path().to_owned(), "/no/such/folder".into()].into_iter());
        assert_eq!(find(), None);
        for name in [
            "rust-lld",
            "wasm-ld",
            "wasm-ld-9",
            "wasm-ld-19",
            "wasm-ld-19-wrapper",
        ] {
            fs::write(dir.path().join(name), "").expect("a file");
        }
        assert_eq!(find(), Some(dir.path().join("wasm-ld-19")));
    }
}
