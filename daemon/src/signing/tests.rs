//! What is signed comes back as it was, in every packing. The clock is the tests' own; only where the store judges
//! expiry it is the system's.

mod arbitrary;
mod attacks;
mod keys;
mod limits;
mod replays;

use super::*;
use crate::config::SecretSource;
use crate::store::StoreConfig;

const KEY: &str = "a key that is known to nobody, for tests";
const OLD_KEY: &str = "an old key that is long enough to be one";
const NOW: u64 = 1_700_000_000_000;
const MIB: usize = 1 << 20;

fn source(key: &str) -> Option<SecretSource> {
    Some(SecretSource::Value(key.to_owned()))
}

fn memory() -> Store {
    Store::open(StoreConfig::default()).unwrap()
}

fn signer_with(change: impl FnOnce(&mut SignedStateConfig)) -> Signer {
    let mut config = SignedStateConfig {
        key: source(KEY),
        ..SignedStateConfig::default()
    };
    change(&mut config);
    Signer::new(&config, None, memory(), 10 * MIB).unwrap()
}

fn signer() -> Signer {
    signer_with(|_| {})
}

/// Of `LiveCounter`, at [`NOW`].
fn signed(signer: &Signer, user: Option<&str>, state: &str) -> String {
    let what = Signed {
        component: "LiveCounter",
        version: "1.2.0",
        instance: &InstanceId::from("0190-abc".to_owned()),
        user,
        state: &Document::parse(state).unwrap(),
    };
    signer.sign_at(&what, NOW).as_str().to_owned()
}

/// A moment later, as `LiveCounter`.
fn accept(signer: &Signer, text: &str, user: Option<&str>) -> Result<Accepted, SigningError> {
    signer.accept_at(text, "LiveCounter", user, NOW + 1)
}

/// Compressed, encrypted, both, neither.
fn every_packing() -> [(Signer, bool, bool); 4] {
    [(false, false), (true, false), (false, true), (true, true)].map(|(compressed, encrypted)| {
        let signer = signer_with(|config| {
            config.compress_over = if compressed { 0 } else { usize::MAX };
            config.encrypt = encrypted;
        });
        (signer, compressed, encrypted)
    })
}

