//! Little of something large, for errors.

use serde_json::Value;

/// Of a text, in characters.
const MAX_TEXT_CHARS: usize = 24;

/// A value, as an error shows it: the beginning of a text, and of an object or an array only that it is one.
pub(super) fn excerpt(value: &Value) -> String {
    match value {
        Value::String(text) => Value::from(shortened(text, MAX_TEXT_CHARS)).to_string(),
        Value::Array(_) => "the array".to_owned(),
        Value::Object(_) => "the object".to_owned(),
        plain => plain.to_string(),
    }
}

/// A text of at most `max` characters and a mark that it was longer.
pub(super) fn shortened(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
