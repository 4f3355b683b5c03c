//! `$persistent`: one map for each component name, shared by all its mounts, kept through every hot swap, and through
//! restarts where the store is on disk.

use crate::state::{Document, Json};
use crate::store::{Space, Store, StoreError};
use crate::wasm::KeyValue;

/// A component's map, in the store.
#[derive(Debug)]
pub(super) struct PersistentMap {
    store: Store,
    space: Space,
}

impl PersistentMap {
    /// The map of a component; it may hold something from before a restart.
    pub(super) fn new(store: Store, component: &str, max_bytes: usize) -> Result<Self, StoreError> {
        let space = Space::new("persistent", component)?
            .with_max_bytes(u64::try_from(max_bytes).unwrap_or(u64::MAX))
            .with_max_value_bytes(max_bytes);
        Ok(Self { store, space })
    }

    /// Lays in the defaults of a definition: only keys that were never there.
    pub(super) fn add_defaults(&self, defaults: &Document) -> Result<(), StoreError> {
        for (key, value) in defaults.iter() {
            let value = bytes::Bytes::copy_from_slice(value.as_str().as_bytes());
            self.store
                .compare_and_swap(&self.space, key, None, Some(value), None)?;
        }
        Ok(())
    }
}

impl KeyValue for PersistentMap {
    fn get(&self, key: &str) -> Option<Json> {
        match self.store.get(&self.space, key) {
            Ok(value) => value.as_deref().and_then(json),
            Err(error) => {
                tracing::error!(space = %self.space, key, %error, "the store cannot be read");
                None
            }
        }
    }

    fn set(&self, key: &str, value: Option<Json>) -> Result<(), StoreError> {
        match value {
            Some(value) => {
                let bytes = value.as_str().as_bytes().to_vec();
                self.store.set(&self.space, key, bytes, None)
            }
            None => self.store.delete(&self.space, key),
        }
    }

    fn compare_and_set(
        &self,
        key: &str,
        expected: Option<&Json>,
        value: Option<Json>,
    ) -> Result<bool, StoreError> {
        let expected = expected.map(|json| json.as_str().as_bytes());
        let value = value.map(|json| json.as_str().as_bytes().to_vec().into());
        self.store
            .compare_and_swap(&self.space, key, expected, value, None)
    }
}

/// A value as it was written: JSON, unless the file was damaged.
fn json(bytes: &[u8]) -> Option<Json> {
    Json::parse(std::str::from_utf8(bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreConfig;

    fn map(max_bytes: usize) -> PersistentMap {
        let store = Store::open(StoreConfig::default()).unwrap();
        PersistentMap::new(store, "LiveX", max_bytes).unwrap()
    }

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn defaults_are_laid_in_once() {
        let map = map(1_000);
        map.add_defaults(&Document::parse(r#"{"runs":0}"#).unwrap())
            .unwrap();
        map.set("runs", Some(json("5"))).unwrap();
        map.add_defaults(&Document::parse(r#"{"runs":0,"more":1}"#).unwrap())
            .unwrap();
        assert_eq!(
            (map.get("runs"), map.get("more")),
            (Some(json("5")), Some(json("1")))
        );
    }

    #[test]
    fn a_write_happens_only_if_nobody_was_faster() {
        let map = map(1_000);
        assert_eq!(map.compare_and_set("n", None, Some(json("1"))), Ok(true));
        assert_eq!(map.compare_and_set("n", None, Some(json("9"))), Ok(false));
        assert_eq!(map.compare_and_set("n", Some(&json("1")), None), Ok(true));
        assert_eq!(map.get("n"), None);
    }

    #[test]
    fn a_write_over_the_limit_leaves_the_old_value() {
        let map = map(50);
        map.set("n", Some(json("1"))).unwrap();
        assert!(map.set("n", Some(Json::string(&"x".repeat(50)))).is_err());
        assert_eq!(map.get("n"), Some(json("1")));
    }
}
