//! The file: the only code that knows redb.
//!
//! Tables: `entries` (key of the file to expiry and value), `expiries` (expiry and key, for the sweep), `usage` (what
//! each space holds) and `meta` (the layout's number). One transaction changes all of them, so that they agree after
//! any crash.
//!
//! Commits are in two phases and save redb's allocator state. Two phases, since values come from strangers and redb's
//! single phase trusts a checksum that one could be made to collide with; the allocator state, so that opening after
//! a crash does not walk the whole file.
//!
//! redb checks no page that it reads, and panics on one that makes no sense. That is caught here and becomes an error
//! as any other: a damaged page must not take a worker down.
//!
//! redb refuses all work after an I/O error until it is opened anew. That happens here; meanwhile readers get an error
//! instead of waiting.

mod open;
mod write;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{RwLock, RwLockReadGuard};
use redb::{
    AccessGuard, Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, StorageError,
    TableDefinition,
};

use super::error::{OpenError, StoreError};
use super::layer::{Layer, Stored, Usage};
use super::scan::Item;
use super::space::KeyRange;

const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
const ENTRIES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("entries");
const EXPIRIES: TableDefinition<'_, &[u8], ()> = TableDefinition::new("expiries");
const USAGE: TableDefinition<'_, &[u8], (u64, u64)> = TableDefinition::new("usage");
/// Bytes of the expiry (little endian) before a value in `entries`, and (big endian) before a key in `expiries`.
const EXPIRY_BYTES: usize = 8;

const DAMAGED: &str = "a page of it is damaged";
const CLOSED: &str = "it is not open";

thread_local! {
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// A key and what is stored for it.
type Found<'a> = (
    AccessGuard<'a, &'static [u8]>,
    AccessGuard<'a, &'static [u8]>,
);

/// How the database is opened, again after an I/O error: a function, so that tests can put a failing disk below it.
/// It is told whether it may make the file.
type Opener = Box<dyn Fn(bool) -> Result<Database, OpenError> + Send + Sync>;

/// An open file, closed by [`Disk::close`] or when dropped.
pub(super) struct Disk {
    path: PathBuf,
    open: Opener,
    /// Written only by the writer thread, to open it anew. `None`: closed, or it could not be opened again.
    database: RwLock<Option<Database>>,
}

/// The file at one moment. While it lives the file cannot be opened anew.
pub(super) struct View<'a> {
    transaction: ReadTransaction,
    _open: RwLockReadGuard<'a, Option<Database>>,
}

impl Disk {
    /// Opens (makes) the file in a directory. Blocks; after a crash, for the repair.
    pub(super) fn open(directory: &Path, cache_bytes: usize) -> Result<Self, OpenError> {
        let path = open::prepare(directory)?;
        let file = path.clone();
        Self::with_opener(
            path,
            Box::new(move |may_make| open::open_file(&file, cache_bytes, may_make)),
        )
    }

