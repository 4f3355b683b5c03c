//! `store`: the component's own map, kept through restarts.

use super::{GuestStore, error};
use crate::clock::now_ms;
use crate::store::StoreError;
use crate::wasm::bindings::liveside::component::store::{Entry, Host, Page};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    fn get(&mut self, key: String) -> Result<Option<Vec<u8>>, Error> {
        let shared = &self.subject()?.shared;
        let value = shared.store.get(&shared.space, &key).map_err(refusal)?;
        Ok(value.map(Vec::from))
    }

    fn set(
        &mut self,
        key: String,
        value: Vec<u8>,
        expires_after_ms: Option<u64>,
    ) -> Result<(), Error> {
        let shared = &self.subject()?.shared;
        let expires = expires_after_ms.map(at);
        let set = shared.store.set(&shared.space, &key, value, expires);
        set.map_err(refusal)
    }

    fn delete(&mut self, key: String) -> Result<(), Error> {
        let shared = &self.subject()?.shared;
        shared.store.delete(&shared.space, &key).map_err(refusal)
    }

    fn scan(&mut self, prefix: String, limit: u32, after: Option<String>) -> Result<Page, Error> {
        let shared = &self.subject()?.shared;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = shared
            .store
            .list(&shared.space, &prefix, limit, after.as_deref())
            .map_err(refusal)?;
        let entries = page.items.into_iter().map(|(key, value)| Entry {
            key,
            value: value.into(),
        });
        Ok(Page {
            entries: entries.collect(),
            more: page.more,
        })
    }

    fn compare_and_swap(
        &mut self,
        key: String,
        expected: Option<Vec<u8>>,
        value: Option<Vec<u8>>,
        expires_after_ms: Option<u64>,
    ) -> Result<bool, Error> {
        let shared = &self.subject()?.shared;
        let swapped = shared.store.compare_and_swap(
            &shared.space,
            &key,
            expected.as_deref(),
            value.map(Into::into),
            expires_after_ms.map(at),
        );
        swapped.map_err(refusal)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        let store = self.subject()?.shared.store.clone();
        self.cpu.waiting(store.flush()).await.map_err(refusal)
    }
}

fn at(after_ms: u64) -> u64 {
    now_ms().saturating_add(after_ms)
}

pub(super) fn refusal(refused: StoreError) -> Error {
    let code = match refused {
        StoreError::Key { .. } | StoreError::SpaceName { .. } => ErrorCode::Invalid,
        StoreError::Value { .. } | StoreError::Quota { .. } | StoreError::Full { .. } => {
            ErrorCode::Limit
        }
        _ => ErrorCode::Failed,
    };
    error(code, refused.to_string())
}
