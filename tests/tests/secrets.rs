//! Values and secrets of the configuration: who gets them, and that a secret gets out by no way that there is.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::process::Command;

use liveside_tests::{Daemon, DaemonBuilder, Desk, binary};
use serde_json::{Value, json};

const PLAIN: &str = "sk-live-0123456789";
/// JSON and debug prints write it in other ways than it is.
const AWKWARD: &str = "a \"quoted\" \\ kéy\twith\u{1}all";

const KEPT_BACK: &str = "The answer held a secret of the component and was kept back";
const OTHERS: &str = "others would be shown a secret of the component";

/// A daemon that grants `LiveSecret` an `API_KEY`, and logs everything.
fn granting(secret: &str) -> DaemonBuilder {
    Daemon::with(&["recorder"])
        .config("[component.LiveSecret.secrets]\nAPI_KEY = { env = \"TEST_API_KEY\" }\n")
        .env("TEST_API_KEY", secret)
        .verbose()
}

/// The ways in which a secret may stand in text.
fn forms(secret: &str) -> [String; 3] {
    let bare = |quoted: String| quoted[1..quoted.len() - 1].to_owned();
    let json = bare(Value::from(secret).to_string());
    [secret.to_owned(), json, bare(format!("{secret:?}"))]
}

fn assert_without(text: &str, secret: &str) {
    for line in text.lines() {
        for form in forms(secret) {
            assert!(!line.contains(&form), "{line}");
            // The log is JSON around a message that may hold it in any of these.
            let again = Value::from(form.as_str()).to_string();
            assert!(!line.contains(&again[1..again.len() - 1]), "{line}");
        }
    }
}

#[tokio::test]
async fn values_come_from_the_settings_the_environment_and_files() {
    let daemon = Daemon::with(&["recorder"]);
    let file = daemon.path("key");
    std::fs::write(&file, "  from-a-file\n").unwrap();
    let config = format!(
        "[component.LiveSecret.config]\nGREETING = \"hello\"\n\
         [component.LiveSecret.secrets]\nAPI_KEY = \"in-the-settings\"\n\
         BY_ENV = {{ env = \"TEST_BY_ENV\" }}\nBY_FILE = {{ file = {file:?} }}\n\
         [component.LiveOther.secrets]\nOTHER = \"for-another\"\n"
    );
    let daemon = daemon
        .config(&config)
        .env("TEST_BY_ENV", "from-the-environment")
        .start()
        .await;
    let mut secret = Desk::open(&daemon, "LiveSecret").await;
    assert_eq!(secret.ask("value", json!("GREETING")).await, "hello");
    for (key, length) in [
        ("API_KEY", json!("in-the-settings".len())),
        ("BY_ENV", json!("from-the-environment".len())),
        ("BY_FILE", json!("from-a-file".len())),
        ("OTHER", json!(null)),
        ("TEST_BY_ENV", json!(null)),
        ("PATH", json!(null)),
    ] {
        assert_eq!(secret.ask("length", json!(key)).await, length, "{key}");
    }
    for key in ["API_KEY", "BY_ENV", "BY_FILE"] {
        let reply = secret.call("value", json!(key)).await;
        assert_eq!(
            (&reply["success"], &reply["error"]),
            (&json!(false), &json!(KEPT_BACK))
        );
    }
}

#[tokio::test]
async fn a_component_without_a_grant_gets_nothing() {
    let daemon = Daemon::with(&["recorder"])
        .config(&format!(
            "[component.LiveFetcher.secrets]\nAPI_KEY = \"{PLAIN}\"\n"
        ))
        .start()
        .await;
    let mut secret = Desk::open(&daemon, "LiveSecret").await;
    assert_eq!(secret.ask("length", json!("API_KEY")).await, json!(null));
    let reply = secret.call("intoState", json!({})).await;
    assert_eq!(reply["error"], "`API_KEY` is not granted");
}

