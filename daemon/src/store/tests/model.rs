//! Random calls against the plainest store there is, with flushes, sweeps and restarts in between.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::*;

static NOW: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, Clone)]
enum Call {
    Set(usize, String, Vec<u8>, Option<u64>),
    Delete(usize, String),
    /// Whether the expectation is made to hold.
    Swap(usize, String, bool, Option<Vec<u8>>),
    Batch(Vec<(usize, String, Option<Vec<u8>>)>),
    List(usize, String, usize, Option<String>),
    Wait(u64),
    Flush,
    Sweep,
    Reopen,
}

fn call() -> impl Strategy<Value = Call> {
    let space = || 0..3_usize;
    let key = || "[ab\u{e9}\u{10FFFF}]{1,3}";
    let value = || prop::collection::vec(any::<u8>(), 0..20);
    let some_value = prop::option::of(value());
    prop_oneof![
        6 => (space(), key(), value(), prop::option::of(0..100_u64))
            .prop_map(|(space, key, value, lives)| Call::Set(space, key, value, lives)),
        3 => (space(), key()).prop_map(|(space, key)| Call::Delete(space, key)),
        4 => (space(), key(), any::<bool>(), some_value.clone())
            .prop_map(|(space, key, holds, value)| Call::Swap(space, key, holds, value)),
        2 => prop::collection::vec((space(), key(), some_value), 0..6).prop_map(Call::Batch),
        4 => (space(), "[ab\u{e9}]{0,1}", 1..4_usize, prop::option::of(key()))
            .prop_map(|(space, prefix, limit, after)| Call::List(space, prefix, limit, after)),
        2 => (1..40_u64).prop_map(Call::Wait),
        2 => Just(Call::Flush),
        1 => Just(Call::Sweep),
        1 => Just(Call::Reopen),
    ]
}

#[derive(Default)]
struct Model {
    /// As kept, expired ones too.
    entries: BTreeMap<(usize, String), (Vec<u8>, u64)>,
}

impl Model {
    fn get(&self, space: usize, key: &str) -> Option<&Vec<u8>> {
        let (value, expires) = self.entries.get(&(space, key.to_owned()))?;
        (NOW.load(Ordering::Relaxed) < *expires).then_some(value)
    }

    fn write(&mut self, space: usize, key: &str, value: Option<&[u8]>, expires: Option<u64>) {
        let key = (space, key.to_owned());
        match value {
            Some(value) => {
                let expires = expires.unwrap_or(u64::MAX);
                self.entries.insert(key, (value.to_vec(), expires));
            }
            None => {
                self.entries.remove(&key);
            }
        }
    }

    fn list(&self, space: usize, prefix: &str, after: Option<&str>) -> Vec<(String, Bytes)> {
        let live = self.entries.keys().filter_map(|(of, key)| {
            let wanted = *of == space
                && key.starts_with(prefix)
                && after.is_none_or(|after| key.as_str() > after);
            let value = wanted.then(|| self.get(space, key)).flatten()?;
            Some((key.clone(), Bytes::from(value.clone())))
        });
        live.collect()
    }

    /// Of live keys.
    fn bytes(&self, space: usize) -> u64 {
        let live = self.list(space, "", None);
        let bytes = live.iter().map(|(key, value)| 32 + key.len() + value.len());
        bytes.sum::<usize>() as u64
    }
}

fn spaces() -> [Space; 3] {
    ["A", "A2", "B"].map(|name| Space::new("k", name).unwrap())
}

fn run(config: &StoreConfig, calls: Vec<Call>) -> Result<(), TestCaseError> {
    NOW.store(1000, Ordering::Relaxed);
    let now = || NOW.load(Ordering::Relaxed);
    let spaces = spaces();
    let mut model = Model::default();
    let mut store = open_at(config.clone(), || NOW.load(Ordering::Relaxed));
    for call in calls {
        match call {
            Call::Set(space, key, value, lives) => {
                let expires = lives.map(|lives| now() + lives);
                store
                    .set(&spaces[space], &key, value.clone(), expires)
                    .unwrap();
                model.write(space, &key, Some(&value), expires);
            }
            Call::Delete(space, key) => {
                store.delete(&spaces[space], &key).unwrap();
                model.write(space, &key, None, None);
            }
            Call::Swap(space, key, holds, value) => {
                let actual = model.get(space, &key).cloned();
                let expected = if holds {
                    actual.clone()
                } else {
                    Some(b"other".to_vec())
                };
                let done = store
                    .compare_and_swap(
                        &spaces[space],
                        &key,
                        expected.as_deref(),
                        value.clone().map(Bytes::from),
                        None,
                    )
                    .unwrap();
                prop_assert_eq!(done, expected == actual);
                if done {
                    model.write(space, &key, value.as_deref(), None);
                }
            }
            Call::Batch(writes) => {
                let mut batch = Batch::new();
                for (space, key, value) in &writes {
                    model.write(*space, key, value.as_deref(), None);
                    match value {
                        Some(value) => batch
                            .set(&spaces[*space], key, value.clone(), None)
                            .unwrap(),
                        None => batch.delete(&spaces[*space], key).unwrap(),
                    }
                }
                prop_assert_eq!(store.apply(batch), Ok(true));
            }
            Call::List(space, prefix, limit, after) => {
                let mut expected = model.list(space, &prefix, after.as_deref());
                let more = expected.len() > limit;
                expected.truncate(limit);
                let page = store
                    .list(&spaces[space], &prefix, limit, after.as_deref())
                    .unwrap();
                prop_assert_eq!(
                    page,
                    Page {
                        items: expected,
                        more
                    }
                );
            }
            Call::Wait(ms) => {
                NOW.fetch_add(ms, Ordering::Relaxed);
            }
            Call::Flush => flush(&store).unwrap(),
            Call::Sweep => {
                store.shared.sweep();
            }
            Call::Reopen if config.directory.is_some() => {
                drop(store);
                store = open_at(config.clone(), || NOW.load(Ordering::Relaxed));
            }
            Call::Reopen => {}
        }
    }
    for (number, space) in spaces.iter().enumerate() {
        let expected = model.list(number, "", None);
        for (key, value) in &expected {
            let found = store.get(space, key).unwrap();
            prop_assert_eq!(found.as_ref(), Some(value));
        }
        prop_assert_eq!(store.list(space, "", 1000, None).unwrap().items, expected);
        // A sweep does not look into a group under commit; a later one finds it on disk.
        flush(&store).unwrap();
        store.shared.sweep();
        prop_assert_eq!(store.usage(space).unwrap().bytes, model.bytes(number));
    }
    Ok(())
}

/// All in one test, since the clock is one.
#[test]
fn random_calls_do_what_the_model_does() {
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(calls in prop::collection::vec(call(), 1..80))| {
        run(&StoreConfig::default(), calls.clone())?;
        for sync_interval in [LATE, Duration::ZERO] {
            let directory = tempfile::tempdir().unwrap();
            run(&on_disk(directory.path(), sync_interval), calls.clone())?;
        }
    });
}
