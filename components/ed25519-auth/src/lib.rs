//! Who somebody is, by an Ed25519 signature over a time stamp, a nonce and the user's id.
//!
//! Whoever holds one of the private keys (a fleet's enrolment service, say) signs for devices. Only the public keys are
//! in the daemon's configuration: nothing on its machine can sign.

use ed25519_dalek::{Signature, VerifyingKey};
use liveside_guest::prelude::*;
use serde::Deserialize;

/// How far the time stamp may be from now, either way, in milliseconds.
const WINDOW_MS: u64 = 60_000;

/// How long an identity lasts if the configuration does not say, in seconds.
const LIFETIME_S: u64 = 3600;

/// Rooms that belong to one device begin so, and end with its id.
const OWN_ROOM: &str = "device:";

/// The authenticator.
struct Device;

/// What a device shows as the payload of `AUTH`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proof {
    user_id: String,
    /// Milliseconds since the Unix epoch.
    timestamp: u64,
    /// Anything that is new each time.
    nonce: String,
    /// Of `timestamp.nonce.userId`, in hexadecimal digits.
    signature: String,
}

#[authenticator]
impl Authenticator for Device {
    fn authenticate(cx: &Context, credentials: &Credentials) -> Result<Option<Identity>> {
        if credentials.payload.get("signature").is_none() {
            return Ok(None);
        }
        let proof: Proof = credentials.read()?;
        let now = cx.clock().now_ms();
        ensure!(
            proof.timestamp.abs_diff(now) <= WINDOW_MS,
            "The time stamp is more than a minute off"
        );
        // Without dots in them, no two proofs have the same text.
        ensure!(
            is_plain(&proof.user_id) && is_plain(&proof.nonce),
            "A user id and a nonce have 1 to 64 letters, digits, - and _"
        );
        if !is_signed(&proof, &keys(cx)?) {
            bail!("The signature is wrong");
        }
        let lifetime = match cx.config().get("lifetime") {
            Some(_) => cx.config().require("lifetime")?,
            None => LIFETIME_S,
        };
        let end = now.saturating_add(lifetime.saturating_mul(1000));
        Ok(Some(
            Identity::new(proof.user_id)
                .role("device")
                .expires_at_ms(end),
        ))
    }

    fn authorize_action(
        cx: &Context,
        identity: Option<&Identity>,
        _component: &str,
        _action: &str,
    ) -> Result<()> {
        let watchers = cx.config().get("read-only").unwrap_or_default();
        let only_reads = identity
            .is_some_and(|identity| watchers.split_whitespace().any(|id| id == identity.user_id));
        ensure!(!only_reads, "This device may only watch");
        Ok(())
    }

    fn authorize_room(_: &Context, identity: Option<&Identity>, room: &str) -> Result<()> {
        let Some(owner) = room.strip_prefix(OWN_ROOM) else {
            return Ok(());
        };
        ensure!(
            identity.is_some_and(|identity| identity.user_id == owner),
            "This room belongs to one device"
        );
        Ok(())
    }
}

/// The keys of `config.keys`: hexadecimal digits, with spaces between one and the next. A user is told nothing of them.
fn keys(cx: &Context) -> Result<Vec<VerifyingKey>> {
    let written: String = cx.config().require("keys")?;
    let keys = written.split_whitespace().map(|key| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(key, &mut bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok()
    });
    let keys: Option<Vec<_>> = keys.collect();
    if keys.is_none() {
        cx.log()
            .error("`config.keys` must hold public keys, each of 64 hexadecimal digits");
    }
    keys.ok_or_else(|| Error::new("Devices cannot be recognised at the moment"))
}

fn is_signed(proof: &Proof, keys: &[VerifyingKey]) -> bool {
    let mut signature = [0; 64];
    if hex::decode_to_slice(&proof.signature, &mut signature).is_err() {
        return false;
    }
    let signature = Signature::from_bytes(&signature);
    let text = format!("{}.{}.{}", proof.timestamp, proof.nonce, proof.user_id);
    keys.iter()
        .any(|key| key.verify_strict(text.as_bytes(), &signature).is_ok())
}

fn is_plain(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests;
