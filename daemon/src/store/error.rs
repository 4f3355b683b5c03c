//! What can go wrong: at opening, which is the operator's to mend, and later.

use std::path::PathBuf;
use std::sync::Arc;

use super::space::MAX_KEY_BYTES;

/// A call was not done.
///
/// `Key`, `SpaceName`, `Value` and `Quota` are the caller's fault and would fail again. `Full` passes. The others are
/// the operator's, and were logged where they arose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The key is empty or too long.
    #[error("a key has 1 to {MAX_KEY_BYTES} bytes, this one has {bytes}")]
    Key {
        /// Its length.
        bytes: usize,
    },
    /// The kind or name of a space is empty or too long.
    #[error("the {what} of a space has 1 to {max_bytes} bytes, this one has {bytes}")]
    SpaceName {
        /// `kind` or `name`.
        what: &'static str,
        /// What is allowed.
        max_bytes: usize,
        /// Its length.
        bytes: usize,
    },
    /// The value is too large.
    #[error("a value has at most {max_bytes} bytes, that of `{key}` has {bytes}")]
    Value {
        /// Whose value.
        key: String,
        /// What is allowed.
        max_bytes: usize,
        /// Its length.
        bytes: usize,
    },
    /// The space would be larger than it may.
    #[error("`{space}` would hold {bytes} bytes, {max_bytes} are allowed")]
    Quota {
        /// `kind/name`.
        space: String,
        /// What it would hold.
        bytes: u64,
        /// What is allowed.
        max_bytes: u64,
    },
    /// The disk is slower than the writers, or fails.
    #[error("{pending_bytes} bytes wait for the disk, {max_bytes} may: try again later")]
    Full {
        /// What waits.
        pending_bytes: usize,
        /// What may wait.
        max_bytes: usize,
    },
    /// A commit failed.
    #[error("what was written last is not on disk: {reason}; it is kept in memory and tried again")]
    NotSaved {
        /// From the system or redb.
        reason: Arc<str>,
    },
    /// The store was closed while a commit failed.
    #[error("what was written last is lost: {reason}")]
    Lost {
        /// From the system or redb.
        reason: Arc<str>,
    },
    /// The file cannot be read.
    #[error("the database cannot be read: {reason}")]
    Read {
        /// From the system or redb.
        reason: Arc<str>,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

/// The store cannot be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not even the parent of the directory is there.
    #[error(
        "the data directory `{}` cannot be made because its parent is missing: make it, or give another as --data-dir",
        directory.display()
    )]
    NoParent {
        /// As given.
        directory: PathBuf,
    },
    /// Something else has the name.
    #[error("`{}` is no directory: give another as --data-dir", directory.display())]
    NotADirectory {
        /// As given.
        directory: PathBuf,
    },
    /// The system says no.
    #[error(
        "`{}` may not be read and written: give this user the right to, or give another --data-dir",
        path.display()
    )]
    Permission {
        /// The directory or the file.
        path: PathBuf,
    },
    /// Another process has it.
    #[error(
        "`{}` is in use by another process: stop that one, or give each its own --data-dir",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// Not a database, or a damaged one.
    #[error(
        "`{}` is damaged or no database of Liveside ({reason}): restore a copy, or move the file away to begin empty",
        path.display()
    )]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A later Liveside has written it.
    #[error(
        "`{}` has layout {found}, this Liveside knows up to {known}: use a newer Liveside, or another --data-dir",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// In the file.
        found: u64,
        /// The newest known.
        known: u64,
    },
    /// The system failed otherwise.
    #[error("`{}` cannot be opened: {reason}", path.display())]
    Io {
        /// The directory or the file.
        path: PathBuf,
        /// From the system.
        reason: String,
    },
    /// No thread could be started.
    #[error("the thread that writes the database cannot be started: {0}")]
    Thread(std::io::Error),
}
