//! From a MessagePack frame to JSON text. Everything here is hostile.
//!
//! A length that a frame announces is never believed: nothing is reserved for it, and what cannot be there because the
//! frame is shorter is refused at once. There is no recursion. The text has the limit that a text frame has, so what
//! comes behind cannot tell the two apart.

use std::fmt::Write as _;
use std::ops::Range;

use compact_str::ToCompactString;
use rmp::Marker;

use crate::protocol::Code;

/// What a frame may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How deep objects and arrays may nest.
    pub depth: usize,
    /// Bytes of the JSON text.
    pub json_bytes: usize,
}

/// A frame as JSON text.
#[derive(Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The text: an object, or whatever the frame holds.
    pub json: String,
    /// Where in the frame the byte string is that stood in `data` of the message, if one did. The text has no `data`
    /// then: bytes would have to be made text only to be made bytes again.
    pub bytes: Option<Range<usize>>,
}

/// Why a frame is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// Something announced is not there.
    #[error("Invalid MessagePack: it ends too early")]
    Truncated,
    /// A frame is one value.
    #[error("Invalid MessagePack: something follows the message")]
    Trailing,
    /// The one byte that means nothing.
    #[error("Invalid MessagePack: the byte 0xc1 has no meaning")]
    Reserved,
    /// Text that is not UTF-8.
    #[error("Invalid MessagePack: text must be UTF-8")]
    NotUtf8,
    /// As in JSON.
    #[error("The message nests deeper than {0} levels")]
    TooDeep(usize),
    /// JSON has only such keys.
    #[error("Invalid message: the keys of a map must be text")]
    Key,
    /// JSON has no such numbers.
    #[error("Invalid message: a number must be finite")]
    NotFinite,
    /// JSON has no bytes; text is not meant by them.
    #[error(
        "Invalid message: bytes may stand only in the data of an upload's chunk; send text as text"
    )]
    Bytes,
    /// Times among them.
    #[error("Invalid message: extension types have no meaning here; send times as text or numbers")]
    Extension,
    /// The text would be larger than a text frame may be.
    #[error("The message is too large")]
    TooLarge,
}

impl UnpackError {
    /// The code for the client.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::Truncated | Self::Trailing | Self::Reserved | Self::NotUtf8 => {
                Code::InvalidMessagePack
            }
            Self::TooDeep(_) | Self::Key | Self::NotFinite | Self::Bytes | Self::Extension => {
                Code::InvalidMessage
            }
            Self::TooLarge => Code::LimitExceeded,
        }
    }
}

/// A frame as JSON text.
///
/// # Errors
/// If it is not one value of MessagePack, has what JSON has not, or is more than it may be.
pub fn unpack(frame: &[u8], limits: Limits) -> Result<Unpacked, UnpackError> {
    let mut reader = Reader {
        frame,
        at: 0,
        // Text is longer than MessagePack, by a fifth or so.
        json: String::with_capacity((frame.len() + frame.len() / 4 + 16).min(limits.json_bytes)),
        limits,
        data_key: None,
        bytes: None,
    };
    reader.value()?;
    if reader.at < frame.len() {
        return Err(UnpackError::Trailing);
    }
    Ok(Unpacked {
        json: reader.json,
        bytes: reader.bytes,
    })
}

struct Reader<'f> {
    frame: &'f [u8],
    at: usize,
    json: String,
    limits: Limits,
    /// Where in the text the key `data` of the message begins, if that key was the last one read.
    data_key: Option<usize>,
    bytes: Option<Range<usize>>,
}

/// An array or map that is not complete.
struct Open {
    /// Values, or pairs, that are still to come.
    left: usize,
    map: bool,
}

