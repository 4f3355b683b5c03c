//! What is to be done together.
//!
//! Apart from the store so that an event can gather its changes without a lock. Writes are kept in the order of the
//! file's keys, one for each: the last one wins, and all of one space lie together.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::error::StoreError;
use super::layer::{NEVER, Stored};
use super::space::Space;

/// Several writes that happen together or not at all, and what must hold for them.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(super) expectations: Vec<Expectation>,
    pub(super) writes: BTreeMap<Box<[u8]>, Write>,
}

#[derive(Debug, Clone)]
pub(super) struct Expectation {
    pub(super) key: Box<[u8]>,
    pub(super) value: Option<Bytes>,
}

#[derive(Debug, Clone)]
pub(super) struct Write {
    pub(super) space: Space,
    /// `None` removes the key.
    pub(super) entry: Option<Stored>,
}

impl Batch {
    /// Without any write.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it would change nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Writes a key, see [`super::Store::set`]. Later writes of the batch to the same key replace it.
    ///
    /// # Errors
    /// If the key is empty or too long.
    pub fn set(
        &mut self,
        space: &Space,
        key: &str,
        value: impl Into<Bytes>,
        expires_at_ms: Option<u64>,
    ) -> Result<(), StoreError> {
        let entry = Stored {
            expires_at_ms: expires_at_ms.unwrap_or(NEVER),
            value: value.into(),
        };
        self.write(space, key, Some(entry))
    }

    /// Removes a key. It need not be there.
    ///
    /// # Errors
    /// If the key is empty or too long.
    pub fn delete(&mut self, space: &Space, key: &str) -> Result<(), StoreError> {
        self.write(space, key, None)
    }

    /// Makes the whole batch depend on what a key holds (`None`: is not there) before any of its writes.
    ///
    /// # Errors
    /// If the key is empty or too long.
    pub fn expect(
        &mut self,
        space: &Space,
        key: &str,
        value: Option<Bytes>,
    ) -> Result<(), StoreError> {
        let key = space.entry_key(key)?;
        self.expectations.push(Expectation { key, value });
        Ok(())
    }

    /// Removes a key of the file if it is not there for readers, which means that it has expired. `None`: no such key.
    pub(super) fn sweeping(key: Box<[u8]>) -> Option<Self> {
        let space = Space::of_entry_key(&key)?;
        let value = None;
        Some(Self {
            expectations: vec![Expectation {
                key: key.clone(),
                value,
            }],
            writes: BTreeMap::from([(key, Write { space, entry: None })]),
        })
    }

    fn write(&mut self, space: &Space, key: &str, entry: Option<Stored>) -> Result<(), StoreError> {
        let space = space.clone();
        self.writes
            .insert(space.entry_key(key)?, Write { space, entry });
        Ok(())
    }
}
