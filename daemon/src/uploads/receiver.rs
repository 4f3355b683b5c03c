//! One file as it comes: chunks in any order, to the disk in theirs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::task::JoinHandle;

use super::media::{self, HEAD_BYTES};
use super::{Rejected, UploadError};

/// What waits in memory before it is written. One more such piece may be on its way to the disk.
const WRITE_BYTES: usize = 512 * 1024;
/// What is held of chunks that came before their time.
const HELD_BYTES: usize = 4 << 20;
/// How far ahead of its time a chunk may come.
const HELD_CHUNKS: u32 = 1024;

/// What has come of a file.
#[derive(Debug)]
pub(super) struct Receiver {
    media_type: String,
    size: u64,
    /// Bytes in order, from the beginning.
    received: u64,
    /// The chunk that goes on from there.
    next: u32,
    /// Chunks that came before their time.
    held: BTreeMap<u32, Bytes>,
    held_bytes: usize,
    /// The first bytes, until they have been looked at.
    head: Option<Vec<u8>>,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
    disk: Disk,
    path: TempPath,
}

/// The file on the disk.
#[derive(Debug)]
enum Disk {
    Idle(Writer),
    Writing(JoinHandle<io::Result<Writer>>),
    /// A write failed, or was given up in the middle.
    Lost,
}

#[derive(Debug)]
struct Writer {
    file: File,
    hash: Sha256,
}

/// A file that is all there, and on the disk.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) path: TempPath,
    /// In hex.
    pub(super) sha256: String,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Bytes in order, from the beginning.
    pub received: u64,
    /// The chunk that goes on from there.
    pub next: u32,
}

impl Receiver {
    pub(super) fn new(file: File, path: TempPath, media_type: String, size: u64) -> Self {
        Self {
            media_type,
            size,
            received: 0,
            next: 0,
            held: BTreeMap::new(),
            held_bytes: 0,
            head: Some(Vec::new()),
            waiting: Vec::new(),
            waiting_bytes: 0,
            disk: Disk::Idle(Writer {
                file,
                hash: Sha256::new(),
            }),
            path,
        }
    }

    pub(super) fn position(&self) -> Position {
        Position {
            received: self.received,
            next: self.next,
        }
    }

    /// Where to go on. What came before its time is dropped: it may be cut differently now.
    pub(super) fn resume(&mut self) -> Position {
        self.held.clear();
        self.held_bytes = 0;
        self.position()
    }

    /// Takes a chunk. One that came already counts once. Waits only for the disk.
    pub(super) async fn take(&mut self, index: u32, bytes: Bytes) -> Result<Position, UploadError> {
        if index < self.next || self.held.contains_key(&index) {
            return Ok(self.position());
        }
        if bytes.is_empty() {
            return Err(UploadError::EmptyChunk);
        }
        let more = self.held_bytes as u64 + bytes.len() as u64;
        if self.received + more > self.size {
            return Err(Rejected::TooLong { size: self.size }.into());
        }
        if index > self.next {
            let is_far = index - self.next > HELD_CHUNKS || more > HELD_BYTES as u64;
            if is_far {
                return Err(UploadError::TooFarAhead { next: self.next });
            }
            self.held_bytes += bytes.len();
            self.held.insert(index, bytes);
            return Ok(self.position());
        }
        self.append(bytes)?;
        while let Some(bytes) = self.held.remove(&self.next) {
            self.held_bytes -= bytes.len();
            self.append(bytes)?;
        }
        if self.waiting_bytes >= WRITE_BYTES {
            self.write().await?;
        }
        Ok(self.position())
    }

    fn append(&mut self, bytes: Bytes) -> Result<(), Rejected> {
        self.received += bytes.len() as u64;
        self.next += 1;
        if let Some(head) = &mut self.head {
            let room = HEAD_BYTES - head.len();
            head.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if head.len() == HEAD_BYTES || self.received == self.size {
                media::check(&self.media_type, head)?;
                self.head = None;
            }
        }
        self.waiting_bytes += bytes.len();
        self.waiting.push(bytes);
        Ok(())
    }

