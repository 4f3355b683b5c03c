//! What is too large is refused before it is dealt with. The bombs are signed by the daemon's own key: without one they
//! do not even come to be inflated.

use std::io::Write as _;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// A valid state of `mib` MiB of white space, a thousand times smaller than it looks.
fn bomb(mib: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(br#"{"__componentName":"LiveCounter","__owner":null"#)
        .unwrap();
    for _ in 0..mib {
        encoder.write_all(&[b' '; MIB]).unwrap();
    }
    encoder.write_all(b"}").unwrap();
    encoder.finish().unwrap()
}

fn envelope(data: String, encrypted: bool) -> Envelope<'static> {
    Envelope {
        data: data.into(),
        signature: "0".repeat(64).into(),
        timestamp: NOW,
        version: "1".into(),
        component_id: "i".into(),
        nonce: "0".repeat(32).into(),
        compressed: true,
        encrypted,
    }
}

fn text(envelope: &Envelope<'_>) -> String {
    serde_json::to_string(envelope).unwrap()
}

#[test]
fn a_bomb_is_not_inflated_past_the_limit() {
    let signer = signer_with(|_| {});
    let small = Signer {
        max_state_bytes: MIB,
        ..signer
    };
    let key = small.keys.current();
    let zipped = bomb(200);
    assert!(zipped.len() < MIB / 2);
    for encrypted in [false, true] {
        let data = if encrypted {
            key.encrypt(zipped.clone()).unwrap()
        } else {
            zipped.clone()
        };
        let mut envelope = envelope(base64::prelude::BASE64_STANDARD.encode(data), encrypted);
        assert_eq!(
            accept(&small, &text(&envelope), None).unwrap_err(),
            SigningError::InvalidSignature
        );
        envelope.signature = sign(&envelope, key).into();
        assert_eq!(
            accept(&small, &text(&envelope), None).unwrap_err(),
            SigningError::TooLarge { max_bytes: MIB }
        );
    }
}

#[test]
fn inflating_stops_one_byte_past_the_limit() {
    let signer = signer();
    let key = signer.keys.current();
    let envelope = envelope(base64::prelude::BASE64_STANDARD.encode(bomb(1)), false);
    let bytes = MIB + r#"{"__componentName":"LiveCounter","__owner":null}"#.len();
    let exact = packing::unpack(&envelope, key, bytes).unwrap();
    assert_eq!(exact.len(), bytes);
    assert_eq!(
        packing::unpack(&envelope, key, bytes - 1).unwrap_err(),
        SigningError::TooLarge {
            max_bytes: bytes - 1
        }
    );
}

#[test]
fn a_state_over_the_limit_is_refused_and_one_at_it_is_not() {
    let signer = Signer {
        max_state_bytes: 100,
        ..signer()
    };
    let state = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 3));
    assert!(accept(&signer, &signed(&signer, None, &state(100)), None).is_ok());
    assert_eq!(
        accept(&signer, &signed(&signer, None, &state(101)), None).unwrap_err(),
        SigningError::TooLarge { max_bytes: 100 }
    );
}

#[test]
fn a_text_that_no_state_could_have_is_not_even_parsed() {
    let signer = Signer {
        max_state_bytes: 100,
        ..signer()
    };
    let garbage = "x".repeat(signer.max_wire_bytes());
    assert!(matches!(
        accept(&signer, &garbage, None),
        Err(SigningError::Malformed(_))
    ));
    assert_eq!(
        accept(&signer, &format!("{garbage}x"), None).unwrap_err(),
        SigningError::TooLarge { max_bytes: 100 }
    );
}

#[test]
fn a_state_of_quotes_that_is_just_small_enough_comes_back() {
    let signer = Signer {
        max_state_bytes: MIB,
        ..signer_with(|config| config.compress_over = usize::MAX)
    };
    let state = format!(r#"{{"a":"{}"}}"#, r#"\""#.repeat(MIB / 2 - 2));
    assert!(accept(&signer, &signed(&signer, None, &state), None).is_ok());
}
