//! How the text becomes `data`: as it is, or compressed, or encrypted, or first the one and then the other.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::envelope::Envelope;
use super::error::SigningError;
use super::key::Key;

/// `data`, and how it is packed.
pub(super) struct Packed {
    pub(super) data: String,
    pub(super) compressed: bool,
    pub(super) encrypted: bool,
}

/// Packs a text, compressed if it has more bytes than `compress_over` and becomes shorter, encrypted if there is a key.
/// `None` if it cannot be encrypted.
pub(super) fn pack(text: String, compress_over: usize, key: Option<&Key>) -> Option<Packed> {
    // Base64, which a compressed text needs and an encrypted one has anyway, makes four bytes of three.
    let shorter = |zipped: &Vec<u8>| match key {
        Some(_) => zipped.len() < text.len(),
        None => zipped.len().div_ceil(3) * 4 < text.len(),
    };
    let zipped = Some(&text)
        .filter(|text| text.len() > compress_over)
        .and_then(|text| compress(text.as_bytes()))
        .filter(shorter);
    let compressed = zipped.is_some();
    let data = match (zipped, key) {
        (None, None) => text,
        (Some(zipped), None) => STANDARD.encode(zipped),
        (zipped, Some(key)) => {
            STANDARD.encode(key.encrypt(zipped.unwrap_or_else(|| text.into_bytes()))?)
        }
    };
    Some(Packed {
        data,
        compressed,
        encrypted: key.is_some(),
    })
}

/// The text of an envelope whose signature `key` has verified. Stops inflating where the text would have more than
/// `max_text_bytes`: a few bytes can be made to inflate to any size.
pub(super) fn unpack<'a>(
    envelope: &'a Envelope<'_>,
    key: &Key,
    max_text_bytes: usize,
) -> Result<Cow<'a, str>, SigningError> {
    if !envelope.compressed && !envelope.encrypted {
        return Ok(Cow::Borrowed(&envelope.data));
    }
    let mut bytes = STANDARD
        .decode(envelope.data.as_bytes())
        .map_err(|_| SigningError::Malformed("its data is not base64"))?;
    if envelope.encrypted {
        let unreadable = SigningError::Malformed("its data cannot be decrypted");
        bytes = key.decrypt(bytes).ok_or(unreadable)?;
    }
    if envelope.compressed {
        bytes = inflate(&bytes, max_text_bytes)?;
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| SigningError::Malformed("its data is not UTF-8"))
}

/// `None` never, in practice: nothing that is written to memory fails.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    // The fastest level: states are signed again and again, and each is read at most once.
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn inflate(zipped: &[u8], max_bytes: usize) -> Result<Vec<u8>, SigningError> {
    let mut bytes = Vec::new();
    GzDecoder::new(zipped)
        .take(max_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| SigningError::Malformed("its data is not gzip"))?;
    if bytes.len() > max_bytes {
        return Err(SigningError::TooLarge { max_bytes });
    }
    Ok(bytes)
}
