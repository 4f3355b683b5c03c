use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tempfile::NamedTempFile;

use super::*;
use crate::auth::credentials::Token;
use crate::auth::tests::keys::Signer;
use crate::clock::now_ms;

mod keys_from_a_url;

const SECRET: &str =
    "a secret of the tests, of more than 64 bytes, so that every algorithm is content";

fn now() -> u64 {
    now_ms() / 1000
}

/// Claims that are good for a minute.
fn claims() -> Value {
    json!({ "sub": "ada", "roles": ["admin"], "exp": now() + 60 })
}

fn with(more: Value) -> Value {
    let mut claims = claims();
    for (key, value) in more.as_object().unwrap() {
        claims[key] = value.clone();
    }
    claims
}

fn config(text: &str) -> JwtConfig {
    toml::from_str(&format!("name = \"test\"\n{text}")).unwrap()
}

fn by_secret(more: &str) -> Jwt {
    let text = format!("algorithms = [\"HS256\"]\nsecret = \"{SECRET}\"\n{more}");
    Jwt::new(&config(&text)).unwrap()
}

/// A provider with a key in a file, which is there as long as the second is held.
fn by_file(algorithms: &[Algorithm], pem: &str) -> (Result<Jwt, Problem>, NamedTempFile) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    let path = file.path().display();
    let text = format!("algorithms = {algorithms:?}\npublic-key = \"{path}\"");
    let text = text.replace('[', "[\"").replace(']', "\"]");
    let text = text.replace(", ", "\", \"");
    (Jwt::new(&config(&text)), file)
}

fn shown(token: &str) -> Credentials {
    Credentials::at_upgrade(Some(Token::new(token)), Vec::new())
}

/// One part of a token.
fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// The token with other claims under the same signature.
fn with_payload(token: &str, claims: &Value) -> String {
    let mut parts: Vec<&str> = token.split('.').collect();
    let claims = part(claims);
    parts[1] = &claims;
    parts.join(".")
}

async fn ask(jwt: &Jwt, token: &str) -> Result<Arc<Identity>, AuthError> {
    jwt.authenticate(&shown(token)).await.map(Option::unwrap)
}

#[tokio::test]
async fn every_algorithm_is_verified() {
    use Algorithm::*;
    for algorithm in [HS256, HS384, HS512] {
        let text = format!("algorithms = [\"{algorithm:?}\"]\nsecret = \"{SECRET}\"");
        let jwt = Jwt::new(&config(&text)).unwrap();
        let token = Signer::secret(algorithm, SECRET).token(&claims());
        assert_eq!(&*ask(&jwt, &token).await.unwrap().user_id, "ada");
        let forged = Signer::secret(algorithm, "another secret").token(&claims());
        assert_eq!(ask(&jwt, &forged).await, Err(AuthError::Refused));
    }
    for (signer, other) in [
        (Signer::rsa(), None),
        (Signer::rsa().with(RS384), None),
        (Signer::rsa().with(RS512), None),
        (Signer::rsa().with(PS256), None),
        (Signer::rsa().with(PS384), None),
        (Signer::rsa().with(PS512), None),
        (Signer::p256(), Some(Signer::p256())),
        (Signer::p384(), Some(Signer::p384())),
        (Signer::ed25519(), Some(Signer::ed25519())),
    ] {
        let algorithm = signer.algorithm;
        let (jwt, _file) = by_file(&[algorithm], &signer.public_pem);
        let jwt = jwt.unwrap();
        let token = signer.token(&claims());
        let identity = ask(&jwt, &token).await.unwrap();
        assert_eq!(identity.roles, ["admin".into()], "{algorithm:?}");
        let forged = with_payload(&token, &with(json!({ "sub": "root" })));
        let refused = ask(&jwt, &forged).await;
        assert_eq!(refused, Err(AuthError::Refused), "{algorithm:?}");
        if let Some(other) = other {
            let forged = other.token(&claims());
            assert_eq!(
                ask(&jwt, &forged).await,
                Err(AuthError::Refused),
                "{algorithm:?}"
            );
        }
    }
}

