//! What outlives an event: named spaces of keys and bytes, in memory or in one file.
//!
//! It knows nothing of components or rooms: whoever uses it names the [`Space`]. With a directory the data is in
//! `liveside.redb` there; without one it lives as long as the process, and behaves the same.
//!
//! How a write travels: [`Store::apply`] lays it into an ordered map in memory and returns; a thread of the store's
//! own takes the whole map every [`StoreConfig::sync_interval`] and commits it as one transaction; reads look into the
//! map first. Hence:
//!
//! 1. A read sees every write that returned before it.
//! 2. A crash loses at most the writes of one interval (and of the commit under way), never a part of a [`Batch`],
//!    and never something that [`Store::flush`] has confirmed.
//! 3. Writes are judged one after the other under one lock, so that a compare-and-swap cannot be overtaken.
//! 4. What waits for the disk is bounded; past the bound writes are refused, and nothing is dropped.
//!
//! `batch` and `space` are what callers build, `layer` is the map that waits, `state` reads and writes, `judge` checks
//! limits, `scan` lists, `disk` is the only code that knows redb, `writer` is the thread, `sweep` what it does about
//! expiry.

mod batch;
mod disk;
mod error;
mod judge;
mod layer;
mod scan;
mod space;
mod state;
mod sweep;
#[cfg(test)]
mod tests;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::clock;
use disk::Disk;
use state::{Clock, Shared};
use writer::WriterGuard;

pub use batch::Batch;
pub use disk::catches_panics;
pub use error::{OpenError, StoreError};
pub use layer::Usage;
pub use scan::{MAX_PAGE_BYTES, MAX_PAGE_ITEMS, Page};
pub use space::{MAX_KEY_BYTES, Space};

/// How often the writer thread looks for what has expired.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// Where the data is kept and how much of it there may be.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The directory of the database file; made if only its last part is missing. `None`: in memory.
    pub directory: Option<PathBuf>,
    /// The least time between two commits, and so the most that a crash may lose. 0: as soon as the writer is free.
    pub sync_interval: Duration,
    /// Largest value, in a space that does not say so itself.
    pub max_value_bytes: usize,
    /// What one space may hold, if it does not say so itself. See [`Usage::bytes`].
    pub max_space_bytes: u64,
    /// What may wait for the disk.
    pub max_pending_bytes: usize,
    /// Pages of the file that are kept in memory.
    pub cache_bytes: usize,
}

impl Default for StoreConfig {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            directory: None,
            sync_interval: Duration::from_millis(100),
            max_value_bytes: MIB,
            max_space_bytes: 64 << 20,
            max_pending_bytes: 64 * MIB,
            cache_bytes: 32 * MIB,
        }
    }
}

/// How the store does, for health and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Bytes that wait for the disk. Always 0 in memory.
    pub pending_bytes: usize,
    /// Why the last commit failed; `None` once one has succeeded again.
    pub failure: Option<Arc<str>>,
}

/// A handle to the store. Clones are cheap and mean the same store; with the last one it is closed, see
/// [`Store::close`].
///
/// Calls do not wait for a commit, but one that finds nothing in memory may read a page of the file.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
    /// Shared by all handles, and by them only: the last to go ends the thread.
    writer: Arc<Mutex<WriterGuard>>,
}

impl Store {
    /// Opens the store and starts its writer thread, which [`Store::close`] or the last handle's drop ends. Blocks.
    ///
    /// # Errors
    /// With a sentence for the operator, see [`OpenError`].
    pub fn open(config: StoreConfig) -> Result<Self, OpenError> {
        let disk = match &config.directory {
            Some(directory) => Some(Disk::open(directory, config.cache_bytes)?),
            None => None,
        };
        let clock = Clock {
            now_ms: clock::now_ms,
            sweep_interval: SWEEP_INTERVAL,
        };
        Self::start(config, disk, clock)
    }

