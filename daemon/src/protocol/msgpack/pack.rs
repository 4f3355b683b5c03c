//! From JSON text to MessagePack, in one pass.
//!
//! MessagePack says how many entries an object has before the first of them; JSON shows it after the last. Nearly all
//! objects have fewer than 16, for which one byte is enough: so one byte is left free, and the few that turn out to be
//! larger are moved up by what their header takes more. There is no recursion: a state may nest as deep as it likes.

use memchr::memchr2;
use rmp::{Marker, encode};

/// The text is not JSON. What the daemon sends always is: this is a bug, and never a client's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON, at byte {at}")]
pub struct NotJson {
    at: usize,
}

/// A place in JSON text, right behind the opening quote of an empty string, and the same place in MessagePack: where
/// the string belongs, of which nothing is written.
pub type Gap = usize;

/// Appends JSON text as MessagePack. Several values, with commas between them, become as many values.
///
/// Objects and arrays get the shortest header; numbers the shortest form that gives the same number again. An escaped
/// surrogate without its other half, which UTF-8 cannot say, becomes U+FFFD.
///
/// # Errors
/// If it is not JSON; `out` is then as long as before. Not everything that is wrong is noticed.
pub fn pack(json: &[u8], out: &mut Vec<u8>) -> Result<(), NotJson> {
    Packer::new(json, None).run(out).map(drop)
}

/// As [`pack`], but leaves out the string at `gap`, if there is one: gives where it belongs.
///
/// # Errors
/// As [`pack`].
pub fn pack_with_gap(
    json: &[u8],
    gap: Option<Gap>,
    out: &mut Vec<u8>,
) -> Result<Option<Gap>, NotJson> {
    Packer::new(json, gap).run(out)
}

/// An object or array that has begun and not ended.
struct Open {
    /// Where its header is.
    header: usize,
    entries: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Array,
    Map,
}

struct Packer<'j> {
    json: &'j [u8],
    at: usize,
    gap: Option<Gap>,
    /// Where the gap came to lie.
    found: Option<Gap>,
}

impl<'j> Packer<'j> {
    fn new(json: &'j [u8], gap: Option<Gap>) -> Self {
        Self {
            json,
            at: 0,
            gap,
            found: None,
        }
    }

    fn run(mut self, out: &mut Vec<u8>) -> Result<Option<Gap>, NotJson> {
        let begun = out.len();
        match self.values(out) {
            Some(()) => Ok(self.found),
            None => {
                out.truncate(begun);
                Err(NotJson { at: self.at })
            }
        }
    }

    /// `None` if it is not JSON.
    fn values(&mut self, out: &mut Vec<u8>) -> Option<()> {
        // Most messages nest three or four levels deep.
        let mut stack: Vec<Open> = Vec::with_capacity(8);
        loop {
            let kind = match self.peek()? {
                b'{' => Some(Kind::Map),
                b'[' => Some(Kind::Array),
                b'"' => {
                    self.string(out)?;
                    None
                }
                b't' => {
                    self.word(b"true")?;
                    out.push(0xc3);
                    None
                }
                b'f' => {
                    self.word(b"false")?;
                    out.push(0xc2);
                    None
                }
                b'n' => {
                    self.word(b"null")?;
                    out.push(0xc0);
                    None
                }
                _ => {
                    self.number(out)?;
                    None
                }
            };
            if let Some(kind) = kind {
                self.at += 1;
                stack.push(Open {
                    header: out.len(),
                    entries: 0,
                    kind,
                });
                out.push(0);
                if self.peek()? != kind.end() {
                    if kind == Kind::Map {
                        self.key(out)?;
                    }
                    continue;
                }
                // Empty: it ends at once.
                self.at += 1;
                close(out, &stack.pop()?);
            }
            // A value is complete, and with it all objects and arrays that end here.
            loop {
                let Some(open) = stack.last_mut() else {
                    match self.peek() {
                        None => return Some(()),
                        Some(b',') => self.at += 1,
                        Some(_) => return None,
                    }
                    break;
                };
                open.entries += 1;
                let next = self.peek()?;
                self.at += 1;
                if next == b',' {
                    if open.kind == Kind::Map {
                        self.key(out)?;
                    }
                    break;
                }
                if next != open.kind.end() {
                    return None;
                }
                close(out, &stack.pop()?);
            }
        }
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.json.get(self.at)? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.json[self.at..].starts_with(word).then(|| {
            self.at += word.len();
        })
    }

    fn key(&mut self, out: &mut Vec<u8>) -> Option<()> {
        self.peek().filter(|byte| *byte == b'"')?;
        self.string(out)?;
        self.peek().filter(|byte| *byte == b':')?;
        self.at += 1;
        Some(())
    }

