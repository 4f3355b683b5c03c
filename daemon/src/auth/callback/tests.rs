use std::sync::atomic::{AtomicUsize, Ordering};

use axum::response::{IntoResponse as _, Response};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::auth::Token;
use crate::auth::tests::server::{Server, json as json_answer, never, status};
use crate::state::Json;

fn callback(server: &Server, more: &str) -> Callback {
    let text = format!("name = \"app\"\nurl = \"{}\"\n{more}", server.url);
    Callback::new(&toml::from_str(&text).unwrap()).unwrap()
}

fn shown(token: &str) -> Credentials {
    Credentials::at_upgrade(Some(Token::new(token)), Vec::new())
}

async fn says(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> Server {
    Server::start(move |_| std::future::ready(answer())).await
}

fn ada() -> Response {
    json_answer(&json!({ "userId": "ada", "roles": ["admin"] }))
}

#[tokio::test]
async fn the_app_is_told_what_was_shown_and_its_yes_is_taken() {
    let server = says(ada).await;
    let asked = callback(&server, "forward-headers = [\"Cookie\", \"X-App\"]");
    assert_eq!(asked.wanted_headers(), ["cookie", "x-app"]);
    let payload = Json::parse(r#"{"token": "secret", "device": 7}"#).unwrap();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let credentials = Credentials::in_payload(
        payload,
        vec![
            header("cookie", "a=1"),
            header("cookie", "b=2"),
            header("x-app", "yes"),
            header("x-other", "no"),
        ],
    );
    let identity = asked.authenticate(&credentials).await.unwrap().unwrap();
    assert_eq!(&*identity.user_id, "ada");
    assert_eq!(identity.roles, ["admin".into()]);

    let told = &server.asked()[0];
    assert_eq!(told.uri, "/asked?secret=1");
    assert_eq!(told.headers["content-type"], "application/json");
    assert_eq!(told.headers["x-app"], "yes");
    let cookies: Vec<_> = told.headers.get_all("cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert!(!told.headers.contains_key("x-other"));
    let body: Value = serde_json::from_slice(&told.body).unwrap();
    let expected = json!({
        "payload": { "token": "secret", "device": 7 },
        "token": "secret",
        "headers": { "cookie": "a=1; b=2", "x-app": "yes" },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn without_credentials_nobody_is_asked() {
    let server = says(ada).await;
    let asked = callback(&server, "");
    let other = vec![("user-agent".to_owned(), "x".to_owned())];
    for headers in [Vec::new(), other] {
        let credentials = Credentials::at_upgrade(None, headers);
        assert_eq!(asked.authenticate(&credentials).await, Ok(None));
    }
    assert_eq!(server.count(), 0);
    let cookie = vec![("cookie".to_owned(), "a=1".to_owned())];
    let credentials = Credentials::at_upgrade(None, cookie);
    assert!(asked.authenticate(&credentials).await.unwrap().is_some());
}

#[tokio::test]
async fn a_no_is_remembered() {
    for code in [401, 403] {
        let server = says(move || status(code)).await;
        let asked = callback(&server, "cache = \"1h\"");
        for _ in 0..3 {
            let answer = asked.authenticate(&shown("secret")).await;
            assert_eq!(answer, Err(AuthError::Refused));
        }
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn what_is_neither_yes_nor_no_is_a_no_that_is_asked_again() {
    let answers: [fn() -> Response; 9] = [
        || status(500),
        || status(404),
        || status(204),
        || (status(302).status(), [("location", "/x")]).into_response(),
        || "<html>hello</html>".into_response(),
        || json_answer(&json!({})),
        || json_answer(&json!({ "userId": "" })),
        || json_answer(&json!({ "userId": "ada", "claims": "none" })),
        || json_answer(&json!({ "userId": "x".repeat(MAX_ANSWER_BYTES) })),
    ];
    for (at, answer) in answers.into_iter().enumerate() {
        let server = Server::start(move |number| {
            std::future::ready(if number < 3 { answer() } else { ada() })
        })
        .await;
        let asked = callback(&server, "cache = \"1h\"");
        for _ in 0..2 {
            let refused = asked.authenticate(&shown("secret")).await;
            assert_eq!(refused, Err(AuthError::Unavailable), "{at}");
        }
        let accepted = asked.authenticate(&shown("secret")).await.unwrap();
        assert_eq!(&*accepted.unwrap().user_id, "ada", "{at}");
    }
}

#[tokio::test]
async fn an_app_that_hangs_or_is_away_holds_up_nobody_for_long() {
    let server = Server::start(|_| never()).await;
    let asked = callback(&server, "timeout = \"50ms\"");
    let refused = asked.authenticate(&shown("secret")).await;
    assert_eq!(refused, Err(AuthError::Unavailable));
    assert_eq!(server.count(), 1);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let text = format!(
        "name = \"app\"\nurl = \"http://{}/?secret\"",
        listener.local_addr().unwrap()
    );
    drop(listener);
    let away = Callback::new(&toml::from_str(&text).unwrap()).unwrap();
    let refused = away.authenticate(&shown("secret")).await;
    assert_eq!(refused, Err(AuthError::Unavailable));
}

#[tokio::test]
async fn answers_are_remembered_for_the_very_same_credentials() {
    let server = says(ada).await;
    let asked = callback(&server, "cache = \"1h\"");
    let header = |value: &str| vec![("cookie".to_owned(), value.to_owned())];
    let payload = |text| Credentials::in_payload(Json::parse(text).unwrap(), Vec::new());
    let others = [
        shown("one"),
        shown("two"),
        payload(r#"{"token":"one"}"#),
        payload(r#"{"user":"one"}"#),
        Credentials::at_upgrade(None, header("one")),
        Credentials::at_upgrade(Some(Token::new("one")), header("one")),
        Credentials::at_upgrade(Some(Token::new("one")), header("two")),
    ];
    for _ in 0..2 {
        for credentials in &others {
            assert!(asked.authenticate(credentials).await.unwrap().is_some());
        }
    }
    assert_eq!(server.count(), others.len());
}

#[tokio::test]
async fn an_answer_is_forgotten_in_time() {
    let server = says(ada).await;
    let asked = callback(&server, "cache = \"0s\"");
    for _ in 0..3 {
        assert!(asked.authenticate(&shown("a")).await.unwrap().is_some());
    }
    assert_eq!(server.count(), 3);

    // An identity that is over is asked for again, whatever `cache` says.
    let server = says(|| json_answer(&json!({ "userId": "ada", "expiresAt": 1 }))).await;
    let asked = callback(&server, "cache = \"1h\"");
    for _ in 0..3 {
        let identity = asked.authenticate(&shown("a")).await.unwrap().unwrap();
        assert_eq!(identity.expires_at, Some(1));
    }
    assert_eq!(server.count(), 3);

    let believed = Believed(Duration::from_secs(10));
    let until = |expires_at| {
        let identity = answer::read(br#"{"userId":"ada"}"#).unwrap();
        let identity = Identity {
            expires_at,
            ..identity
        };
        let yes = Verdict::Yes(Arc::new(identity));
        believed.expire_after_create(&[0; 32], &yes, Instant::now())
    };
    assert_eq!(until(None), Some(Duration::from_secs(10)));
    assert_eq!(
        until(Some(now_ms() + 60_000)),
        Some(Duration::from_secs(10))
    );
    let soon = until(Some(now_ms() + 5000)).unwrap();
    assert!(soon <= Duration::from_secs(5), "{soon:?}");
}

/// Answers once the test lets it, and counts how many wait.
struct Gate {
    open: Notify,
    waiting: AtomicUsize,
    most: AtomicUsize,
}

#[tokio::test]
async fn those_who_ask_the_same_share_one_question() {
    let gate = Arc::new(Notify::new());
    let opened = gate.clone();
    let server = Server::start(move |_| {
        let gate = gate.clone();
        async move {
            gate.notified().await;
            ada()
        }
    })
    .await;
    let asked = callback(&server, "cache = \"0s\"");
    let credentials = shown("secret");
    let all = join_all((0..20).map(|_| asked.authenticate(&credentials)));
    let open = async {
        server.asked_times(1).await;
        opened.notify_one();
    };
    let (answers, ()) = tokio::join!(all, open);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Some(_)))));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn who_leaves_takes_no_answer_from_those_who_share_the_question() {
    let server = Server::start(|number| async move {
        match number {
            1 => never().await,
            _ => ada(),
        }
    })
    .await;
    let asked = Arc::new(callback(&server, ""));
    let ask = || {
        let asked = asked.clone();
        tokio::spawn(async move { asked.authenticate(&shown("secret")).await })
    };
    let first = ask();
    server.asked_times(1).await;
    let second = ask();
    tokio::task::yield_now().await;
    first.abort();
    assert!(second.await.unwrap().unwrap().is_some());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn no_more_questions_are_under_way_than_may_be() {
    let gate = Arc::new(Gate {
        open: Notify::new(),
        waiting: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let shared = gate.clone();
    let server = Server::start(move |_| {
        let gate = shared.clone();
        async move {
            let waiting = gate.waiting.fetch_add(1, Ordering::SeqCst) + 1;
            gate.most.fetch_max(waiting, Ordering::SeqCst);
            gate.open.notified().await;
            gate.waiting.fetch_sub(1, Ordering::SeqCst);
            ada()
        }
    })
    .await;
    let asked = callback(&server, "concurrency = 2");
    let credentials: Vec<_> = (0..6).map(|number| shown(&number.to_string())).collect();
    let all = join_all(
        credentials
            .iter()
            .map(|credentials| asked.authenticate(credentials)),
    );
    let open = async {
        for number in 1..=6 {
            server.asked_times(number).await;
            gate.open.notify_one();
        }
    };
    let (answers, ()) = tokio::join!(all, open);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(server.count(), 6);
    assert!(gate.most.load(Ordering::SeqCst) <= 2);
}
