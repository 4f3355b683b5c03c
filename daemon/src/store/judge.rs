//! Whether a batch may be written: the size of values, the quota of spaces, what may wait for the disk.
//!
//! Apart because it changes nothing: a batch is written only after all of it was found good.

use super::batch::Batch;
use super::error::StoreError;
use super::layer::{Usage, cost};
use super::space::Space;
use super::state::{Shared, State};

/// The new usage of a space after a batch.
pub(super) struct SpaceChange<'a> {
    pub(super) space: &'a Space,
    before: Usage,
    pub(super) after: Usage,
}

impl Shared {
    /// Checks every limit and says what the spaces will hold. Changes nothing.
    pub(super) fn judge<'a>(
        &self,
        state: &State,
        batch: &'a Batch,
    ) -> Result<Vec<SpaceChange<'a>>, StoreError> {
        let mut changes: Vec<SpaceChange<'a>> = Vec::with_capacity(1);
        let mut batch_bytes = 0;
        // The batch is in the order of the file's keys: all of one space lie together.
        for (key, write) in &batch.writes {
            let prefix_bytes = write.space.prefix().len();
            let change = match changes.last_mut() {
                Some(change) if change.space.prefix() == write.space.prefix() => change,
                _ => {
                    let before = self.usage_in(state, &write.space)?;
                    changes.push(SpaceChange {
                        space: &write.space,
                        before,
                        after: before,
                    });
                    let last = changes.len() - 1;
                    &mut changes[last]
                }
            };
            let key_bytes = key.len() - prefix_bytes;
            let old = self.inspect(state, key, |_, value| cost(key_bytes, value.len()))?;
            if let Some(old) = old {
                change.after.keys = change.after.keys.saturating_sub(1);
                change.after.bytes = change.after.bytes.saturating_sub(old as u64);
            }
            let value_bytes = write.entry.as_ref().map_or(0, |entry| entry.value.len());
            let max_value_bytes = write.space.max_value_bytes();
            let max_bytes = max_value_bytes.unwrap_or(self.config.max_value_bytes);
            if value_bytes > max_bytes {
                return Err(StoreError::Value {
                    key: write.space.key_of(key),
                    max_bytes,
                    bytes: value_bytes,
                });
            }
            if write.entry.is_some() {
                change.after.keys += 1;
                change.after.bytes += cost(key_bytes, value_bytes) as u64;
            }
            batch_bytes += cost(key.len(), value_bytes);
        }
        for SpaceChange {
            space,
            before,
            after,
        } in &changes
        {
            let max_bytes = space.max_bytes().unwrap_or(self.config.max_space_bytes);
            // A space whose quota was lowered may still shrink.
            if after.bytes > max_bytes && after.bytes > before.bytes {
                return Err(StoreError::Quota {
                    space: space.to_string(),
                    bytes: after.bytes,
                    max_bytes,
                });
            }
        }
        self.check_pending(state, batch_bytes)?;
        Ok(changes)
    }

    /// A batch that alone is over the limit passes when nothing else waits.
    fn check_pending(&self, state: &State, batch_bytes: usize) -> Result<(), StoreError> {
        let pending_bytes = state.pending_bytes();
        let max_bytes = self.config.max_pending_bytes;
        if self.disk.is_some()
            && pending_bytes > 0
            && pending_bytes.saturating_add(batch_bytes) > max_bytes
        {
            return Err(StoreError::Full {
                pending_bytes,
                max_bytes,
            });
        }
        Ok(())
    }
}
