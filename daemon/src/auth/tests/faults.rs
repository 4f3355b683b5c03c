//! An authenticator that breaks down, tells secrets or names nobody, and what is left of it in the log.

use std::io::Write;
use std::sync::Arc;

use parking_lot::Mutex;
use tracing_subscriber::fmt::MakeWriter;

use super::modules::built;
use super::*;

const SECRET: &str = "the-secret-of-the-module";
const TOKEN: &str = "the-token-of-the-client";
const COOKIE: &str = "the-cookie-of-the-browser";

async fn faulty(more: &str) -> Auth {
    let text = format!(
        "[[provider]]\nname = \"faulty\"\nkind = \"module\"\nfile = \"{}\"\n{more}",
        built("fixtures/faulty-auth.wasm").display()
    );
    auth(&text).await.unwrap()
}

fn how(how: &str) -> Credentials {
    let payload = json!({ "how": how, "token": TOKEN }).to_string();
    let cookie = ("cookie".to_owned(), format!("a=b; session={COOKIE}"));
    Credentials::in_payload(Json::parse(&payload).unwrap(), vec![cookie])
}

/// What is logged, down to the last detail, while it is held.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }

    fn capture(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(self.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        // A test beside this one may just have met a line for the first time, with nobody to listen.
        tracing::callsite::rebuild_interest_cache();
        guard
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_module_that_breaks_down_refuses_and_goes_on() {
    let auth = faulty("").await;
    assert!(!auth.asks_actions() && !auth.asks_rooms());
    for (kind, error) in [
        ("panic", AuthError::Unavailable),
        ("spin", AuthError::Unavailable),
        ("grow", AuthError::Unavailable),
        ("claims", AuthError::Unavailable),
        ("huge", AuthError::Unavailable),
        ("nameless", AuthError::Refused),
        ("over", AuthError::Expired),
        ("mute", AuthError::Refused),
    ] {
        let refused = auth.authenticate(&how(kind), None).await;
        assert_eq!(refused, Err(error), "{kind}");
        assert_eq!(auth.authenticate(&how("none"), None).await, Ok(None));
    }
}

#[tokio::test]
async fn a_module_reaches_only_the_hosts_that_it_may_and_no_store() {
    let server = Server::start(|_| std::future::ready(server::json(&json!("grace")))).await;
    let url = &server.url;
    let origin = url.split("/asked").next().unwrap();
    let allowed = format!("allowed-hosts = [\"{origin}\"]\nsecrets = {{ key = \"{url}\" }}");
    let auth = faulty(&allowed).await;
    let identity = auth.authenticate(&how("fetch"), None).await.unwrap();
    assert_eq!(&*identity.unwrap().user_id, "\"grace\"");
    let refused = auth.authenticate(&how("store"), None).await.unwrap_err();
    assert!(matches!(refused, AuthError::Said(_)), "{refused:?}");

    let auth = faulty(&format!("secrets = {{ key = \"{url}\" }}")).await;
    let refused = auth.authenticate(&how("fetch"), None).await.unwrap_err();
    assert!(matches!(refused, AuthError::Said(_)), "{refused:?}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn what_was_shown_is_in_no_log_and_no_sentence() {
    let log = Log::default();
    let _capture = log.capture();
    let server = Server::start(|_| std::future::ready(server::status(500))).await;
    let secrets = format!("secrets = {{ key = \"{SECRET}\" }}");
    let providers = format!(
        "{secrets}\n[[provider]]\nname = \"app\"\nkind = \"http\"\nurl = \"{}\"\n\
         [[provider]]\nname = \"jwt\"\nkind = \"jwt\"\nalgorithms = [\"HS256\"]\nsecret = \"{}\"\ncookie = \"session\"",
        server.url, SECRETS[0]
    );
    let auth = faulty(&providers).await;
    for kind in ["gossip", "panic", "none"] {
        let mut shown = how(kind);
        shown
            .headers
            .push(("authorization".to_owned(), format!("Bearer {COOKIE}")));
        let refused = auth.authenticate(&shown, None).await.unwrap_err();
        let sentence = format!("{refused} {refused:?}");
        for hidden in [SECRET, TOKEN, COOKIE] {
            assert!(!sentence.contains(hidden), "{sentence}");
        }
        assert!(refused.to_string().len() <= 512);
    }
    assert_eq!(server.count(), 3);
    let text = log.text();
    for there in [
        "***, ***, ***",
        "the authenticator broke down",
        "the app does not say who somebody is",
        "a token was refused",
    ] {
        assert!(text.contains(there), "{there} is not in {text}");
    }
    for hidden in [SECRET, TOKEN, COOKIE, SECRETS[0], "secret=1"] {
        let line = text.lines().find(|line| line.contains(hidden));
        assert_eq!(line, None, "{hidden}");
    }
}
