//! What the store promises, in memory and on disk alike. Tests wait for a flush, never for time: clocks are set.

mod crash;
mod expiry;
mod failing;
mod model;
mod opening;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::*;

/// Nothing reaches the disk unless it is flushed.
const LATE: Duration = Duration::from_secs(3600);

fn on_disk(directory: &Path, sync_interval: Duration) -> StoreConfig {
    StoreConfig {
        directory: Some(directory.to_owned()),
        sync_interval,
        cache_bytes: 1 << 20,
        ..StoreConfig::default()
    }
}

/// With a clock of the test's own. Nothing is swept but by hand.
fn open_at(config: StoreConfig, now_ms: fn() -> u64) -> Store {
    let disk = config
        .directory
        .as_deref()
        .map(|directory| Disk::open(directory, config.cache_bytes).unwrap());
    start(config, disk, now_ms)
}

fn start(config: StoreConfig, disk: Option<Disk>, now_ms: fn() -> u64) -> Store {
    let clock = Clock {
        now_ms,
        sweep_interval: LATE,
    };
    let store = Store::start(config, disk, clock).unwrap();
    settle(&store);
    store
}

/// The first write after a pause is committed at once. After this, everything waits for as long as it may.
fn settle(store: &Store) {
    store.set(&space("settled"), "k", "", None).unwrap();
    flush(store).unwrap();
}

/// Runs a test in memory, with everything waiting, and with everything on disk as soon as may be.
fn everywhere(change: impl Fn(&mut StoreConfig), test: impl Fn(Store)) {
    for sync_interval in [None, Some(LATE), Some(Duration::ZERO)] {
        let directory = tempfile::tempdir().unwrap();
        let mut config = match sync_interval {
            Some(sync_interval) => on_disk(directory.path(), sync_interval),
            None => StoreConfig::default(),
        };
        change(&mut config);
        let store = Store::open(config).unwrap();
        settle(&store);
        test(store);
    }
}

fn flush(store: &Store) -> Result<(), StoreError> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.flush())
}

fn space(name: &str) -> Space {
    Space::new("store", name).unwrap()
}

fn text(value: Option<Bytes>) -> Option<String> {
    value.map(|value| String::from_utf8(value.to_vec()).unwrap())
}

fn keys(store: &Store, prefix: &str, limit: usize, after: Option<&str>) -> (Vec<String>, bool) {
    let page = store.keys(&space("A"), prefix, limit, after).unwrap();
    (page.items, page.more)
}

#[test]
fn a_read_sees_every_write_before_it() {
    everywhere(
        |_| {},
        |store| {
            let (a, b) = (space("A"), space("B"));
            store.set(&a, "k", "1", None).unwrap();
            assert_eq!(text(store.get(&a, "k").unwrap()).as_deref(), Some("1"));
            flush(&store).unwrap();
            store.set(&a, "k", "2", None).unwrap();
            assert_eq!(text(store.get(&a, "k").unwrap()).as_deref(), Some("2"));
            assert_eq!(store.get(&b, "k").unwrap(), None);
            store.delete(&a, "k").unwrap();
            store.delete(&a, "never there").unwrap();
            assert_eq!(store.get(&a, "k").unwrap(), None);
            assert_eq!(store.usage(&a).unwrap(), Usage::default());
        },
    );
}

#[test]
fn a_list_is_one_over_what_waits_and_what_is_saved() {
    everywhere(
        |_| {},
        |store| {
            let a = space("A");
            for key in ["a:1", "a:3", "a:5", "b:1"] {
                store.set(&a, key, "saved", None).unwrap();
            }
            flush(&store).unwrap();
            store.set(&space("A2"), "a:0", "", None).unwrap();
            store.set(&a, "a:2", "waits", None).unwrap();
            store.set(&a, "a:3", "waits", None).unwrap();
            store.delete(&a, "a:5").unwrap();
            let pages = [
                keys(&store, "a:", 2, None),
                keys(&store, "a:", 2, Some("a:2")),
            ];
            assert_eq!(pages[0], (vec!["a:1".to_owned(), "a:2".to_owned()], true));
            assert_eq!(pages[1], (vec!["a:3".to_owned()], false));
            assert_eq!(keys(&store, "", 9, Some("a:3")).0, ["b:1"]);
            assert_eq!(keys(&store, "a:", 9, Some("b")).0, [""; 0]);
            let page = store.list(&a, "a:3", 9, None).unwrap();
            assert_eq!(
                page.items,
                [("a:3".to_owned(), Bytes::from_static(b"waits"))]
            );
        },
    );
}

