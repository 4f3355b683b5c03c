//! Where finished files are kept.

mod bucket;
mod directory;

use std::fmt;
use std::io;
use std::ops::Range;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tempfile::TempPath;

pub use bucket::Bucket;
pub use directory::Directory;

use super::media;

/// A place for files.
pub trait Storage: Send + Sync + fmt::Debug {
    /// Takes a file over. It is there under its name all at once, or not at all.
    fn adopt(&self, file: TempPath, name: FileName) -> BoxFuture<'_, io::Result<()>>;

    /// What is known of a file; `None` if there is none of that name.
    fn find(&self, name: FileName) -> BoxFuture<'_, io::Result<Option<Found>>>;

    /// Part of a file, which must be there.
    fn read(
        &self,
        name: FileName,
        range: Range<u64>,
    ) -> BoxFuture<'_, io::Result<BoxStream<'static, io::Result<Bytes>>>>;

    /// Removes a file. That there is none is no error.
    fn remove(&self, name: FileName) -> BoxFuture<'_, io::Result<()>>;
}

/// A file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Bytes.
    pub size: u64,
    /// When it came.
    pub modified: SystemTime,
}

/// The name of a finished file: made here, and not to be guessed. Whoever has it may have the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

/// Characters of the part that is not to be guessed: 124 bits.
const RANDOM_CHARS: usize = 24;
const ALPHABET: [char; 36] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's',
    't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
];

impl FileName {
    /// A new one. `extension`: lower-case letters and digits.
    #[must_use]
    pub fn new(extension: Option<&str>) -> Self {
        let random = nanoid::nanoid!(RANDOM_CHARS, &ALPHABET);
        Self(match extension {
            Some(extension) => format!("{random}.{extension}"),
            None => random,
        })
    }

    /// The name, if it can be one of ours. Nothing else is ever looked for: no path gets to the storage.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (random, extension) = match text.split_once('.') {
            Some((random, extension)) => (random, Some(extension)),
            None => (text, None),
        };
        let plain = |part: &str| {
            part.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let fits = random.len() == RANDOM_CHARS
            && plain(random)
            && extension.is_none_or(|ending| (1..=10).contains(&ending.len()) && plain(ending));
        fits.then(|| Self(text.to_owned()))
    }

    /// As it stands in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The media type that its ending stands for.
    #[must_use]
    pub fn media_type(&self) -> String {
        media::type_of(self.0.split_once('.').map(|(_, ending)| ending))
    }
}

#[cfg(test)]
mod tests;
