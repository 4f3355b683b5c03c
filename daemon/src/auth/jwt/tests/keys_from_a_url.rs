//! Keys from a URL: rotated, unknown, down, slow.

use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::Mutex;

use super::*;
use crate::auth::tests::server::{Server, json as json_answer, never, status};

/// Nothing happens by itself.
const LONG: Duration = Duration::from_secs(3600);

/// A set that a test can change while it is served.
#[derive(Clone)]
struct Published(Arc<Mutex<Option<Value>>>);

impl Published {
    fn new(keys: &[Value]) -> Self {
        Self(Arc::new(Mutex::new(Some(json!({ "keys": keys })))))
    }

    fn replace(&self, keys: &[Value]) {
        *self.0.lock() = Some(json!({ "keys": keys }));
    }

    fn take_down(&self) {
        *self.0.lock() = None;
    }

    async fn serve(&self) -> Server {
        let keys = self.clone();
        Server::start(move |_| {
            let keys = keys.0.lock().clone();
            async move { keys.map_or_else(|| status(503), |keys| json_answer(&keys)) }
        })
        .await
    }
}

fn pace(gap: Duration) -> Pace {
    Pace {
        refresh: LONG,
        retry: LONG,
        gap,
        timeout: Duration::from_secs(5),
    }
}

fn by_url(server: &Server, pace: Pace) -> Jwt {
    let url = &server.url;
    let text = format!("algorithms = [\"RS256\", \"ES256\", \"EdDSA\"]\njwks-url = \"{url}\"");
    Jwt::with_pace(&config(&text), pace).unwrap()
}

