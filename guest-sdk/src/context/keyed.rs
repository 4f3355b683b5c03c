//! The two maps beside the state: private data of a mount, and what all mounts of a component share.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Context, decode, encode};
use crate::error::{HostError, HostErrorCode};
use crate::host::{Host, HostResult};

/// Data of this mount that no browser ever sees. It belongs to the event's transaction, as the state does.
#[derive(Clone, Copy)]
pub struct Private<'a> {
    cx: &'a Context,
}

impl<'a> Private<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// The value under a key, `None` if there is none.
    ///
    /// # Errors
    /// Where the value is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> HostResult<Option<T>> {
        let value = self.cx.host.private_get(key);
        value
            .map(|text| decode(&text, &format!("The private `{key}`")))
            .transpose()
    }

    /// Puts a value under a key.
    ///
    /// # Errors
    /// `limit`: private data counts towards the state's size.
    pub fn set(&self, key: &str, value: &(impl Serialize + ?Sized)) -> HostResult<()> {
        self.cx.host.private_set(key, &encode(value)?)
    }

    /// Removes a key; nothing happens if it is not there.
    pub fn delete(&self, key: &str) {
        self.cx.host.private_delete(key);
    }
}

/// One map for all mounts of this component. A write is seen by everybody at once and stays, even if the event fails
/// later. Use [`update`](Self::update) where several mounts may write the same key.
#[derive(Clone, Copy)]
pub struct Persistent<'a> {
    cx: &'a Context,
}

impl<'a> Persistent<'a> {
    /// How often an update starts over because others wrote in between.
    const TRIES: u32 = 1_000;

    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx }
    }

    /// The value under a key, `None` if there is none.
    ///
    /// # Errors
    /// Where the value is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> HostResult<Option<T>> {
        let value = self.cx.host.persistent_get(key);
        value
            .map(|text| decode(&text, &format!("The persistent `{key}`")))
            .transpose()
    }

    /// Puts a value under a key, whatever is there.
    ///
    /// # Errors
    /// `limit`: the map would be too large.
    pub fn set(&self, key: &str, value: &(impl Serialize + ?Sized)) -> HostResult<()> {
        self.cx.host.persistent_set(key, &encode(value)?)
    }

    /// Removes a key; nothing happens if it is not there.
    pub fn delete(&self, key: &str) {
        self.cx.host.persistent_delete(key);
    }

    /// Changes the value under a key, so that no other mount's change is lost; a missing value starts as the type's
    /// default. Gives the new value. `change` runs again if somebody else wrote meanwhile.
    ///
    /// If the daemon refuses, the event fails with its reason when the method returns, and the value is the one that
    /// could not be written. [`try_update`](Self::try_update) hands the refusal over instead.
    pub fn update<T: DeserializeOwned + Serialize + Default>(
        &self,
        key: &str,
        mut change: impl FnMut(T) -> T,
    ) -> T {
        self.try_update(key, &mut change).unwrap_or_else(|error| {
            self.cx.defer(error);
            change(T::default())
        })
    }

    /// As [`update`](Self::update).
    ///
    /// # Errors
    /// `limit`; where the value is not a `T`; where others wrote in between a thousand times.
    pub fn try_update<T: DeserializeOwned + Serialize + Default>(
        &self,
        key: &str,
        mut change: impl FnMut(T) -> T,
    ) -> HostResult<T> {
        for _ in 0..Self::TRIES {
            let old = self.cx.host.persistent_get(key);
            let value = match &old {
                Some(text) => decode(text, &format!("The persistent `{key}`"))?,
                None => T::default(),
            };
            let value = change(value);
            if self.cx.host.persistent_compare_and_set(
                key,
                old.as_deref(),
                Some(&encode(&value)?),
            )? {
                return Ok(value);
            }
        }
        let message = format!("The persistent `{key}` is written by too many at once");
        Err(HostError {
            code: HostErrorCode::Failed,
            message,
        })
    }
}
