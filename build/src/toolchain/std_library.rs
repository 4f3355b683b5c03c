//! The standard library for a compiler that came without one, compiled once for each machine and compiler.
//!
//! `cargo -Z build-std` in each guest build would do too, but compiles it again for each profile and each workspace
//! (50 s), and its look at the library's own workspace more than doubles a small rebuild (measured: 400 ms, with this
//! 165 ms). It also needs `RUSTC_BOOTSTRAP=1`, which changes what some crates believe of the compiler; here only the
//! library itself is compiled so.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs::{self, File, TryLockError};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::{Origin, TARGET, Toolchain, ToolchainError};
use crate::notes::Job;
use crate::process::{Ended, Line, run};

/// Counts changes of the recipe below, so that an old library is not taken for a new one.
const RECIPE: u32 = 1;

/// The folder's name among the user's caches.
const DIR: &str = "liveside-build";

/// The file in a sysroot that says how many libraries there are.
const COUNT: &str = "libraries";

/// Something to compile. With link-time optimisation in the guests the library must carry bitcode, as one that
/// came with its compiler does.
const MANIFEST: &str = r#"[package]
name = "seed"
version = "0.0.0"
edition = "2024"

[workspace]

[profile.release]
opt-level = 3
codegen-units = 1
panic = "abort"
"#;

/// The sysroot that holds the library, compiled now if it is not there.
pub(super) fn compiled(
    toolchain: &Toolchain,
    name: &str,
    job: Job<'_>,
) -> Result<PathBuf, ToolchainError> {
    let cache = cache_dir()?;
    let sysroot = cache.join(name);
    if is_whole(&sysroot) {
        return Ok(sysroot);
    }
    let io = |source| ToolchainError::Io {
        path: cache.clone(),
        source,
    };
    fs::create_dir_all(&cache).map_err(io)?;
    let _one_at_a_time = lock(&cache.join(format!("{name}.lock")), job)?;
    if is_whole(&sysroot) {
        return Ok(sysroot);
    }

    job.notes.step(&format!(
        "compiling the standard library for {TARGET}, once for this machine: about a minute"
    ));
    let work = tempfile::Builder::new()
        .prefix("std-")
        .tempdir_in(&cache)
        .map_err(io)?;
    let libraries = compile(toolchain, work.path(), job)?;
    let finished = work.path().join("sysroot");
    let published = collect(&libraries, &finished).and_then(|()| {
        // What a cleaner of caches left of an older one is in the way.
        if sysroot.exists() {
            fs::remove_dir_all(&sysroot)?;
        }
        fs::rename(&finished, &sysroot)
    });
    published.map_err(io)?;
    Ok(sysroot)
}

/// Where a sysroot has its libraries.
fn libraries_dir(sysroot: &Path) -> PathBuf {
    sysroot.join("lib").join("rustlib").join(TARGET).join("lib")
}

/// Whether every library is still there: caches are cleaned by others, who know nothing of what belongs together.
fn is_whole(sysroot: &Path) -> bool {
    let Ok(expected) = fs::read_to_string(sysroot.join(COUNT)) else {
        return false;
    };
    let Ok(libraries) = fs::read_dir(libraries_dir(sysroot)) else {
        return false;
    };
    expected.parse() == Ok(libraries.count())
}

