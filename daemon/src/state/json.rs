//! One JSON value as checked, compact text.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value as text. Always valid, without white space between tokens, so that equal text means "no change".
/// Short values (up to 24 bytes) take no allocation.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(CompactString);

/// The text is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
}

impl Json {
    /// Checks and compacts `text`.
    ///
    /// # Errors
    /// If `text` is not exactly one JSON value.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Ok(Self::from(serde_json::from_str::<&RawValue>(text)?))
    }

    /// What `value` is written as, without another check. It must hold no text that goes in as it is (`RawValue`).
    ///
    /// # Errors
    /// If `value` cannot be written as JSON.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, JsonError> {
        Ok(Self(serde_json::to_string(value)?.into()))
    }

    /// Text that is known to be compact JSON.
    pub(super) fn checked(text: String) -> Self {
        Self(text.into())
    }

    /// The value `null`.
    #[must_use]
    pub fn null() -> Self {
        Self(CompactString::const_new("null"))
    }

    /// A JSON string that holds `text`.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Self(CompactString::from(
            serde_json::Value::from(text).to_string(),
        ))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0 == "null"
    }
}

impl From<&RawValue> for Json {
    fn from(raw: &RawValue) -> Self {
        Self(compact(raw.get()))
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Drops the white space between the tokens of valid JSON.
fn compact(text: &str) -> CompactString {
    let text = text.trim_ascii();
    // White space inside strings sets this off too; then the walk below copies the text as it is.
    if !text
        .bytes()
        .any(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t'))
    {
        return CompactString::from(text);
    }
    let mut out = CompactString::with_capacity(text.len());
    let (mut in_string, mut escaped, mut from) = (false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else if byte == b'"' {
            in_string = true;
        } else if byte.is_ascii_whitespace() {
            out.push_str(&text[from..at]);
            from = at + 1;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// The entries of a JSON object, in order, values untouched.
///
/// # Errors
/// If `text` is not a JSON object.
pub fn entries(text: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, JsonError> {
    struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

    impl<'de> Deserialize<'de> for Entries<'de> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct ObjectVisitor;
            impl<'de> Visitor<'de> for ObjectVisitor {
                type Value = Entries<'de>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("a JSON object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(2));
                    while let Some((Text(key), value)) =
                        map.next_entry::<Text<'de>, &'de RawValue>()?
                    {
                        entries.push((key, value));
                    }
                    Ok(Entries(entries))
                }
            }
            deserializer.deserialize_map(ObjectVisitor)
        }
    }

    Ok(serde_json::from_str::<Entries<'_>>(text)?.0)
}

/// A key, borrowed where it holds no escapes. (`Cow`'s own `Deserialize` always copies.)
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_checked_and_compacted() {
        let json = Json::parse(" { \"a b\" : [ 1 , \"x \\\" y\" ] }\n").unwrap();
        assert_eq!(json.as_str(), r#"{"a b":[1,"x \" y"]}"#);
        assert!(Json::parse("{\"a\":}").is_err());
        assert!(Json::parse("1 2").is_err());
        assert!(Json::parse("").is_err());
    }

    #[test]
    fn entries_of_an_object_keep_their_order() {
        let found = entries(r#"{"b": 1, "a": {"c" : 2}}"#).unwrap();
        let found: Vec<_> = found.iter().map(|(k, v)| (k.as_ref(), v.get())).collect();
        assert_eq!(found, [("b", "1"), ("a", r#"{"c" : 2}"#)]);
        assert!(entries("[1]").is_err());
    }

    proptest! {
        #[test]
        fn compacting_changes_no_value(value in value(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let json = Json::parse(&text).unwrap();
            prop_assert_eq!(json.as_str(), serde_json::to_string(&value).unwrap());
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".*".prop_map(serde_json::Value::String),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::vec((".*", inner), 0..5)
                    .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
            ]
        })
    }
}