    /// A string, at its opening quote.
    fn string(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let begin = self.at + 1;
        let mut end = begin + memchr2(b'"', b'\\', self.json.get(begin..)?)?;
        if self.json[end] == b'"' {
            self.at = end + 1;
            if self.gap == Some(begin) {
                self.found = Some(out.len());
                return Some(());
            }
            text(out, &self.json[begin..end]);
            return Some(());
        }
        while self.json[end] == b'\\' {
            end += 2;
            end += memchr2(b'"', b'\\', self.json.get(end..)?)?;
        }
        self.at = end + 1;
        // How long it is without its escapes shows only then.
        let text = out.len();
        unescape(&self.json[begin..end], out)?;
        let length = length_of(out.len() - text);
        insert_head(out, text, |space| {
            encode::write_str_len(space, length).is_ok()
        });
        Some(())
    }

    fn number(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let rest = &self.json[self.at..];
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let text = &rest[..length];
        self.at += length;
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        match whole(digits) {
            // Minus zero is a number of its own, and no whole one.
            Some(0) if negative => float(out, -0.0),
            Some(number) if !negative => {
                let _ = encode::write_uint(out, number);
            }
            Some(number) if number <= i64::MIN.unsigned_abs() => {
                let _ = encode::write_sint(out, 0i64.wrapping_sub_unsigned(number));
            }
            _ => float(out, std::str::from_utf8(text).ok()?.parse().ok()?),
        }
        Some(())
    }
}

impl Kind {
    fn end(self) -> u8 {
        match self {
            Self::Array => b']',
            Self::Map => b'}',
        }
    }
}

/// Digits as a number; `None` if there is something else among them, or if it is larger than 64 bits.
fn whole(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    let mut number = 0u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(number)
}

/// Writes the header of what ends, for which one byte was left free.
fn close(out: &mut Vec<u8>, open: &Open) {
    match u8::try_from(open.entries) {
        Ok(few @ 0..16) => {
            out[open.header] = match open.kind {
                Kind::Array => Marker::FixArray(few),
                Kind::Map => Marker::FixMap(few),
            }
            .to_u8();
        }
        _ => {
            out.remove(open.header);
            let entries = length_of(open.entries);
            insert_head(out, open.header, |space| {
                match open.kind {
                    Kind::Array => encode::write_array_len(space, entries),
                    Kind::Map => encode::write_map_len(space, entries),
                }
                .is_ok()
            });
        }
    }
}

/// Puts a header before what is written already. `write` gets room for any header.
fn insert_head(out: &mut Vec<u8>, at: usize, write: impl FnOnce(&mut &mut [u8]) -> bool) {
    let mut header = [0; 5];
    let mut space = &mut header[..];
    let written = write(&mut space);
    debug_assert!(written, "five bytes hold any header");
    let used = 5 - space.len();
    out.splice(at..at, header[..used].iter().copied());
}

/// Lengths beyond 32 bits do not occur: an outbox has a limit far below.
pub(in crate::protocol) fn length_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Appends a text.
pub(in crate::protocol) fn text(out: &mut Vec<u8>, text: &[u8]) {
    // A vector takes everything: writing to it cannot fail, here and below.
    let _ = encode::write_str_len(out, length_of(text.len()));
    out.extend_from_slice(text);
}

/// In 32 bits where they hold the very same number.
fn float(out: &mut Vec<u8>, number: f64) {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "whether anything is lost is what is asked next"
    )]
    let short = number as f32;
    let _ = if f64::from(short).to_bits() == number.to_bits() {
        encode::write_f32(out, short)
    } else {
        encode::write_f64(out, number)
    };
}

/// The text inside a string's quotes, without its escapes.
fn unescape(mut text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    while let Some(at) = memchr::memchr(b'\\', text) {
        out.extend_from_slice(&text[..at]);
        let (escape, rest) = text[at + 1..].split_first()?;
        text = rest;
        out.push(match escape {
            b'"' | b'\\' | b'/' => *escape,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = code_unit(text)?;
                text = &text[4..];
                let low = (0xd800..0xdc00)
                    .contains(&unit)
                    .then(|| code_unit(text.strip_prefix(b"\\u")?))
                    .flatten()
                    .filter(|low| (0xdc00..0xe000).contains(low));
                let point = match low {
                    Some(low) => {
                        text = &text[6..];
                        0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    None => unit,
                };
                let character = char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => return None,
        });
    }
    out.extend_from_slice(text);
    Some(())
}

/// Four digits of base 16.
fn code_unit(text: &[u8]) -> Option<u32> {
    text.get(..4)?.iter().try_fold(0, |unit, byte| {
        Some(unit << 4 | char::from(*byte).to_digit(16)?)
    })
}