    fn start(config: StoreConfig, disk: Option<Disk>, clock: Clock) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared::new(config, disk, clock));
        let writer = WriterGuard::spawn(&shared).map_err(OpenError::Thread)?;
        Ok(Self {
            shared,
            writer: Arc::new(Mutex::new(writer)),
        })
    }

    /// The value of a key; `None` if it is not there or has expired.
    ///
    /// # Errors
    /// If the key is too long, the file cannot be read, or the store is closed.
    pub fn get(&self, space: &Space, key: &str) -> Result<Option<Bytes>, StoreError> {
        self.shared.get(&space.entry_key(key)?)
    }

    /// Writes one key. `expires_at_ms` is in milliseconds since the Unix epoch; from then on the key is not there.
    ///
    /// # Errors
    /// See [`Store::apply`].
    pub fn set(
        &self,
        space: &Space,
        key: &str,
        value: impl Into<Bytes>,
        expires_at_ms: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        batch.set(space, key, value, expires_at_ms)?;
        self.apply(batch).map(drop)
    }

    /// Removes one key. It need not be there.
    ///
    /// # Errors
    /// See [`Store::apply`].
    pub fn delete(&self, space: &Space, key: &str) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        batch.delete(space, key)?;
        self.apply(batch).map(drop)
    }

    /// Writes (`None`: removes) one key if it still holds `expected` (`None`: is not there). Tells whether it did.
    ///
    /// # Errors
    /// See [`Store::apply`].
    pub fn compare_and_swap(
        &self,
        space: &Space,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<Bytes>,
        expires_at_ms: Option<u64>,
    ) -> Result<bool, StoreError> {
        let mut batch = Batch::new();
        batch.expect(space, key, expected.map(Bytes::copy_from_slice))?;
        match value {
            Some(value) => batch.set(space, key, value, expires_at_ms)?,
            None => batch.delete(space, key)?,
        }
        self.apply(batch)
    }

    /// Does all that the batch says, or nothing: both for readers, who see it at once, and after a crash. `false`:
    /// nothing was done because an expectation of the batch did not hold.
    ///
    /// # Errors
    /// If a value or a space would be too large, too much waits for the disk, the file cannot be read, or the store
    /// is closed. Nothing was done then.
    pub fn apply(&self, batch: Batch) -> Result<bool, StoreError> {
        self.shared.apply(batch)
    }

    /// Keys that begin with `prefix`, and their values, in the order of their bytes: those after the key `after`, at
    /// most `limit` (1 to [`MAX_PAGE_ITEMS`], clamped), and no further once [`MAX_PAGE_BYTES`] of values are read. A
    /// page is one moment's view; the next page, another's.
    ///
    /// # Errors
    /// If the file cannot be read or the store is closed.
    pub fn list(
        &self,
        space: &Space,
        prefix: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<(String, Bytes)>, StoreError> {
        self.shared.scan(space, prefix, limit, after, true)
    }

    /// As [`Store::list`], without the values and so without their limit.
    ///
    /// # Errors
    /// If the file cannot be read or the store is closed.
    pub fn keys(
        &self,
        space: &Space,
        prefix: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<String>, StoreError> {
        let Page { items, more } = self.shared.scan(space, prefix, limit, after, false)?;
        let items = items.into_iter().map(|(key, _)| key).collect();
        Ok(Page { items, more })
    }

    /// What a space holds.
    ///
    /// # Errors
    /// If the file cannot be read or the store is closed.
    pub fn usage(&self, space: &Space) -> Result<Usage, StoreError> {
        self.shared.usage(space)
    }

    /// How the store does.
    #[must_use]
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// Waits until everything written before the call is on disk, and makes the writer begin at once. In memory it
    /// returns at once. May be cancelled; the writes stay.
    ///
    /// # Errors
    /// If the commit failed: the writes are kept, readable, and tried again.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.shared.flush().await
    }

    /// Refuses further writes, commits what waits, ends the thread and gives the file free; every handle then says
    /// [`StoreError::Closed`]. Without it, dropping the last handle does the same and blocks for it.
    ///
    /// # Errors
    /// If the last commit failed: what had not been saved is lost.
    pub async fn close(&self) -> Result<(), StoreError> {
        let result = self.shared.close().await;
        self.writer.lock().join();
        result
    }
}
