//! Work that is done once for each key, by whichever mount asks first, and kept in persistent data: the results outlive
//! the mount, the connection and every new version of the code.

use std::collections::BTreeMap;

use liveside_guest::prelude::*;
use serde::Serialize;

/// Keys come from browsers: a bound, so that nobody can fill the memory with results.
const MOST_RESULTS: usize = 100;
const LONGEST_KEY: usize = 64;

type Cache = BTreeMap<String, String>;

/// What the browser sees.
#[derive(State)]
pub struct Migration {
    #[state(default = "idle")]
    status: String,
    last_result: String,
}

/// What `runMigration` answers.
#[derive(Serialize)]
struct Outcome {
    cached: bool,
    result: String,
}

#[component(name = "LiveMigration", version = "1.0.0", persistent = { cache: Cache::new(), runCount: 0 })]
impl Migration {
    #[action]
    fn run_migration(&mut self, cx: &Context, key: String) -> Result<Outcome> {
        let key = key.trim();
        ensure!(!key.is_empty(), "A migration needs a key.");
        ensure!(
            key.chars().count() <= LONGEST_KEY,
            "A key has at most {LONGEST_KEY} characters."
        );

        let known = cx
            .persistent()
            .get::<Cache>("cache")?
            .and_then(|cache| cache.get(key).cloned());
        let cached = known.is_some();
        let result = match known {
            Some(result) => result,
            None => run(cx, key),
        };
        self.status = if cached { "cached" } else { "done" }.to_owned();
        self.last_result.clone_from(&result);
        Ok(Outcome { cached, result })
    }
}

/// Stands for something that takes long.
fn run(cx: &Context, key: &str) -> String {
    let count = cx.persistent().update("runCount", |count: u64| count + 1);
    let result = format!("{key} migrated (run {count})");
    cx.log().info(format_args!("ran the migration of {key}"));
    cx.persistent().update("cache", |mut cache: Cache| {
        if cache.len() >= MOST_RESULTS {
            cache.clear();
        }
        cache.insert(key.to_owned(), result.clone());
        cache
    });
    result
}

#[cfg(test)]
mod tests;
