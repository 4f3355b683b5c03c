//! JSON Schemas of payloads and states, from the types that they are read as.
//!
//! A schema says what the rules of `payload` accept, no less and no more: a call that the daemon lets through is one
//! that the method's arguments can be made from.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::payload;

/// Of the payload of several arguments. `Arguments` has them as fields; `needed` are those that must be there.
pub fn of_arguments<Arguments: JsonSchema>(needed: &[(&str, bool)]) -> String {
    let mut schema = object::<Arguments>();
    let needed: Vec<&str> = needed
        .iter()
        .filter(|(_, needed)| *needed)
        .map(|(name, _)| *name)
        .collect();
    if needed.is_empty() {
        schema.insert("type".to_owned(), json!(["object", "null"]));
        schema.remove("required");
    } else {
        schema.insert("required".to_owned(), json!(needed));
    }
    Value::Object(schema).to_string()
}

/// Of the payload of one argument, the only field of `Arguments`.
pub fn of_argument<Arguments: JsonSchema, T: DeserializeOwned>(name: &str) -> String {
    let mut arguments = object::<Arguments>();
    let argument = arguments
        .get_mut("properties")
        .and_then(|properties| properties.get_mut(name))
        .map_or(Value::Bool(true), Value::take);
    let under_its_name = |mut conditions: Value| {
        conditions["properties"] = json!({ name: argument });
        conditions
    };
    let mut schema = match payload::object_fields::<T>() {
        None if payload::is_needed::<T>() => json!({
            "if": {"type": "object"},
            "then": under_its_name(json!({"required": [name]})),
            "else": argument,
        }),
        None => json!({
            "if": {"type": "object"},
            "then": under_its_name(json!({})),
            "else": argument,
        }),
        Some(fields) if !fields.contains(&name) => json!({
            "if": {"type": "object", "required": [name], "maxProperties": 1},
            "then": under_its_name(json!({})),
            "else": argument,
        }),
        Some(_) => json!({"allOf": [argument]}),
    };
    if let Some(definitions) = arguments.remove("$defs") {
        schema["$defs"] = definitions;
    }
    schema.to_string()
}

/// Of a state. No key is required: what a browser sets is always a part.
pub fn of_state<State: JsonSchema>() -> String {
    let mut schema = object::<State>();
    schema.remove("required");
    Value::Object(schema).to_string()
}

/// The schema of a struct that the macros have written: its own name tells nobody anything.
fn object<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = match schemars::schema_for!(T).to_value() {
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    // The draft is the daemon's own.
    schema.remove("$schema");
    schema.remove("title");
    schema
}