    /// Sends what waits to the disk, once what went before is there.
    async fn write(&mut self) -> Result<(), UploadError> {
        let mut writer = self.writer().await?;
        let chunks = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        // Reading goes on meanwhile.
        self.disk = Disk::Writing(tokio::task::spawn_blocking(move || {
            for chunk in &chunks {
                writer.hash.update(chunk);
                writer.file.write_all(chunk)?;
            }
            Ok(writer)
        }));
        Ok(())
    }

    /// The file, once nobody writes to it.
    async fn writer(&mut self) -> Result<Writer, UploadError> {
        if let Disk::Writing(writing) = &mut self.disk {
            // Awaited in place: if whoever waits is gone, it is still there for the next.
            let written = writing.await.map_err(io::Error::other).flatten();
            self.disk = match written {
                Ok(writer) => Disk::Idle(writer),
                Err(error) => {
                    self.disk = Disk::Lost;
                    return Err(error.into());
                }
            };
        }
        match std::mem::replace(&mut self.disk, Disk::Lost) {
            Disk::Idle(writer) => Ok(writer),
            _ => Err(io::Error::other("an earlier write has failed").into()),
        }
    }

    /// Whether every byte has come.
    pub(super) fn check_complete(&self) -> Result<(), UploadError> {
        if self.received < self.size {
            return Err(UploadError::Incomplete {
                received: self.received,
                size: self.size,
            });
        }
        Ok(())
    }

