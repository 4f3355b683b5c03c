//! Messages about uploads. Their fields may stand at the top level or inside `payload`; the top level goes first.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{object, text};

/// The longest `uploadId`, in bytes.
const MAX_ID_BYTES: usize = 128;
/// The longest file name, in bytes: its rules allow 255 characters.
const MAX_FILENAME_BYTES: usize = 255 * 4;
/// The longest media type, in bytes.
const MAX_TYPE_BYTES: usize = 256;

/// A message about an upload.
#[derive(Debug)]
pub struct UploadMessage<'a> {
    /// `uploadId`: the browser's own, of letters, digits, `_` and `-`. Only the first message may leave it to the daemon.
    pub upload: Option<Cow<'a, str>>,
    /// What it says.
    pub step: UploadStep<'a>,
}

impl UploadMessage<'_> {
    /// Its type.
    pub(super) fn original_type(&self) -> &'static str {
        match self.step {
            UploadStep::Start { .. } => START,
            UploadStep::Chunk { .. } => CHUNK,
            UploadStep::Complete => COMPLETE,
            UploadStep::Cancel => CANCEL,
        }
    }
}

/// What a message about an upload says.
#[derive(Debug)]
pub enum UploadStep<'a> {
    /// `FILE_UPLOAD_START`.
    Start {
        /// As the browser calls the file.
        filename: Cow<'a, str>,
        /// Its media type.
        media_type: Cow<'a, str>,
        /// Bytes.
        size: u64,
        /// Bytes of a chunk, as the browser would like them.
        chunk_size: Option<u64>,
    },
    /// `FILE_UPLOAD_CHUNK`.
    Chunk {
        /// Its place among the chunks, from 0.
        index: u32,
        /// How many there will be, as the browser thinks: echoed.
        total: u32,
        /// Its bytes in base64, where they are not beside the message.
        data: Option<Cow<'a, str>>,
    },
    /// `FILE_UPLOAD_COMPLETE`.
    Complete,
    /// `FILE_UPLOAD_CANCEL`.
    Cancel,
}

pub(super) const START: &str = "FILE_UPLOAD_START";
const CHUNK: &str = "FILE_UPLOAD_CHUNK";
const COMPLETE: &str = "FILE_UPLOAD_COMPLETE";
const CANCEL: &str = "FILE_UPLOAD_CANCEL";
pub(super) const ALL: [&str; 4] = [START, CHUNK, COMPLETE, CANCEL];

/// The type of the reply to a message type; `None` if it is not about uploads.
pub(super) fn reply_type(message_type: &str) -> Option<&'static str> {
    match message_type {
        START => Some("FILE_UPLOAD_START_RESPONSE"),
        CHUNK => Some("FILE_UPLOAD_ERROR"),
        COMPLETE => Some(COMPLETE),
        CANCEL => Some("FILE_UPLOAD_CANCELLED"),
        _ => None,
    }
}

/// The fields, wherever they stand. The older clients say `fileName` and `mimeType`.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Fields<'a> {
    #[serde(borrow)]
    upload_id: Option<&'a RawValue>,
    #[serde(borrow, alias = "fileName")]
    filename: Option<&'a RawValue>,
    #[serde(borrow, alias = "mimeType")]
    file_type: Option<&'a RawValue>,
    #[serde(borrow)]
    file_size: Option<&'a RawValue>,
    #[serde(borrow)]
    chunk_size: Option<&'a RawValue>,
    #[serde(borrow)]
    chunk_index: Option<&'a RawValue>,
    #[serde(borrow)]
    total_chunks: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Reads the rest of a message: `all` is its text.
pub(super) fn message<'a>(
    all: &'a str,
    message_type: &str,
    payload: Option<&'a RawValue>,
) -> Result<UploadMessage<'a>, String> {
    let inner: Fields<'a> = object(payload, "payload")?;
    let outer: Fields<'a> = serde_json::from_str(all).map_err(|error| error.to_string())?;
    let upload = text(
        outer.upload_id.or(inner.upload_id),
        "uploadId",
        MAX_ID_BYTES,
    )?;
    match &upload {
        Some(id) if !is_id(id) => {
            return Err(format!(
                "uploadId must be 1 to {MAX_ID_BYTES} letters, digits, _ or -"
            ));
        }
        None if message_type != START => return Err("uploadId is missing".to_owned()),
        _ => {}
    }
    let step = match message_type {
        START => {
            let field =
                |raw, name, max| text(raw, name, max)?.ok_or_else(|| format!("{name} is missing"));
            UploadStep::Start {
                filename: field(
                    outer.filename.or(inner.filename),
                    "filename",
                    MAX_FILENAME_BYTES,
                )?,
                // A browser that does not know the type says nothing.
                media_type: text(
                    outer.file_type.or(inner.file_type),
                    "fileType",
                    MAX_TYPE_BYTES,
                )?
                .unwrap_or_default(),
                size: number(outer.file_size.or(inner.file_size), "fileSize")?
                    .ok_or("fileSize is missing")?,
                chunk_size: number(outer.chunk_size.or(inner.chunk_size), "chunkSize")?,
            }
        }
        CHUNK => UploadStep::Chunk {
            index: small(outer.chunk_index.or(inner.chunk_index), "chunkIndex")?
                .ok_or("chunkIndex is missing")?,
            total: small(outer.total_chunks.or(inner.total_chunks), "totalChunks")?.unwrap_or(0),
            data: text(outer.data.or(inner.data), "data", usize::MAX)?,
        },
        COMPLETE => UploadStep::Complete,
        _ => UploadStep::Cancel,
    };
    Ok(UploadMessage { upload, step })
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn number(raw: Option<&RawValue>, name: &str) -> Result<Option<u64>, String> {
    let Some(raw) = raw.filter(|raw| raw.get() != "null") else {
        return Ok(None);
    };
    let wrong = |_| format!("{name} must be a whole number, 0 or more");
    serde_json::from_str(raw.get()).map(Some).map_err(wrong)
}

fn small(raw: Option<&RawValue>, name: &str) -> Result<Option<u32>, String> {
    let wrong = |_| format!("{name} is too large");
    number(raw, name)?
        .map(u32::try_from)
        .transpose()
        .map_err(wrong)
}
