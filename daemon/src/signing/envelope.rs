//! The wire form of a signed state, and what of it the signature covers.

use std::borrow::Cow;

use hmac::Mac as _;
use serde::{Deserialize, Serialize};

use super::key::Authenticator;

/// Digits of a nonce and of a signature: lower case, so that each has one spelling.
const DIGITS: &[u8; 16] = b"0123456789abcdef";
const NONCE_DIGITS: usize = 32;
const SIGNATURE_BYTES: usize = 32;

/// What a browser keeps. Fields that a client adds are ignored: they are not the daemon's, and nothing reads them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a> {
    /// See `content` and `packing`.
    #[serde(borrow)]
    pub(super) data: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) signature: Cow<'a, str>,
    /// When it was signed, in milliseconds since the Unix epoch.
    pub(super) timestamp: u64,
    /// Of the component.
    #[serde(borrow)]
    pub(super) version: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) component_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) nonce: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) compressed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) encrypted: bool,
}

impl Envelope<'_> {
    /// `key`, fed with every field but the signature. Each stands behind its length: two envelopes that differ are
    /// never the same bytes.
    pub(super) fn authenticated(&self, mut key: Authenticator) -> Authenticator {
        let mut feed = |field: &[u8]| {
            key.update(&(field.len() as u64).to_be_bytes());
            key.update(field);
        };
        feed(self.data.as_bytes());
        feed(&self.timestamp.to_be_bytes());
        feed(self.version.as_bytes());
        feed(self.component_id.as_bytes());
        feed(self.nonce.as_bytes());
        feed(&[u8::from(self.compressed), u8::from(self.encrypted)]);
        key
    }

    /// The bytes of the signature; `None` if it cannot be one.
    pub(super) fn signature(&self) -> Option<[u8; SIGNATURE_BYTES]> {
        from_hex(&self.signature)
    }

    /// The nonce; `None` if it cannot be one.
    pub(super) fn nonce(&self) -> Option<Nonce> {
        debug_assert_eq!(size_of::<Nonce>() * 2, NONCE_DIGITS);
        from_hex(&self.nonce)
    }
}

/// What makes a state unlike any other.
pub type Nonce = [u8; NONCE_DIGITS / 2];

/// Lower-case digits.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// `None` unless it is exactly as [`to_hex`] would write it.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_have_one_spelling() {
        assert_eq!(to_hex(&[0x00, 0x9f, 0xa0]), "009fa0");
        assert_eq!(from_hex("009fa0"), Some([0x00, 0x9f, 0xa0]));
        for wrong in ["009FA0", "009fa", "009fa00", "009fg0", "0\u{e9}9fa", ""] {
            assert_eq!(from_hex::<3>(wrong), None, "{wrong}");
        }
    }
}
