//! Singletons and rooms whose state survives a restart: every change goes to the store, and the first event gets it back.
//!
//! Each key of the state and of private data is an entry of its own, so that a small change of a large state is a small
//! write. What one event changed is written as one batch: a crash never shows half of it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use crate::state::{Delta, Document, Json, merge};
use crate::store::{Batch, Space, Store, StoreError};

/// Where an instance is kept.
pub(super) struct Durable {
    store: Store,
    space: Space,
    /// Changes that the store refused. They go with the next ones: without them what is kept would be a state that
    /// never was.
    refused: Mutex<Changes>,
    /// Whether what is kept could not be given back. Then nothing is written over it: it is for a module that can read
    /// it, or for whoever mends the file.
    is_left_alone: AtomicBool,
}

/// What events changed of the state and of private data.
#[derive(Default)]
struct Changes {
    state: Delta,
    private: Delta,
}

/// What was kept.
pub(super) struct Kept {
    /// The version of the component that wrote it.
    pub(super) version: String,
    pub(super) state: Document,
    pub(super) private: Document,
}

const VERSION: &str = "version";
const STATE: &str = "state:";
const PRIVATE: &str = "private:";
/// Entries that are read at once.
const PAGE: usize = 1_000;

impl Durable {
    /// `None` if the name is none for the store; it says so in the log. How much it holds is bounded by the state's own
    /// limit: the store's is for what components put into it.
    pub(super) fn new(store: Store, kind: &str, name: &str) -> Option<Self> {
        match Space::new(kind, name) {
            Ok(space) => Some(Self {
                store,
                space: space
                    .with_max_bytes(u64::MAX)
                    .with_max_value_bytes(usize::MAX),
                refused: Mutex::default(),
                is_left_alone: AtomicBool::new(false),
            }),
            Err(error) => {
                tracing::error!(kind, name, %error, "it cannot be kept");
                None
            }
        }
    }

    /// Writes what an event changed. It is saved within the store's interval.
    pub(super) fn save(&self, version: &str, state: &Delta, private: &Delta) {
        if (state.is_empty() && private.is_empty()) || self.is_left_alone.load(Ordering::Relaxed) {
            return;
        }
        let mut refused = self.refused.lock();
        let late = !refused.state.is_empty() || !refused.private.is_empty();
        let saved = if late {
            merge(&mut refused.state, state.iter().cloned());
            merge(&mut refused.private, private.iter().cloned());
            self.try_save(version, &refused.state, &refused.private)
        } else {
            self.try_save(version, state, private)
        };
        match saved {
            Ok(()) if late => *refused = Changes::default(),
            Ok(()) => {}
            Err(error) => {
                tracing::error!(
                    space = %self.space, %error,
                    "a change is not kept yet: until the next one is, a restart would not know of it"
                );
                if !late {
                    *refused = Changes {
                        state: state.clone(),
                        private: private.clone(),
                    };
                }
            }
        }
    }

    /// Writes nothing any more.
    pub(super) fn leave_alone(&self) {
        self.is_left_alone.store(true, Ordering::Relaxed);
    }

    fn try_save(&self, version: &str, state: &Delta, private: &Delta) -> Result<(), StoreError> {
        let mut batch = Batch::new();
        batch.set(&self.space, VERSION, version.as_bytes().to_vec(), None)?;
        for (prefix, delta) in [(STATE, state), (PRIVATE, private)] {
            for (key, value) in delta {
                let key = format!("{prefix}{key}");
                match value {
                    Some(value) => {
                        let value = value.as_str().as_bytes().to_vec();
                        batch.set(&self.space, &key, value, None)?;
                    }
                    None => batch.delete(&self.space, &key)?,
                }
            }
        }
        self.store.apply(batch).map(drop)
    }

    /// What was kept, if anything was.
    pub(super) fn load(&self) -> Result<Option<Kept>, StoreError> {
        let Some(version) = self.store.get(&self.space, VERSION)? else {
            return Ok(None);
        };
        Ok(Some(Kept {
            version: String::from_utf8_lossy(&version).into_owned(),
            state: self.document(STATE)?,
            private: self.document(PRIVATE)?,
        }))
    }

    fn document(&self, prefix: &str) -> Result<Document, StoreError> {
        let mut document = Document::default();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .store
                .list(&self.space, prefix, PAGE, after.as_deref())?;
            for (key, value) in &page.items {
                let value = std::str::from_utf8(value).ok();
                if let Some(value) = value.and_then(|text| Json::parse(text).ok()) {
                    document.set(&key[prefix.len()..], value);
                }
            }
            after = page.items.last().map(|(key, _)| key.clone());
            if !page.more || after.is_none() {
                document.commit();
                return Ok(document);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreConfig;

    fn delta(changes: &[(&str, &str)]) -> Delta {
        let change =
            |(key, value): &(&str, &str)| ((*key).into(), Some(Json::parse(value).unwrap()));
        changes.iter().map(change).collect()
    }

    fn kept(durable: &Durable) -> (String, String) {
        let kept = durable.load().unwrap().unwrap();
        (kept.state.to_text(None), kept.private.to_text(None))
    }

    #[test]
    fn limits_of_the_store_are_not_those_of_state() {
        let config = StoreConfig {
            max_value_bytes: 2,
            max_space_bytes: 2,
            ..StoreConfig::default()
        };
        let durable = Durable::new(Store::open(config).unwrap(), "room", "ledger:1").unwrap();
        durable.save("1", &delta(&[("left", "12345")]), &delta(&[("moved", "1")]));
        let expected = (r#"{"left":12345}"#.to_owned(), r#"{"moved":1}"#.to_owned());
        assert_eq!(kept(&durable), expected);
    }

    #[test]
    fn what_could_not_be_given_back_is_not_written_over() {
        let store = Store::open(StoreConfig::default()).unwrap();
        let durable = Durable::new(store, "room", "ledger:1").unwrap();
        durable.save("1", &delta(&[("left", "1")]), &Delta::new());
        durable.leave_alone();
        durable.save("2", &delta(&[("left", "2")]), &Delta::new());
        assert_eq!(kept(&durable).0, r#"{"left":1}"#);
        assert_eq!(durable.load().unwrap().unwrap().version, "1");
    }

    #[test]
    fn what_the_store_refused_goes_with_the_next_change() {
        let store = Store::open(StoreConfig::default()).unwrap();
        let mut durable = Durable::new(store, "room", "ledger:1").unwrap();
        let none = Delta::new();
        durable.save("1", &delta(&[("left", "0"), ("right", "0")]), &none);
        let roomy = durable.space.clone();
        durable.space = roomy.clone().with_max_value_bytes(1);
        durable.save("1", &delta(&[("left", "-1000"), ("right", "1000")]), &none);
        durable.save("1", &delta(&[("right", "1001")]), &none);
        assert_eq!(kept(&durable).0, r#"{"left":0,"right":0}"#);
        durable.space = roomy;
        durable.save("1", &delta(&[("left", "-1001")]), &none);
        assert_eq!(kept(&durable).0, r#"{"left":-1001,"right":1001}"#);
        durable.save("1", &delta(&[("right", "5")]), &none);
        assert_eq!(kept(&durable).0, r#"{"left":-1001,"right":5}"#);
    }
}
