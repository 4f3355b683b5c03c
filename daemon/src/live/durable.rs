//! Singletons and rooms whose state survives a restart: every change goes to the store, and the first event gets it back.
//!
//! Each key of the state and of private data is an entry of its own, so that a small change of a large state is a small
//! write. What one event changed is written as one batch: a crash never shows half of it.

use crate::state::{Delta, Document, Json};
use crate::store::{Batch, Space, Store, StoreError};

/// Where an instance is kept.
pub(super) struct Durable {
    store: Store,
    space: Space,
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
            }),
            Err(error) => {
                tracing::error!(kind, name, %error, "it cannot be kept");
                None
            }
        }
    }

    /// Writes what an event changed. It is saved within the store's interval.
    pub(super) fn save(&self, version: &str, state: &Delta, private: &Delta) {
        if state.is_empty() && private.is_empty() {
            return;
        }
        if let Err(error) = self.try_save(version, state, private) {
            tracing::error!(space = %self.space, %error, "a change is not kept: a restart will not know of it");
        }
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
