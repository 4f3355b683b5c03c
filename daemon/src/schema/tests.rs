//! Which values fit, and what is said of those that do not.

use super::*;

fn schema(text: &str) -> Schema {
    Schema::compile(text).unwrap()
}

fn told(schema: &Schema, value: &str) -> String {
    schema.check("payload", value).unwrap_err().to_string()
}

#[test]
fn an_error_points_at_the_field() {
    let schema = schema(
        r#"{"type":"object","required":["by"],"properties":{"by":{"type":"integer"},"tags":{"items":{"maxLength":3}}}}"#,
    );
    assert_eq!(schema.check("payload", r#"{"by":2}"#), Ok(()));
    assert_eq!(
        told(&schema, r#"{"by":"x"}"#),
        r#"payload.by: "x" is not of type "integer""#
    );
    assert_eq!(told(&schema, "{}"), "payload.by: is missing");
    assert_eq!(
        told(&schema, r#"{"by":1,"tags":["a","long"]}"#),
        r#"payload.tags.1: "long" is longer than 3 characters"#
    );
    assert_eq!(
        told(&schema, "null"),
        r#"payload: null is not of type "object""#
    );
}

#[test]
fn three_errors_are_told_and_of_a_large_value_one() {
    let schema = schema(r#"{"items":{"type":"integer"}}"#);
    assert_eq!(
        told(&schema, r#"["a","b","c","d"]"#)
            .matches("not of")
            .count(),
        3
    );
    let large = format!("[{}1]", r#""a","#.repeat(MAX_SEARCHED_BYTES));
    assert_eq!(
        told(&schema, &large),
        r#"payload.0: "a" is not of type "integer""#
    );
}

#[test]
fn an_error_shows_little_of_the_value() {
    let schema = schema(r#"{"additionalProperties":{"type":"integer"}}"#);
    let secret = "s".repeat(10_000);
    let error = told(&schema, &format!(r#"{{"{secret}":"{secret}"}}"#));
    assert!(error.chars().count() < 200, "{error}");
    let error = told(&schema, r#"{"a":{"password":"sesame"}}"#);
    assert_eq!(error, r#"payload.a: the object is not of type "integer""#);
    let closed = Schema::compile(r#"{"additionalProperties":false}"#).unwrap();
    let error = told(&closed, &format!(r#"{{"{secret}":1}}"#));
    assert!(error.chars().count() < 200, "{error}");
}

#[test]
fn formats_are_checked() {
    let schema = schema(r#"{"format":"email"}"#);
    assert_eq!(schema.check("payload", r#""ada@example.com""#), Ok(()));
    assert_eq!(
        told(&schema, r#""ada""#),
        r#"payload: "ada" is not a "email""#
    );
}

#[test]
fn a_schema_that_is_none_is_refused() {
    for (text, why) in [
        ("{", "not JSON"),
        (r#"{"type":"intger"}"#, "intger"),
        (r#"{"$ref":"https://example.com/a.json"}"#, "example.com"),
        (r#"{"$ref":"file:///etc/hostname"}"#, "hostname"),
        (r##"{"$ref":"#/$defs/gone"}"##, "gone"),
        (r#"{"pattern":"("}"#, "("),
        // Would be tried again and again on one text.
        (r#"{"pattern":"(?=a)b"}"#, "(?=a)b"),
    ] {
        let error = Schema::compile(text).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
    let large = format!(r#"{{"title":"{}"}}"#, "x".repeat(MAX_SCHEMA_BYTES));
    let error = Schema::compile(&large).unwrap_err();
    assert!(matches!(error, SchemaError::TooLarge { .. }));
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    for text in [
        r##"{"$ref":"#"}"##,
        r##"{"allOf":[{"$ref":"#"}]}"##,
        r##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
    ] {
        assert_eq!(schema(text).check("payload", "1"), Ok(()));
        let keys = Schema::compile_for_keys(text).unwrap();
        assert_eq!(keys.check("", r#"{"a":1}"#), Ok(()));
    }
}

#[test]
fn keys_are_checked_without_the_rules_of_the_whole() {
    for text in [
        r#"{"type":"object","required":["name","age"],"minProperties":2,"properties":{"name":{"maxLength":3},"age":{"type":"integer"}},"additionalProperties":false}"#,
        r##"{"$ref":"#/$defs/Form","$defs":{"Form":{"required":["name","age"],"properties":{"name":{"$ref":"#/$defs/Name"},"age":{"type":"integer"}},"additionalProperties":false},"Name":{"maxLength":3}}}"##,
        r#"{"allOf":[{"required":["age"],"properties":{"name":{"maxLength":3},"age":{"type":"integer"}},"additionalProperties":false}]}"#,
    ] {
        let keys = Schema::compile_for_keys(text).unwrap();
        assert_eq!(keys.check("", r#"{"name":"Ana"}"#), Ok(()));
        assert_eq!(keys.check("payload.props", "{}"), Ok(()));
        let error = |value| keys.check("", value).unwrap_err().to_string();
        assert_eq!(
            error(r#"{"name":"Anna"}"#),
            r#"name: "Anna" is longer than 3 characters"#
        );
        assert_eq!(
            error(r#"{"age":"x"}"#),
            r#"age: "x" is not of type "integer""#
        );
        assert!(error(r#"{"other":1}"#).contains("'other' was unexpected"));
    }
}
