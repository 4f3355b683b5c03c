//! Finds guest projects below a directory and builds each to a `.wasm` module with the right tool.
//!
//! `cargo xtask components` and `liveside dev` both stand on it, so it knows neither of them: it is synchronous,
//! prints nothing (progress goes to a callback, see [`Notes`]) and keeps its state on disk in three places:
//!
//! - `<workspace>/target/guests/…`: cargo's target directory for guests. It is apart from the workspace's own, and one
//!   for each compiler, so that two compilers never overwrite each other's work;
//! - `<workspace>/target/guests/rustup-target.failed`: that rustup could not fetch the target, and why;
//! - `~/.cache/liveside-build/std-…`: the standard library for WebAssembly, where it has to be compiled here.
//!
//! | module | owns |
//! |---|---|
//! | [`discover`](mod@discover) | which projects there are |
//! | `project` | one project: name, language, what to watch |
//! | `toolchain` | which compiler builds it, and getting one |
//! | `builder`, `rust` | the build of many projects in as few tool calls as possible |
//! | `external` | other languages, each by its own tool |
//! | `notes` | what is told while that runs |
//! | `process` | a child process that can be cancelled with all its children |
//! | [`apt`] | installing Debian packages without asking |

pub mod apt;
mod artifact;
mod builder;
mod cargo;
pub mod discover;
mod error;
mod external;
mod metadata;
mod notes;
mod process;
mod project;
mod rust;
mod toolchain;

pub use artifact::Artifact;
pub use builder::{Builder, Profile};
pub use discover::{DiscoverError, discover};
pub use error::{BuildError, strip_ansi};
pub use external::tools_of;
pub use notes::{Note, Notes};
pub use process::Cancel;
pub use project::{Language, Project};
pub use toolchain::{Toolchain, ToolchainError, install_toolchain};
