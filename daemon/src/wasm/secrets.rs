//! Values that are to be shown nowhere, and how they are found in what a guest hands over.
//!
//! It keeps a component from showing a secret by accident: in a whole URL, a debug print, an error of a library. It
//! cannot keep one from it that wants to: a secret in pieces, or turned round, is not found.

use std::fmt;

use serde_json::Value;

/// The secrets of one component.
#[derive(Default)]
pub struct Secrets {
    /// As they are, and as they stand in JSON and in a debug print. The longest first: where one is the beginning of
    /// another, nothing of the other may be left.
    forms: Vec<String>,
    plain: Vec<String>,
}

impl Secrets {
    /// Those of a component. Empty ones are left out: they are in everything.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let plain: Vec<String> = secrets.into_iter().filter(|s| !s.is_empty()).collect();
        let quoted = |text: String| text[1..text.len() - 1].to_owned();
        let mut forms: Vec<String> = plain
            .iter()
            .flat_map(|secret| {
                let json = quoted(Value::from(secret.as_str()).to_string());
                [secret.clone(), json, quoted(format!("{secret:?}"))]
            })
            .collect();
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self { forms, plain }
    }

    /// Whether a text holds one.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| text.contains(form.as_str()))
    }

    /// Whether JSON holds one, however it is escaped.
    #[must_use]
    pub fn are_in_json(&self, json: &str) -> bool {
        if self.forms.is_empty() {
            return false;
        }
        // What cannot be looked into because it nests too deep is not shown.
        self.are_in(json)
            || (json.contains('\\')
                && serde_json::from_str(json).map_or(true, |value| self.are_within(&value)))
    }

    /// Whether bytes hold one as text.
    #[must_use]
    pub fn are_in_bytes(&self, bytes: &[u8]) -> bool {
        !self.forms.is_empty() && self.are_in(&String::from_utf8_lossy(bytes))
    }

    /// The text with stars for every one of them.
    #[must_use]
    pub fn blot_out(&self, mut text: String) -> String {
        for form in &self.forms {
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), "***");
            }
        }
        text
    }

    fn are_within(&self, value: &Value) -> bool {
        let shows = |text: &str| {
            self.plain
                .iter()
                .any(|secret| text.contains(secret.as_str()))
        };
        match value {
            Value::String(text) => shows(text),
            Value::Array(items) => items.iter().any(|item| self.are_within(item)),
            Value::Object(entries) => entries
                .iter()
                .any(|(key, value)| shows(key) || self.are_within(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.plain.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(secrets: &[&str]) -> Secrets {
        Secrets::new(secrets.iter().map(|secret| (*secret).to_owned()))
    }

    #[test]
    fn a_secret_is_found_however_json_writes_it() {
        let found = secrets(&["pä\"ss\\w\nord"]);
        for json in [
            r#"{"a":[1,"it is pä\"ss\\w\nord"]}"#,
            r#"["p\u00e4\u0022ss\u005cw\u000aord"]"#,
            r#"{"pä\"ss\\w\nord":1}"#,
        ] {
            assert!(found.are_in_json(json), "{json}");
        }
        assert!(!found.are_in_json(r#"{"a":"p\u00e4 ss"}"#));
        assert!(!secrets(&[]).are_in_json(r#""\u0061""#));
        assert!(secrets(&["1234"]).are_in_json("[51234.5]"));
        assert!(found.are_in_bytes("\0pä\"ss\\w\nord".as_bytes()));
    }

    #[test]
    fn nothing_is_left_of_a_secret_that_begins_with_another() {
        let both = secrets(&["key", "key-2-long", ""]);
        assert_eq!(
            both.blot_out("a key-2-long, a key".to_owned()),
            "a ***, a ***"
        );
        let quoted = secrets(&["a\"b"]);
        assert_eq!(quoted.blot_out(format!("{:?}", "a\"b")), "\"***\"");
        assert_eq!(format!("{quoted:?}"), "Secrets(1)");
    }

    #[test]
    fn what_nests_too_deep_to_be_looked_into_is_not_shown() {
        let deep = format!("{}\"\\u0061\"{}", "[".repeat(200), "]".repeat(200));
        assert!(secrets(&["a-key"]).are_in_json(&deep));
    }
}