#[test]
fn a_page_with_large_values_ends_early() {
    everywhere(
        |_| {},
        |store| {
            for key in ["1", "2", "3", "4", "5", "6", "7"] {
                store.set(&space("A"), key, vec![0; 1 << 20], None).unwrap();
            }
            let page = store.list(&space("A"), "", 9, None).unwrap();
            assert_eq!((page.items.len(), page.more), (5, true));
            let rest = store.list(&space("A"), "", 9, Some("5")).unwrap();
            assert_eq!((rest.items.len(), rest.more), (2, false));
            assert_eq!(keys(&store, "", 9, None).0.len(), 7);
        },
    );
}

#[test]
fn a_space_keeps_to_its_quota() {
    everywhere(
        |config| config.max_space_bytes = 100,
        |store| {
            let a = space("A");
            store.set(&a, "k", vec![0; 60], None).unwrap();
            let refused = store.set(&a, "l", vec![0; 60], None).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "`store/A` would hold 186 bytes, 100 are allowed"
            );
            flush(&store).unwrap();
            store.set(&a, "k", vec![0; 67], None).unwrap();
            let mut batch = Batch::new();
            batch.set(&a, "l", vec![0; 60], None).unwrap();
            batch.delete(&a, "k").unwrap();
            assert_eq!(store.apply(batch), Ok(true));
            assert_eq!(store.usage(&a).unwrap(), Usage { keys: 1, bytes: 93 });
            let lowered = a.clone().with_max_bytes(10);
            assert!(store.set(&lowered, "l", vec![0; 61], None).is_err());
            store.set(&lowered, "l", vec![0; 30], None).unwrap();
            store
                .set(&a.with_max_bytes(200), "k", vec![0; 90], None)
                .unwrap();
        },
    );
}

#[test]
fn a_value_over_the_limit_is_refused() {
    everywhere(
        |config| config.max_value_bytes = 3,
        |store| {
            store.set(&space("A"), "k", "123", None).unwrap();
            let refused = store.set(&space("A"), "k", "1234", None).unwrap_err();
            assert_eq!(
                refused.to_string(),
                "a value has at most 3 bytes, that of `k` has 4"
            );
        },
    );
}

#[test]
fn a_batch_happens_whole_or_not_at_all() {
    everywhere(
        |config| config.max_value_bytes = 3,
        |store| {
            let a = space("A");
            let seen = || {
                let all = store.list(&a, "", 9, None).unwrap().items;
                all.into_iter().map(|(key, _)| key).collect::<String>()
            };
            store.set(&a, "k", "1", None).unwrap();
            let mut batch = Batch::new();
            batch.set(&a, "l", "ok", None).unwrap();
            batch.set(&a, "m", "large", None).unwrap();
            assert!(store.apply(batch).is_err());
            assert_eq!(seen(), "k");
            let mut batch = Batch::new();
            batch.expect(&a, "k", Some("1".into())).unwrap();
            batch.expect(&a, "l", None).unwrap();
            batch.delete(&a, "k").unwrap();
            batch.set(&a, "l", "2", None).unwrap();
            batch.set(&a, "l", "3", None).unwrap();
            assert_eq!(store.apply(batch.clone()), Ok(true));
            assert_eq!(store.apply(batch), Ok(false));
            assert_eq!(seen(), "l");
            assert_eq!(text(store.get(&a, "l").unwrap()).as_deref(), Some("3"));
        },
    );
}

#[test]
fn a_swap_cannot_be_overtaken() {
    everywhere(
        |_| {},
        |store| {
            let a = space("A");
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| (0..250).for_each(|_| increment(&store, &a)));
                }
            });
            assert_eq!(text(store.get(&a, "n").unwrap()).as_deref(), Some("1000"));
        },
    );
}

fn increment(store: &Store, space: &Space) {
    loop {
        let old = store.get(space, "n").unwrap();
        let count: u64 = text(old.clone()).map_or(0, |old| old.parse().unwrap());
        let new = Some(Bytes::from((count + 1).to_string()));
        if store
            .compare_and_swap(space, "n", old.as_deref(), new, None)
            .unwrap()
        {
            return;
        }
    }
}
