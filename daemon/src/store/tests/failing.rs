//! A disk that fails and recovers.

use std::io;
use std::sync::atomic::AtomicBool;

use redb::StorageBackend;
use redb::backends::FileBackend;

use super::*;

/// A file that takes nothing while it is full.
#[derive(Debug)]
struct FullDisk {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl FullDisk {
    fn check(&self) -> io::Result<()> {
        match self.full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl StorageBackend for FullDisk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check().and_then(|()| self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check().and_then(|()| self.file.sync_data())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check().and_then(|()| self.file.write(offset, data))
    }
}

fn open(path: &Path, full: &Arc<AtomicBool>) -> Store {
    let config = StoreConfig {
        sync_interval: LATE,
        max_pending_bytes: 100_000,
        ..StoreConfig::default()
    };
    let (file, full) = (path.to_owned(), Arc::clone(full));
    let opener = Box::new(move |may_make| {
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create(may_make);
        let file = FileBackend::new(options.open(&file).unwrap()).unwrap();
        let full = Arc::clone(&full);
        let backend = FullDisk { file, full };
        redb::Builder::new()
            .set_cache_size(0)
            .create_with_backend(backend)
            .map_err(|error| OpenError::Io {
                path: PathBuf::new(),
                reason: error.to_string(),
            })
    });
    let disk = Disk::with_opener(path.to_owned(), opener).unwrap();
    start(config, Some(disk), clock::now_ms)
}

#[test]
fn nothing_is_lost_while_the_disk_is_full() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("liveside.redb");
    let full = Arc::new(AtomicBool::new(false));
    let store = open(&path, &full);
    let a = space("A");
    store.set(&a, "saved", "1", None).unwrap();
    flush(&store).unwrap();

    full.store(true, Ordering::Relaxed);
    store.set(&a, "waits", vec![1; 60_000], None).unwrap();
    for _ in 0..2 {
        let failed = flush(&store).unwrap_err();
        assert!(matches!(failed, StoreError::NotSaved { .. }), "{failed}");
    }
    assert!(store.status().failure.is_some());
    assert_eq!(store.get(&a, "waits").unwrap().unwrap().len(), 60_000);
    // What is in the file cannot be read until it can be opened anew, and that is said.
    store.get(&a, "saved").ok();

    full.store(false, Ordering::Relaxed);
    flush(&store).unwrap();
    assert_eq!(store.status().failure, None);
    assert_eq!(store.status().pending_bytes, 0);
    assert_eq!(keys(&store, "", 9, None).0, ["saved", "waits"]);
    drop(store);
    assert_eq!(keys(&open(&path, &full), "", 9, None).0, ["saved", "waits"]);
}

#[test]
fn writers_are_refused_when_too_much_waits() {
    let directory = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let store = open(&directory.path().join("liveside.redb"), &full);
    let a = space("A");
    store.set(&a, "first", "1", None).unwrap();
    flush(&store).unwrap();
    // A write of its own larger than the bound passes when nothing waits.
    store.set(&a, "k", vec![1; 120_000], None).unwrap();
    let refused = store.set(&a, "l", "1", None).unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
    assert_eq!(store.get(&a, "l").unwrap(), None);
    flush(&store).unwrap();
    store.set(&a, "l", "1", None).unwrap();
}

#[test]
fn closing_on_a_full_disk_says_that_writes_are_lost() {
    let directory = tempfile::tempdir().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let store = open(&directory.path().join("liveside.redb"), &full);
    store.set(&space("A"), "first", "1", None).unwrap();
    flush(&store).unwrap();
    full.store(true, Ordering::Relaxed);
    store.set(&space("A"), "k", "1", None).unwrap();
    let closed = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.close());
    assert!(matches!(closed, Err(StoreError::Lost { .. })), "{closed:?}");
}
