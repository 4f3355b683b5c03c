//! What people may write where. Text comes from anybody.

use liveside_guest::prelude::*;

/// One line: a name of something. Blanks around it are not part of it.
pub(crate) fn line(text: &str, what: &str, longest: usize) -> Result<String> {
    let line = text.trim();
    ensure!(!line.is_empty(), "{what} is missing.");
    ensure!(
        !line.contains(char::is_control),
        "{what} has only characters that show."
    );
    within(line, what, longest)
}

/// What somebody says, in one line or several.
pub(crate) fn message(text: &str, longest: usize) -> Result<String> {
    let text = text.trim();
    ensure!(!text.is_empty(), "A message is missing.");
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    ensure!(
        !text.contains(hidden),
        "A message has only characters that show."
    );
    within(text, "A message", longest)
}

fn within(text: &str, what: &str, longest: usize) -> Result<String> {
    let length = text.chars().count();
    ensure!(
        length <= longest,
        "{what} has at most {longest} characters, not {length}."
    );
    Ok(text.to_owned())
}
