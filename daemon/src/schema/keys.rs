//! What an object's schema says of single keys.

use serde_json::{Map, Value};

/// Keywords about an object as a whole, or about several of its keys at once.
const OF_THE_WHOLE: [&str; 15] = [
    "required",
    "minProperties",
    "maxProperties",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "const",
    "enum",
];

/// Parts within parts that speak of the same object. Deeper ones are taken as they are.
const MAX_DEPTH: usize = 8;

/// An object's schema without what it says of the object as a whole.
pub(super) fn without_rules_of_the_whole(root: &Value) -> Value {
    stripped(root, root, 0)
}

fn stripped(root: &Value, schema: &Value, depth: usize) -> Value {
    let Value::Object(given) = schema else {
        return schema.clone();
    };
    if depth >= MAX_DEPTH {
        return schema.clone();
    }
    let mut kept = Map::new();
    let mut parts = Vec::new();
    for (keyword, value) in given {
        match (keyword.as_str(), value) {
            ("allOf", Value::Array(all)) => {
                parts.extend(all.iter().map(|part| stripped(root, part, depth + 1)));
            }
            ("$ref", Value::String(target)) => match target_of(root, target) {
                Some(found) => parts.push(stripped(root, found, depth + 1)),
                None => drop(kept.insert(keyword.clone(), value.clone())),
            },
            (keyword, _) if OF_THE_WHOLE.contains(&keyword) => {}
            _ => drop(kept.insert(keyword.clone(), value.clone())),
        }
    }
    if !parts.is_empty() {
        kept.insert("allOf".to_owned(), Value::Array(parts));
    }
    Value::Object(kept)
}

/// What a reference by a plain pointer leads to. Others are rare, and stay references.
fn target_of<'s>(root: &'s Value, target: &str) -> Option<&'s Value> {
    let pointer = target.strip_prefix('#')?;
    if pointer.is_empty() {
        // The object within itself says nothing new.
        return None;
    }
    root.pointer(pointer)
}
