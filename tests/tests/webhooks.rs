//! `[webhooks]`: what the app is told, signed, in order, again if need be, and never more than fits.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, Mac as _};
use liveside_tests::{App, Client, Daemon, Mounted};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::{Semaphore, mpsc};

const SECRET: &str = "a secret of the tests";
/// More requests than any test makes wait here.
const MOST: usize = 32;
/// How long something that happens may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An app that keeps what it is told and answers as it was told to.
struct Receiver {
    app: App,
    requests: mpsc::Receiver<(HeaderMap, Bytes)>,
    /// What the next answers are; 204 once there are none.
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    /// One permit an answer.
    gate: Arc<Semaphore>,
}

/// What the app was told.
#[derive(Debug)]
struct Told {
    event: String,
    delivery: String,
    data: Value,
}

impl Receiver {
    async fn start() -> Self {
        let (sender, requests) = mpsc::channel(MOST);
        let answers: Arc<Mutex<VecDeque<StatusCode>>> = Arc::default();
        let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let (next, open) = (answers.clone(), gate.clone());
        let hook = move |headers: HeaderMap, body: Bytes| {
            let (sender, next, open) = (sender.clone(), next.clone(), open.clone());
            async move {
                sender.send((headers, body)).await.unwrap();
                open.acquire().await.unwrap().forget();
                next.lock()
                    .unwrap()
                    .pop_front()
                    .unwrap_or(StatusCode::NO_CONTENT)
            }
        };
        Self {
            app: App::start(Router::new().route("/hooks", post(hook))).await,
            requests,
            answers,
            gate,
        }
    }

    fn answer(&self, status: StatusCode) {
        self.answers.lock().unwrap().push_back(status);
    }

    /// A daemon that tells these events.
    async fn daemon(&self, events: &str, more: &str) -> Daemon {
        let address = self.app.address;
        let config = format!(
            "[webhooks]\nurl = \"http://{address}/hooks\"\nsecret = \"{SECRET}\"\nevents = {events}\n{more}\n"
        );
        Daemon::with(&["local-counter", "recorder"])
            .config(&config)
            .start()
            .await
    }

