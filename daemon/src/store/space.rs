//! Names of spaces, and how a space and a key become one key of the file.
//!
//! Apart because the order of bytes carries meaning: all keys of a space lie together, in the order of their UTF-8,
//! and no space's prefix begins another's. Layout: `kind length (1) kind name length (2, big endian) name key`.

use std::fmt;
use std::ops::Bound;
use std::sync::Arc;

use super::error::StoreError;

/// Largest key. Keys have at least one byte.
pub const MAX_KEY_BYTES: usize = 512;
const MAX_KIND_BYTES: usize = 32;
const MAX_NAME_BYTES: usize = 512;

/// A named set of keys, such as `store` / `LiveCounter` or `room` / `chat:1`. Cheap to clone; made once and kept.
#[derive(Clone)]
pub struct Space {
    /// Before every key of the space in the file.
    prefix: Arc<[u8]>,
    max_bytes: Option<u64>,
    max_value_bytes: Option<usize>,
}

impl Space {
    /// A space of a kind (1 to 32 bytes) with a name (1 to 512 bytes).
    ///
    /// # Errors
    /// If one of them is empty or too long.
    pub fn new(kind: &str, name: &str) -> Result<Self, StoreError> {
        let wrong = |what, max_bytes, bytes| StoreError::SpaceName {
            what,
            max_bytes,
            bytes,
        };
        let kind_bytes = u8::try_from(kind.len())
            .ok()
            .filter(|bytes| (1..=MAX_KIND_BYTES).contains(&usize::from(*bytes)))
            .ok_or_else(|| wrong("kind", MAX_KIND_BYTES, kind.len()))?;
        let name_bytes = u16::try_from(name.len())
            .ok()
            .filter(|bytes| (1..=MAX_NAME_BYTES).contains(&usize::from(*bytes)))
            .ok_or_else(|| wrong("name", MAX_NAME_BYTES, name.len()))?;
        let mut prefix = Vec::with_capacity(3 + kind.len() + name.len());
        prefix.push(kind_bytes);
        prefix.extend_from_slice(kind.as_bytes());
        prefix.extend_from_slice(&name_bytes.to_be_bytes());
        prefix.extend_from_slice(name.as_bytes());
        Ok(Self {
            prefix: prefix.into(),
            max_bytes: None,
            max_value_bytes: None,
        })
    }

    /// The same space with a quota of its own in place of the store's.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = Some(max_bytes);
        self
    }

    /// The same space with a largest value of its own in place of the store's.
    #[must_use]
    pub fn with_max_value_bytes(mut self, max_value_bytes: usize) -> Self {
        self.max_value_bytes = Some(max_value_bytes);
        self
    }

    pub(super) fn max_bytes(&self) -> Option<u64> {
        self.max_bytes
    }

    pub(super) fn max_value_bytes(&self) -> Option<usize> {
        self.max_value_bytes
    }

    pub(super) fn prefix(&self) -> &Arc<[u8]> {
        &self.prefix
    }

    pub(super) fn entry_key(&self, key: &str) -> Result<Box<[u8]>, StoreError> {
        if !(1..=MAX_KEY_BYTES).contains(&key.len()) {
            return Err(StoreError::Key { bytes: key.len() });
        }
        Ok(self.join(key).into())
    }

    /// The space of a key of the file; `None` if there is none that it could belong to.
    pub(super) fn of_entry_key(entry_key: &[u8]) -> Option<Self> {
        let kind_bytes = usize::from(*entry_key.first()?);
        let name_at = 1 + kind_bytes + 2;
        let name_bytes = entry_key.get(1 + kind_bytes..name_at)?.try_into().ok()?;
        let end = name_at + usize::from(u16::from_be_bytes(name_bytes));
        Some(Self {
            prefix: entry_key.get(..end)?.into(),
            max_bytes: None,
            max_value_bytes: None,
        })
    }

    /// The key that was given to [`Space::entry_key`]. Lossy only for a file that something else has written.
    pub(super) fn key_of(&self, entry_key: &[u8]) -> String {
        let key = entry_key.get(self.prefix.len()..).unwrap_or_default();
        String::from_utf8_lossy(key).into_owned()
    }

    /// Where the keys that begin with `prefix` and come after `after` lie.
    pub(super) fn range(&self, prefix: &str, after: Option<&str>) -> KeyRange {
        let first = self.join(prefix);
        let mut end = first.clone();
        // The last byte is one of UTF-8, so below 0xFF: one more is the end of all that begin so.
        if let Some(last) = end.last_mut() {
            *last += 1;
        }
        let start = match after.map(|after| self.join(after)) {
            Some(after) if after >= first => Bound::Excluded(after.into()),
            _ => Bound::Included(first.into()),
        };
        KeyRange {
            start,
            end: end.into(),
        }
    }

    fn join(&self, key: &str) -> Vec<u8> {
        let mut joined = Vec::with_capacity(self.prefix.len() + key.len());
        joined.extend_from_slice(&self.prefix);
        joined.extend_from_slice(key.as_bytes());
        joined
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind_bytes = usize::from(self.prefix[0]);
        let (kind, name) = self.prefix[1..].split_at(kind_bytes);
        write!(
            f,
            "{}/{}",
            String::from_utf8_lossy(kind),
            String::from_utf8_lossy(&name[2..])
        )
    }
}

