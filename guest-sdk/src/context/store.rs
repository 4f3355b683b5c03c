//! A map of the component's own, shared by all its mounts, which outlives the daemon where it has a data directory.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, encode};
use crate::error::{HostError, HostErrorCode};
use crate::host::{Host, HostResult};
use crate::json::reason;

/// Keys of 1 to 512 bytes, values that have a JSON form, or bytes. A write is seen by everybody at once and stays, even
/// if the event fails later; it is on the disk within the daemon's sync interval.
#[derive(Clone, Copy)]
pub struct Store<'a> {
    cx: &'a Context,
}

/// Some entries of the store, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entries<T> {
    /// Keys and values.
    pub entries: Vec<(String, T)>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

impl<'a> Store<'a> {
    /// How often an update starts over because others wrote in between.
    const TRIES: u32 = 1_000;

    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// The value under a key, `None` if there is none or it has expired.
    ///
    /// # Errors
    /// Where the value is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> HostResult<Option<T>> {
        let value = self.get_bytes(key)?;
        value.map(|bytes| read(key, &bytes)).transpose()
    }

    /// Puts a value under a key, for ever.
    ///
    /// # Errors
    /// `invalid`: the key. `limit`: the value, or all of them, are too large.
    pub fn set(&self, key: &str, value: &(impl Serialize + ?Sized)) -> HostResult<()> {
        self.set_bytes(key, encode(value)?.as_bytes(), None)
    }

    /// Puts a value under a key; after this time it is gone.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_for(
        &self,
        time: Duration,
        key: &str,
        value: &(impl Serialize + ?Sized),
    ) -> HostResult<()> {
        self.set_bytes(key, encode(value)?.as_bytes(), Some(time))
    }

    /// Removes a key; nothing happens if it is not there.
    ///
    /// # Errors
    /// `invalid`: the key.
    pub fn delete(&self, key: &str) -> HostResult<()> {
        self.cx.host.store_delete(key)
    }

    /// Changes the value under a key, so that nobody else's change is lost; a missing value starts as the type's
    /// default. Gives the new value. `change` runs again if somebody else wrote meanwhile.
    ///
    /// # Errors
    /// As [`set`](Self::set); where the value is not a `T`; where others wrote in between a thousand times.
    pub fn update<T: DeserializeOwned + Serialize + Default>(
        &self,
        key: &str,
        mut change: impl FnMut(T) -> T,
    ) -> HostResult<T> {
        for _ in 0..Self::TRIES {
            let old = self.get_bytes(key)?;
            let value = match &old {
                Some(bytes) => read(key, bytes)?,
                None => T::default(),
            };
            let value = change(value);
            let text = encode(&value)?;
            let host = self.cx.host();
            if host.store_compare_and_swap(key, old.as_deref(), Some(text.as_bytes()), None)? {
                return Ok(value);
            }
        }
        Err(failed(format!(
            "The stored `{key}` is written by too many at once"
        )))
    }

    /// Up to `limit` entries whose key begins with `prefix`, in the order of their keys, behind the key `after`.
    ///
    /// # Errors
    /// Where a value is not a `T`.
    pub fn list<T: DeserializeOwned>(
        &self,
        prefix: &str,
        limit: u32,
        after: Option<&str>,
    ) -> HostResult<Entries<T>> {
        let page = self.cx.host.store_scan(prefix, limit, after)?;
        let entries = page.entries.into_iter().map(|(key, bytes)| {
            let value = read(&key, &bytes)?;
            Ok((key, value))
        });
        Ok(Entries {
            entries: entries.collect::<HostResult<_>>()?,
            more: page.more,
        })
    }

    /// The bytes under a key, `None` if there are none or they have expired.
    ///
    /// # Errors
    /// `invalid`: the key.
    pub fn get_bytes(&self, key: &str) -> HostResult<Option<Vec<u8>>> {
        self.cx.host.store_get(key)
    }

    /// Puts bytes under a key; after this time, if one is given, they are gone.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_bytes(&self, key: &str, bytes: &[u8], time: Option<Duration>) -> HostResult<()> {
        let ms = time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.cx.host.store_set(key, bytes, ms)
    }

    /// Waits until everything that was written before is on the disk.
    ///
    /// # Errors
    /// `failed`: the disk refuses.
    pub fn flush(&self) -> HostResult<()> {
        self.cx.host.store_flush()
    }
}

fn read<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> HostResult<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        failed(format!(
            "The stored `{key}` cannot be read: {}",
            reason(&error)
        ))
    })
}

fn failed(message: String) -> HostError {
    HostError {
        code: HostErrorCode::Failed,
        message,
    }
}
