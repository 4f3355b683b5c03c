//! What counts as a message, and what is said of one that does not.

use super::*;
use proptest::prelude::*;

fn one(text: &str) -> Parsed<'_> {
    let mut all = parse_frame(text, 64)?;
    let one = all.next().unwrap();
    assert!(all.next().is_none());
    one
}

fn refusal(text: &str) -> (Code, String) {
    let error = one(text).unwrap_err();
    (error.code, error.error)
}

#[test]
fn a_mount_is_read_under_both_names() {
    for name in ["component", "componentName"] {
        let text = format!(
            r#"{{"type":"COMPONENT_MOUNT","componentId":"c","payload":{{"{name}":"LiveX","props":{{"a":1}},"room":"r"}},"requestId":"q","expectResponse":true}}"#
        );
        let request = one(&text).unwrap();
        assert_eq!(
            (request.id, request.component.as_deref()),
            (Some("\"q\""), Some("c"))
        );
        let ClientMessage::Mount(mount) = request.message else {
            panic!("not a mount")
        };
        assert_eq!(
            (mount.name.as_ref(), mount.room.as_deref()),
            ("LiveX", Some("r"))
        );
        assert_eq!(mount.props.unwrap().get(), r#"{"a":1}"#);
    }
}

#[test]
fn an_action_passes_its_payload_through_unread() {
    let request = one(r#"{"type":"COMPONENT_ACTION","componentId":"i","action":"a\u0062","payload":[1, {"x":2}],"requestId":7}"#).unwrap();
    let ClientMessage::Action(action) = request.message else {
        panic!("not an action")
    };
    assert_eq!(
        (
            action.name.as_ref(),
            action.original_type,
            action.wants_reply
        ),
        ("ab", "COMPONENT_ACTION", true)
    );
    assert_eq!(action.payload.unwrap().get(), r#"[1, {"x":2}]"#);
    assert_eq!(request.id, Some("7"));
}

#[test]
fn a_property_is_read_in_both_forms() {
    for text in [
        r#"{"type":"PROPERTY_UPDATE","componentId":"i","property":"k","payload":{"value":[1]}}"#,
        r#"{"type":"PROPERTY_UPDATE","componentId":"i","payload":{"property":"k","value":[1]}}"#,
    ] {
        let ClientMessage::Property(property) = one(text).unwrap().message else {
            panic!("not a property")
        };
        assert_eq!((property.name.as_ref(), property.value.get()), ("k", "[1]"));
    }
}

#[test]
fn an_array_holds_messages_that_may_be_wrong_each_for_itself() {
    let frame = r#"[{"type":"COMPONENT_PING","componentId":"a"}, 5, {"type":"X"}]"#;
    let all: Vec<_> = parse_frame(frame, 64).unwrap().collect();
    assert!(all[0].is_ok());
    assert_eq!(all[1].as_ref().unwrap_err().code, Code::InvalidMessage);
    assert_eq!(all[2].as_ref().unwrap_err().code, Code::UnknownType);
    assert!(parse_frame("[]", 64).unwrap().next().is_none());
}

#[test]
fn what_is_wrong_is_said() {
    use Code::{InvalidJson, InvalidMessage, UnknownType};
    for (text, code, error) in [
        ("", InvalidJson, "Invalid JSON"),
        ("{", InvalidJson, "Invalid JSON"),
        ("[{]", InvalidJson, "Invalid JSON"),
        (
            "\"x\"",
            InvalidMessage,
            "Invalid message: it must be a JSON object",
        ),
        ("{}", InvalidMessage, "type is missing"),
        (
            r#"{"type":1}"#,
            InvalidMessage,
            "type must be a string, not a number",
        ),
        (
            r#"{"type":"A","type":"B"}"#,
            InvalidMessage,
            "Invalid message: duplicate field `type`",
        ),
        (
            r#"{"type":"NOPE"}"#,
            UnknownType,
            "Unknown message type: NOPE",
        ),
        (
            r#"{"type":"CALL_ACTION","action":"a"}"#,
            InvalidMessage,
            "CALL_ACTION needs componentId",
        ),
        (
            r#"{"type":"CALL_ACTION","componentId":"a"}"#,
            InvalidMessage,
            "action is missing",
        ),
        (
            r#"{"type":"CALL_ACTION","componentId":{},"action":"a"}"#,
            InvalidMessage,
            "componentId must be a string, not an object",
        ),
        (
            r#"{"type":"COMPONENT_MOUNT","payload":[]}"#,
            InvalidMessage,
            "payload must be an object, not an array",
        ),
        (
            r#"{"type":"COMPONENT_MOUNT"}"#,
            InvalidMessage,
            "payload.component is missing",
        ),
        (
            r#"{"type":"COMPONENT_MOUNT","payload":{"component":"A","props":[]}}"#,
            InvalidMessage,
            "payload.props must be an object, not an array",
        ),
        (
            r#"{"type":"CALL_ACTION","componentId":"a","action":"b","expectResponse":1}"#,
            InvalidMessage,
            "expectResponse must be true or false",
        ),
        (
            r#"{"type":"COMPONENT_PING","componentId":"a","requestId":{}}"#,
            InvalidMessage,
            "requestId must be a string or a number of at most 256 bytes",
        ),
    ] {
        assert_eq!(refusal(text), (code, error.to_owned()), "{text}");
    }
}

#[test]
fn a_refusal_says_which_request_it_belongs_to() {
    let error = one(r#"{"type":"CALL_ACTION","componentId":"i","requestId":"q"}"#).unwrap_err();
    assert_eq!(
        (error.request_id, error.component),
        (Some("\"q\""), Some("\"i\""))
    );
}

#[test]
fn nesting_is_bounded_and_brackets_in_strings_do_not_count() {
    let deep = |n: usize| {
        format!(
            r#"{{"type":"COMPONENT_PING","componentId":"a","payload":{}{}}}"#,
            "[".repeat(n),
            "]".repeat(n)
        )
    };
    assert!(one(&deep(63)).is_ok());
    assert_eq!(
        refusal(&deep(64)),
        (
            Code::InvalidMessage,
            "The message nests deeper than 64 levels".into()
        )
    );
    let text = format!(
        r#"{{"type":"COMPONENT_PING","componentId":"{}\\\""}}"#,
        "[".repeat(100)
    );
    assert!(one(&text).is_ok());
}

proptest! {
    #[test]
    fn no_text_is_more_than_a_refusal(text in ".*") {
        let _ = parse_frame(&text, 64).map(Iterator::count);
    }

    #[test]
    fn messages_of_any_shape_are_only_refused(
        kind in prop::sample::select(vec!["COMPONENT_MOUNT", "CALL_ACTION", "PROPERTY_UPDATE", "COMPONENT_PING", "x"]),
        fields in prop::collection::vec((
            prop::sample::select(vec!["componentId", "payload", "requestId", "action", "property", "expectResponse"]),
            prop::sample::select(vec!["null", "1", "\"a\"", "{}", "[]", "true", r#"{"component":1}"#, r#"{"value":2,"property":"x"}"#]),
        ), 0..5),
    ) {
        let fields: String = fields.iter().map(|(k, v)| format!(",\"{k}\":{v}")).collect();
        let text = format!("{{\"type\":\"{kind}\"{fields}}}");
        for parsed in parse_frame(&text, 64).unwrap() {
            if let Err(error) = parsed {
                prop_assert!(!error.error.is_empty());
            }
        }
    }
}