impl fmt::Debug for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Space({self})")
    }
}

/// As an ordered map takes them.
pub(super) type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

/// A part of a space. Never seen by callers.
#[derive(Debug)]
pub(super) struct KeyRange {
    start: Bound<Box<[u8]>>,
    end: Box<[u8]>,
}

impl KeyRange {
    /// Bounds for an ordered map; `None` if nothing can lie between them (a map would panic).
    pub(super) fn bounds(&self) -> Option<Bounds<'_>> {
        let (Bound::Included(start) | Bound::Excluded(start)) = &self.start else {
            return None;
        };
        (*start < self.end).then(|| {
            (
                self.start.as_ref().map(AsRef::as_ref),
                Bound::Excluded(&*self.end),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeBounds;

    use super::*;

    #[test]
    fn a_name_that_begins_another_is_a_space_of_its_own() {
        let (short, long) = (
            Space::new("room", "chat").unwrap(),
            Space::new("room", "chat:1").unwrap(),
        );
        assert!(!long.prefix().starts_with(short.prefix()));
        assert_eq!(long.to_string(), "room/chat:1");
        let key = long.entry_key("k").unwrap();
        assert_eq!(Space::of_entry_key(&key).unwrap().prefix(), long.prefix());
        assert!(Space::of_entry_key(&key[..3]).is_none());
    }

    #[test]
    fn lengths_are_checked_with_a_sentence() {
        assert_eq!(
            Space::new("room", "").unwrap_err().to_string(),
            "the name of a space has 1 to 512 bytes, this one has 0"
        );
        assert!(Space::new(&"k".repeat(33), "x").is_err());
        assert!(Space::new("k", &"x".repeat(513)).is_err());
        let space = Space::new("store", "A").unwrap();
        assert!(space.entry_key(&"x".repeat(512)).is_ok());
        assert_eq!(
            space.entry_key(&"x".repeat(513)).unwrap_err().to_string(),
            "a key has 1 to 512 bytes, this one has 513"
        );
        assert!(space.entry_key("").is_err());
    }

    #[test]
    fn a_range_ends_where_it_must() {
        let space = Space::new("store", "A").unwrap();
        let holds = |range: &KeyRange, key: &str| {
            let key = space.entry_key(key).unwrap();
            range
                .bounds()
                .is_some_and(|bounds| RangeBounds::<[u8]>::contains(&bounds, &*key))
        };
        let range = space.range("a\u{10FFFF}", None);
        assert!(holds(&range, "a\u{10FFFF}"));
        assert!(holds(&range, "a\u{10FFFF}z"));
        assert!(!holds(&range, "b"));
        assert!(space.range("a", Some("b")).bounds().is_none());
        assert!(holds(&space.range("b", Some("a")), "b"));
        assert!(!holds(&space.range("b", Some("b")), "b"));
    }
}
