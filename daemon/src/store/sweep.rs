//! Removing what has expired.
//!
//! A sweep removes as everybody does, by a write that is judged under the lock: a key that was written again in the
//! meantime stays. It has a bound, so that many keys that expire together do not stop everybody else; until they are
//! swept they count in their space's usage, and nowhere else.

use super::batch::Batch;
use super::error::StoreError;
use super::state::Shared;

/// Keys of one sweep.
pub(super) const MAX_SWEPT_KEYS: usize = 512;

impl Shared {
    /// Removes some of what has expired; tells how many keys. A group under commit is left for a later sweep.
    pub(super) fn sweep(&self) -> usize {
        let now_ms = self.now_ms();
        let mut keys: Vec<Box<[u8]>> = {
            let state = self.state.lock();
            let expired = state.active.expired(now_ms, MAX_SWEPT_KEYS);
            expired.map(Box::from).collect()
        };
        if let Some(disk) = &self.disk
            && let Ok(more) = disk.expired(now_ms, MAX_SWEPT_KEYS - keys.len())
        {
            keys.extend(more);
        }
        // An error ends the sweep: a full store passes, and an unreadable file is reported by the next commit.
        keys.into_iter()
            .map_while(|key| self.remove_expired(key).ok())
            .map(usize::from)
            .sum()
    }

    /// Removes a key of the file if it has expired, as a sweep found it to be some time ago. Tells whether it did.
    fn remove_expired(&self, key: Box<[u8]>) -> Result<bool, StoreError> {
        let now_ms = self.now_ms();
        let is_expired = |expires_at_ms, _: &[u8]| expires_at_ms <= now_ms;
        let found = self.inspect(&self.state.lock(), &key, is_expired)?;
        if found != Some(true) {
            return Ok(false);
        }
        // Judged again with the write: an expired key is expected as one that is not there.
        match Batch::sweeping(key) {
            Some(batch) => self.apply(batch),
            None => Ok(false),
        }
    }
}
