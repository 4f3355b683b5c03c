//! Both directions against each other and against another implementation, and what hostile frames come to.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::protocol::Code;

const LIMITS: Limits = Limits {
    depth: 64,
    json_bytes: 1 << 20,
};

fn packed(json: &str) -> Vec<u8> {
    let mut out = vec![7];
    pack(json.as_bytes(), &mut out).unwrap();
    out.split_off(1)
}

fn unpacked(frame: &[u8]) -> Result<String, UnpackError> {
    unpack(frame, LIMITS).map(|unpacked| {
        assert_eq!(unpacked.bytes, None);
        unpacked.json
    })
}

fn there_and_back(json: &str) -> String {
    unpacked(&packed(json)).unwrap()
}

/// What another implementation reads.
fn read_elsewhere(frame: &[u8]) -> Value {
    rmp_serde::from_slice(frame).unwrap()
}

#[test]
fn messages_have_the_shortest_form() {
    for (json, bytes) in [
        ("null", &[0xc0][..]),
        ("[true,false]", &[0x92, 0xc3, 0xc2]),
        (
            " { \"a\" : [ ] , \"b\" : { } } ",
            &[0x82, 0xa1, b'a', 0x90, 0xa1, b'b', 0x80],
        ),
        ("127", &[0x7f]),
        ("128", &[0xcc, 0x80]),
        ("256", &[0xcd, 1, 0]),
        ("65536", &[0xce, 0, 1, 0, 0]),
        ("4294967296", &[0xcf, 0, 0, 0, 1, 0, 0, 0, 0]),
        (
            "18446744073709551615",
            &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
        ),
        ("-32", &[0xe0]),
        ("-33", &[0xd0, 0xdf]),
        ("-129", &[0xd1, 0xff, 0x7f]),
        ("-32769", &[0xd2, 0xff, 0xff, 0x7f, 0xff]),
        ("-9223372036854775808", &[0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        // A float stays a float; in four bytes where they are enough.
        ("1.5", &[0xca, 0x3f, 0xc0, 0, 0]),
        ("1.0", &[0xca, 0x3f, 0x80, 0, 0]),
        ("-0", &[0xca, 0x80, 0, 0, 0]),
        (
            "0.1",
            &[0xcb, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a],
        ),
        ("18446744073709551616", &[0xca, 0x5f, 0x80, 0, 0]),
        (r#""""#, &[0xa0]),
        (r#""\u00e9\n""#, &[0xa3, 0xc3, 0xa9, b'\n']),
        (r#""\ud83d\ude00""#, &[0xa4, 0xf0, 0x9f, 0x98, 0x80]),
        // Half a pair is no character.
        (r#""\ud83dx""#, &[0xa4, 0xef, 0xbf, 0xbd, b'x']),
        (r#""\ud83d\u0041""#, &[0xa4, 0xef, 0xbf, 0xbd, b'A']),
        // As many values as there are.
        ("1,[2],\"x\"", &[1, 0x91, 2, 0xa1, b'x']),
    ] {
        assert_eq!(packed(json), bytes, "{json}");
    }
}

#[test]
fn lengths_of_every_size_come_back() {
    for length in [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536, 70_000] {
        let text = "x".repeat(length);
        let escaped = format!("{}\n", "\"".repeat(length));
        let list = vec![length; length];
        let map: serde_json::Map<_, _> = (0..length).map(|n| (n.to_string(), json!(n))).collect();
        let value = json!({"text": text, "escaped": escaped, "list": list, "map": map});
        let frame = packed(&value.to_string());
        assert_eq!(read_elsewhere(&frame), value, "{length}");
        let limits = Limits {
            json_bytes: 10 << 20,
            ..LIMITS
        };
        let json = unpack(&frame, limits).unwrap().json;
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), value);
    }
}

#[test]
fn what_the_daemon_keeps_may_nest_as_deep_as_it_likes() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let frame = packed(&deep);
    assert_eq!(frame.len(), 100_000);
    assert_eq!(unpacked(&frame), Err(UnpackError::TooDeep(64)));
}

#[test]
fn a_gap_is_where_the_string_belongs() {
    let json = r#"{"a":"\n","to":"","b":""}"#;
    let mut out = vec![1, 2, 3];
    let gap = pack_with_gap(json.as_bytes(), Some(16), &mut out)
        .unwrap()
        .unwrap();
    out.splice(gap..gap, [0xa2, b'm', b'e']);
    assert_eq!(
        read_elsewhere(&out[3..]),
        json!({"a": "\n", "to": "me", "b": ""})
    );
}

#[test]
fn text_that_is_no_json_leaves_nothing_behind() {
    for json in [
        "",
        "{",
        "[1",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{1:2}",
        "[}",
        "tru",
        "\"\\",
        "\"\\x\"",
        "\"\\u00\"",
        "1,",
        "-",
        "1-1",
        "}",
        "[1,]",
        "\"",
    ] {
        let mut out = vec![1];
        assert!(pack(json.as_bytes(), &mut out).is_err(), "{json}");
        assert_eq!(out, [1], "{json}");
    }
}

#[test]
fn every_form_of_a_value_is_read() {
    for (frame, json) in [
        (&[0xd9, 1, b'x'][..], r#""x""#),
        (&[0xda, 0, 1, b'x'], r#""x""#),
        (&[0xdb, 0, 0, 0, 1, b'x'], r#""x""#),
        (&[0xdc, 0, 1, 5], "[5]"),
        (&[0xdd, 0, 0, 0, 1, 5], "[5]"),
        (&[0xde, 0, 1, 0xa1, b'x', 5], r#"{"x":5}"#),
        (&[0xdf, 0, 0, 0, 1, 0xa1, b'x', 5], r#"{"x":5}"#),
        (&[0xcf, 0, 0, 0, 0, 0, 0, 0, 1], "1"),
        (&[0xd3, 255, 255, 255, 255, 255, 255, 255, 255], "-1"),
        (&[0xca, 0x3f, 0x80, 0, 0], "1.0"),
        (&[0xa3, b'"', b'\\', 1], r#""\"\\\u0001""#),
    ] {
        assert_eq!(unpacked(frame).as_deref(), Ok(json));
    }
}

#[test]
fn what_is_wrong_is_said() {
    use UnpackError::{
        Bytes, Extension, Key, NotFinite, NotUtf8, Reserved, TooLarge, Trailing, Truncated,
    };
    let nan = [&[0xcb][..], &f64::NAN.to_be_bytes()].concat();
    let infinite = [&[0xca][..], &f32::NEG_INFINITY.to_be_bytes()].concat();
    for (frame, error) in [
        (&[][..], Truncated),
        (&[0xc1], Reserved),
        (&[0x81, 0xc1, 0], Reserved),
        (&[0x80, 0], Trailing),
        (&[0xa2, b'x'], Truncated),
        (&[0xa1, 0xff], NotUtf8),
        (&[0x81, 0xa1, b'x'], Truncated),
        (&[0x81, 1, 1], Key),
        (&[0x81, 0xc4, 1, b'x', 1], Key),
        (&nan, NotFinite),
        (&infinite, NotFinite),
        (&[0xd4, 1, 0], Extension),
        (&[0xd6, 0xff, 0, 0, 0, 0], Extension),
        (&[0xc7, 0, 1], Extension),
        (&[0xc4, 1, 0], Bytes),
        // Four billion of anything.
        (&[0xdd, 255, 255, 255, 255, 0], Truncated),
        (&[0xdf, 255, 255, 255, 255, 0xa0, 0], Truncated),
        (&[0xdb, 255, 255, 255, 255, 0], Truncated),
        (
            &[
                0x81, 0xa4, b'd', b'a', b't', b'a', 0xc6, 255, 255, 255, 255, 0,
            ],
            Truncated,
        ),
        (&[0xdb, 0, 0x10, 0, 1, 0], Truncated),
    ] {
        assert_eq!(unpack(frame, LIMITS), Err(error), "{frame:?}");
    }
    // Small on the wire, large as text.
    let controls = packed(&json!("\u{1}".repeat(200_000)).to_string());
    assert_eq!(unpack(&controls, LIMITS), Err(TooLarge));
    let nulls = packed(&json!(vec![Value::Null; 250_000]).to_string());
    assert_eq!(unpack(&nulls, LIMITS), Err(TooLarge));
    assert_eq!(Truncated.code(), Code::InvalidMessagePack);
    assert_eq!(Key.code(), Code::InvalidMessage);
}

#[test]
fn nesting_is_bounded_as_in_json() {
    let deep = |n: usize| packed(&("[".repeat(n) + &"]".repeat(n)));
    assert!(unpacked(&deep(64)).is_ok());
    assert_eq!(unpacked(&deep(65)), Err(UnpackError::TooDeep(64)));
}

#[test]
fn bytes_stand_in_the_data_of_a_message_and_nowhere_else() {
    let data = [&[0xa4][..], b"data", &[0xc4, 2, 8, 9]].concat();
    let (a, b) = ([0xa1, b'a', 1], [0xa1, b'b', 2]);
    for (frame, json) in [
        (vec![&[0x81][..], &data], "{}"),
        (vec![&[0x82][..], &data, &a], r#"{"a":1}"#),
        (vec![&[0x82][..], &a, &data], r#"{"a":1}"#),
        (vec![&[0x83][..], &a, &data, &b], r#"{"a":1,"b":2}"#),
    ] {
        let frame = frame.concat();
        let unpacked = unpack(&frame, LIMITS).unwrap();
        assert_eq!(unpacked.json, json);
        assert_eq!(&frame[unpacked.bytes.unwrap()], [8, 9]);
    }
    for frame in [
        // In a list of messages, deeper within one, under another key, twice.
        [&[0x91, 0x81][..], &data].concat(),
        [&[0x81, 0xa1, b'a', 0x81][..], &data].concat(),
        [&[0x81, 0xa1, b'a'][..], &data[5..]].concat(),
        [&[0x82][..], &data, &data].concat(),
        [&[0x81, 0xa4][..], b"data", &[0x91], &data[5..]].concat(),
    ] {
        assert_eq!(unpack(&frame, LIMITS), Err(UnpackError::Bytes), "{frame:?}");
    }
    // Data that is no bytes is as any other.
    assert_eq!(there_and_back(r#"{"data":"x"}"#), r#"{"data":"x"}"#);
}

/// Any JSON value.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-200i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<f32>().prop_map(|number| f64::from(number).into()),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 200, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..20)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back_the_same(value in value()) {
        // Compared as text: no reader of numbers can be wrong about it.
        let json = value.to_string();
        for spaced in [json.clone(), serde_json::to_string_pretty(&value).unwrap()] {
            let frame = packed(&spaced);
            prop_assert_eq!(&unpacked(&frame).unwrap(), &json);
            prop_assert_eq!(&read_elsewhere(&frame), &value);
        }
    }

    #[test]
    fn what_others_write_is_read(value in value()) {
        let frame = rmp_serde::to_vec(&value).unwrap();
        prop_assert_eq!(unpacked(&frame).unwrap(), value.to_string());
    }

    #[test]
    fn no_bytes_are_more_than_a_refusal(frame in prop::collection::vec(any::<u8>(), 0..300)) {
        let limits = Limits { depth: 8, json_bytes: 1000 };
        if let Ok(unpacked) = unpack(&frame, limits) {
            prop_assert!(unpacked.json.len() <= 1000 + 6 * frame.len());
            prop_assert!(serde_json::from_str::<Value>(&unpacked.json).is_ok());
        }
    }

    /// Nearly right is where mistakes are.
    #[test]
    fn a_message_with_a_byte_changed_is_a_message_or_refused(value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut frame = packed(&json!({"type": "X", "data": value}).to_string());
        let at = at.index(frame.len());
        frame[at] = byte;
        if let Ok(unpacked) = unpack(&frame, LIMITS) {
            prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&unpacked.json).is_ok());
        }
        frame.truncate(at);
        prop_assert!(unpack(&frame, LIMITS).is_err());
    }

    #[test]
    fn no_text_makes_packing_panic(json in "[\\[\\]{},:\"\\\\0-9a-fu \\-.etrln]{0,60}") {
        let mut out = Vec::new();
        let _ = pack(json.as_bytes(), &mut out);
    }
}
