//! Writing a JSON object key by key, without a tree of values in between.

use serde::Serialize;

/// The text of a JSON object under construction.
pub struct ObjectWriter {
    text: Vec<u8>,
}

impl Default for ObjectWriter {
    fn default() -> Self {
        // Enough for a handful of small keys: most events write no more.
        let mut text = Vec::with_capacity(96);
        text.push(b'{');
        Self { text }
    }
}

impl ObjectWriter {
    /// Adds a key. `quoted_key` is the key as JSON with the colon behind it (`"count":`), which the macro knows.
    ///
    /// # Errors
    /// Where the value has no JSON form, such as a map whose keys are not text.
    pub fn put<T: Serialize + ?Sized>(
        &mut self,
        quoted_key: &str,
        value: &T,
    ) -> serde_json::Result<()> {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        self.text.extend_from_slice(quoted_key.as_bytes());
        serde_json::to_writer(&mut self.text, value)
    }

    /// Whether nothing was put in.
    pub fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    /// The finished object.
    pub fn finish(mut self) -> String {
        self.text.push(b'}');
        into_text(self.text)
    }
}

/// JSON text of one value; `None` stands for `null`.
pub(crate) fn to_text<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Option<String>> {
    let text = serde_json::to_string(value)?;
    Ok(if text == "null" { None } else { Some(text) })
}

/// What an error of serde_json says, without the place: the text is the machine's, so the place tells nobody anything.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    let mut text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    if text.ends_with(&place) {
        text.truncate(text.len() - place.len());
    }
    text
}

/// `serde_json` writes UTF-8 only; an empty object would still be one if it did not.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|_| String::from("{}"))
}
