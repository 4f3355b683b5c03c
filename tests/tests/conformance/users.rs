//! Who signs in: tokens of an app, made here.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac as _};
use liveside_tests::{Client, Daemon};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "a secret of at least thirty-two bytes, for tests";

/// Settings by which the daemon believes the tokens.
pub(crate) const CONFIG: &str = r#"
[[auth.provider]]
name = "app"
kind = "jwt"
algorithms = ["HS256"]
secret = "a secret of at least thirty-two bytes, for tests"
"#;

/// A connection of somebody who is signed in.
pub(crate) async fn connect_as(daemon: &Daemon, user: &str, roles: &[&str]) -> Client {
    let bearer = format!("Bearer {}", token(user, roles));
    let client = Client::connect(daemon.address(), &[("authorization", &bearer)]).await;
    let client = client.unwrap();
    assert_eq!(client.greeting["authenticated"], true);
    client
}

fn token(user: &str, roles: &[&str]) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let claims = json!({"sub": user, "roles": roles, "exp": since.as_secs() + 600});
    let part = |value: &Value| BASE64.encode(value.to_string());
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let text = format!("{}.{}", part(&header), part(&claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes()))
}