/// Compresses well.
fn long_state() -> String {
    format!(r#"{{"note":"{}"}}"#, "ab".repeat(300))
}

fn fields(text: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_state_comes_back_as_it_was_in_every_packing() {
    for (signer, compressed, encrypted) in every_packing() {
        for user in [None, Some("ada")] {
            let text = signed(&signer, user, &long_state());
            let fields = fields(&text);
            assert_eq!(fields.contains_key("compressed"), compressed, "{text}");
            assert_eq!(fields.contains_key("encrypted"), encrypted, "{text}");
            let accepted = accept(&signer, &text, user).unwrap();
            assert_eq!(accepted.state.to_text(None), long_state());
            assert_eq!(accepted.version, "1.2.0");
            assert_eq!(accepted.instance.as_str(), "0190-abc");
            assert_eq!(accepted.user.as_deref(), user);
            assert_eq!(accepted.signed_ms, NOW);
        }
    }
}

#[test]
fn the_wire_form_is_as_the_protocol_has_it() {
    let text = signed(&signer(), None, r#"{"count":1}"#);
    let head = r#"{"data":"{\"__componentName\":\"LiveCounter\",\"__owner\":null,\"count\":1}","signature":""#;
    assert!(text.starts_with(head), "{text}");
    let middle =
        r#"","timestamp":1700000000000,"version":"1.2.0","componentId":"0190-abc","nonce":""#;
    assert!(text[head.len() + 64..].starts_with(middle), "{text}");
    assert_eq!(text.len(), head.len() + 64 + middle.len() + 32 + 2);
}

/// Made by another program from the documents: what is derived, what is covered and in which order must not change
/// unnoticed, or an update of the daemon would refuse every browser's state.
#[test]
fn a_signature_made_elsewhere_by_the_same_rules_is_accepted() {
    let text = r#"{"data":"{\"__componentName\":\"LiveCounter\",\"__owner\":\"f3b2e82c708891170e260b5af7769396356c6400d71379528c8d5d527ee6994e\",\"count\":7}",
        "signature":"aa10e6b4ec0770a87146c94807b471832aeff60e2b25b56a52a671d45dce8a49","timestamp":1700000000000,
        "version":"1.2.0","componentId":"0190-abc","nonce":"000102030405060708090a0b0c0d0e0f"}"#;
    let signer = signer_with(|config| config.key = source(OLD_KEY));
    let accepted = accept(&signer, text, Some("ada")).unwrap();
    assert_eq!(accepted.state.to_text(None), r#"{"count":7}"#);
}

#[test]
fn order_of_fields_white_space_and_fields_of_the_client_do_not_matter() {
    let signer = signer();
    let text = signed(&signer, None, r#"{"b":1,"a":[1, 2]}"#);
    let mut fields = fields(&text);
    fields.insert("savedAt".to_owned(), 5.into());
    // Sorted by name, unlike the daemon's.
    let text = serde_json::to_string_pretty(&fields).unwrap();
    let accepted = accept(&signer, &text, None).unwrap();
    assert_eq!(accepted.state.to_text(None), r#"{"b":1,"a":[1,2]}"#);
}

#[test]
fn any_character_comes_back() {
    let state =
        "{\"naïve \u{1F980}\":\"\u{0}\u{7f}\u{2028} \\\" \\u0000 𝕊\",\"\u{5d0}\":\"\u{202e}\"}"
            .replace('\u{0}', "\\u0000");
    for (signer, ..) in every_packing() {
        let text = signed(&signer, Some("ada \u{1F980}"), &state);
        let accepted = accept(&signer, &text, Some("ada \u{1F980}")).unwrap();
        assert_eq!(accepted.state.to_text(None), state);
    }
}

#[test]
fn what_compression_does_not_shorten_is_left_as_it_is() {
    let signer = signer_with(|config| config.compress_over = 0);
    let text = signed(&signer, None, r#"{"a":"q8Zk1"}"#);
    assert!(!fields(&text).contains_key("compressed"), "{text}");
    assert!(accept(&signer, &text, None).is_ok());
}

#[test]
fn an_encrypted_state_shows_nothing_of_itself() {
    for (signer, _, encrypted) in every_packing() {
        if !encrypted {
            continue;
        }
        let state = format!(r#"{{"secret":"{}"}}"#, "hunter2 ".repeat(50));
        let texts = [
            signed(&signer, Some("ada"), &state),
            signed(&signer, Some("ada"), &state),
        ];
        let datas = texts.map(|text| {
            use base64::Engine as _;
            let data = fields(&text)["data"].as_str().unwrap().to_owned();
            base64::prelude::BASE64_STANDARD.decode(data).unwrap()
        });
        // The same state is unlike itself each time, from the first block on.
        assert_ne!(datas[0][..48], datas[1][..48]);
        for data in &datas {
            for plain in [
                b"hunter2".as_slice(),
                b"secret",
                b"LiveCounter",
                b"\x1f\x8b\x08",
            ] {
                assert!(!data.windows(plain.len()).any(|bytes| bytes == plain));
            }
        }
    }
}

#[test]
fn states_of_either_kind_are_taken_whatever_is_given_out_now() {
    let signers = every_packing();
    for (giver, ..) in &signers {
        for (taker, ..) in &signers {
            let text = signed(giver, Some("ada"), &long_state());
            assert!(accept(taker, &text, Some("ada")).is_ok());
        }
    }
}

#[test]
fn what_a_browser_keeps_does_not_name_its_user() {
    let text = signed(&signer(), Some("zoe@example.org"), "{}");
    // Neither is a word that hexadecimal digits can make.
    for part in ["zoe", "example"] {
        assert!(!text.contains(part), "{text}");
    }
}

#[test]
fn ten_mebibytes_come_back() {
    let filler: String = (0..(10 * MIB - 64) / 16)
        .map(|number| format!("{number:015}é").split_off(1))
        .collect();
    let filler = &filler[..filler.floor_char_boundary(10 * MIB - 64)];
    let state = format!(r#"{{"log":"{filler}"}}"#);
    for (signer, ..) in every_packing() {
        let text = signed(&signer, None, &state);
        let accepted = accept(&signer, &text, None).unwrap();
        assert!(accepted.state.to_text(None) == state);
    }
}