#[tokio::test]
async fn attacks_and_mistakes_are_refused() {
    let jwt = by_secret("issuer = \"https://login.example\"\naudience = [\"live\", \"other\"]");
    let signer = Signer::secret(Algorithm::HS256, SECRET);
    let good = with(json!({ "iss": "https://login.example", "aud": "live" }));
    let changed = |key: &str, value: Value| {
        let mut claims = good.clone();
        claims[key] = value;
        signer.token(&claims)
    };
    let without = |key: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(key);
        signer.token(&claims)
    };
    let unsigned = |alg: &str| {
        let header = part(&json!({ "alg": alg, "typ": "JWT" }));
        format!("{header}.{}.", part(&good))
    };
    let token = signer.token(&good);
    assert!(ask(&jwt, &token).await.is_ok());
    assert!(
        ask(&jwt, &changed("aud", json!(["x", "other"])))
            .await
            .is_ok()
    );
    assert!(ask(&jwt, &changed("nbf", json!(now() + 10))).await.is_ok());

    let root = with(json!({ "sub": "root", "iss": "https://login.example", "aud": "live" }));
    let critical = Header {
        crit: Some(vec!["exp".to_owned()]),
        ..Header::new(Algorithm::HS256)
    };
    use AuthError::{Expired, NotYetValid, Refused};
    for (what, token, error) in [
        (
            "signed by another",
            Signer::secret(Algorithm::HS256, "another secret").token(&good),
            Refused,
        ),
        (
            "another algorithm of the family",
            Signer::secret(Algorithm::HS512, SECRET).token(&good),
            Refused,
        ),
        ("not signed", unsigned("none"), Refused),
        ("not signed, spelled otherwise", unsigned("nOnE"), Refused),
        ("an empty signature", unsigned("HS256"), Refused),
        ("another payload", with_payload(&token, &root), Refused),
        ("cut off", token[..token.len() - 5].to_owned(), Refused),
        (
            "only a beginning",
            token.split('.').next().unwrap().to_owned(),
            Refused,
        ),
        ("something else", "not a token".to_owned(), Refused),
        ("empty", String::new(), Refused),
        ("expired", changed("exp", json!(now() - 60)), Expired),
        ("expired long ago", changed("exp", json!(0)), Expired),
        ("without an end", without("exp"), Refused),
        (
            "an end that is text",
            changed("exp", json!("9999999999")),
            Refused,
        ),
        (
            "not valid yet",
            changed("nbf", json!(now() + 60)),
            NotYetValid,
        ),
        (
            "a beginning that is text",
            changed("nbf", json!("0")),
            Refused,
        ),
        (
            "another issuer",
            changed("iss", json!("https://evil.example")),
            Refused,
        ),
        ("without an issuer", without("iss"), Refused),
        (
            "an issuer that is a number",
            changed("iss", json!(7)),
            Refused,
        ),
        (
            "for another audience",
            changed("aud", json!("elsewhere")),
            Refused,
        ),
        (
            "for other audiences",
            changed("aud", json!(["elsewhere"])),
            Refused,
        ),
        ("for nobody", without("aud"), Refused),
        ("without a user", without("sub"), Refused),
        (
            "critical extensions",
            signer.token_with(critical, &good),
            Refused,
        ),
        (
            "endless",
            changed("pad", json!("x".repeat(MAX_TOKEN_BYTES))),
            Refused,
        ),
    ] {
        let refused = ask(&jwt, &token).await;
        assert_eq!(refused, Err(error), "{what}");
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let rsa = Signer::rsa();
    let (jwt, _file) = by_file(&[Algorithm::RS256, Algorithm::PS256], &rsa.public_pem);
    let jwt = jwt.unwrap();
    assert!(ask(&jwt, &rsa.token(&claims())).await.is_ok());
    for secret in [&*rsa.public_pem, rsa.public_pem.trim()] {
        let confused = Signer::secret(Algorithm::HS256, secret).token(&claims());
        assert_eq!(ask(&jwt, &confused).await, Err(AuthError::Refused));
    }
    let other_family = Signer::ed25519().token(&claims());
    assert_eq!(ask(&jwt, &other_family).await, Err(AuthError::Refused));
}

