//! The first line of a file that is there: how logic reads what was uploaded.

use liveside_guest::prelude::*;

/// In bytes: 120 characters have at most 480. The rest of the file stays where it is.
const BEGINNING: u32 = 512;
/// In characters.
const LONGEST_LINE: usize = 120;

/// The first line of a finished upload, `None` where there is none to show. The file is there all the same, so what
/// goes wrong here is for the log.
pub(crate) fn of(cx: &Context, upload: &str) -> Option<String> {
    match cx.uploads().read(upload, 0, BEGINNING) {
        Ok(bytes) => first_line(&bytes),
        Err(error) => {
            cx.log().warn(error.message);
            None
        }
    }
}

fn first_line(bytes: &[u8]) -> Option<String> {
    let text = beginning(bytes)?;
    let line = text.strip_prefix('\u{feff}').unwrap_or(text).lines().next();
    let line = line?.trim_end();
    let shows = |c: char| !c.is_control() || c == '\t';
    (!line.is_empty() && line.chars().all(shows)).then(|| line.chars().take(LONGEST_LINE).collect())
}

/// The bytes as text. Where they are only the beginning of the file, its last character may be cut in two.
fn beginning(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() && bytes.len() == BEGINNING as usize => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}
