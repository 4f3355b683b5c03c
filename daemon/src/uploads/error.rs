//! What can be wrong with a file, its chunks, and the place for files.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::media::Mismatch;
use super::rules::NameError;

/// A file that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejected {
    /// By its name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// By its type.
    #[error("Files of the type `{0}` are not taken")]
    Type(String),
    /// By its size.
    #[error("The file has {size} bytes, and no more than {limit} are allowed")]
    Size {
        /// As announced.
        size: u64,
        /// What is allowed.
        limit: u64,
    },
    /// By its content.
    #[error(transparent)]
    Content(#[from] Mismatch),
    /// More came than was announced.
    #[error("The file is longer than the {size} bytes that were announced")]
    TooLong {
        /// As announced.
        size: u64,
    },
    /// The user has sent enough for a day.
    #[error("This would be more than may be uploaded in a day: {left} bytes are left")]
    Day {
        /// What is left.
        left: u64,
    },
    /// Too many files are under way.
    #[error("Too many files are on their way at the moment; try again later")]
    Crowded,
}

/// Why something of an upload was not done.
#[derive(Debug, Error)]
pub enum UploadError {
    /// The file is not taken.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// A chunk without bytes.
    #[error("A chunk must have at least one byte")]
    EmptyChunk,
    /// A chunk that came much too early.
    #[error("The chunk is too far ahead: go on with chunk {next}")]
    TooFarAhead {
        /// The next in order.
        next: u32,
    },
    /// It is said to be complete, and is not.
    #[error("{received} of {size} bytes have come")]
    Incomplete {
        /// In order, from the beginning.
        received: u64,
        /// As announced.
        size: u64,
    },
    /// It has not begun.
    #[error("The upload has not begun: wait for the answer to FILE_UPLOAD_START")]
    NotBegun,
    /// It is finished.
    #[error("The file is there already, and stays")]
    Stored,
    /// It has ended.
    #[error("{0}")]
    Over(String),
    /// The disk or the storage does not do what it should. Details are for the log.
    #[error("The file could not be stored")]
    Io(#[from] io::Error),
}

impl UploadError {
    /// Whether the upload is over with it.
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Over(_) | Self::Io(_))
    }
}

/// Why uploads cannot be set up.
#[derive(Debug, Error)]
pub enum UploadsError {
    /// Files cannot be kept there.
    #[error("uploads.dir: {} cannot be used: {reason}", directory.display())]
    Directory {
        /// Where.
        directory: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// The bucket's settings do not fit together.
    #[error("uploads.s3: {0}")]
    Bucket(String),
}
