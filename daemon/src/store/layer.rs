//! The ordered map of what is newer than the file: in memory mode, the whole store.
//!
//! It holds entries as they will be in the file, expired ones too: whoever reads judges the time. A removed key that
//! a lower layer may hold stays as a mark that hides it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::space::KeyRange;

/// The expiry of what does not expire.
pub(super) const NEVER: u64 = u64::MAX;
/// Counted for a key beside its own bytes and its value's, so that many tiny entries are not free.
const OVERHEAD_BYTES: usize = 32;

/// What a space holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Keys, those included that have expired and wait to be swept.
    pub keys: u64,
    /// Their bytes, their values', and 32 for each key.
    pub bytes: u64,
}

/// A value as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) expires_at_ms: u64,
    pub(super) value: Bytes,
}

impl Stored {
    pub(super) fn is_live(&self, now_ms: u64) -> bool {
        now_ms < self.expires_at_ms
    }
}

/// What an entry counts for, in quotas and in what waits. `key_bytes` is without the space's prefix.
pub(super) fn cost(key_bytes: usize, value_bytes: usize) -> usize {
    OVERHEAD_BYTES + key_bytes + value_bytes
}

/// See the head of the file.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// `None` hides what lies below.
    entries: BTreeMap<Box<[u8]>, Option<Stored>>,
    /// Of the spaces that were written to, by their prefix.
    usage: HashMap<Arc<[u8]>, Usage>,
    /// Of the entries that expire: when, and which.
    expiries: BTreeSet<(u64, Box<[u8]>)>,
    /// Sum of the costs of `entries`.
    bytes: usize,
}

impl Layer {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// `Some(None)`: known not to be there. `None`: look below.
    pub(super) fn get(&self, key: &[u8]) -> Option<Option<&Stored>> {
        self.entries.get(key).map(Option::as_ref)
    }

    pub(super) fn range<'a>(
        &'a self,
        range: &KeyRange,
    ) -> impl Iterator<Item = (&'a [u8], Option<&'a Stored>)> + use<'a> {
        range
            .bounds()
            .map(|bounds| self.entries.range::<[u8], _>(bounds))
            .into_iter()
            .flatten()
            .map(|(key, entry)| (&**key, entry.as_ref()))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&[u8], Option<&Stored>)> {
        self.entries
            .iter()
            .map(|(key, entry)| (&**key, entry.as_ref()))
    }

    /// Keys of this layer whose time has come, at most `max`.
    pub(super) fn expired(&self, now_ms: u64, max: usize) -> impl Iterator<Item = &[u8]> {
        self.expiries
            .iter()
            .take_while(move |(expires_at_ms, _)| *expires_at_ms <= now_ms)
            .take(max)
            .map(|(_, key)| &**key)
    }

    /// Writes an entry, or a mark that hides what lies below.
    pub(super) fn put(&mut self, key: Box<[u8]>, entry: Option<Stored>) {
        if let Some(Stored { expires_at_ms, .. }) = entry
            && expires_at_ms != NEVER
        {
            self.expiries.insert((expires_at_ms, key.clone()));
        }
        let key_bytes = key.len();
        let bytes = entry_bytes(key_bytes, entry.as_ref());
        // Looked up by reference first: the key of the old expiry is needed after the map has taken the new one.
        let old = match self.entries.get_mut(&*key) {
            Some(slot) => {
                let new_expiry = entry.as_ref().map_or(NEVER, |new| new.expires_at_ms);
                let old = std::mem::replace(slot, entry);
                if let Some(old) = &old
                    && old.expires_at_ms != NEVER
                    && old.expires_at_ms != new_expiry
                {
                    self.expiries.remove(&(old.expires_at_ms, key));
                }
                entry_bytes(key_bytes, old.as_ref())
            }
            None => {
                self.entries.insert(key, entry);
                0
            }
        };
        self.bytes = self.bytes + bytes - old;
    }

    /// Takes an entry out without a mark: for a layer with nothing below.
    pub(super) fn remove(&mut self, key: Box<[u8]>) {
        let Some(old) = self.entries.remove(&key) else {
            return;
        };
        self.bytes -= entry_bytes(key.len(), old.as_ref());
        if let Some(Stored { expires_at_ms, .. }) = old
            && expires_at_ms != NEVER
        {
            self.expiries.remove(&(expires_at_ms, key));
        }
    }

    pub(super) fn usage(&self, prefix: &[u8]) -> Option<Usage> {
        self.usage.get(prefix).copied()
    }

    pub(super) fn usages(&self) -> impl Iterator<Item = (&[u8], Usage)> {
        self.usage.iter().map(|(prefix, usage)| (&**prefix, *usage))
    }

    pub(super) fn set_usage(&mut self, prefix: &Arc<[u8]>, usage: Usage) {
        match self.usage.get_mut(prefix) {
            Some(slot) => *slot = usage,
            None => {
                self.usage.insert(Arc::clone(prefix), usage);
            }
        }
    }

    /// Forgets a space that has nothing left: for a layer with nothing below.
    pub(super) fn remove_usage(&mut self, prefix: &[u8]) {
        self.usage.remove(prefix);
    }
}

fn entry_bytes(key_bytes: usize, entry: Option<&Stored>) -> usize {
    cost(key_bytes, entry.map_or(0, |entry| entry.value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(expires_at_ms: u64, value: &'static str) -> Option<Stored> {
        Some(Stored {
            expires_at_ms,
            value: Bytes::from_static(value.as_bytes()),
        })
    }

    #[test]
    fn bytes_and_expiries_follow_every_write() {
        let mut layer = Layer::default();
        let expired = |layer: &Layer, now| layer.expired(now, 9).count();
        layer.put(b"k".as_slice().into(), stored(5, "abc"));
        assert_eq!((layer.bytes(), expired(&layer, 5)), (36, 1));
        layer.put(b"k".as_slice().into(), stored(5, "a"));
        assert_eq!((layer.bytes(), expired(&layer, 5)), (34, 1));
        layer.put(b"k".as_slice().into(), stored(9, "a"));
        assert_eq!((expired(&layer, 5), expired(&layer, 9)), (0, 1));
        layer.put(b"k".as_slice().into(), None);
        assert_eq!((layer.bytes(), expired(&layer, 9)), (33, 0));
        layer.remove(b"k".as_slice().into());
        assert_eq!((layer.bytes(), layer.is_empty()), (0, true));
    }
}
