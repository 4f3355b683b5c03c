//! `LiveSwap` with a new key, one key less, a migration and a `reload` hook: what the tests of hot swap change to.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub struct Swap {
    count: i64,
    doubled: i64,
    reloads: Vec<String>,
}

#[component(name = "LiveSwap", version = "2.0.0")]
impl Swap {
    /// The count is kept; what is new is computed from it.
    fn migrate(_from: &str, state: &mut Map) -> Result<()> {
        let count = state
            .get("count")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        state.insert("doubled".to_owned(), json!(count * 2));
        Ok(())
    }

    fn on_reload(&mut self, _cx: &Context, from_version: &str) {
        self.reloads.push(from_version.to_owned());
    }

    #[action]
    fn increment(&mut self) -> i64 {
        self.count += 1;
        self.doubled = self.count * 2;
        self.count
    }

    /// Which version answers.
    #[action]
    fn version(&mut self) -> u32 {
        2
    }

    #[action]
    fn kept(&mut self, cx: &Context) -> Result<Value> {
        Ok(json!([
            cx.private().get::<String>("kept")?,
            cx.persistent().get::<String>("kept")?
        ]))
    }
}
