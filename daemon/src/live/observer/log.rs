//! The last of what was seen of one thing, bounded in number and in bytes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use parking_lot::Mutex;

use super::seen::Seen;

/// Bytes of one log, states included.
const KEPT_BYTES: usize = 4 << 20;

/// The last of what was seen of one thing.
#[derive(Debug)]
pub struct Log {
    kept: Mutex<Kept>,
    most: usize,
    /// Who looks at it.
    pub(super) watchers: AtomicUsize,
}

#[derive(Debug, Default)]
struct Kept {
    /// With their bytes.
    seen: VecDeque<(Arc<Seen>, usize)>,
    bytes: usize,
    /// Of all that ever came, how many.
    came: u64,
}

/// A part of a log.
#[derive(Debug, Default)]
pub struct Part {
    /// In the order in which it happened.
    pub seen: Vec<Arc<Seen>>,
    /// How many before them were dropped before they were read.
    pub lost: u64,
    /// Where to read on.
    pub next: u64,
}

impl Log {
    pub(super) fn new(most: usize) -> Self {
        Self {
            kept: Mutex::default(),
            most,
            watchers: AtomicUsize::new(0),
        }
    }

    pub(super) fn push(&self, seen: Arc<Seen>, bytes: usize) {
        let mut kept = self.kept.lock();
        kept.came += 1;
        kept.bytes += bytes;
        kept.seen.push_back((seen, bytes));
        while kept.seen.len() > self.most || (kept.bytes > KEPT_BYTES && kept.seen.len() > 1) {
            if let Some((_, bytes)) = kept.seen.pop_front() {
                kept.bytes -= bytes;
            }
        }
    }

    /// What came since an earlier part's `next`; from 0 on, all that is kept.
    #[must_use]
    pub fn read(&self, from: u64) -> Part {
        let kept = self.kept.lock();
        let first = kept.came - kept.seen.len() as u64;
        let skip = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
        Part {
            seen: kept
                .seen
                .iter()
                .skip(skip)
                .map(|(seen, _)| seen.clone())
                .collect(),
            lost: if from == 0 {
                0
            } else {
                first.saturating_sub(from)
            },
            next: kept.came,
        }
    }

    /// Where to read on, without what there is.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.kept.lock().came
    }

    /// One of what is kept.
    pub(in crate::live) fn find(&self, seq: u64) -> Option<Arc<Seen>> {
        let kept = self.kept.lock();
        let found = kept.seen.iter().find(|(seen, _)| seen.seq == seq);
        found.map(|(seen, _)| seen.clone())
    }
}
