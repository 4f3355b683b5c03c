//! Which signed states were given back, so that none is taken twice.
//!
//! Bounded: each entry stays until its state would be refused as too old. Past the bound states are refused, never
//! forgotten early, since whoever fills it could otherwise have anything forgotten.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::envelope::{Nonce, to_hex};
use super::error::{SigningConfigError, SigningError};
use crate::store::{Space, Store, StoreError};

/// How long an entry stays after its state has expired: the judgement of the age and of the nonce are two moments.
const MARGIN_MS: u64 = 60_000;
/// Bytes that the store counts for an entry, see [`crate::store::Usage`]: 32, and the key's digits.
const ENTRY_BYTES: u64 = 32 + 2 * size_of::<Nonce>() as u64;
/// How often it is logged that the bound is reached.
const LOG_INTERVAL_MS: u64 = 60_000;

/// See the head of the file.
#[derive(Debug)]
pub(super) struct Used {
    kept: Kept,
    max: usize,
    keep_ms: u64,
    /// When it was last logged that the bound is reached.
    logged_ms: AtomicU64,
}

#[derive(Debug)]
enum Kept {
    /// By the time of the signing, so that the oldest are first. A nonce has one such time: both are signed. A quarter of
    /// what an entry of the store takes in memory.
    Memory(Mutex<BTreeSet<(u64, Nonce)>>),
    /// Through restarts. Of two who ask at once, the store lets one write.
    Store { store: Store, space: Space },
}

impl Used {
    /// Remembers in memory, or in the store if there is one.
    pub(super) fn new(
        max: usize,
        max_age: Duration,
        store: Option<Store>,
    ) -> Result<Self, SigningConfigError> {
        let kept = match store {
            None => Kept::Memory(Mutex::default()),
            Some(store) => Kept::Store {
                store,
                space: Space::new("signing", "used")?
                    .with_max_bytes((max as u64).saturating_mul(ENTRY_BYTES)),
            },
        };
        let keep_ms = u64::try_from(max_age.as_millis()).unwrap_or(u64::MAX);
        Ok(Self {
            kept,
            max,
            keep_ms: keep_ms.saturating_add(MARGIN_MS),
            logged_ms: AtomicU64::new(0),
        })
    }

    /// Uses a nonce up. Exactly one of those who try the same succeeds. May read a page of the store's file.
    pub(super) fn consume(
        &self,
        nonce: Nonce,
        signed_ms: u64,
        now_ms: u64,
    ) -> Result<(), SigningError> {
        let result = match &self.kept {
            Kept::Memory(used) => {
                self.consume_in_memory(&mut used.lock(), nonce, signed_ms, now_ms)
            }
            Kept::Store { store, space } => {
                let expires_at_ms = signed_ms.saturating_add(self.keep_ms);
                let written = store.compare_and_swap(
                    space,
                    &to_hex(&nonce),
                    None,
                    Some(bytes::Bytes::new()),
                    Some(expires_at_ms),
                );
                match written {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(SigningError::Replayed),
                    Err(StoreError::Quota { .. }) => Err(SigningError::TooManyUsed),
                    Err(error) => Err(SigningError::NotRemembered(error)),
                }
            }
        };
        if result == Err(SigningError::TooManyUsed) {
            self.log(now_ms);
        }
        result
    }

    fn consume_in_memory(
        &self,
        used: &mut BTreeSet<(u64, Nonce)>,
        nonce: Nonce,
        signed_ms: u64,
        now_ms: u64,
    ) -> Result<(), SigningError> {
        while let Some((oldest_ms, _)) = used.first()
            && oldest_ms.saturating_add(self.keep_ms) <= now_ms
        {
            used.pop_first();
        }
        if used.contains(&(signed_ms, nonce)) {
            return Err(SigningError::Replayed);
        }
        if used.len() >= self.max {
            return Err(SigningError::TooManyUsed);
        }
        used.insert((signed_ms, nonce));
        Ok(())
    }

    fn log(&self, now_ms: u64) {
        let logged_ms = self.logged_ms.load(Ordering::Relaxed);
        let due = now_ms.saturating_sub(logged_ms) >= LOG_INTERVAL_MS;
        let mine = due
            && self
                .logged_ms
                .compare_exchange(logged_ms, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if mine {
            tracing::warn!(
                max_used = self.max,
                "more signed states were given back than are remembered: further ones are refused until some expire; \
                 see signed-state.max-used"
            );
        }
    }
}
