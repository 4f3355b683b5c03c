//! `$persistent`: one map for each component name, shared by all its mounts, kept through every hot swap.

use parking_lot::Mutex;

use crate::state::{Document, Json};
use crate::wasm::KeyValue;

/// A component's map, in memory.
#[derive(Debug)]
pub(super) struct PersistentMap {
    /// Held for one read or write, never while a guest runs.
    entries: Mutex<Document>,
    max_bytes: usize,
}

impl PersistentMap {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            entries: Mutex::default(),
            max_bytes,
        }
    }

    /// Lays in the defaults of a definition: only keys that were never there.
    pub(super) fn add_defaults(&self, defaults: &Document) {
        let mut entries = self.entries.lock();
        for (key, value) in defaults.iter() {
            if !entries.contains(key) {
                entries.set(key, value.clone());
            }
        }
        entries.commit();
    }

    fn write(&self, entries: &mut Document, key: &str, value: Option<Json>) -> Result<(), String> {
        match value {
            Some(value) => entries.set(key, value),
            None => entries.remove(key),
        }
        if entries.bytes() > self.max_bytes {
            let bytes = entries.bytes();
            entries.rollback();
            return Err(format!(
                "the persistent map would be {bytes} bytes, {} are allowed",
                self.max_bytes
            ));
        }
        entries.commit();
        Ok(())
    }
}

impl KeyValue for PersistentMap {
    fn get(&self, key: &str) -> Option<Json> {
        self.entries.lock().get(key).cloned()
    }

    fn set(&self, key: &str, value: Option<Json>) -> Result<(), String> {
        self.write(&mut self.entries.lock(), key, value)
    }

    fn compare_and_set(
        &self,
        key: &str,
        expected: Option<&Json>,
        value: Option<Json>,
    ) -> Result<bool, String> {
        let mut entries = self.entries.lock();
        if entries.get(key) != expected {
            return Ok(false);
        }
        self.write(&mut entries, key, value).map(|()| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn defaults_are_laid_in_once() {
        let map = PersistentMap::new(100);
        map.add_defaults(&Document::parse(r#"{"runs":0}"#).unwrap());
        map.set("runs", Some(json("5"))).unwrap();
        map.add_defaults(&Document::parse(r#"{"runs":0,"more":1}"#).unwrap());
        assert_eq!(
            (map.get("runs"), map.get("more")),
            (Some(json("5")), Some(json("1")))
        );
    }

    #[test]
    fn a_write_happens_only_if_nobody_was_faster() {
        let map = PersistentMap::new(100);
        assert_eq!(map.compare_and_set("n", None, Some(json("1"))), Ok(true));
        assert_eq!(map.compare_and_set("n", None, Some(json("9"))), Ok(false));
        assert_eq!(map.compare_and_set("n", Some(&json("1")), None), Ok(true));
        assert_eq!(map.get("n"), None);
    }

    #[test]
    fn a_write_over_the_limit_leaves_the_old_value() {
        let map = PersistentMap::new(10);
        map.set("n", Some(json("1"))).unwrap();
        assert!(map.set("n", Some(json("\"0123456789\""))).is_err());
        assert_eq!(map.get("n"), Some(json("1")));
    }
}