impl<'f> Reader<'f> {
    fn value(&mut self) -> Result<(), UnpackError> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            let data_key = self.data_key.take();
            let open = match self.marker()? {
                Marker::FixMap(length) => Some((length.into(), true)),
                Marker::Map16 => Some((self.length::<2>()?, true)),
                Marker::Map32 => Some((self.length::<4>()?, true)),
                Marker::FixArray(length) => Some((length.into(), false)),
                Marker::Array16 => Some((self.length::<2>()?, false)),
                Marker::Array32 => Some((self.length::<4>()?, false)),
                marker @ (Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
                    self.bytes(marker, data_key)?;
                    None
                }
                marker => {
                    self.scalar(marker)?;
                    None
                }
            };
            if let Some((length, map)) = open {
                self.begin(stack.len(), length, map)?;
                stack.push(Open { left: length, map });
            }
            if self.json.len() > self.limits.json_bytes {
                return Err(UnpackError::TooLarge);
            }
            // Ends whatever is complete.
            loop {
                let depth = stack.len();
                let Some(open) = stack.last_mut() else {
                    return Ok(());
                };
                if open.left > 0 {
                    open.left -= 1;
                    if !self.json.ends_with(['{', '[']) {
                        self.json.push(',');
                    }
                    if open.map {
                        self.key(depth == 1)?;
                    }
                    break;
                }
                self.json.push(if open.map { '}' } else { ']' });
                stack.pop();
            }
        }
    }

    fn begin(&mut self, depth: usize, length: usize, map: bool) -> Result<(), UnpackError> {
        if depth >= self.limits.depth {
            return Err(UnpackError::TooDeep(self.limits.depth));
        }
        // Each value takes a byte at least.
        let least = length.saturating_mul(if map { 2 } else { 1 });
        if least > self.frame.len() - self.at {
            return Err(UnpackError::Truncated);
        }
        self.json.push(if map { '{' } else { '[' });
        Ok(())
    }

    fn key(&mut self, of_message: bool) -> Result<(), UnpackError> {
        let begun = self.json.len();
        let marker = self.marker()?;
        let key = self.text(marker)?.ok_or(UnpackError::Key)?;
        if of_message && key == "data" {
            self.data_key = Some(begun);
        }
        self.push_text(key)?;
        self.json.push(':');
        Ok(())
    }

    /// Bytes are known in one place. They stay where they are, and their key goes from the text.
    fn bytes(&mut self, marker: Marker, data_key: Option<usize>) -> Result<(), UnpackError> {
        let length = match marker {
            Marker::Bin8 => self.length::<1>()?,
            Marker::Bin16 => self.length::<2>()?,
            _ => self.length::<4>()?,
        };
        let (Some(key), None) = (data_key, &self.bytes) else {
            return Err(UnpackError::Bytes);
        };
        let begin = self.at;
        self.take(length)?;
        self.bytes = Some(begin..self.at);
        self.json.truncate(key);
        if self.json.ends_with(',') {
            self.json.pop();
        }
        Ok(())
    }

    fn scalar(&mut self, marker: Marker) -> Result<(), UnpackError> {
        match marker {
            Marker::Null => self.json.push_str("null"),
            Marker::True => self.json.push_str("true"),
            Marker::False => self.json.push_str("false"),
            Marker::FixPos(number) => self.number(number),
            Marker::FixNeg(number) => self.number(number),
            Marker::U8 => {
                let number = u8::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::U16 => {
                let number = u16::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::U32 => {
                let number = u32::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::U64 => {
                let number = u64::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::I8 => {
                let number = i8::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::I16 => {
                let number = i16::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::I32 => {
                let number = i32::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::I64 => {
                let number = i64::from_be_bytes(self.array()?);
                self.number(number);
            }
            Marker::F32 => {
                let number = f32::from_be_bytes(self.array()?);
                self.float(number.into())?;
            }
            Marker::F64 => {
                let number = f64::from_be_bytes(self.array()?);
                self.float(number)?;
            }
            Marker::Reserved => return Err(UnpackError::Reserved),
            marker => {
                // All that is left: text, and what is none.
                let text = self.text(marker)?.ok_or(UnpackError::Extension)?;
                self.push_text(text)?;
            }
        }
        Ok(())
    }

    /// A text, or `None` if the marker says that it is something else.
    fn text(&mut self, marker: Marker) -> Result<Option<&'f str>, UnpackError> {
        let length = match marker {
            Marker::FixStr(length) => length.into(),
            Marker::Str8 => self.length::<1>()?,
            Marker::Str16 => self.length::<2>()?,
            Marker::Str32 => self.length::<4>()?,
            Marker::Reserved => return Err(UnpackError::Reserved),
            _ => return Ok(None),
        };
        let text = std::str::from_utf8(self.take(length)?);
        text.map(Some).map_err(|_| UnpackError::NotUtf8)
    }

    fn push_text(&mut self, text: &str) -> Result<(), UnpackError> {
        // Before it is escaped: six times as much as was sent could come of it.
        if self.json.len() + text.len() > self.limits.json_bytes {
            return Err(UnpackError::TooLarge);
        }
        self.json.push('"');
        let mut rest = text;
        while let Some(at) = rest
            .bytes()
            .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
        {
            self.json.push_str(&rest[..at]);
            let byte = rest.as_bytes()[at];
            match byte {
                b'"' => self.json.push_str("\\\""),
                b'\\' => self.json.push_str("\\\\"),
                b'\n' => self.json.push_str("\\n"),
                b'\r' => self.json.push_str("\\r"),
                b'\t' => self.json.push_str("\\t"),
                0x08 => self.json.push_str("\\b"),
                0x0c => self.json.push_str("\\f"),
                // Writing to a string cannot fail.
                _ => drop(write!(self.json, "\\u{byte:04x}")),
            }
            // Of one byte, as all that are escaped.
            rest = &rest[at + 1..];
        }
        self.json.push_str(rest);
        self.json.push('"');
        Ok(())
    }

    fn number(&mut self, number: impl ToCompactString) {
        self.json.push_str(&number.to_compact_string());
    }

    fn float(&mut self, number: f64) -> Result<(), UnpackError> {
        let number = serde_json::Number::from_f64(number).ok_or(UnpackError::NotFinite)?;
        // As above.
        let _ = write!(self.json, "{number}");
        Ok(())
    }

    fn marker(&mut self) -> Result<Marker, UnpackError> {
        self.array().map(|[byte]| Marker::from_u8(byte))
    }

    /// A length of so many bytes.
    fn length<const BYTES: usize>(&mut self) -> Result<usize, UnpackError> {
        let bytes: [u8; BYTES] = self.array()?;
        Ok(bytes
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    fn array<const BYTES: usize>(&mut self) -> Result<[u8; BYTES], UnpackError> {
        let bytes = self.frame[self.at..]
            .first_chunk()
            .ok_or(UnpackError::Truncated)?;
        self.at += BYTES;
        Ok(*bytes)
    }

    fn take(&mut self, length: usize) -> Result<&'f [u8], UnpackError> {
        let bytes = self.frame[self.at..]
            .get(..length)
            .ok_or(UnpackError::Truncated)?;
        self.at += length;
        Ok(bytes)
    }
}
