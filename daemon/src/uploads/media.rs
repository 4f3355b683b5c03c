//! Whether a file is what its browser says that it is.

use thiserror::Error;

/// So much of a file is looked at.
pub const HEAD_BYTES: usize = 8192;

/// Formats that are another format with certain contents: `infer` names one of them, people another.
const FAMILIES: [&[&str]; 7] = [
    &[
        "video/mp4",
        "video/quicktime",
        "video/x-m4v",
        "audio/mp4",
        "audio/m4a",
        "audio/x-m4a",
        "video/3gpp",
    ],
    &["video/webm", "audio/webm", "video/x-matroska"],
    &["audio/ogg", "video/ogg", "application/ogg", "audio/opus"],
    &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
    &["image/vnd.microsoft.icon", "image/x-icon"],
    &["image/heif", "image/heic", "image/avif"],
    &["application/rtf", "text/rtf"],
];

/// Other names of a type.
const ALIASES: [(&str, &str); 8] = [
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-flac", "audio/flac"),
    ("application/x-zip-compressed", "application/zip"),
    ("application/x-gzip", "application/gzip"),
    ("application/x-pdf", "application/pdf"),
    ("image/x-ms-bmp", "image/bmp"),
];

/// What is said where nothing is known.
const UNKNOWN: &str = "application/octet-stream";

/// A file that is not what it is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Mismatch {
    /// It is something else.
    #[error("The file's content is {found}, not {claimed}")]
    Other {
        /// By its first bytes.
        found: &'static str,
        /// What the browser said.
        claimed: String,
    },
    /// It is not that, whatever it is.
    #[error("The file's content is not {claimed}")]
    Not {
        /// What the browser said.
        claimed: String,
    },
}

/// A media type without parameters, in lower case, by its usual name; `None` if it is none.
#[must_use]
pub fn normalised(media_type: &str) -> Option<String> {
    let plain = media_type.split(';').next()?.trim().to_ascii_lowercase();
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    let (kind, name) = plain.split_once('/')?;
    if !is_token(kind) || !is_token(name) || plain.len() > 127 {
        return None;
    }
    let usual = ALIASES.iter().find(|(alias, _)| *alias == plain);
    Some(usual.map_or(plain, |(_, usual)| (*usual).to_owned()))
}

/// The type of a file that a browser announces: what it says, or where it does not know, what the ending says.
#[must_use]
pub fn announced(media_type: &str, filename: &str) -> Option<String> {
    if !media_type.is_empty() && media_type != UNKNOWN {
        return normalised(media_type);
    }
    let guess = mime_guess::from_path(filename).first_raw();
    normalised(guess.unwrap_or(UNKNOWN))
}

/// Checks the beginning of a file against its type, which is [`normalised`]. `head` is all of a file that is shorter
/// than [`HEAD_BYTES`].
///
/// # Errors
/// If it is something else. Of a type that has no mark of its own, anything is taken that has no mark of another.
pub fn check(claimed: &str, head: &[u8]) -> Result<(), Mismatch> {
    let found = infer::get(head);
    let other = |found: infer::Type| Mismatch::Other {
        found: found.mime_type(),
        claimed: claimed.to_owned(),
    };
    match found {
        Some(found) if is_same(claimed, found.mime_type()) => Ok(()),
        Some(found) if is_text(claimed) => {
            // XML may be anything that is written in it. HTML and scripts are told from other text by their first words.
            let is_xml = found.mime_type() == "text/xml" && !claimed.starts_with("text/");
            is_xml.then_some(()).ok_or_else(|| other(found))
        }
        Some(found) => Err(other(found)),
        None if is_text(claimed) && looks_like_text(head) => Ok(()),
        None if is_text(claimed) || infer::is_mime_supported(claimed) => Err(Mismatch::Not {
            claimed: claimed.to_owned(),
        }),
        None => Ok(()),
    }
}

fn is_same(claimed: &str, found: &str) -> bool {
    let usual = normalised(found);
    usual.as_deref() == Some(claimed)
        || FAMILIES
            .iter()
            .any(|family| family.contains(&claimed) && family.contains(&found))
        || (found == "application/zip" && is_zip(claimed))
}

/// Formats that are a ZIP file inside, and are known only by what it holds.
fn is_zip(media_type: &str) -> bool {
    media_type.ends_with("+zip")
        || media_type.starts_with("application/vnd.openxmlformats-officedocument.")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml")
        || ["application/json", "application/xml", "application/yaml"].contains(&media_type)
}

/// UTF-8, or one of the old encodings: bytes, but none that text has not.
fn looks_like_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(HEAD_BYTES)];
    !head
        .iter()
        .any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127))
}

