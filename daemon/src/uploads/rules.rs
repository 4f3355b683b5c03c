//! What a file may be called and how large it may be, before a byte of it has come.

use thiserror::Error;

/// Longest name, in characters.
const MAX_NAME_CHARS: usize = 255;

/// Names that mean a device on Windows, with any ending.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A name that no file may have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// None, or too much of one.
    #[error("The file's name must have 1 to {MAX_NAME_CHARS} characters")]
    Length,
    /// It leads elsewhere.
    #[error("The file's name must be a name, not a path")]
    Path,
    /// What is seen is not what is there.
    #[error("The file's name has characters that cannot be shown")]
    Invisible,
    /// Systems drop what stands there, and the name becomes another.
    #[error("The file's name must not begin with a space or end with a space or a dot")]
    Edge,
    /// Windows takes it for a device.
    #[error("`{0}` is the name of a device, not of a file")]
    Device(String),
    /// It may do something when it is opened.
    #[error("Files ending in `.{0}` are not taken")]
    Blocked(String),
}

/// Checks what a browser calls its file. The name is shown to people and never used as one on the disk.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_name(name: &str, blocked_extensions: &[String]) -> Result<(), NameError> {
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(NameError::Length);
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(NameError::Path);
    }
    if name.chars().any(|c| c.is_control() || reorders(c)) {
        return Err(NameError::Invisible);
    }
    if name.starts_with(' ') || name.ends_with([' ', '.']) {
        return Err(NameError::Edge);
    }
    let mut parts = name.split('.').map(|part| part.trim().to_ascii_lowercase());
    let stem = parts.next().unwrap_or_default();
    if DEVICES.contains(&&*stem) {
        return Err(NameError::Device(stem));
    }
    // Every part: servers have been made to run `a.php.png`.
    match parts.find(|part| {
        blocked_extensions
            .iter()
            .any(|blocked| blocked.trim_start_matches('.').eq_ignore_ascii_case(part))
    }) {
        Some(blocked) => Err(NameError::Blocked(blocked)),
        None => Ok(()),
    }
}

/// Characters that make text run the other way or take no room: `photo<RLO>gnp.exe` is seen as `photoexe.png`.
fn reorders(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a list such as `image/*, text/plain` has a media type.
#[must_use]
pub fn is_listed(media_type: &str, list: &[String]) -> bool {
    let (kind, _) = media_type.split_once('/').unwrap_or((media_type, ""));
    list.iter().any(|listed| match listed.split_once('/') {
        _ if listed == "*/*" => true,
        Some((wanted, "*")) => wanted.eq_ignore_ascii_case(kind),
        _ => listed.eq_ignore_ascii_case(media_type),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(name: &str) -> Result<(), NameError> {
        check_name(name, &["exe".to_owned(), ".php".to_owned()])
    }

    #[test]
    fn ordinary_names_are_taken() {
        for name in [
            "a",
            "photo.png",
            "Größe 2 (neu).jpeg",
            "archive.tar.gz",
            ".hidden",
            "exe",
            "console.txt",
            "写真.png",
        ] {
            assert_eq!(check(name), Ok(()), "{name:?}");
        }
        assert_eq!(check(&"ü".repeat(255)), Ok(()));
    }

    #[test]
    fn others_are_refused_each_with_its_reason() {
        let blocked = |part: &str| NameError::Blocked(part.to_owned());
        for (name, error) in [
            ("", NameError::Length),
            ("../a.png", NameError::Path),
            ("a\\b.png", NameError::Path),
            ("..", NameError::Path),
            ("a\0.png", NameError::Invisible),
            ("a\n.png", NameError::Invisible),
            ("photo\u{202e}gnp.png", NameError::Invisible),
            (" a.png", NameError::Edge),
            ("a.png ", NameError::Edge),
            ("a.png.", NameError::Edge),
            ("CON", NameError::Device("con".to_owned())),
            ("nul.txt", NameError::Device("nul".to_owned())),
            ("Lpt1.a.png", NameError::Device("lpt1".to_owned())),
            ("a.EXE", blocked("exe")),
            ("a.exe.png", blocked("exe")),
            ("a.php .png", blocked("php")),
            (".php", blocked("php")),
        ] {
            assert_eq!(check(name), Err(error), "{name:?}");
        }
        assert_eq!(check(&"a".repeat(256)), Err(NameError::Length));
    }

    #[test]
    fn types_are_listed_by_name_or_by_kind() {
        let list = ["image/*".to_owned(), "text/plain".to_owned()];
        for (media_type, listed) in [
            ("image/png", true),
            ("IMAGE/PNG", true),
            ("text/plain", true),
            ("text/html", false),
            ("imagex/png", false),
            ("image", true),
            ("", false),
        ] {
            assert_eq!(is_listed(media_type, &list), listed, "{media_type:?}");
        }
        assert!(is_listed("a/b", &["*/*".to_owned()]));
        assert!(!is_listed("a/b", &[]));
    }

    proptest! {
        #[test]
        fn no_name_that_is_taken_leads_elsewhere_or_hides_its_ending(name in "\\PC{0,20}(\\.exe|/|\\.\\.)?\\PC{0,5}") {
            if check(&name).is_ok() {
                prop_assert!(!name.contains(['/', '\\', '\0']));
                prop_assert!(!name.to_ascii_lowercase().split('.').skip(1).any(|part| part == "exe"));
            }
        }
    }
}