#[tokio::test]
async fn a_secret_gets_out_of_a_guest_by_no_way() {
    for secret in [PLAIN, AWKWARD] {
        let daemon = granting(secret).start().await;
        let mut desk = Desk::open_in(&daemon, "lobby", "LiveSecret").await;
        let mut other = Desk::open_in(&daemon, "lobby", "LiveSecret").await;

        for action in ["intoState", "intoList"] {
            let reply = desk.call(action, json!({})).await;
            assert_eq!(reply["success"], false, "{action}: {reply}");
            assert_eq!(
                reply["error"],
                "the state would hold a secret of the component"
            );
        }
        for action in ["intoResult", "intoFailure"] {
            let reply = desk.call(action, json!({})).await;
            assert_eq!(
                (&reply["success"], &reply["error"]),
                (&json!(false), &json!(KEPT_BACK)),
                "{action}"
            );
        }
        let reply = desk.call("intoPanic", json!({})).await;
        assert_eq!(reply["code"], "COMPONENT_CRASHED", "{reply}");
        desk.ask("intoLog", json!({})).await;

        let mut ways = vec![
            "emit",
            "roomState",
            "roomStateKey",
            "broadcast",
            "pushBinary",
            "call",
        ];
        if secret == PLAIN {
            // Names have rules of their own, which the other one breaks.
            ways.extend(["emitName", "broadcastKind", "pushBinaryName"]);
            ways.extend(["callName", "join", "callRoom"]);
            // The name of a host that is refused.
            let reply = desk.call("tell", json!("fetchError")).await;
            assert_eq!(
                (&reply["success"], &reply["error"]),
                (&json!(false), &json!(KEPT_BACK))
            );
        }
        for way in ways {
            let told = desk.refusal("tell", json!(way)).await;
            assert_eq!(told, ("Denied".to_owned(), OTHERS.to_owned()), "{way}");
        }

        // Where it may be.
        assert_eq!(desk.ask("intoPrivate", json!({})).await, secret.len());
        desk.ask("intoTimer", json!({})).await;
        while desk.ask("heard", json!({})).await != json!(["due true"]) {}

        // Whatever there was to be heard has been heard by then.
        for desk in [&mut desk, &mut other] {
            assert_eq!(desk.ask("length", json!("API_KEY")).await, secret.len());
            assert_without(&String::from_utf8_lossy(&desk.client.received), secret);
        }
        daemon.terminate().await;
        let log = daemon.whole_log().await;
        assert_without(&log, secret);
        for part in [
            "the key *** was refused",
            "error line: ***",
            "debug line: ***",
            "trace line: ***",
        ] {
            assert!(log.contains(part), "{part}");
        }
    }
}

/// What a browser sends is its own: nobody learns from the daemon whether it is the secret.
#[tokio::test]
async fn what_others_write_is_not_compared_with_secrets() {
    let daemon = granting(PLAIN).start().await;
    let mut client = daemon.connect().await;
    let mounted = client.mount("LiveSecret", json!({"shown": PLAIN})).await;
    assert_eq!(mounted.state["shown"], PLAIN);
}

#[tokio::test]
async fn a_secret_that_is_not_there_stops_the_start_with_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty");
    std::fs::write(&empty, " \n").unwrap();
    let missing = directory.path().join("missing");
    for (value, sentence) in [
        (
            "{ env = \"TEST_NO_SUCH_VARIABLE\" }".to_owned(),
            "the environment has no variable TEST_NO_SUCH_VARIABLE".to_owned(),
        ),
        (
            format!("{{ file = {missing:?} }}"),
            format!(
                "{} cannot be read: No such file or directory (os error 2)",
                missing.display()
            ),
        ),
        (format!("{{ file = {empty:?} }}"), "it is empty".to_owned()),
        ("\"\"".to_owned(), "it is empty".to_owned()),
    ] {
        let config = format!("[component.LiveSecret.secrets]\nKEY = {value}\n");
        let told = Daemon::with(&["recorder"]).config(&config).refused().await;
        assert_eq!(
            told,
            format!("liveside: component.LiveSecret.secrets.KEY: {sentence}\n")
        );
    }
    let both = "[component.LiveSecret]\nconfig.KEY = \"a\"\nsecrets.KEY = \"b\"\n";
    assert_eq!(
        Daemon::with(&[]).config(both).refused().await,
        "liveside: component.LiveSecret.secrets.KEY: it is in component.LiveSecret.config as well\n"
    );
}

/// What the program says of a configuration, all of it.
fn said(config: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("liveside.toml");
    std::fs::write(&file, config).unwrap();
    let output = Command::new(binary())
        .args(["serve", "--print-config", "--components", "x", "--config"])
        .arg(&file)
        .env("TEST_BY_ENV", PLAIN)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn the_settings_in_force_show_where_a_secret_is_from_and_not_what_it_is() {
    let shown = said(&format!(
        "[component.LiveSecret.secrets]\nPLAIN = \"{PLAIN}\"\nBY_ENV = {{ env = \"TEST_BY_ENV\" }}\n"
    ));
    assert!(shown.contains("(hidden)"), "{shown}");
    assert!(shown.contains("(from the variable TEST_BY_ENV)"), "{shown}");
    assert_without(&shown, PLAIN);
}

#[test]
fn a_mistake_beside_a_secret_is_told_without_it() {
    for (config, part) in [
        (
            format!("[component.A.secrets]\nKEY = \"{PLAIN}\n"),
            "line 2",
        ),
        (format!("[component.A.secrets]\nKEY = {PLAIN}\n"), "line 2"),
        (
            format!("[component.A]\nsecrets = \"{PLAIN}\"\n"),
            "component.A.secrets",
        ),
        (
            format!("[component.A.secrets]\nKEY = [\"{PLAIN}\"]\n"),
            "component.A.secrets.KEY",
        ),
        (format!("api-key = [\"{PLAIN}\"]\n"), "api-key"),
        (format!("component = \"{PLAIN}\"\n"), "component"),
    ] {
        let told = said(&config);
        assert!(told.starts_with("liveside: "), "{config}{told}");
        assert!(told.contains(part), "{config}{told}");
        assert_without(&told, PLAIN);
    }
}