/// The ending for a file of a type: the browser's own if it is one of the type's.
#[must_use]
pub fn extension(media_type: &str, filename: &str) -> Option<String> {
    let listed = mime_guess::get_mime_extensions_str(media_type)?;
    let given = filename
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    let given = given.filter(|given| listed.contains(&given.as_str()));
    // The list is by the alphabet, and begins with what nobody writes.
    let usual = || match media_type {
        "image/jpeg" => "jpg",
        "text/plain" => "txt",
        "audio/mpeg" => "mp3",
        "video/mp4" => "mp4",
        _ => listed.first().copied().unwrap_or("bin"),
    };
    let chosen = given.unwrap_or_else(|| usual().to_owned());
    let fits =
        (1..=10).contains(&chosen.len()) && chosen.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then_some(chosen)
}

/// The type of a file by the ending that [`extension`] gave it.
#[must_use]
pub fn type_of(extension: Option<&str>) -> String {
    let guess = extension.and_then(|ending| mime_guess::from_ext(ending).first_raw());
    guess.unwrap_or(UNKNOWN).to_owned()
}

/// Whether a browser may show it in place: it can do nothing there.
#[must_use]
pub fn is_safe_inline(media_type: &str) -> bool {
    media_type == "text/plain"
        || media_type.starts_with("audio/")
        || media_type.starts_with("video/")
        || (media_type.starts_with("image/") && !media_type.contains("svg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";
    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    #[test]
    fn what_is_what_it_says_is_taken() {
        for (claimed, head) in [
            ("image/png", PNG),
            ("image/jpeg", JPEG),
            ("application/zip", ZIP),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                ZIP,
            ),
            ("text/plain", b"Gr\xc3\xbc\xc3\x9fe\r\n\tan alle\x1b[0m"),
            ("text/plain", b"Gr\xfc\xdfe"),
            ("text/csv", b"a,b\n1,2\n"),
            ("application/json", b"{\"a\":1}"),
            ("image/svg+xml", b"<?xml version=\"1.0\"?><svg/>"),
            (
                "image/svg+xml",
                b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            ),
            ("application/x-own-format", b"\x01\x02\x03"),
            ("audio/mp4", b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom"),
            ("text/plain", b""),
        ] {
            assert_eq!(check(claimed, head), Ok(()), "{claimed} {head:?}");
        }
    }

    #[test]
    fn what_is_something_else_is_not() {
        for (claimed, head) in [
            ("image/png", JPEG),
            ("image/png", EXE),
            ("image/png", b"hello".as_slice()),
            ("image/png", b""),
            ("text/plain", PNG),
            ("text/plain", ELF),
            ("text/plain", b"a\0b"),
            ("text/plain", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("text/csv", b"#!/bin/sh\nrm -rf /"),
            ("application/json", ZIP),
            ("application/pdf", ZIP),
            ("application/zip", PNG),
            ("application/x-own-format", EXE),
            ("image/svg+xml", b"<!DOCTYPE html><script>alert(1)</script>"),
        ] {
            assert!(check(claimed, head).is_err(), "{claimed} {head:?}");
        }
        assert_eq!(
            check("image/png", JPEG).unwrap_err().to_string(),
            "The file's content is image/jpeg, not image/png"
        );
    }

    #[test]
    fn types_have_one_name() {
        for (given, expected) in [
            ("image/PNG", Some("image/png")),
            ("text/plain; charset=utf-8", Some("text/plain")),
            ("image/jpg", Some("image/jpeg")),
            ("", None),
            ("png", None),
            ("image/", None),
            ("image/p ng", None),
            ("image/png\r\nX: y", None),
        ] {
            assert_eq!(normalised(given).as_deref(), expected, "{given:?}");
        }
    }

    #[test]
    fn where_a_browser_does_not_know_the_type_the_ending_says_it() {
        for (media_type, filename, expected) in [
            ("", "notes.md", "text/markdown"),
            ("application/octet-stream", "a.b.PNG", "image/png"),
            ("image/gif", "a.png", "image/gif"),
            ("", "notes", "application/octet-stream"),
        ] {
            let announced = announced(media_type, filename);
            assert_eq!(announced.as_deref(), Some(expected), "{filename}");
        }
        assert_eq!(announced("nonsense", "a.png"), None);
    }

    #[test]
    fn the_ending_belongs_to_the_type() {
        for (media_type, filename, expected) in [
            ("image/png", "a.png", Some("png")),
            ("image/png", "a.PNG", Some("png")),
            ("image/png", "a.html", Some("png")),
            ("image/jpeg", "a.jpeg", Some("jpeg")),
            ("image/jpeg", "a", Some("jpg")),
            ("text/plain", "a.png", Some("txt")),
            ("application/x-own-format", "a.html", None),
        ] {
            assert_eq!(
                extension(media_type, filename).as_deref(),
                expected,
                "{media_type} {filename}"
            );
        }
        assert_eq!(type_of(Some("png")), "image/png");
        assert_eq!(type_of(None), "application/octet-stream");
    }

    #[test]
    fn what_could_run_is_not_shown_in_place() {
        for (media_type, safe) in [
            ("image/png", true),
            ("video/mp4", true),
            ("text/plain", true),
            ("image/svg+xml", false),
            ("text/html", false),
            ("application/pdf", false),
            ("application/octet-stream", false),
        ] {
            assert_eq!(is_safe_inline(media_type), safe, "{media_type}");
        }
    }
}
