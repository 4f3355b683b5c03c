//! Which compiler turns a Rust guest into WebAssembly, and getting one where there is none.
//!
//! The order, everywhere: (1) the project's own compiler, where it has the target `wasm32-unknown-unknown`; (2) the
//! same, after `rustup target add`; (3) Debian's `rustc-web`, which has no standard library for the target but its
//! source; (4) an error that says what to install.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt::{self, AptError};
use crate::cargo::{self, Tools};
use crate::notes::{Job, Notes};
use crate::process::Cancel;

mod debian;
mod rustup;
mod std_library;

/// What guests are compiled for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that can build Rust guests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    pub(crate) cargo: PathBuf,
    pub(crate) rustc: PathBuf,
    pub(crate) origin: Origin,
}

/// Where the compiler's standard library for the target comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It came with the compiler.
    Shipped,
    /// It is compiled once from source, and the linker is another package's.
    Debian {
        linker: PathBuf,
        /// Names the compiled library: see `std_library`.
        library: String,
    },
}

/// Why there is no compiler for guests. Each says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolchainError {
    /// No cargo.
    #[error("no Rust toolchain for {}: {reason}. Install Rust (https://rustup.rs), then try again", dir.display())]
    NoCargo {
        /// The project.
        dir: PathBuf,
        /// Why there is none.
        reason: String,
    },
    /// No compiler knows the target.
    #[error(
        "no compiler for {TARGET}.\n  rustup: {rustup}\n  Debian: {debian}\nRun `rustup target add {TARGET}`, or on Debian as root: {line}"
    )]
    Missing {
        /// Why not by rustup.
        rustup: String,
        /// Why not by Debian's packages.
        debian: String,
        /// What installs Debian's packages.
        line: String,
    },
    /// The standard library did not compile.
    #[error("the standard library for {TARGET} did not compile with {}:\n{reason}", rustc.display())]
    StdLibrary {
        /// The compiler.
        rustc: PathBuf,
        /// What cargo said.
        reason: String,
    },
    /// Debian's packages could not be installed.
    #[error(transparent)]
    Apt(#[from] AptError),
    /// A file could not be written.
    #[error("cannot write {}: {source}. Make it writable, or set LIVESIDE_BUILD_CACHE_DIR to a folder that is", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It was told to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Toolchain {
    /// Chooses a compiler for the workspace `root`, in the order above, trying rustup only once: that it failed is
    /// remembered in `state_dir`.
    pub(crate) fn select(
        root: &Path,
        state_dir: &Path,
        job: Job<'_>,
    ) -> Result<Self, ToolchainError> {
        let tools = cargo::find(root).map_err(|reason| ToolchainError::NoCargo {
            dir: root.to_owned(),
            reason,
        })?;
        if has_target(&tools.rustc) {
            return Ok(Self::shipped(tools));
        }
        let why_not_rustup = match rustup::add_target(&tools, root, state_dir, job)? {
            Ok(()) => return Ok(Self::shipped(tools)),
            Err(reason) => reason,
        };
        match Self::debian(&tools) {
            Ok(toolchain) => Ok(toolchain),
            Err(why_not_debian) => Err(ToolchainError::Missing {
                rustup: why_not_rustup,
                debian: why_not_debian,
                line: apt::install_line(debian::PACKAGES),
            }),
        }
    }

    fn shipped(tools: Tools) -> Self {
        Self {
            cargo: tools.cargo,
            rustc: tools.rustc,
            origin: Origin::Shipped,
        }
    }

    /// Debian's compiler under the project's cargo.
    pub(crate) fn debian(tools: &Tools) -> Result<Self, String> {
        let found = debian::find()?;
        let library = std_library::name(&found.rustc).map_err(|error| error.to_string())?;
        Ok(Self {
            cargo: tools.cargo.clone(),
            rustc: found.rustc,
            origin: Origin::Debian {
                linker: found.linker,
                library,
            },
        })
    }

    /// A folder name that is not shared with the other kind of compiler.
    pub(crate) fn dir_name(&self) -> &'static str {
        match self.origin {
            Origin::Shipped => "rustup",
            Origin::Debian { .. } => "debian",
        }
    }

    /// Where the standard library is, unless it came with the compiler. Compiles it the first time (a minute).
    pub(crate) fn sysroot(&self, job: Job<'_>) -> Result<Option<PathBuf>, ToolchainError> {
        match &self.origin {
            Origin::Shipped => Ok(None),
            Origin::Debian { library, .. } => std_library::compiled(self, library, job).map(Some),
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Shipped => write!(f, "{} with its own {TARGET}", self.rustc.display()),
            Origin::Debian { linker, .. } => {
                write!(
                    f,
                    "Debian's {} with the standard library from source and {}",
                    self.rustc.display(),
                    linker.display()
                )
            }
        }
    }
}

/// Makes sure that the Rust guests below `dir` can be compiled, and says what it does: `rustup target add`, else
/// Debian's packages by apt-get, as root or by a `sudo` without password. Asks nothing; does nothing where a compiler
/// is there. Blocks, for minutes at worst.
///
/// # Errors
/// [`ToolchainError`], with the line to run by hand.
pub fn install_toolchain(
    dir: &Path,
    cancel: &Cancel,
    notes: &Notes,
) -> Result<Toolchain, ToolchainError> {
    let job = Job { cancel, notes };
    let state_dir = state_dir(dir);
    match Toolchain::select(dir, &state_dir, job) {
        Err(ToolchainError::Missing { .. }) => {
            notes.step("installing Debian's Rust compiler: guests are compiled to WebAssembly, which yours cannot");
            apt::install(debian::PACKAGES, cancel, notes)?;
            Toolchain::select(dir, &state_dir, job)
        }
        result => result,
    }
}

/// Where builds of the workspace `root` keep what they know.
pub(crate) fn state_dir(root: &Path) -> PathBuf {
    root.join("target").join("guests")
}

/// Whether the compiler has a standard library for the target.
fn has_target(rustc: &Path) -> bool {
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TARGET]);
    let Ok(dir) = crate::process::output(&mut command) else {
        return false;
    };
    let Ok(files) = fs::read_dir(dir) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libcore-") && name.ends_with(".rlib")
    })
}

#[cfg(test)]
mod tests;
