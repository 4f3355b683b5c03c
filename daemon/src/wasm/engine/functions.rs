//! Functions that were compiled already, to be found by what they are compiled from.
//!
//! A module of JavaScript or Python is an engine of megabytes with some lines of the author's. Of two such modules, and
//! of two versions of one, nearly all functions are the same: what is here makes compiling them a matter of looking them
//! up. It is in memory, bounded, and gone when nobody compiles for a while; whole modules are kept on the disk beside it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use wasmtime::CacheStore;

/// What all functions together may take. An engine of JavaScript takes some 10 MB, of Python some 60.
const MOST_BYTES: u64 = 192 << 20;
/// How long a function is kept that no module asks for.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// Compiled functions by the hash of what they are compiled from.
#[derive(Debug, Clone)]
pub(super) struct Functions {
    cache: Cache<Arc<[u8]>, Arc<[u8]>>,
}

impl Functions {
    pub(super) fn new() -> Self {
        let weigh = |key: &Arc<[u8]>, code: &Arc<[u8]>| {
            u32::try_from(key.len() + code.len()).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder()
            .max_capacity(MOST_BYTES)
            .weigher(weigh)
            .time_to_idle(KEPT)
            .build();
        Self { cache }
    }
}

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let code = self.cache.get(key)?;
        Some(Cow::Owned(code.to_vec()))
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        self.cache.insert(key.into(), value.into());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compiled_is_found_again() {
        let functions = Functions::new();
        assert!(functions.get(b"key").is_none());
        assert!(functions.insert(b"key", vec![1, 2, 3]));
        assert_eq!(functions.get(b"key").as_deref(), Some(&[1, 2, 3][..]));
    }
}
