//! The payload rules, one by one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::error::FailureCode;

#[derive(Debug, PartialEq, Deserialize)]
struct Form {
    name: String,
    age: Option<u8>,
}

/// A struct with a field of the argument's own name.
#[derive(Debug, PartialEq, Deserialize)]
struct Name {
    name: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    DarkRed,
    Custom { color: String },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Metres(f64);

/// What an author may call `Option`.
type Maybe = Option<i64>;

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.code(), FailureCode::InvalidPayload);
    error.message().to_owned()
}

#[test]
fn a_single_value_is_taken_by_name() {
    assert_eq!(
        only::<i64>("by", Some(r#"{"other": [1, {"by": 3}], "by": 2}"#)).unwrap(),
        2
    );
    assert_eq!(
        only::<String>("name", Some(r#"{"name":"A\nB"}"#)).unwrap(),
        "A\nB"
    );
    assert_eq!(
        only::<Vec<u8>>("list", Some(r#"{"list":[1,2]}"#)).unwrap(),
        [1, 2]
    );
    assert_eq!(
        only::<(u8, bool)>("pair", Some(r#"{"pair":[1,true]}"#)).unwrap(),
        (1, true)
    );
    assert_eq!(
        only::<Metres>("height", Some(r#"{"height":1.5}"#)).unwrap(),
        Metres(1.5)
    );
    assert_eq!(
        only::<Mode>("mode", Some(r#"{"mode":"darkRed"}"#)).unwrap(),
        Mode::DarkRed
    );
    let custom = Some(r#"{"mode":{"custom":{"color":"red"}}}"#);
    assert_eq!(
        only::<Mode>("mode", custom).unwrap(),
        Mode::Custom {
            color: "red".into()
        }
    );
}

#[test]
fn a_payload_that_is_no_object_is_the_argument_itself() {
    assert_eq!(only::<i64>("by", Some(" 5 ")).unwrap(), 5);
    assert_eq!(only::<Maybe>("by", Some("5")).unwrap(), Some(5));
    assert_eq!(only::<Vec<u8>>("list", Some("[1,2]")).unwrap(), [1, 2]);
    assert_eq!(
        only::<Value>("value", Some("[1,2]")).unwrap(),
        json!([1, 2])
    );
    assert_eq!(
        only::<Mode>("mode", Some("\"darkRed\"")).unwrap(),
        Mode::DarkRed
    );
}

#[test]
fn a_missing_option_is_none() {
    for payload in [
        None,
        Some("null"),
        Some("{}"),
        Some(" null "),
        Some(r#"{"by":null}"#),
        Some(r#"{"other":1}"#),
    ] {
        assert_eq!(
            only::<Option<i64>>("by", payload).unwrap(),
            None,
            "{payload:?}"
        );
        assert_eq!(only::<Maybe>("by", payload).unwrap(), None, "{payload:?}");
    }
    assert_eq!(only::<Option<Form>>("form", None).unwrap(), None);
    assert_eq!(only::<Value>("value", None).unwrap(), Value::Null);
    only::<()>("nothing", None).unwrap();
}

#[test]
fn what_else_is_missing_is_named() {
    assert_eq!(message(only::<i64>("by", None)), "The payload needs `by`");
    assert_eq!(
        message(only::<i64>("by", Some("null"))),
        "The payload needs `by`"
    );
    assert_eq!(
        message(only::<i64>("by", Some("{}"))),
        "The payload needs `by`"
    );
    assert_eq!(
        message(only::<Form>("form", None)),
        "The payload needs `form`"
    );
    assert_eq!(
        message(only::<Vec<u8>>("list", None)),
        "The payload needs `list`"
    );
    assert_eq!(
        message(only::<Metres>("height", None)),
        "The payload needs `height`"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named() {
    let error = message(only::<i64>("by", Some(r#"{"by":"2"}"#)));
    assert_eq!(
        error,
        "`by` is not valid: invalid type: string \"2\", expected i64"
    );
    assert_eq!(
        message(only::<i64>("by", Some("true"))),
        "`by` is not valid: invalid type: boolean `true`, expected i64"
    );
    assert!(
        message(only::<u8>("by", Some(r#"{"by":300}"#)))
            .starts_with("`by` is not valid: invalid value")
    );
    assert_eq!(
        message(only::<Form>("form", Some("{}"))),
        "`form` is not valid: missing field `name`"
    );
    assert!(message(only::<i64>("by", Some("{"))).contains("`by`"));
}

#[test]
fn a_struct_takes_the_whole_object() {
    let form = Form {
        name: "Ana".into(),
        age: Some(7),
    };
    assert_eq!(
        only::<Form>("form", Some(r#"{"name":"Ana","age":7}"#)).unwrap(),
        form
    );
    assert_eq!(
        only::<Form>("form", Some(r#"{"form":{"name":"Ana","age":7}}"#)).unwrap(),
        form
    );
    assert_eq!(
        only::<Option<Form>>("form", Some(r#"{"name":"Ana","age":7}"#)).unwrap(),
        Some(form)
    );
    // Its own field of that name comes first.
    assert_eq!(
        only::<Name>("name", Some(r#"{"name":"Ana"}"#)).unwrap(),
        Name { name: "Ana".into() }
    );
}

#[test]
fn maps_and_values_take_the_whole_object() {
    let map = BTreeMap::from([("a".to_owned(), 1), ("map".to_owned(), 2)]);
    assert_eq!(
        only::<BTreeMap<String, u8>>("map", Some(r#"{"a":1,"map":2}"#)).unwrap(),
        map
    );
    assert_eq!(
        only::<BTreeMap<String, u8>>("map", Some(r#"{"map":{"a":1,"map":2}}"#)).unwrap(),
        map
    );
    assert_eq!(
        only::<Value>("value", Some(r#"{"a":1}"#)).unwrap(),
        json!({"a": 1})
    );
    assert_eq!(
        only::<Value>("value", Some(r#"{"value":1}"#)).unwrap(),
        json!(1)
    );
    assert_eq!(
        only::<Value>("value", Some(r#"{"value":1,"b":2}"#)).unwrap(),
        json!({"value": 1, "b": 2})
    );
}

#[test]
fn several_arguments_go_by_name() {
    let [a, b, c] = named(
        ["a", "b", "c"],
        Some(r#"{"b":"x","skipped":{"a":0},"a":1}"#),
    )
    .unwrap();
    assert_eq!(argument::<u8>("a", a).unwrap(), 1);
    assert_eq!(argument::<String>("b", b).unwrap(), "x");
    assert_eq!(argument::<Option<u8>>("c", c).unwrap(), None);
    assert_eq!(message(argument::<u8>("c", c)), "The payload needs `c`");
    for nothing in [None, Some("null"), Some("{}")] {
        assert_eq!(named(["a", "b"], nothing).unwrap(), [None, None]);
    }
    let error = message(named(["a", "b"], Some("[1]")));
    assert_eq!(
        error,
        "The payload must be an object with `a`, `b`: invalid type: sequence, expected an object"
    );
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts() {
    assert_eq!(only::<u8>("a", Some(r#"{"a":1,"a":2}"#)).unwrap(), 2);
}

#[test]
fn keys_may_be_escaped() {
    assert_eq!(only::<u8>("by", Some(r#"{"\u0062y":1}"#)).unwrap(), 1);
}
