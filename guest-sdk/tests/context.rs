//! The context: private and persistent data, session, rooms, HTTP, configuration, time and randomness.

use liveside_guest::prelude::*;
use liveside_guest::testing::{Effect, Harness, User};
use liveside_guest::{HostError, HostErrorCode};
use serde::{Deserialize, Serialize};

#[derive(State)]
struct Probe {
    last: Value,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Pair {
    left: u8,
    right: u8,
}

#[component]
impl Probe {
    #[action]
    fn keep(&self, cx: &Context, left: u8) -> Result<Option<Pair>> {
        let before = cx.private().get("pair")?;
        cx.private().set("pair", &Pair { left, right: 0 })?;
        Ok(before)
    }

    #[action]
    fn forget(&self, cx: &Context) -> Result<bool> {
        cx.private().delete("pair");
        Ok(cx.private().get::<Pair>("pair")?.is_none())
    }

    #[action]
    fn wrong_type(&self, cx: &Context) -> Result<Option<String>> {
        Ok(cx.private().get("pair")?)
    }

    #[action]
    fn tally(&self, cx: &Context) -> u64 {
        cx.persistent().update("tally", |n: u64| n + 1)
    }

    #[action]
    fn set_tally(&self, cx: &Context, to: Value) -> Result<()> {
        cx.persistent().set("tally", &to)?;
        Ok(())
    }

    #[action]
    fn who(&self, cx: &Context) -> Result<Value> {
        let session = cx.session();
        let claims: Value = session.claims()?;
        Ok(json!([
            session.user_id(),
            session.has_role("admin"),
            session.has_permission("p"),
            claims,
            cx.instance()
        ]))
    }

    #[action]
    fn rooms(&self, cx: &Context) -> Result<Value> {
        cx.rooms().join("side")?;
        let side = cx.rooms().get("side");
        side.set_state(&json!({"topic": "tea"}))?;
        side.emit("HELLO", "there")?;
        cx.broadcast_to_others("note", &1)?;
        let state: Value = side.state()?;
        let members = side.members()?.len();
        cx.rooms().leave("side")?;
        Ok(json!([
            state,
            members,
            side.name(),
            cx.rooms().default_name()
        ]))
    }

    #[action]
    fn bad_room(&self, cx: &Context) -> Result<()> {
        Ok(cx.rooms().join("no spaces")?)
    }

    #[action]
    fn fetch(&self, cx: &Context, url: String) -> Result<Value> {
        let answer = cx
            .http()
            .post(url)
            .header("x-a", "1")
            .json(&json!({"q": 1}))
            .send()?;
        ensure!(answer.is_success(), "the answer is {}", answer.status);
        Ok(answer.json()?)
    }

