//! `kill -9` under load: nothing flushed is lost, and no batch is there in part.
//!
//! The test runs its own binary again as the process to be killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

const DIRECTORY: &str = "LIVESIDE_TEST_STORE_CRASH";
const KILLS: usize = 20;
/// Keys of one batch; each holds the batch's number.
const BATCH_KEYS: usize = 12;

fn key(nth: usize) -> String {
    format!("key-{nth}")
}

fn number(store: &Store, nth: usize) -> u64 {
    let value = store
        .get(&space(&(nth % 3).to_string()), &key(nth))
        .unwrap();
    text(value).map_or(0, |value| value.trim_end().parse().unwrap())
}

/// Not a test: what is killed. Writes batch after batch while another thread flushes, and prints what is safe.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn write_until_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let store = Store::open(on_disk(Path::new(&directory), Duration::from_millis(1))).unwrap();
    let written = AtomicU64::new(number(&store, 0));
    thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let next = written.load(Ordering::Acquire) + 1;
                store.apply(batch(next)).unwrap();
                written.store(next, Ordering::Release);
                println!("wrote {next}");
            }
        });
        let mut printed = written.load(Ordering::Acquire);
        loop {
            let safe = written.load(Ordering::Acquire);
            flush(&store).unwrap();
            if safe > printed {
                println!("safe {safe}");
                printed = safe;
            }
        }
    });
}

fn batch(next: u64) -> Batch {
    let mut batch = Batch::new();
    for nth in 0..BATCH_KEYS {
        let space = space(&(nth % 3).to_string());
        // Of changing length, so that pages split and merge; some expire, far away, so that the index changes.
        let width = 20 + usize::try_from(next * 37 % 3000).unwrap();
        let expires_at_ms = next.is_multiple_of(5).then_some(u64::MAX / 2 + next);
        batch
            .set(&space, &key(nth), format!("{next:<width$}"), expires_at_ms)
            .unwrap();
        let passing = format!("passing-{}", (next + nth as u64) % 50);
        if next.is_multiple_of(2) {
            batch.set(&space, &passing, vec![1; width], None).unwrap();
        } else {
            batch.delete(&space, &passing).unwrap();
        }
    }
    batch
}

fn spawn(directory: &Path) -> Child {
    let (_, module) = module_path!().split_once("::").unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::write_until_killed")])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_kill_loses_nothing_that_was_flushed() {
    let directory = tempfile::tempdir().unwrap();
    let mut last = 0;
    for kill in 0..KILLS {
        let mut child = spawn(directory.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        // Lines of writes come at any moment of a commit, those of flushes at its end: either kind ends the wait.
        let mut safe = 0;
        let mut note = |line: String| {
            let number = line
                .strip_prefix("safe ")
                .and_then(|line| line.parse().ok());
            safe = number.unwrap_or(safe);
        };
        note(lines.find(|line| line.starts_with("safe ")).unwrap());
        lines.by_ref().take(kill * 41).for_each(&mut note);
        child.kill().unwrap();
        child.wait().unwrap();
        // It may have printed more before it died.
        lines.for_each(note);

        let store = Store::open(on_disk(directory.path(), LATE)).unwrap();
        let found = number(&store, 0);
        assert!(found >= safe, "{safe} was flushed, {found} is there");
        assert!(found > last, "the process has written nothing");
        for nth in 1..BATCH_KEYS {
            assert_eq!(number(&store, nth), found, "a batch is there in part");
        }
        for space in ["0", "1", "2"].map(space) {
            let all = store.list(&space, "", 1000, None).unwrap().items;
            let bytes: usize = all
                .iter()
                .map(|(key, value)| 32 + key.len() + value.len())
                .sum();
            let usage = store.usage(&space).unwrap();
            assert_eq!((usage.keys, usage.bytes), (all.len() as u64, bytes as u64));
        }
        last = found;
    }
}
