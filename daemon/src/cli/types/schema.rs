//! From a JSON Schema, or from a value, to a type. What a type cannot say (lengths, patterns, ranges) is left to the
//! daemon, which checks it; what is not understood is `unknown`.

use serde_json::{Map, Value};

/// How deep types may nest: a schema may refer to itself.
const DEEPEST: usize = 16;

/// The type of what fits a schema. `root`: where its references lead.
pub(super) fn type_of(schema: &Value, root: &Value) -> String {
    of(schema, root, 0)
}

fn of(schema: &Value, root: &Value, depth: usize) -> String {
    let Some(rules) = schema.as_object().filter(|_| depth < DEEPEST) else {
        return unknown();
    };
    let of = |schema: &Value| of(schema, root, depth + 1);
    if let Some(reference) = rules.get("$ref").and_then(Value::as_str) {
        let target = reference
            .strip_prefix('#')
            .and_then(|path| root.pointer(path));
        return target.map_or_else(unknown, of);
    }
    if let Some(value) = rules.get("const") {
        return literal(value);
    }
    if let Some(values) = rules.get("enum").and_then(Value::as_array) {
        return union(values.iter().map(literal));
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(choices) = rules.get(word).and_then(Value::as_array) {
            return union(choices.iter().map(of));
        }
    }
    match rules.get("type") {
        Some(Value::String(kind)) => of_kind(kind, rules, of),
        Some(Value::Array(kinds)) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            union(kinds.map(|kind| of_kind(kind, rules, of)))
        }
        _ if rules.contains_key("properties") => of_kind("object", rules, of),
        _ => unknown(),
    }
}

fn of_kind(kind: &str, rules: &Map<String, Value>, of: impl Fn(&Value) -> String) -> String {
    match kind {
        "integer" | "number" => "number".to_owned(),
        "string" | "boolean" | "null" => kind.to_owned(),
        "array" => list(&rules.get("items").map_or_else(unknown, of)),
        "object" => match rules.get("properties").and_then(Value::as_object) {
            Some(properties) if !properties.is_empty() => {
                let required = rules.get("required").and_then(Value::as_array);
                let is_required =
                    |key: &str| required.is_some_and(|keys| keys.iter().any(|known| known == key));
                fields(properties.iter().map(|(name, value)| {
                    let mark = if is_required(name) { "" } else { "?" };
                    format!("{}{mark}: {}", key(name), of(value))
                }))
            }
            _ => {
                let values = rules
                    .get("additionalProperties")
                    .filter(|rule| rule.is_object());
                format!("Record<string, {}>", values.map_or_else(unknown, of))
            }
        },
        _ => unknown(),
    }
}

/// The type of a value that a state begins with. Of `null` nothing is known but that it may become something else.
pub(super) fn type_of_value(value: &Value) -> String {
    match value {
        Value::Null => unknown(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(items) if items.is_empty() => list(&unknown()),
        Value::Array(items) => list(&union(items.iter().map(type_of_value))),
        Value::Object(keys) if keys.is_empty() => "Record<string, unknown>".to_owned(),
        Value::Object(keys) => fields(
            keys.iter()
                .map(|(name, value)| format!("{}: {}", key(name), type_of_value(value))),
        ),
    }
}

/// A name as a key of a type.
pub(super) fn key(name: &str) -> String {
    let begins =
        name.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '$'));
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$');
    if begins && name.chars().all(is_word) {
        return name.to_owned();
    }
    Value::from(name).to_string()
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn fields(fields: impl Iterator<Item = String>) -> String {
    format!("{{ {} }}", fields.collect::<Vec<_>>().join("; "))
}

fn list(item: &str) -> String {
    if item.contains('|') {
        format!("({item})[]")
    } else {
        format!("{item}[]")
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => type_of_value(value),
        plain => plain.to_string(),
    }
}

/// Each once, in their order.
fn union(types: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = Vec::new();
    for one in types {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    if all.is_empty() || all.iter().any(|one| one == "unknown") {
        return unknown();
    }
    all.join(" | ")
}