    #[action]
    fn sources(&self, cx: &Context) -> Result<Value> {
        let limit: u16 = cx.config().require("limit")?;
        let die = cx.random().below(6);
        ensure!(die < 6, "a die has six sides");
        Ok(json!([
            limit,
            cx.config().get("other"),
            cx.clock().now_ms(),
            cx.random().bytes(3).len(),
            cx.random().uuid()
        ]))
    }
}

#[test]
fn private_data_is_typed() {
    let mut probe = Harness::<Probe>::mount();
    assert_eq!(probe.call("keep", json!({"left": 1})).unwrap(), Value::Null);
    assert_eq!(
        probe.call_as::<Pair>("keep", json!({"left": 2})).unwrap(),
        Pair { left: 1, right: 0 }
    );
    assert_eq!(probe.private("pair"), Some(json!({"left": 2, "right": 0})));
    let error = probe.call("wrongType", ()).unwrap_err();
    assert_eq!(
        error.message(),
        "The private `pair` cannot be read: invalid type: map, expected a string"
    );
    assert_eq!(probe.call("forget", ()).unwrap(), true);
    assert_eq!(probe.private("pair"), None);
}

#[test]
fn an_update_that_cannot_be_done_fails_the_event() {
    let mut probe = Harness::<Probe>::setup().persistent("tally", 41).mount();
    assert_eq!(probe.call("tally", ()).unwrap(), 42);
    probe.call("setTally", json!({"to": "many"})).unwrap();
    let error = probe.call("tally", ()).unwrap_err();
    assert!(
        error
            .message()
            .starts_with("The persistent `tally` cannot be read"),
        "{error}"
    );
    assert_eq!(probe.persistent("tally"), Some(json!("many")));
}

#[test]
fn the_session_is_known() {
    let user = User::new("ana")
        .role("admin")
        .claims(json!({"plan": "pro"}));
    let mut probe = Harness::<Probe>::setup().user(user).mount();
    assert_eq!(
        probe.call("who", ()).unwrap(),
        json!(["ana", true, false, {"plan": "pro"}, "test-1"])
    );
    probe.sign_out();
    assert_eq!(
        probe.call("who", ()).unwrap(),
        json!([null, false, false, {}, "test-1"])
    );
}

#[test]
fn rooms_record_what_goes_out() {
    let mut probe = Harness::<Probe>::mount();
    assert_eq!(
        probe.call("rooms", ()).unwrap(),
        json!([{"topic": "tea"}, 1, "side", null])
    );
    let side = || "side".to_owned();
    let expected = [
        Effect::Join { room: side() },
        Effect::RoomState {
            room: side(),
            changes: json!({"topic": "tea"}),
        },
        Effect::Emit {
            room: side(),
            event: "HELLO".into(),
            data: json!("there"),
        },
        Effect::Broadcast {
            kind: "note".into(),
            data: json!(1),
            except_sender: true,
        },
        Effect::Leave { room: side() },
    ];
    assert_eq!(probe.effects(), expected);
    assert_eq!(
        probe.call("badRoom", ()).unwrap_err().message(),
        "\"no spaces\" is not a room name"
    );
}

#[test]
fn http_is_answered_by_the_test() {
    let denied = Harness::<Probe>::mount()
        .call("fetch", json!({"url": "https://a.example"}))
        .unwrap_err();
    assert!(
        denied.message().starts_with("No host is allowed"),
        "{denied}"
    );
    let mut probe = Harness::<Probe>::setup()
        .http(|request| {
            assert_eq!(
                (request.method.as_str(), request.headers.len()),
                ("POST", 2)
            );
            if request.url.ends_with("/slow") {
                return Err(HostError {
                    code: HostErrorCode::Timeout,
                    message: "too slow".into(),
                });
            }
            let status = if request.url.ends_with("/gone") {
                410
            } else {
                200
            };
            let body = request.body.clone().unwrap_or_default();
            Ok(liveside_guest::context::Response {
                status,
                headers: vec![],
                body,
            })
        })
        .mount();
    assert_eq!(
        probe
            .call("fetch", json!({"url": "https://a.example"}))
            .unwrap(),
        json!({"q": 1})
    );
    assert_eq!(
        probe
            .call("fetch", "https://a.example/gone")
            .unwrap_err()
            .message(),
        "the answer is 410"
    );
    assert_eq!(
        probe
            .call("fetch", "https://a.example/slow")
            .unwrap_err()
            .message(),
        "too slow"
    );
}

#[test]
fn configuration_time_and_randomness_come_from_the_daemon() {
    let mut probe = Harness::<Probe>::setup()
        .config("limit", "8")
        .now_ms(1_000)
        .mount();
    let answer = probe.call("sources", ()).unwrap();
    assert_eq!(answer[0], 8);
    assert_eq!(
        (&answer[1], &answer[2], &answer[3]),
        (&Value::Null, &json!(1_000), &json!(3))
    );
    let uuid = answer[4].as_str().unwrap();
    assert_eq!((uuid.len(), &uuid[14..15], &uuid[8..9]), (36, "4", "-"));
    let error = Harness::<Probe>::mount().call("sources", ()).unwrap_err();
    assert_eq!(error.message(), "`component.Probe.config.limit` is not set");
}