    /// The file, written and safe on the disk. Call it once [`Receiver::check_complete`] is content.
    pub(super) async fn finish(mut self) -> Result<Received, UploadError> {
        if let Some(head) = self.head.take() {
            // An empty file has had no last chunk.
            media::check(&self.media_type, &head).map_err(Rejected::from)?;
        }
        self.write().await?;
        let writer = self.writer().await?;
        let synced = tokio::task::spawn_blocking(move || {
            // Before the file gets its name: a name must never lead to half of it.
            writer.file.sync_data()?;
            Ok::<_, io::Error>(writer.hash)
        });
        let hash = synced.await.map_err(io::Error::other).flatten()?;
        Ok(Received {
            path: self.path,
            sha256: format!("{:x}", hash.finalize()),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receiver(size: u64) -> Receiver {
        let (file, path) = tempfile::NamedTempFile::new().unwrap().into_parts();
        Receiver::new(file, path, "application/x-own-format".to_owned(), size)
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(future)
    }

    async fn content(receiver: Receiver) -> (Vec<u8>, String) {
        receiver.check_complete().unwrap();
        let received = receiver.finish().await.unwrap();
        (std::fs::read(&received.path).unwrap(), received.sha256)
    }

    #[test]
    fn chunks_in_any_order_become_the_file() {
        run(async {
            let mut receiver = receiver(10);
            let chunks = ["he", "llo", "w", "orld"];
            for (index, expected) in [(2, (0, 0)), (0, (2, 1)), (3, (2, 1)), (1, (10, 4))] {
                let bytes = Bytes::from(chunks[index as usize]);
                let position = receiver.take(index, bytes).await.unwrap();
                assert_eq!((position.received, position.next), expected, "{index}");
            }
            let (file, hash) = content(receiver).await;
            assert_eq!(file, b"helloworld");
            // From `printf helloworld | sha256sum`.
            assert_eq!(
                hash,
                "936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af"
            );
        });
    }

    #[test]
    fn a_chunk_that_comes_twice_counts_once() {
        run(async {
            let mut receiver = receiver(4);
            for index in [0, 0, 1, 0, 1] {
                let bytes = Bytes::from(["ab", "cd"][index as usize]);
                receiver.take(index, bytes).await.unwrap();
            }
            assert_eq!(content(receiver).await.0, b"abcd");
        });
    }

    #[test]
    fn more_than_was_announced_is_refused_also_ahead_of_its_time() {
        run(async {
            let mut first = receiver(3);
            let error = first.take(0, Bytes::from("abcd")).await.unwrap_err();
            assert!(error.is_fatal(), "{error}");
            let mut second = receiver(3);
            second.take(1, Bytes::from("ab")).await.unwrap();
            let error = second.take(2, Bytes::from("cd")).await.unwrap_err();
            assert!(error.is_fatal(), "{error}");
        });
    }

    #[test]
    fn what_is_held_is_bounded() {
        run(async {
            let mut receiver = receiver(100 << 20);
            let mib = Bytes::from(vec![1; 1 << 20]);
            for index in 1..=4 {
                receiver.take(index, mib.clone()).await.unwrap();
            }
            let error = receiver.take(5, mib.clone()).await.unwrap_err();
            assert!(!error.is_fatal(), "{error}");
            let error = receiver
                .take(HELD_CHUNKS + 1, Bytes::from("a"))
                .await
                .unwrap_err();
            assert!(!error.is_fatal(), "{error}");
            assert_eq!(receiver.take(0, mib).await.unwrap().received, 5 << 20);
        });
    }

    #[test]
    fn who_goes_on_may_cut_the_rest_differently() {
        run(async {
            let mut receiver = receiver(6);
            receiver.take(0, Bytes::from("ab")).await.unwrap();
            receiver.take(2, Bytes::from("ef")).await.unwrap();
            let position = receiver.resume();
            assert_eq!((position.received, position.next), (2, 1));
            receiver.take(1, Bytes::from("cdef")).await.unwrap();
            assert_eq!(content(receiver).await.0, b"abcdef");
        });
    }

    #[test]
    fn half_a_file_is_not_complete_and_may_go_on() {
        run(async {
            let mut receiver = receiver(4);
            receiver.take(0, Bytes::from("ab")).await.unwrap();
            let error = receiver.check_complete().unwrap_err();
            assert!(!error.is_fatal(), "{error}");
            receiver.take(1, Bytes::from("cd")).await.unwrap();
            assert_eq!(content(receiver).await.0, b"abcd");
        });
    }

    #[test]
    fn content_is_looked_at_as_soon_as_there_is_enough_of_it() {
        run(async {
            let (file, path) = tempfile::NamedTempFile::new().unwrap().into_parts();
            let mut receiver = Receiver::new(file, path, "image/png".to_owned(), 1 << 20);
            let error = receiver
                .take(0, Bytes::from(vec![b'a'; HEAD_BYTES]))
                .await
                .unwrap_err();
            assert!(error.is_fatal(), "{error}");
        });
    }

    #[test]
    fn an_empty_file_is_one() {
        run(async {
            assert_eq!(content(receiver(0)).await.0, b"");
        });
    }

    proptest! {
        #[test]
        fn any_cut_in_any_order_gives_the_same_file(
            sizes in prop::collection::vec(1usize..40_000, 1..40),
            seed in any::<u64>(),
        ) {
            let file: Vec<u8> = (0..sizes.iter().sum::<usize>()).map(|at| (at % 251) as u8).collect();
            let mut at = 0;
            let mut chunks: Vec<(u32, Bytes)> = Vec::new();
            for (index, size) in sizes.iter().enumerate() {
                chunks.push((index as u32, Bytes::copy_from_slice(&file[at..at + size])));
                at += size;
            }
            // Repeats and disorder, the same for the same seed.
            let mut order = chunks.clone();
            order.extend(chunks.iter().step_by(3).cloned());
            order.sort_by_key(|(index, bytes)| (u64::from(*index) + 1).wrapping_mul(seed | 1).rotate_left((bytes.len() % 63) as u32));
            let got = run(async {
                let mut receiver = receiver(file.len() as u64);
                for (index, bytes) in order {
                    receiver.take(index, bytes).await.unwrap();
                }
                content(receiver).await.0
            });
            prop_assert!(got == file);
        }
    }
}
