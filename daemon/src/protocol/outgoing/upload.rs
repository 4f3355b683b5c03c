//! Replies about uploads.

use super::Outcome;
use crate::protocol::code::Code;
use crate::protocol::object::{Object, itoa};

/// A reply about an upload.
#[derive(Debug, Clone)]
pub enum UploadReply<'a> {
    /// `FILE_UPLOAD_START_RESPONSE`.
    Started(Outcome<'a, Started>),
    /// `FILE_UPLOAD_PROGRESS`: a chunk has come.
    Progress {
        /// Its place among the chunks.
        index: u32,
        /// How many there will be, as the browser thinks.
        total_chunks: u32,
        /// Bytes in order, from the beginning.
        received: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// `FILE_UPLOAD_ERROR`: a chunk is not taken, or the upload is over.
    Refused {
        /// Why, for programs.
        code: Code,
        /// Why, for people.
        error: &'a str,
        /// Whether the upload is over.
        failed: bool,
        /// The chunk, if it was about one.
        index: Option<u32>,
    },
    /// `FILE_UPLOAD_COMPLETE`.
    Completed(Outcome<'a, Completed<'a>>),
    /// `FILE_UPLOAD_CANCELLED`.
    Cancelled(Outcome<'a, ()>),
}

/// What a browser needs to send its chunks.
#[derive(Debug, Clone, Copy)]
pub struct Started {
    /// Bytes of a chunk.
    pub chunk_size: u64,
    /// Most bytes of a chunk.
    pub max_chunk_size: u64,
    /// How many that makes.
    pub total_chunks: u64,
    /// Bytes that are there already.
    pub received: u64,
    /// The chunk that goes on from there.
    pub next: u32,
}

/// A finished file.
#[derive(Debug, Clone, Copy)]
pub struct Completed<'a> {
    /// As the browser calls it.
    pub filename: &'a str,
    /// Where it is served.
    pub url: &'a str,
    /// Bytes.
    pub size: u64,
    /// In hex.
    pub sha256: &'a str,
}

impl UploadReply<'_> {
    pub(super) fn write(
        &self,
        object: &mut Object<'_>,
        component: &str,
        upload: &str,
        request: Option<&str>,
        now_ms: u64,
    ) {
        let number = |object: &mut Object<'_>, key: &str, value: u64| {
            object.raw(key, itoa(value).as_str());
        };
        object.kind(match self {
            Self::Started(_) => "FILE_UPLOAD_START_RESPONSE",
            Self::Progress { .. } => "FILE_UPLOAD_PROGRESS",
            Self::Refused { .. } => "FILE_UPLOAD_ERROR",
            Self::Completed(_) => "FILE_UPLOAD_COMPLETE",
            Self::Cancelled(_) => "FILE_UPLOAD_CANCELLED",
        });
        object.string("componentId", component);
        object.string("uploadId", upload);
        match self {
            Self::Started(outcome) => object.outcome(outcome, |object, started| {
                number(object, "chunkSize", started.chunk_size);
                number(object, "maxChunkSize", started.max_chunk_size);
                number(object, "totalChunks", started.total_chunks);
                number(object, "bytesUploaded", started.received);
                number(object, "nextChunk", started.next.into());
            }),
            Self::Progress {
                index,
                total_chunks,
                received,
                size,
            } => {
                number(object, "chunkIndex", (*index).into());
                number(object, "totalChunks", (*total_chunks).into());
                number(object, "bytesUploaded", *received);
                number(object, "totalBytes", *size);
                let percent = (received * 100).checked_div(*size).unwrap_or(100);
                number(object, "progress", percent);
            }
            Self::Refused {
                code,
                error,
                failed,
                index,
            } => {
                object.flag("success", false);
                object.string("error", error);
                object.string("code", code.as_str());
                object.flag("failed", *failed);
                if let Some(index) = index {
                    number(object, "chunkIndex", (*index).into());
                }
            }
            Self::Completed(outcome) => object.outcome(outcome, |object, completed| {
                object.string("filename", completed.filename);
                object.string("fileUrl", completed.url);
                number(object, "size", completed.size);
                object.string("sha256", completed.sha256);
            }),
            Self::Cancelled(outcome) => object.outcome(outcome, |_, ()| {}),
        }
        object.reply_end(request, now_ms);
    }
}