/// `LIVESIDE_BUILD_CACHE_DIR`, else `liveside-build` in the user's folder for caches. Not `liveside`: that is the daemon's
/// cache of compiled modules, which deletes what it does not know.
fn cache_dir() -> Result<PathBuf, ToolchainError> {
    let set = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = set("LIVESIDE_BUILD_CACHE_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|dir| dir.join(DIR)))
        .or_else(|| env::home_dir().map(|dir| dir.join(".cache").join(DIR)));
    cache.ok_or_else(|| ToolchainError::Io {
        path: PathBuf::from("~/.cache"),
        source: io::Error::new(io::ErrorKind::NotFound, "there is no home directory"),
    })
}

/// Names the library of a compiler: by its version, and by the file itself, which a security update changes without a
/// new version.
pub(super) fn name(rustc: &Path) -> io::Result<String> {
    let version = crate::process::output(Command::new(rustc).arg("-vV"))?;
    let file = fs::metadata(rustc)?;
    let mut hash = DefaultHasher::new();
    (&version, file.len(), file.modified().ok(), RECIPE).hash(&mut hash);
    let release = version
        .lines()
        .find_map(|line| line.strip_prefix("release: "))
        .unwrap_or("unknown");
    Ok(format!("std-{release}-{:016x}", hash.finish()))
}

/// Held while the returned file is open. Another process may be compiling the same.
fn lock(path: &Path, job: Job<'_>) -> Result<File, ToolchainError> {
    let io = |source| ToolchainError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::create(path).map_err(io)?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(io(source)),
            Err(TryLockError::WouldBlock) if job.cancel.is_cancelled() => {
                return Err(ToolchainError::Cancelled);
            }
            Err(TryLockError::WouldBlock) => {
                if !told {
                    job.notes
                        .step("another build compiles the standard library: waiting for it");
                    told = true;
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Cargo's message about one compiled crate.
#[derive(Deserialize)]
struct CrateMessage {
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Compiles the library in `work` and returns its files.
fn compile(
    toolchain: &Toolchain,
    work: &Path,
    job: Job<'_>,
) -> Result<Vec<PathBuf>, ToolchainError> {
    let io = |source| ToolchainError::Io {
        path: work.to_owned(),
        source,
    };
    let source = work.join("src");
    fs::create_dir(&source).map_err(io)?;
    fs::write(work.join("Cargo.toml"), MANIFEST).map_err(io)?;
    fs::write(source.join("lib.rs"), "").map_err(io)?;

    let mut command = Command::new(&toolchain.cargo);
    command.args([
        "build",
        "--release",
        "--target",
        TARGET,
        "-Z",
        "build-std=std,panic_abort",
        "--message-format",
        "json",
    ]);
    command.arg("--target-dir").arg(work.join("target"));
    command
        .current_dir(work)
        .env("RUSTC", &toolchain.rustc)
        .env("RUSTC_BOOTSTRAP", "1");
    // Flags that a person set for guests, such as `-D warnings`, are not meant for the library.
    command
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", "-Cembed-bitcode=yes");
    if let Origin::Debian { linker, .. } = &toolchain.origin {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }

    let failed = |reason| ToolchainError::StdLibrary {
        rustc: toolchain.rustc.clone(),
        reason,
    };
    let mut libraries = Vec::new();
    let mut words = String::new();
    let ended = run(command, job.cancel, None, |line| {
        match line {
            Line::Out(line) => {
                let files = serde_json::from_str::<CrateMessage>(&line)
                    .map(|message| message.filenames)
                    .unwrap_or_default();
                libraries.extend(files.into_iter().filter(|file| is_library(file)));
            }
            Line::Err(line) => {
                job.notes.detail(&line);
                words.push_str(&line);
                words.push('\n');
            }
        }
        None
    });
    match ended.map_err(|error| failed(error.to_string()))? {
        Ended::Cancelled => Err(ToolchainError::Cancelled),
        Ended::Status(status) if status.success() && !libraries.is_empty() => Ok(libraries),
        Ended::Status(_) | Ended::TimedOut => Err(failed(words)),
    }
}

/// A library for the target, and not one of the helpers that run while it is compiled, nor the seed.
fn is_library(file: &Path) -> bool {
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    name.ends_with(".rlib")
        && !name.starts_with("libseed")
        && file.components().any(|part| part.as_os_str() == TARGET)
}

fn collect(libraries: &[PathBuf], sysroot: &Path) -> io::Result<()> {
    let into = libraries_dir(sysroot);
    fs::create_dir_all(&into)?;
    for file in libraries {
        if let Some(name) = file.file_name() {
            fs::rename(file, into.join(name))?;
        }
    }
    fs::write(sysroot.join(COUNT), libraries.len().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sysroot_that_lost_a_file_is_compiled_again() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let library = |name: &str| dir.path().join(name);
        for name in ["libcore-1.rlib", "libstd-1.rlib"] {
            fs::write(library(name), "").expect("a file");
        }
        let sysroot = dir.path().join("sysroot");
        assert!(!is_whole(&sysroot));
        collect(
            &[library("libcore-1.rlib"), library("libstd-1.rlib")],
            &sysroot,
        )
        .expect("they are moved");
        assert!(is_whole(&sysroot));
        fs::remove_file(libraries_dir(&sysroot).join("libstd-1.rlib")).expect("it is there");
        assert!(!is_whole(&sysroot));
    }

    #[test]
    fn helpers_and_the_seed_are_no_libraries() {
        let release = Path::new("/t/wasm32-unknown-unknown/release/deps");
        assert!(is_library(&release.join("libcore-1.rlib")));
        assert!(!is_library(&release.join("libseed-1.rlib")));
        assert!(!is_library(&release.join("libcore-1.rmeta")));
        assert!(!is_library(Path::new("/t/release/deps/libcc-1.rlib")));
    }
}
