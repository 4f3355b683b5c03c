use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::config::FetchConfig;
use crate::fetch::Fetcher;
use crate::state::Json;
use crate::wasm::Engine;
use crate::wasm::engine::{EngineConfig, GuestLimits};
use keys::Signer;
use server::Server;

mod faults;
pub(in crate::auth) mod keys;
mod modules;
pub(in crate::auth) mod server;

const SECRETS: [&str; 2] = [
    "the first secret of the tests, long enough",
    "the second secret of the tests, long enough",
];

fn host() -> AuthenticatorHost {
    let limits = GuestLimits {
        memory_bytes: 64 << 20,
        recycle_bytes: 16 << 20,
        cpu_time: Duration::from_secs(1),
        wall_time: Duration::from_secs(5),
        result_bytes: 1 << 20,
        workers_per_module: 4,
    };
    let engine = Engine::new(EngineConfig {
        cache_dir: None,
        limits,
        wasi: HashMap::new(),
    });
    AuthenticatorHost {
        engine: engine.unwrap(),
        fetcher: Fetcher::new().unwrap(),
        fetch: FetchConfig::default(),
        log_lines: 100,
    }
}

async fn auth(text: &str) -> Result<Auth, SetupError> {
    let config: AuthConfig = toml::from_str(text).unwrap();
    Auth::new(&config, &host()).await
}

/// Two issuers, each with a secret of its own.
async fn two_issuers() -> Auth {
    let mut text = String::new();
    for (name, secret) in ["first", "second"].iter().zip(SECRETS) {
        let _ = write!(
            text,
            "[[provider]]\nname = \"{name}\"\nkind = \"jwt\"\nalgorithms = [\"HS256\"]\nsecret = \"{secret}\"\n"
        );
    }
    auth(&text).await.unwrap()
}

fn token(secret: &str, claims: &Value) -> Credentials {
    let signer = Signer::secret(jsonwebtoken::Algorithm::HS256, secret);
    Credentials::at_upgrade(Some(Token::new(signer.token(claims))), Vec::new())
}

fn good() -> Value {
    json!({ "sub": "ada", "exp": now_ms() / 1000 + 60 })
}

#[tokio::test]
async fn without_providers_everybody_is_anonymous() {
    let auth = auth("").await.unwrap();
    assert!(!auth.is_on() && !auth.asks_actions() && !auth.asks_rooms());
    assert!(auth.wanted_headers().is_empty());
    let shown = token(SECRETS[0], &good());
    assert_eq!(auth.authenticate(&shown, None).await, Ok(None));
    assert_eq!(auth.authorize_action(None, "A", "b").await, Ok(()));
    assert_eq!(auth.authorize_room(None, "lobby").await, Ok(()));
    assert_eq!(
        auth.authenticate(&shown, Some("first")).await,
        Err(AuthError::UnknownProvider)
    );
}

#[tokio::test]
async fn the_first_provider_that_knows_the_user_decides() {
    let auth = two_issuers().await;
    assert!(auth.is_on());
    assert_eq!(auth.wanted_headers(), ["authorization"]);
    for secret in SECRETS {
        let identity = auth.authenticate(&token(secret, &good()), None).await;
        assert_eq!(&*identity.unwrap().unwrap().user_id, "ada");
    }
    let nobody = Credentials::at_upgrade(None, Vec::new());
    assert_eq!(auth.authenticate(&nobody, None).await, Ok(None));
    assert_eq!(auth.authenticate(&nobody, Some("second")).await, Ok(None));
}

#[tokio::test]
async fn a_refusal_is_that_of_the_first_who_refused() {
    let auth = two_issuers().await;
    let old = json!({ "sub": "ada", "exp": 1 });
    let refused = auth.authenticate(&token(SECRETS[0], &old), None).await;
    assert_eq!(refused, Err(AuthError::Expired));
    let refused = auth.authenticate(&token(SECRETS[1], &old), None).await;
    assert_eq!(refused, Err(AuthError::Refused));
}

#[tokio::test]
async fn a_provider_that_is_named_is_the_only_one_that_is_asked() {
    let auth = two_issuers().await;
    let shown = token(SECRETS[1], &good());
    let by = async |name| auth.authenticate(&shown, Some(name)).await;
    assert!(by("second").await.unwrap().is_some());
    assert_eq!(by("first").await, Err(AuthError::Refused));
    assert_eq!(by("third").await, Err(AuthError::UnknownProvider));
}

#[tokio::test]
async fn whoever_vouches_an_identity_must_be_one_that_lasts() {
    for (answer, expected) in [
        (
            json!({ "userId": "ada", "expiresAt": 1 }),
            AuthError::Expired,
        ),
        (
            json!({ "userId": "x".repeat(MAX_USER_ID_BYTES + 1) }),
            AuthError::Refused,
        ),
    ] {
        let server = Server::start(move |_| std::future::ready(server::json(&answer))).await;
        let text = format!(
            "[[provider]]\nname = \"app\"\nkind = \"http\"\nurl = \"{}\"",
            server.url
        );
        let auth = auth(&text).await.unwrap();
        let shown = Credentials::at_upgrade(Some(Token::new("secret")), Vec::new());
        assert_eq!(auth.authenticate(&shown, None).await, Err(expected));
    }
}

#[tokio::test]
async fn what_cannot_be_set_up_is_told_with_its_provider() {
    for (text, sentence) in [
        (
            "name = \"app\"\nkind = \"jwt\"\nalgorithms = [\"HS256\"]",
            "auth.provider `app`: give one of `secret`",
        ),
        (
            "name = \"app\"\nkind = \"jwt\"\nalgorithms = [\"RS256\"]\npublic-key = \"/nowhere/a.pem\"",
            "auth.provider `app`: /nowhere/a.pem cannot be read",
        ),
        (
            "name = \"device\"\nkind = \"module\"\nfile = \"/nowhere/a.wasm\"",
            "auth.provider `device`: /nowhere/a.wasm cannot be read",
        ),
        (
            "name = \"device\"\nkind = \"module\"\nfile = \"Cargo.toml\"",
            "auth.provider `device`: Cargo.toml was not taken: not a WebAssembly file",
        ),
    ] {
        let error = auth(&format!("[[provider]]\n{text}")).await.err().unwrap();
        assert!(error.to_string().starts_with(sentence), "{error}");
    }
}
