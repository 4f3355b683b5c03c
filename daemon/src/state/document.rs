//! A JSON object by its top-level keys, with one level of undo.

use std::sync::Arc;

use indexmap::IndexMap;

use super::json::{Json, JsonError, entries};

/// A top-level key. Instances of one component share the text of the keys of their default state.
pub type Key = Arc<str>;

/// What changed, by key, in the order of the first write. `None`: the key is gone.
pub type Delta = Vec<(Key, Option<Json>)>;

/// Lays later changes over earlier ones.
pub fn merge(earlier: &mut Delta, later: impl IntoIterator<Item = (Key, Option<Json>)>) {
    for (key, value) in later {
        match earlier.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => earlier.push((key, value)),
        }
    }
}

/// What changed, as a JSON object. A key that is gone is `null`.
#[must_use]
pub fn as_object(delta: &Delta) -> Json {
    let mut text = String::from("{");
    for (key, value) in delta {
        if text.len() > 1 {
            text.push(',');
        }
        push_key(&mut text, key);
        text.push_str(value.as_ref().map_or("null", |value| value.as_str()));
    }
    text.push('}');
    Json::checked(text)
}

/// A patch was refused; nothing of it was applied.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// The patch is not a JSON object.
    #[error("changes must be a JSON object: {0}")]
    NotAnObject(JsonError),
    /// The object would be larger than it may.
    #[error("the state would be {bytes} bytes, {limit} are allowed")]
    TooLarge {
        /// What it would be.
        bytes: usize,
        /// What it may be.
        limit: usize,
    },
}

/// An object that one event at a time writes to.
///
/// Writes are visible at once. [`Document::commit`] makes them final, [`Document::rollback`] takes them back. Both cost
/// what was written, not what the document holds.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Shared with the default state that it was cloned from, until it is first written to.
    entries: Arc<IndexMap<Key, Json, foldhash::fast::RandomState>>,
    /// The values before this event, of the keys that it wrote to.
    undo: Vec<(Key, Option<Json>)>,
    /// Length of all keys and values.
    bytes: usize,
}

