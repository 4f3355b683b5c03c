//! What may be uploaded. The daemon has rules of its own, for all components; these are this one's, and whoever breaks
//! them reads the sentence.

use liveside_guest::prelude::*;

/// In MiB.
const LARGEST_FILE: u64 = 20;
/// In characters.
const LONGEST_NAME: usize = 120;
/// In characters. No registered media type comes near it.
const LONGEST_TYPE: usize = 100;
/// In characters.
const LONGEST_URL: usize = 1_000;

/// Where files are served from.
const PLACES: [&str; 2] = ["/uploads/", "/api/uploads/"];

pub(crate) fn check_size(bytes: u64) -> Result<()> {
    ensure!(
        bytes <= LARGEST_FILE << 20,
        "A file has at most {LARGEST_FILE} MiB."
    );
    Ok(())
}

/// Without the blanks around it.
pub(crate) fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    ensure!(!name.is_empty(), "A file needs a name.");
    ensure!(
        name.chars().count() <= LONGEST_NAME,
        "The name of a file has at most {LONGEST_NAME} characters."
    );
    ensure!(is_one_part(name), "The name of a file is not a path.");
    Ok(name.to_owned())
}

/// In lower case and without parameters: `Text/Plain; charset=utf-8` is `text/plain`.
pub(crate) fn checked_type(content_type: &str) -> Result<String> {
    let (essence, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    let essence = essence.trim().to_ascii_lowercase();
    let is_picture = essence.strip_prefix("image/").is_some_and(is_token);
    let is_other = matches!(
        essence.as_str(),
        "text/plain" | "application/pdf" | "application/zip"
    );
    ensure!(
        is_picture || is_other,
        "Only pictures, plain text, PDF and ZIP files are taken."
    );
    Ok(essence)
}

/// The page makes a link of it, so it leads to a file in one of the places, and nowhere else.
pub(crate) fn check_url(url: &str) -> Result<()> {
    let name = PLACES.iter().find_map(|place| url.strip_prefix(place));
    let leads_to_a_file = name.is_some_and(|name| {
        // `%2e%2e` is `..` to a browser; `%2f` is `/` to some servers.
        let mut plain = name.to_ascii_lowercase();
        for (encoded, character) in [("%2e", "."), ("%2f", "/"), ("%5c", "\\")] {
            plain = plain.replace(encoded, character);
        }
        is_one_part(&plain) && !plain.contains(['?', '#'])
    });
    ensure!(
        leads_to_a_file && url.chars().count() <= LONGEST_URL,
        "A file's address is {}NAME.",
        PLACES[0]
    );
    Ok(())
}

/// Whether it can only be the name of something, and neither a way to it nor a line that is none.
fn is_one_part(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
        && !name.contains(['/', '\\'])
        && !name.contains(char::is_control)
}

fn is_token(subtype: &str) -> bool {
    let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    (1..=LONGEST_TYPE).contains(&subtype.len()) && subtype.chars().all(of_token)
}
