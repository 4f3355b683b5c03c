//! What no list of attacks thinks of.

use proptest::prelude::*;

use super::*;

/// Every byte by every other one of ASCII, in every packing.
#[test]
fn no_single_byte_can_be_another() {
    for (signer, ..) in every_packing() {
        let text = signed(
            &signer,
            Some("ada"),
            r#"{"on":true,"list":"aaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
        );
        let mut bytes = text.clone().into_bytes();
        for at in 0..bytes.len() {
            let original = bytes[at];
            for other in (0..128).filter(|other| *other != original) {
                bytes[at] = other;
                let changed = std::str::from_utf8(&bytes).unwrap();
                let result = signer.verify_at(changed, "LiveCounter", Some("ada"), NOW);
                assert!(result.is_err(), "{changed}");
            }
            bytes[at] = original;
        }
        assert!(accept(&signer, &text, Some("ada")).is_ok());
    }
}

fn state() -> impl Strategy<Value = String> {
    prop::collection::btree_map(
        ".*",
        prop_oneof![
            ".*".prop_map(serde_json::Value::String),
            any::<i64>().prop_map(Into::into)
        ],
        0..8,
    )
    .prop_map(|entries| serde_json::to_string(&entries).unwrap())
}

proptest! {
    #[test]
    fn no_text_brings_the_check_down(text in ".*") {
        prop_assert!(accept(&signer(), &text, None).is_err());
    }

    #[test]
    fn no_envelope_brings_the_check_down(
        data in ".*", signature in "[0-9a-f]{64}", timestamp: u64, nonce in "[0-9a-f]{32}",
        compressed: bool, encrypted: bool,
    ) {
        let text = serde_json::json!({
            "data": data, "signature": signature, "timestamp": timestamp, "version": "1", "componentId": "i",
            "nonce": nonce, "compressed": compressed, "encrypted": encrypted,
        });
        prop_assert_eq!(
            accept(&signer(), &text.to_string(), None).unwrap_err(),
            SigningError::InvalidSignature
        );
    }

    /// As if the key had signed something that the daemon never writes.
    #[test]
    fn nothing_that_is_signed_brings_unpacking_down(
        data in prop_oneof![".*", "[A-Za-z0-9+/]{0,8}(AAAA){0,40}"], compressed: bool, encrypted: bool,
    ) {
        let signer = signer();
        let mut envelope = Envelope {
            data: data.into(),
            signature: Cow::Borrowed(""),
            timestamp: NOW,
            version: "1".into(),
            component_id: "i".into(),
            nonce: "0".repeat(32).into(),
            compressed,
            encrypted,
        };
        envelope.signature = sign(&envelope, signer.keys.current()).into();
        let text = serde_json::to_string(&envelope).unwrap();
        let error = accept(&signer, &text, None).unwrap_err();
        prop_assert!(matches!(error, SigningError::Malformed(_)), "{}", error);
    }

    #[test]
    fn any_state_of_any_user_comes_back(
        state in state(), user in prop::option::of(".*"), encrypt: bool, compress_over in 0..64usize,
    ) {
        let signer = signer_with(|config| {
            config.encrypt = encrypt;
            config.compress_over = compress_over;
        });
        let text = signed(&signer, user.as_deref(), &state);
        let accepted = accept(&signer, &text, user.as_deref()).unwrap();
        prop_assert_eq!(accepted.state.to_text(None), state);
        prop_assert_eq!(accepted.user, user);
    }
}
