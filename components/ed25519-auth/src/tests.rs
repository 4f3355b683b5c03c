//! Proofs that count, and those that do not.

use ed25519_dalek::{Signer as _, SigningKey};
use liveside_guest::testing::AuthenticatorHarness;
use liveside_guest::{Value, json};

use super::*;

const NOW: u64 = 1_700_000_000_000;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn device() -> AuthenticatorHarness<Device> {
    let other = SigningKey::from_bytes(&[8; 32]);
    let keys = [other, key()].map(|key| hex::encode(key.verifying_key().as_bytes()));
    AuthenticatorHarness::new()
        .config("keys", &keys.join(" "))
        .now_ms(NOW)
}

fn proof(user: &str, timestamp: u64) -> Value {
    let signature = key().sign(format!("{timestamp}.n-1.{user}").as_bytes());
    json!({
        "userId": user, "timestamp": timestamp, "nonce": "n-1", "signature": hex::encode(signature.to_bytes()),
    })
}

fn shown(payload: Value) -> Result<Option<Identity>> {
    device().authenticate(&Credentials::with_payload(payload))
}

fn refusal(payload: Value) -> String {
    shown(payload).unwrap_err().to_string()
}

#[test]
fn a_signature_within_the_minute_counts() {
    for timestamp in [NOW, NOW - WINDOW_MS, NOW + WINDOW_MS] {
        let identity = shown(proof("pump-7", timestamp)).unwrap().unwrap();
        assert_eq!(identity.user_id, "pump-7");
        assert!(identity.has_role("device"));
        assert_eq!(identity.expires_at_ms, Some(NOW + 3_600_000));
    }
    let short = device().config("lifetime", "5");
    let identity = short.authenticate(&Credentials::with_payload(proof("a", NOW)));
    assert_eq!(identity.unwrap().unwrap().expires_at_ms, Some(NOW + 5000));
}

#[test]
fn credentials_of_others_are_passed_on() {
    assert_eq!(shown(json!({})).unwrap(), None);
    assert_eq!(shown(json!({"token": "a.b.c"})).unwrap(), None);
}

#[test]
fn what_is_changed_or_old_is_refused() {
    let changed = |key: &str, value: Value| {
        let mut payload = proof("pump-7", NOW);
        payload[key] = value;
        refusal(payload)
    };
    assert_eq!(changed("userId", json!("pump-8")), "The signature is wrong");
    assert_eq!(changed("nonce", json!("n-2")), "The signature is wrong");
    assert_eq!(
        changed("timestamp", json!(NOW + 1)),
        "The signature is wrong"
    );
    assert_eq!(changed("signature", json!("00")), "The signature is wrong");
    assert_eq!(
        changed("signature", json!("00".repeat(64))),
        "The signature is wrong"
    );
    assert!(changed("nonce", json!("a.b")).starts_with("A user id and a nonce"));
    assert!(changed("userId", json!("")).starts_with("A user id and a nonce"));
    assert_eq!(
        changed("timestamp", json!("now")),
        "The credentials lack something"
    );
    for timestamp in [NOW - WINDOW_MS - 1, NOW + WINDOW_MS + 1, 0] {
        let refused = refusal(proof("pump-7", timestamp));
        assert_eq!(refused, "The time stamp is more than a minute off");
    }
}

#[test]
fn a_wrong_configuration_is_for_the_log_and_not_for_the_user() {
    let device = AuthenticatorHarness::<Device>::new()
        .config("keys", "not-a-key")
        .now_ms(NOW);
    let refused = device
        .authenticate(&Credentials::with_payload(proof("a", NOW)))
        .unwrap_err();
    assert_eq!(
        refused.message(),
        "Devices cannot be recognised at the moment"
    );
    assert!(device.logs()[0].message.contains("config.keys"));
}

#[test]
fn a_device_has_its_own_room_and_some_may_only_watch() {
    let device = device().config("read-only", "pump-1 pump-2");
    assert_eq!(device.rules(), (true, true));
    let pump = |id: &str| Identity::new(id);
    let room = |identity: Option<&Identity>, room| device.authorize_room(identity, room).is_ok();
    assert!(room(Some(&pump("pump-7")), "device:pump-7"));
    assert!(!room(Some(&pump("pump-8")), "device:pump-7"));
    assert!(!room(None, "device:pump-7") && room(None, "lobby"));
    let action = |identity: Option<&Identity>| {
        let asked = device.authorize_action(identity, "Pump", "start");
        asked.is_ok()
    };
    assert!(action(Some(&pump("pump-7"))) && action(None));
    assert!(!action(Some(&pump("pump-2"))));
}
