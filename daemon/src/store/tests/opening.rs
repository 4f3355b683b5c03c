//! Closing, opening again, and what cannot be opened.

use super::*;

#[test]
fn what_was_written_outlives_a_close_and_a_drop() {
    let directory = tempfile::tempdir().unwrap();
    let open = || Store::open(on_disk(directory.path(), LATE)).unwrap();
    let a = space("A");
    let store = open();
    let other = store.clone();
    store.set(&a, "closed", "1", None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(store.close()).unwrap();
    assert_eq!(other.get(&a, "closed"), Err(StoreError::Closed));
    assert_eq!(other.set(&a, "k", "", None), Err(StoreError::Closed));
    assert_eq!(flush(&other), Ok(()), "nothing is missing");
    runtime.block_on(other.close()).unwrap();

    let store = open();
    assert_eq!(keys(&store, "", 9, None).0, ["closed"]);
    store.set(&a, "dropped", "1", None).unwrap();
    drop(store);
    assert_eq!(keys(&open(), "", 9, None).0, ["closed", "dropped"]);
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let open = |path: &Path| Store::open(on_disk(path, LATE)).map(drop).unwrap_err();
    let at = |name: &str| directory.path().join(name);

    let missing = open(&at("not/there"));
    assert!(matches!(missing, OpenError::NoParent { .. }), "{missing}");
    std::fs::write(at("file"), "").unwrap();
    let file = open(&at("file"));
    assert!(matches!(file, OpenError::NotADirectory { .. }), "{file}");

    let made = at("made");
    let store = Store::open(on_disk(&made, LATE)).unwrap();
    let locked = open(&made);
    assert!(matches!(locked, OpenError::Locked { .. }), "{locked}");
    store.set(&space("A"), "k", vec![7; 100_000], None).unwrap();
    drop(store);

    let path = made.join("liveside.redb");
    let whole = std::fs::read(&path).unwrap();
    for damaged in [
        &b"not a database"[..],
        &whole[..whole.len() / 2],
        &whole[..100],
    ] {
        std::fs::write(&path, damaged).unwrap();
        let corrupt = open(&made);
        assert!(matches!(corrupt, OpenError::Corrupt { .. }), "{corrupt:?}");
        assert!(corrupt.to_string().contains("restore a copy"), "{corrupt}");
    }
}

#[test]
fn a_damaged_page_is_an_error_and_no_panic() {
    const PAGE: usize = 4096;
    let directory = tempfile::tempdir().unwrap();
    let open = || Store::open(on_disk(directory.path(), LATE));
    let a = space("A");
    let store = open().unwrap();
    for nth in 0..500 {
        store
            .set(&a, &format!("{nth:03}"), vec![7; 100], Some(u64::MAX - 1))
            .unwrap();
    }
    drop(store);
    let path = directory.path().join("liveside.redb");
    let whole = std::fs::read(&path).unwrap();
    let mut errors = 0;
    let used = (0..whole.len() / PAGE).filter(|page| whole[page * PAGE..][..PAGE] != [0; PAGE]);
    for page in used {
        let mut damaged = whole.clone();
        damaged[page * PAGE..][..PAGE].fill(0xFF);
        std::fs::write(&path, damaged).unwrap();
        let Ok(store) = open() else {
            errors += 1;
            continue;
        };
        let results = [
            store.list(&a, "", 1000, None).map(drop),
            store.get(&a, "250").map(drop),
            store.set(&a, "250", "new", None),
            flush(&store),
        ];
        errors += results.iter().filter(|result| result.is_err()).count();
        store.shared.sweep();
    }
    assert!(errors > 0);
}
