//! Keeps what it is told to keep: in the store, in the persistent map.

use std::time::Duration;

use liveside_guest::prelude::*;

use super::refusal::told;

/// It has none of its own: everything is in the store.
#[derive(State)]
pub(crate) struct Keeper {}

#[component(name = "LiveKeeper", version = "1.0.0")]
impl Keeper {
    #[action]
    fn set(&self, cx: &Context, key: &str, value: Value) -> Value {
        told(cx.store().set(key, &value))
    }

    #[action]
    fn set_for(&self, cx: &Context, ms: u64, key: &str, value: Value) -> Value {
        told(cx.store().set_for(Duration::from_millis(ms), key, &value))
    }

    /// A value of so many bytes.
    #[action]
    fn fill(&self, cx: &Context, key: &str, bytes: usize) -> Value {
        told(cx.store().set_bytes(key, &vec![b'x'; bytes], None))
    }

    #[action]
    fn size(&self, cx: &Context, key: &str) -> Value {
        let value = cx.store().get_bytes(key);
        told(value.map(|bytes| bytes.map(|bytes| bytes.len())))
    }

    #[action]
    fn get(&self, cx: &Context, key: &str) -> Value {
        told(cx.store().get::<Value>(key))
    }

    #[action]
    fn delete(&self, cx: &Context, key: &str) -> Value {
        told(cx.store().delete(key))
    }

    #[action]
    fn list(&self, cx: &Context, prefix: &str, limit: u32, after: Option<String>) -> Value {
        let page = cx.store().list::<Value>(prefix, limit, after.as_deref());
        told(page.map(|page| json!({"entries": page.entries, "more": page.more})))
    }

    /// Adds to a number, so that no other mount's addition is lost.
    #[action]
    fn update(&self, cx: &Context, key: &str, by: i64) -> Value {
        told(cx.store().update(key, |number: i64| number + by))
    }

    /// Writes a number with the time of the writing, which it answers.
    #[action]
    fn stamp(&self, cx: &Context, key: &str, number: u64) -> Result<u64> {
        let at = cx.clock().now_ms();
        cx.store().set(key, &(number, at))?;
        Ok(at)
    }

    #[action]
    fn flush(&self, cx: &Context) -> Value {
        told(cx.store().flush())
    }

    #[action]
    fn persist(&self, cx: &Context, key: &str, value: Value) -> Value {
        told(cx.persistent().set(key, &value))
    }

    #[action]
    fn persisted(&self, cx: &Context, key: &str) -> Value {
        told(cx.persistent().get::<Value>(key))
    }

    #[action]
    fn forget(&self, cx: &Context, key: &str) {
        cx.persistent().delete(key);
    }

    #[action]
    fn persist_more(&self, cx: &Context, key: &str, by: i64) -> Value {
        told(cx.persistent().try_update(key, |number: i64| number + by))
    }
}