impl Document {
    /// The object that `text` holds.
    ///
    /// # Errors
    /// If `text` is not a JSON object.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let entries = entries(text)?.into_iter();
        Ok(entries
            .map(|(key, value)| (key.as_ref().into(), value.into()))
            .collect())
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.entries.get(key)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Json)> {
        self.entries.iter()
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Length of all keys and values, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The whole object, or only `keys`, as text. Keys that are not there are left out.
    #[must_use]
    pub fn to_text(&self, keys: Option<&[String]>) -> String {
        let mut text = String::with_capacity(if keys.is_some() {
            64
        } else {
            self.bytes + 8 * self.len() + 2
        });
        text.push('{');
        let mut write = |key: &str, value: &Json| {
            if text.len() > 1 {
                text.push(',');
            }
            push_key(&mut text, key);
            text.push_str(value.as_str());
        };
        match keys {
            None => self
                .entries
                .iter()
                .for_each(|(key, value)| write(key, value)),
            Some(keys) => {
                for key in keys {
                    if let Some(value) = self.entries.get(key.as_str()) {
                        write(key, value);
                    }
                }
            }
        }
        text.push('}');
        text
    }

    /// Sets a key. A write of the value that is there already is none.
    pub fn set(&mut self, key: &str, value: Json) {
        match self.entries.get_key_value(key) {
            Some((_, old)) if *old == value => {}
            Some((key, _)) => {
                let key = key.clone();
                self.write(key, Some(value));
            }
            None => self.write(key.into(), Some(value)),
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        if let Some((key, _)) = self.entries.get_key_value(key) {
            let key = key.clone();
            self.write(key, None);
        }
    }

    /// Lays the keys of a JSON object over this one. `null` removes a key that `keep_null` does not want.
    ///
    /// # Errors
    /// If `changes` is no JSON object, or if the document would be larger than `limit` bytes. Nothing is changed then.
    pub fn patch(
        &mut self,
        changes: &str,
        limit: usize,
        keep_null: impl Fn(&str) -> bool,
    ) -> Result<(), PatchError> {
        let changes = entries(changes).map_err(PatchError::NotAnObject)?;
        let mut bytes = self.bytes;
        for (key, value) in &changes {
            let old = self
                .entries
                .get(key.as_ref())
                .map_or(0, |old| key.len() + old.as_str().len());
            bytes = (bytes + key.len() + value.get().len()).saturating_sub(old);
        }
        if bytes > limit {
            return Err(PatchError::TooLarge { bytes, limit });
        }
        for (key, value) in changes {
            let value = Json::from(value);
            if value.is_null() && !keep_null(&key) {
                self.remove(&key);
            } else {
                self.set(&key, value);
            }
        }
        Ok(())
    }

    /// Sets a key if the document is then no larger than `limit` bytes.
    ///
    /// # Errors
    /// If it would be.
    pub fn set_within(&mut self, key: &str, value: Json, limit: usize) -> Result<(), PatchError> {
        let old = self
            .get(key)
            .map_or(0, |old| key.len() + old.as_str().len());
        let bytes = self.bytes - old + key.len() + value.as_str().len();
        if bytes > limit {
            return Err(PatchError::TooLarge { bytes, limit });
        }
        self.set(key, value);
        Ok(())
    }

    /// The keys whose value this event has changed, so far.
    #[must_use]
    pub fn changed_keys(&self) -> Vec<Key> {
        let changed = |(key, old): &&(Key, Option<Json>)| self.entries.get(&**key) != old.as_ref();
        self.undo
            .iter()
            .filter(changed)
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Makes the event's writes final and says which keys differ from before it.
    pub fn commit(&mut self) -> Delta {
        let mut delta = Delta::new();
        if self.undo.is_empty() {
            return delta;
        }
        delta.reserve_exact(self.undo.len());
        for (key, old) in std::mem::take(&mut self.undo) {
            let new = self.entries.get(&*key);
            if new != old.as_ref() {
                delta.push((key, new.cloned()));
            }
        }
        delta
    }

    /// Takes the event's writes back.
    pub fn rollback(&mut self) {
        for (key, old) in std::mem::take(&mut self.undo) {
            self.replace(key, old);
        }
    }

    fn write(&mut self, key: Key, value: Option<Json>) {
        let old = self.replace(key.clone(), value);
        if !self.undo.iter().any(|(written, _)| *written == key) {
            self.undo.push((key, old));
        }
    }

    fn insert(&mut self, key: Key, value: Json) {
        self.replace(key, Some(value));
    }

    fn replace(&mut self, key: Key, value: Option<Json>) -> Option<Json> {
        let key_bytes = key.len();
        let added = value
            .as_ref()
            .map_or(0, |value| key_bytes + value.as_str().len());
        let entries = Arc::make_mut(&mut self.entries);
        let old = match value {
            Some(value) => entries.insert(key, value),
            None => entries.shift_remove(&*key),
        };
        let dropped = old.as_ref().map_or(0, |old| key_bytes + old.as_str().len());
        self.bytes = self.bytes + added - dropped;
        old
    }
}

/// Of a key that comes twice, the last value is taken.
impl FromIterator<(Key, Json)> for Document {
    fn from_iter<I: IntoIterator<Item = (Key, Json)>>(entries: I) -> Self {
        let mut document = Self::default();
        for (key, value) in entries {
            document.insert(key, value);
        }
        document
    }
}

/// Writes `"key":`.
fn push_key(text: &mut String, key: &str) {
    if key.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        text.push('"');
        text.push_str(key);
        text.push_str("\":");
    } else {
        text.push_str(Json::string(key).as_str());
        text.push(':');
    }
}

#[cfg(test)]
mod tests;
