//! The JSON Schemas that the daemon checks by, made from the types of arguments and fields.
#![cfg(feature = "schema")]

use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(State)]
#[state(schema)]
struct Form {
    #[schemars(length(max = 80))]
    full_name: String,
    age: Option<u8>,
    address: Address,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Address {
    city: String,
}

#[component(set_value)]
impl Form {
    #[action(schema)]
    fn send(&self, _cx: &Context, #[schemars(length(min = 1, max = 500))] text: &str) -> usize {
        text.len()
    }

    #[action(schema)]
    fn add(&self, by: Option<i64>) -> i64 {
        by.unwrap_or(1)
    }

    #[action(schema)]
    fn buy(&self, item_name: String, #[schemars(range(min = 1))] count: Option<u32>) -> String {
        format!("{item_name}: {count:?}")
    }

    #[action(schema)]
    fn find(&self, first: Option<u8>, last: Option<u8>) -> bool {
        first < last
    }

    #[action(schema)]
    fn submit(&mut self, address: Address) {
        self.address = address;
    }

    #[action(schema)]
    fn city(&mut self, city: Address) {
        self.address = city;
    }

    #[action(schema)]
    fn reset(&mut self) {
        self.age = None;
    }

    #[action]
    fn unchecked(&self, text: String) -> usize {
        text.len()
    }
}

fn schema(action: &str) -> Value {
    let schema = Harness::<Form>::mount().payload_schema(action);
    schema.unwrap_or(Value::Null)
}

fn address() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
}

#[test]
fn one_value_goes_by_name_or_by_itself() {
    let text = json!({"type": "string", "minLength": 1, "maxLength": 500});
    assert_eq!(
        schema("send"),
        json!({
            "if": {"type": "object"},
            "then": {"required": ["text"], "properties": {"text": text}},
            "else": text,
        })
    );
    let by = json!({"type": ["integer", "null"], "format": "int64"});
    assert_eq!(
        schema("add"),
        json!({"if": {"type": "object"}, "then": {"properties": {"by": by}}, "else": by})
    );
}

#[test]
fn several_arguments_are_an_object() {
    assert_eq!(
        schema("buy"),
        json!({
            "type": "object",
            "required": ["itemName"],
            "properties": {
                "itemName": {"type": "string"},
                "count": {"type": ["integer", "null"], "format": "uint32", "minimum": 1},
            },
        })
    );
    assert_eq!(schema("find")["type"], json!(["object", "null"]));
    assert_eq!(schema("find").get("required"), None);
}

#[test]
fn an_object_is_the_payload_or_under_its_name() {
    let reference = json!({"$ref": "#/$defs/Address"});
    assert_eq!(
        schema("submit"),
        json!({
            "if": {"type": "object", "required": ["address"], "maxProperties": 1},
            "then": {"properties": {"address": reference}},
            "else": reference,
            "$defs": {"Address": address()},
        })
    );
    // A field of its own has the argument's name: only the whole can be meant.
    assert_eq!(
        schema("city"),
        json!({"allOf": [reference], "$defs": {"Address": address()}})
    );
}

#[test]
fn there_is_a_schema_only_where_one_is_asked_for() {
    let form = Harness::<Form>::mount();
    assert_eq!(form.payload_schema("reset"), None);
    assert_eq!(form.payload_schema("unchecked"), None);
    assert_eq!(form.payload_schema("setValue"), None);
}

#[test]
fn the_schema_of_a_state_requires_nothing() {
    assert_eq!(
        Harness::<Form>::mount().state_schema().unwrap(),
        json!({
            "type": "object",
            "properties": {
                "fullName": {"type": "string", "maxLength": 80},
                "age": {"type": ["integer", "null"], "format": "uint8", "minimum": 0, "maximum": 255},
                "address": {"$ref": "#/$defs/Address"},
            },
            "$defs": {"Address": address()},
        })
    );
}
