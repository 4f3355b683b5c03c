//! Each attack that changes, swaps or ages a state, and why it fails.

use serde_json::{Value, json};

use super::*;
use crate::protocol::Code;

/// The state of `ada`, with one field as a browser would like it.
fn with(signer: &Signer, field: &str, value: Value) -> String {
    let mut fields = fields(&signed(signer, Some("ada"), &long_state()));
    fields.insert(field.to_owned(), value);
    Value::Object(fields).to_string()
}

#[test]
fn a_changed_state_is_refused() {
    let signer = signer();
    let text = signed(&signer, Some("ada"), r#"{"admin":false}"#);
    let changed = text.replace("false", "true");
    assert_ne!(text, changed);
    assert_eq!(
        accept(&signer, &changed, Some("ada")).unwrap_err(),
        SigningError::InvalidSignature
    );
    assert!(accept(&signer, &text, Some("ada")).is_ok());
}

#[test]
fn no_field_can_be_changed() {
    let other = signed(&signer(), Some("ada"), r#"{"count":2}"#);
    for (signer, compressed, encrypted) in every_packing() {
        for (field, value) in [
            ("data", json!("{}")),
            ("data", fields(&other)["data"].clone()),
            ("signature", fields(&other)["signature"].clone()),
            ("signature", json!("0".repeat(64))),
            ("signature", json!("")),
            ("signature", json!("0".repeat(63))),
            ("timestamp", json!(NOW + 1)),
            ("timestamp", json!(0)),
            ("version", json!("1.2.1")),
            ("version", json!("")),
            ("componentId", json!("0190-abd")),
            ("nonce", json!("0".repeat(32))),
            ("compressed", json!(!compressed)),
            ("encrypted", json!(!encrypted)),
        ] {
            let text = with(&signer, field, value.clone());
            assert_eq!(
                accept(&signer, &text, Some("ada")).unwrap_err(),
                SigningError::InvalidSignature,
                "{field} {value}"
            );
        }
    }
}

#[test]
fn no_field_can_be_of_another_form() {
    for (field, value) in [
        ("data", json!({})),
        ("signature", Value::Null),
        ("timestamp", json!(-1)),
        ("timestamp", json!(1.5)),
        ("timestamp", json!("1700000000000")),
        ("version", json!(1)),
        ("componentId", json!([])),
        ("nonce", json!("0".repeat(31))),
        ("nonce", json!("A".repeat(32))),
        ("compressed", json!(1)),
        ("encrypted", Value::Null),
    ] {
        let signer = signer();
        let error = accept(&signer, &with(&signer, field, value.clone()), Some("ada")).unwrap_err();
        assert!(
            matches!(error, SigningError::Malformed(_)),
            "{field} {value}: {error}"
        );
    }
}

#[test]
fn no_field_can_be_left_out_or_come_twice() {
    let signer = signer();
    let text = signed(&signer, Some("ada"), "{}");
    for field in [
        "data",
        "signature",
        "timestamp",
        "version",
        "componentId",
        "nonce",
    ] {
        let mut less = fields(&text);
        less.remove(field).unwrap();
        let twice = text.replacen('{', &format!("{{\"{field}\":{},", fields(&text)[field]), 1);
        for text in [Value::Object(less).to_string(), twice] {
            let error = accept(&signer, &text, Some("ada")).unwrap_err();
            assert!(matches!(error, SigningError::Malformed(_)), "{text}");
        }
    }
}

#[test]
fn characters_cannot_move_from_one_field_to_the_next() {
    let signer = signer();
    let mut fields = fields(&signed(&signer, Some("ada"), "{}"));
    fields.insert("version".to_owned(), json!("1.2.00"));
    fields.insert("componentId".to_owned(), json!("190-abc"));
    assert_eq!(
        accept(&signer, &Value::Object(fields).to_string(), Some("ada")).unwrap_err(),
        SigningError::InvalidSignature
    );
}

#[test]
fn a_signature_has_one_spelling() {
    let signer = signer();
    let text = signed(&signer, None, "{}");
    let signature = fields(&text)["signature"].as_str().unwrap().to_owned();
    let upper = text.replace(&signature, &signature.to_uppercase());
    assert_ne!(text, upper);
    assert_eq!(
        accept(&signer, &upper, None).unwrap_err(),
        SigningError::InvalidSignature
    );
}

#[test]
fn another_components_state_is_refused() {
    let signer = signer();
    let text = signed(&signer, Some("ada"), "{}");
    let error = signer
        .accept_at(&text, "LiveAdminPanel", Some("ada"), NOW)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the signed state is of the component `LiveCounter`, not of `LiveAdminPanel`"
    );
}

#[test]
fn a_state_that_names_another_component_itself_fools_nobody() {
    let signer = signer();
    let state = r#"{"__componentName":"LiveAdminPanel","__owner":null}"#;
    let text = signed(&signer, Some("ada"), state);
    let refused = signer.accept_at(&text, "LiveAdminPanel", Some("ada"), NOW);
    assert!(matches!(refused, Err(SigningError::OtherComponent { .. })));
    assert_eq!(
        accept(&signer, &text, None).unwrap_err(),
        SigningError::OtherUser
    );
    let accepted = accept(&signer, &text, Some("ada")).unwrap();
    assert_eq!(accepted.state.to_text(None), state);
}

#[test]
fn a_users_state_is_given_to_that_user_only() {
    let signer = signer();
    let text = signed(&signer, Some("ada"), "{}");
    for other in [None, Some("bob"), Some(""), Some("ada "), Some("Ada")] {
        assert_eq!(
            accept(&signer, &text, other).unwrap_err(),
            SigningError::OtherUser,
            "{other:?}"
        );
    }
    assert!(accept(&signer, &text, Some("ada")).is_ok());
}

#[test]
fn what_was_nobodys_may_be_taken_by_anybody_and_stays_nobodys() {
    let signer = signer();
    for user in [None, Some("ada")] {
        let text = signed(&signer, None, "{}");
        assert_eq!(accept(&signer, &text, user).unwrap().user, None);
    }
}

/// An empty name is somebody's, not nobody's.
#[test]
fn a_user_without_a_name_is_not_nobody() {
    let signer = signer();
    let text = signed(&signer, Some(""), "{}");
    assert_eq!(
        accept(&signer, &text, None).unwrap_err(),
        SigningError::OtherUser
    );
}

#[test]
fn a_state_expires() {
    let signer = signer_with(|config| config.max_age = Duration::from_secs(60));
    let text = signed(&signer, None, "{}");
    let at = |now_ms| signer.verify_at(&text, "LiveCounter", None, now_ms);
    assert!(at(NOW + 59_999).is_ok());
    let error = at(NOW + 60_000).unwrap_err();
    assert_eq!(error.to_string(), "the signed state is older than 60s");
    assert!(at(u64::MAX).is_err());
}

#[test]
fn a_state_of_the_future_is_refused_beyond_a_minute() {
    let signer = signer();
    let text = signed(&signer, None, "{}");
    let at = |now_ms| signer.verify_at(&text, "LiveCounter", None, now_ms);
    assert!(at(NOW - 60_000).is_ok());
    assert_eq!(at(NOW - 60_001).unwrap_err(), SigningError::FromTheFuture);
    assert_eq!(at(0).unwrap_err(), SigningError::FromTheFuture);
}

#[test]
fn a_state_that_was_cut_is_refused_wherever() {
    for (signer, ..) in every_packing() {
        let text = signed(&signer, None, r#"{"count":1}"#);
        for end in 0..text.len() {
            let error = accept(&signer, &text[..end], None).unwrap_err();
            assert!(matches!(error, SigningError::Malformed(_)), "{end}");
        }
        let data = fields(&text)["data"].as_str().unwrap().to_owned();
        let cut = with(&signer, "data", json!(data[..data.len() - 1]));
        assert_eq!(
            accept(&signer, &cut, Some("ada")).unwrap_err(),
            SigningError::InvalidSignature
        );
    }
}

#[test]
fn every_refusal_has_its_code() {
    let other_component = SigningError::OtherComponent {
        found: String::new(),
        asked: String::new(),
    };
    for (error, code) in [
        (SigningError::Malformed(""), Code::InvalidPayload),
        (other_component, Code::InvalidPayload),
        (SigningError::InvalidSignature, Code::InvalidSignature),
        (SigningError::OtherUser, Code::AuthDenied),
        (SigningError::FromTheFuture, Code::StateExpired),
        (SigningError::Replayed, Code::Replayed),
        (SigningError::TooManyUsed, Code::LimitExceeded),
        (SigningError::TooLarge { max_bytes: 1 }, Code::LimitExceeded),
    ] {
        assert_eq!(error.code(), code, "{error}");
    }
}