#[tokio::test]
async fn keys_of_every_family_are_found_by_their_name() {
    let signers = [Signer::rsa(), Signer::p256(), Signer::ed25519()];
    let keys: Vec<Value> = signers
        .iter()
        .map(|signer| signer.jwk(&format!("{:?}", signer.algorithm)))
        .collect();
    let server = Published::new(&keys).serve().await;
    let jwt = by_url(&server, pace(LONG));
    for signer in &signers {
        let kid = format!("{:?}", signer.algorithm);
        for token in [signer.token_of(&kid, &claims()), signer.token(&claims())] {
            assert_eq!(&*ask(&jwt, &token).await.unwrap().user_id, "ada", "{kid}");
        }
        let forged = Signer::ed25519().token_of(&kid, &claims());
        assert_eq!(ask(&jwt, &forged).await, Err(AuthError::Refused));
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_rotated_key_is_picked_up_and_the_old_one_dropped() {
    let (old, new) = (Signer::ed25519(), Signer::ed25519());
    let published = Published::new(&[old.jwk("old")]);
    let server = published.serve().await;
    let jwt = by_url(&server, pace(Duration::ZERO));
    let by_old = old.token_of("old", &claims());
    assert!(ask(&jwt, &by_old).await.is_ok());
    published.replace(&[new.jwk("new")]);
    assert!(ask(&jwt, &new.token_of("new", &claims())).await.is_ok());
    assert_eq!(server.count(), 2);
    assert_eq!(ask(&jwt, &by_old).await, Err(AuthError::Refused));
}

#[tokio::test]
async fn a_rotated_key_is_picked_up_by_tokens_that_name_none() {
    let (old, new) = (Signer::ed25519(), Signer::ed25519());
    let published = Published::new(&[old.jwk("old")]);
    let server = published.serve().await;
    let jwt = by_url(&server, pace(Duration::ZERO));
    assert!(ask(&jwt, &old.token(&claims())).await.is_ok());
    published.replace(&[new.jwk("new")]);
    assert!(ask(&jwt, &new.token(&claims())).await.is_ok());
}

#[tokio::test]
async fn the_keys_are_fetched_again_by_themselves() {
    let (old, new) = (Signer::ed25519(), Signer::ed25519());
    let published = Published::new(&[old.jwk("same")]);
    let server = published.serve().await;
    let jwt = by_url(
        &server,
        Pace {
            refresh: Duration::from_millis(1),
            ..pace(LONG)
        },
    );
    server.asked_times(1).await;
    published.replace(&[new.jwk("same")]);
    // The one after the next has begun after the change, and the one before it has been taken.
    server.asked_times(server.count() + 3).await;
    assert!(ask(&jwt, &new.token_of("same", &claims())).await.is_ok());
    let by_old = old.token_of("same", &claims());
    assert_eq!(ask(&jwt, &by_old).await, Err(AuthError::Refused));
}

#[tokio::test]
async fn a_flood_of_invented_keys_is_no_flood_of_requests() {
    let signer = Signer::ed25519();
    let server = Published::new(&[signer.jwk("known")]).serve().await;
    let jwt = by_url(&server, pace(LONG));
    assert!(
        ask(&jwt, &signer.token_of("known", &claims()))
            .await
            .is_ok()
    );
    for number in 0..20 {
        let token = signer.token_of(&format!("invented-{number}"), &claims());
        assert_eq!(ask(&jwt, &token).await, Err(AuthError::Refused));
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn those_who_wait_share_one_attempt() {
    let signer = Signer::ed25519();
    let server = Published::new(&[signer.jwk("known")]).serve().await;
    let jwt = by_url(&server, pace(Duration::ZERO));
    let known = signer.token_of("known", &claims());
    assert!(ask(&jwt, &known).await.is_ok());
    let unknown = signer.token_of("unknown", &claims());
    let refused = join_all((0..10).map(|_| ask(&jwt, &unknown))).await;
    assert!(
        refused
            .iter()
            .all(|refused| *refused == Err(AuthError::Refused))
    );
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn the_last_good_keys_stay_while_the_url_is_down() {
    let (signer, other) = (Signer::ed25519(), Signer::ed25519());
    let published = Published::new(&[signer.jwk("known")]);
    let server = published.serve().await;
    let jwt = by_url(&server, pace(Duration::ZERO));
    let known = signer.token_of("known", &claims());
    assert!(ask(&jwt, &known).await.is_ok());
    for broken in [None, Some(json!([])), Some(json!({ "keys": [] }))] {
        *published.0.lock() = broken;
        let before = server.count();
        let unknown = other.token_of("new", &claims());
        assert_eq!(ask(&jwt, &unknown).await, Err(AuthError::Refused));
        assert_eq!(server.count(), before + 1);
        assert!(ask(&jwt, &known).await.is_ok());
    }
    published.replace(&[other.jwk("new")]);
    assert!(ask(&jwt, &other.token_of("new", &claims())).await.is_ok());
}

#[tokio::test]
async fn without_any_keys_yet_nobody_can_tell() {
    let signer = Signer::ed25519();
    let published = Published::new(&[signer.jwk("known")]);
    published.take_down();
    let server = published.serve().await;
    let jwt = by_url(&server, pace(Duration::ZERO));
    let token = signer.token_of("known", &claims());
    assert_eq!(ask(&jwt, &token).await, Err(AuthError::Unavailable));
    published.replace(&[signer.jwk("known")]);
    assert!(ask(&jwt, &token).await.is_ok());
}

#[tokio::test]
async fn a_slow_url_holds_up_only_those_with_unknown_keys() {
    let signer = Signer::ed25519();
    let keys = json!({ "keys": [signer.jwk("known")] });
    let server = Server::start(move |number| {
        let keys = keys.clone();
        async move {
            match number {
                1 => json_answer(&keys),
                _ => never().await,
            }
        }
    })
    .await;
    let mut patient = pace(Duration::ZERO);
    patient.timeout = Duration::from_millis(200);
    let jwt = Arc::new(by_url(&server, patient));
    let known = signer.token_of("known", &claims());
    assert!(ask(&jwt, &known).await.is_ok());
    let (unknown, asking) = (signer.token_of("unknown", &claims()), jwt.clone());
    let waiting = tokio::spawn(async move { ask(&asking, &unknown).await });
    server.asked_times(2).await;
    assert!(ask(&jwt, &known).await.is_ok());
    assert!(!waiting.is_finished());
    assert_eq!(waiting.await.unwrap(), Err(AuthError::Refused));
}

#[tokio::test]
async fn keys_for_other_purposes_are_left_out() {
    let signer = Signer::ed25519();
    let change = |key: &str, value: Value| {
        let mut jwk = signer.jwk("known");
        jwk[key] = value;
        jwk
    };
    for (entry, taken) in [
        (signer.jwk("known"), true),
        (change("use", json!("sig")), true),
        (change("use", json!("enc")), false),
        (change("key_ops", json!(["verify"])), true),
        (change("key_ops", json!(["encrypt"])), false),
        (change("alg", json!("RS256")), false),
        (change("kty", json!("future")), false),
        (change("crv", json!("X25519")), false),
        (
            json!({ "kty": "oct", "kid": "known", "k": "c2VjcmV0" }),
            false,
        ),
        (json!("no key"), false),
    ] {
        // One that is good, so that the set is one.
        let server = Published::new(&[entry.clone(), Signer::p256().jwk("other")]);
        let server = server.serve().await;
        let jwt = by_url(&server, pace(LONG));
        let found = ask(&jwt, &signer.token_of("known", &claims())).await;
        assert_eq!(found.is_ok(), taken, "{entry}");
    }
}