    pub(super) fn with_opener(path: PathBuf, open: Opener) -> Result<Self, OpenError> {
        let database = open(true)?;
        open::check_layout(&path, &database)?;
        Ok(Self {
            path,
            open,
            database: RwLock::new(Some(database)),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file as it is now.
    pub(super) fn view(&self) -> Result<View<'_>, StoreError> {
        let open = self.database.read();
        let database = open.as_ref().ok_or_else(|| unreadable(CLOSED))?;
        let transaction = database.begin_read().map_err(unreadable)?;
        Ok(View {
            transaction,
            _open: open,
        })
    }

    /// Shows an entry to `look`: its expiry and value.
    pub(super) fn read<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(u64, &[u8]) -> T,
    ) -> Result<Option<T>, StoreError> {
        caught(|| {
            let entries = self.view()?.entries()?;
            let Some(found) = entries.get(key).map_err(unreadable)? else {
                return Ok(None);
            };
            let (expires_at_ms, value) = split(found.value())?;
            Ok(Some(look(expires_at_ms, value)))
        })
        .unwrap_or_else(|| Err(unreadable(DAMAGED)))
    }

    /// What a space holds.
    pub(super) fn usage(&self, prefix: &[u8]) -> Result<Usage, StoreError> {
        caught(|| {
            let view = self.view()?;
            let table = view.transaction.open_table(USAGE).map_err(unreadable)?;
            let found = table.get(prefix).map_err(unreadable)?;
            Ok(found.map_or_else(Usage::default, |found| {
                let (keys, bytes) = found.value();
                Usage { keys, bytes }
            }))
        })
        .unwrap_or_else(|| Err(unreadable(DAMAGED)))
    }

    /// Keys whose time has come, the oldest first, at most `max`.
    pub(super) fn expired(&self, now_ms: u64, max: usize) -> Result<Vec<Box<[u8]>>, StoreError> {
        let end = now_ms.saturating_add(1).to_be_bytes();
        caught(|| {
            let view = self.view()?;
            let table = view.transaction.open_table(EXPIRIES).map_err(unreadable)?;
            let found = table.range::<&[u8]>(..end.as_slice()).map_err(unreadable)?;
            found
                .take(max)
                .map(|item| {
                    let (key, _) = item.map_err(unreadable)?;
                    Ok(key.value().get(EXPIRY_BYTES..).unwrap_or_default().into())
                })
                .collect()
        })
        .unwrap_or_else(|| Err(unreadable(DAMAGED)))
    }

    /// Commits a group; when it returns, the group survives a loss of power. Only for the writer thread. May be
    /// called again with the same group after an error.
    pub(super) fn commit(&self, group: &Layer) -> Result<(), Arc<str>> {
        if self.database.read().is_none() {
            self.reopen()?;
        }
        let result = match &*self.database.read() {
            Some(database) => match caught(|| write::write(database, group)) {
                Some(result) => result.map_err(|error| error.to_string().into()),
                None => Err(DAMAGED.into()),
            },
            None => Err(CLOSED.into()),
        };
        if result.is_err() {
            // Failing here too is no news: the next commit tries again, and says so.
            self.reopen().ok();
        }
        result
    }

    /// Gives the file free. Waits for views.
    pub(super) fn close(&self) {
        *self.database.write() = None;
    }

    fn reopen(&self) -> Result<(), Arc<str>> {
        let mut database = self.database.write();
        // First, since its lock would keep the new one out.
        *database = None;
        // A file that is gone is not replaced by an empty one: that would hide the loss.
        *database = Some((self.open)(false).map_err(|error| error.to_string())?);
        Ok(())
    }
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Disk").field(&self.path).finish()
    }
}

impl View<'_> {
    fn entries(&self) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, StoreError> {
        self.transaction.open_table(ENTRIES).map_err(unreadable)
    }

    /// Entries in order, expired ones too; with empty values unless they are wanted.
    pub(super) fn range<'a>(
        &'a self,
        range: &KeyRange,
        with_values: bool,
    ) -> Result<impl Iterator<Item = Item<'a>> + use<'a>, StoreError> {
        let mut found = match range.bounds() {
            Some(bounds) => caught(|| {
                let entries = self.entries()?;
                entries.range::<&[u8]>(bounds).map_err(unreadable).map(Some)
            })
            .unwrap_or_else(|| Err(unreadable(DAMAGED)))?,
            None => None,
        };
        Ok(std::iter::from_fn(move || {
            let found = found.as_mut()?;
            caught(|| Some(item(found.next()?, with_values)))
                .unwrap_or_else(|| Some(Err(unreadable(DAMAGED))))
        }))
    }
}

fn item<'a>(found: Result<Found<'_>, StorageError>, with_values: bool) -> Item<'a> {
    let (key, found) = found.map_err(unreadable)?;
    let (expires_at_ms, value) = split(found.value())?;
    let value = if with_values { value } else { &[] };
    let entry = Stored {
        expires_at_ms,
        value: bytes::Bytes::copy_from_slice(value),
    };
    Ok((key.value().to_vec().into(), Some(entry)))
}

/// `None` if redb panicked. Nothing of ours is left half done by that: reads change nothing, and a transaction that is
/// not committed is undone.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CATCHES.replace(true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    CATCHES.set(before);
    done.ok()
}

/// Whether a panic of this thread is about to become an error of the store: nothing to report as a bug.
#[must_use]
pub fn catches_panics() -> bool {
    CATCHES.get()
}

fn split(stored: &[u8]) -> Result<(u64, &[u8]), StoreError> {
    let (expiry, value) = stored
        .split_first_chunk::<EXPIRY_BYTES>()
        .ok_or_else(|| unreadable(StorageError::Corrupted("an entry has no expiry".to_owned())))?;
    Ok((u64::from_le_bytes(*expiry), value))
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Read {
        reason: error.to_string().into(),
    }
}
