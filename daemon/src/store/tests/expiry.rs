//! Keys that end by themselves.

use super::*;

#[test]
fn an_expired_key_is_not_there_and_is_swept() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    let a = space("A");
    let directory = tempfile::tempdir().unwrap();
    for (config, flushed) in [
        (StoreConfig::default(), false),
        (on_disk(directory.path(), LATE), false),
        (on_disk(directory.path(), LATE), true),
    ] {
        NOW.store(100, Ordering::Relaxed);
        let store = open_at(config, || NOW.load(Ordering::Relaxed));
        store.set(&a, "soon", "1", Some(200)).unwrap();
        store.set(&a, "late", "2", Some(300)).unwrap();
        store.set(&a, "never", "3", None).unwrap();
        if flushed {
            flush(&store).unwrap();
        }
        NOW.store(199, Ordering::Relaxed);
        assert_eq!(keys(&store, "", 9, None).0, ["late", "never", "soon"]);
        NOW.store(200, Ordering::Relaxed);
        assert_eq!(store.get(&a, "soon").unwrap(), None);
        assert_eq!(keys(&store, "", 9, None).0, ["late", "never"]);
        let swapped = |expected| {
            let value = Some(Bytes::from_static(b"4"));
            store
                .compare_and_swap(&a, "soon", expected, value, Some(250))
                .unwrap()
        };
        assert!(!swapped(Some(b"1")));
        assert!(swapped(None));
        NOW.store(299, Ordering::Relaxed);
        assert_eq!(store.usage(&a).unwrap().keys, 3);
        assert_eq!(store.shared.sweep(), 1);
        assert_eq!(store.shared.sweep(), 0);
        assert_eq!(store.usage(&a).unwrap().keys, 2);
        NOW.store(u64::MAX - 1, Ordering::Relaxed);
        assert_eq!(store.shared.sweep(), 1);
        assert_eq!(keys(&store, "", 9, None).0, ["never"]);
        store.delete(&a, "never").unwrap();
        flush(&store).unwrap();
        assert_eq!(store.shared.sweep(), 0);
        assert_eq!(store.usage(&a).unwrap(), Usage::default());
    }
}

#[test]
fn the_sweep_comes_by_itself() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    let clock = Clock {
        now_ms: || NOW.load(Ordering::Relaxed),
        sweep_interval: Duration::from_millis(1),
    };
    let store = Store::start(StoreConfig::default(), None, clock).unwrap();
    // More than one sweep may take.
    for nth in 0..1000 {
        store
            .set(&space("A"), &nth.to_string(), "", Some(1))
            .unwrap();
    }
    NOW.store(1, Ordering::Relaxed);
    while store.usage(&space("A")).unwrap().keys > 0 {
        thread::yield_now();
    }
}