    /// The next request, its signature checked.
    async fn next(&mut self) -> Told {
        let next = tokio::time::timeout(PATIENCE, self.requests.recv()).await;
        let (headers, body) = next.expect("a webhook in time").unwrap();
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(header("liveside-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&body);
        let signature = format!("v1={:x}", mac.finalize().into_bytes());
        assert_eq!(header("liveside-signature"), signature);
        assert_eq!(header("content-type"), "application/json");
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["event"], header("liveside-event"));
        assert_eq!(body["delivery"], header("liveside-delivery"));
        assert!(body["timestamp"].is_u64(), "{body}");
        Told {
            event: header("liveside-event"),
            delivery: header("liveside-delivery"),
            data: body["data"].clone(),
        }
    }
}

/// Has a member emit in its room, and waits until that is done.
async fn emit(client: &mut Client, member: &Mounted, event: &str, data: Value) {
    let message = json!({"type": "ROOM_EMIT", "componentId": member.id, "roomId": "lobby", "event": event, "data": data});
    let (_, reply) = client.request(message).await;
    assert_eq!(reply["success"], true, "{reply}");
}

/// What the daemon counts of its webhooks.
async fn counts(daemon: &Daemon) -> Value {
    let stats = daemon.http("GET", "/api/live/stats").send().await;
    stats.json()["webhooks"].clone()
}

#[tokio::test]
async fn the_app_is_told_of_mounts_and_their_end() {
    let mut receiver = Receiver::start().await;
    let daemon = receiver.daemon(r#"["mount", "unmount"]"#, "").await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let mount = receiver.next().await;
    assert_eq!(mount.event, "mount");
    assert_eq!(mount.data["componentId"], counter.id);
    assert_eq!(mount.data["component"], "LiveLocalCounter");
    assert!(mount.data["connectionId"].is_string(), "{mount:?}");
    client
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": counter.id}))
        .await;
    let unmount = receiver.next().await;
    assert_eq!((&*unmount.event, &unmount.data), ("unmount", &mount.data));
    assert_ne!(unmount.delivery, mount.delivery);

    // A connection that is lost ends what it has mounted.
    let lost = client.mount("LiveLocalCounter", json!({})).await;
    assert_eq!(receiver.next().await.data["componentId"], lost.id);
    client.close().await;
    let unmount = receiver.next().await;
    assert_eq!(
        (&*unmount.event, &unmount.data["componentId"]),
        ("unmount", &json!(lost.id))
    );
}

#[tokio::test]
async fn the_app_is_told_of_the_room_events_that_it_asked_for() {
    let mut receiver = Receiver::start().await;
    let daemon = receiver.daemon(r#"["room:ORDER", "room:LAST"]"#, "").await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    emit(&mut client, &member, "OTHER", json!(1)).await;
    emit(&mut client, &member, "ORDER", json!({"id": 7})).await;
    // What the app itself emits, it knows.
    let own = daemon.http("POST", "/api/live/rooms/lobby/emit");
    own.json(&json!({"event": "ORDER"})).send().await;
    let reply = client
        .call(
            &member.id,
            "emit",
            json!({"room": "lobby", "event": "LAST", "data": [1]}),
        )
        .await;
    assert_eq!(reply["success"], true, "{reply}");
    let order = receiver.next().await;
    assert_eq!(order.event, "room:ORDER");
    assert_eq!(
        order.data,
        json!({"roomId": "lobby", "event": "ORDER", "componentId": member.id, "data": {"id": 7}})
    );
    let last = receiver.next().await;
    assert_eq!(
        (&*last.event, &last.data["data"]),
        ("room:LAST", &json!([1]))
    );
}

#[tokio::test]
async fn an_event_that_is_not_taken_is_told_again_before_the_next() {
    let mut receiver = Receiver::start().await;
    receiver.answer(StatusCode::INTERNAL_SERVER_ERROR);
    receiver.answer(StatusCode::SERVICE_UNAVAILABLE);
    let daemon = receiver.daemon(r#"["room:*"]"#, "").await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    for n in 1..=3 {
        emit(&mut client, &member, "ORDER", json!(n)).await;
    }
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(receiver.next().await);
    }
    let numbers: Vec<_> = told.iter().map(|told| told.data["data"].clone()).collect();
    assert_eq!(json!(numbers), json!([1, 1, 1, 2, 3]));
    // It is the same delivery: the app can tell.
    assert_eq!(told[0].delivery, told[1].delivery);
    assert_eq!(told[0].delivery, told[2].delivery);
    assert_ne!(told[0].delivery, told[3].delivery);
}

#[tokio::test]
async fn an_event_that_is_refused_is_not_told_again() {
    let mut receiver = Receiver::start().await;
    receiver.answer(StatusCode::UNPROCESSABLE_ENTITY);
    let daemon = receiver.daemon(r#"["room:*"]"#, "").await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    for n in 1..=2 {
        emit(&mut client, &member, "ORDER", json!(n)).await;
    }
    assert_eq!(receiver.next().await.data["data"], 1);
    assert_eq!(receiver.next().await.data["data"], 2);
    daemon.logged("a webhook was refused").await;
}

#[tokio::test]
async fn an_app_that_is_slow_holds_up_nobody_and_loses_what_does_not_fit() {
    let mut receiver = Receiver::start().await;
    receiver.gate.forget_permits(Semaphore::MAX_PERMITS);
    let daemon = receiver.daemon(r#"["room:*"]"#, "queue = 2").await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    emit(&mut client, &member, "ORDER", json!(0)).await;
    // It is under way, and has left the queue.
    assert_eq!(receiver.next().await.data["data"], 0);
    for n in 1..=10 {
        emit(&mut client, &member, "ORDER", json!(n)).await;
    }
    assert_eq!(
        counts(&daemon).await,
        json!({"delivered": 0, "dropped": 8, "givenUp": 0, "waiting": 2})
    );
    daemon.logged("the queue of webhooks is full").await;
    receiver.gate.add_permits(3);
    assert_eq!(receiver.next().await.data["data"], 1);
    assert_eq!(receiver.next().await.data["data"], 2);
}

#[tokio::test]
async fn the_last_things_are_told_before_the_daemon_ends() {
    let mut receiver = Receiver::start().await;
    let mut daemon = receiver.daemon(r#"["*"]"#, "").await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    assert_eq!(receiver.next().await.event, "mount");
    daemon.terminate().await;
    client.closed().await;
    drop(client);
    assert!(daemon.ended().await.success());
    let unmount = receiver.next().await;
    assert_eq!(
        (&*unmount.event, &unmount.data["componentId"]),
        ("unmount", &json!(counter.id))
    );
}

#[tokio::test]
async fn settings_that_make_no_sense_end_the_start() {
    for (settings, error) in [
        (
            "secret = \"short\"\nevents = [\"mount\"]",
            "the secret is shorter than 16 bytes",
        ),
        (
            "secret = \"a secret of the tests\"\nevents = [\"mounts\"]",
            "`mounts` is no event",
        ),
        ("events = [\"mount\"]", "secret"),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let config = format!("[webhooks]\nurl = \"http://127.0.0.1:9/\"\n{settings}\n");
        std::io::Write::write_all(&mut file, config.as_bytes()).unwrap();
        let output = tokio::process::Command::new(liveside_tests::binary())
            .args(["serve", "--components", ".", "--config"])
            .arg(file.path())
            .output()
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains(error),
            "{settings}: {said}"
        );
        assert!(!said.contains("short\""), "{said}");
    }
}