#[tokio::test]
async fn the_end_is_that_of_the_token_and_its_leeway() {
    let jwt = by_secret("leeway = \"30s\"");
    let signer = Signer::secret(Algorithm::HS256, SECRET);
    let end = now() - 10;
    let token = signer.token(&with(json!({ "exp": end })));
    let identity = ask(&jwt, &token).await.unwrap();
    assert_eq!(identity.expires_at, Some((end + 30) * 1000));
    let for_ever = by_secret("require-expiry = false");
    let token = signer.token(&json!({ "sub": "ada" }));
    assert_eq!(ask(&for_ever, &token).await.unwrap().expires_at, None);
    for exp in [json!("9999999999"), json!(-1)] {
        let token = signer.token(&json!({ "sub": "ada", "exp": exp }));
        assert_eq!(
            ask(&for_ever, &token).await,
            Err(AuthError::Refused),
            "{exp}"
        );
    }
    let past = signer.token(&with(json!({ "exp": now() - 60 })));
    assert_eq!(ask(&for_ever, &past).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn the_token_that_was_shown_on_purpose_goes_before_the_header_and_the_cookie() {
    let jwt = by_secret("cookie = \"session\"");
    assert_eq!(jwt.wanted_headers(), ["authorization", "cookie"]);
    let signer = Signer::secret(Algorithm::HS256, SECRET);
    let of = |user: &str| signer.token(&with(json!({ "sub": user })));
    let header = (
        "authorization".to_owned(),
        format!("Bearer {}", of("header")),
    );
    let basic = ("authorization".to_owned(), "Basic eDp5".to_owned());
    let cookie = (
        "cookie".to_owned(),
        format!("a=b; session={}", of("cookie")),
    );
    let token = Some(Token::new(of("token")));
    for (token, headers, user) in [
        (token, vec![header.clone(), cookie.clone()], Some("token")),
        (None, vec![cookie.clone(), header], Some("header")),
        (None, vec![basic.clone(), cookie], Some("cookie")),
        (None, vec![basic], None),
        (None, Vec::new(), None),
    ] {
        let credentials = Credentials::at_upgrade(token, headers);
        let identity = jwt.authenticate(&credentials).await.unwrap();
        let found = identity.as_ref().map(|identity| &*identity.user_id);
        assert_eq!(found, user);
    }
    let none = by_secret("");
    assert_eq!(none.wanted_headers(), ["authorization"]);
}

#[tokio::test]
async fn a_key_that_is_none_is_told_by_its_file() {
    let (jwt, _file) = by_file(&[Algorithm::RS256], "not a key");
    let error = jwt.err().unwrap().to_string();
    assert!(
        error.ends_with("holds no public key in PEM for RS256"),
        "{error}"
    );
    let (jwt, _file) = by_file(&[Algorithm::RS256], &Signer::ed25519().public_pem);
    assert!(matches!(jwt, Err(Problem::PublicKey { .. })));
    let private = crate::auth::tests::keys::pem("PRIVATE KEY", b"xxx");
    let (jwt, _file) = by_file(&[Algorithm::RS256], &private);
    let error = jwt.err().unwrap().to_string();
    assert!(error.contains("is a private key"), "{error}");
    let missing = config("algorithms = [\"RS256\"]\npublic-key = \"/nowhere/key.pem\"");
    let error = Jwt::new(&missing).err().unwrap().to_string();
    assert!(
        error.starts_with("/nowhere/key.pem cannot be read"),
        "{error}"
    );
}
