//! Hooks, timers and room events.

use std::time::Duration;

use liveside_guest::Component;
use liveside_guest::context::TimerId;
use liveside_guest::prelude::*;
use liveside_guest::testing::{Effect, Harness, Level};

#[derive(State)]
struct Hooks {
    seen: Vec<String>,
    ticks: u32,
    timer: Option<TimerId>,
}

#[component(
    singleton(linger_ms = 10),
    logging(lifecycle, state),
    isolation = "fresh",
    rate_limit(burst = 5, per_minute = 60)
)]
impl Hooks {
    fn on_mount(&mut self, cx: &Context, mount: &Mount) -> Result<()> {
        self.see(format!("mount {:?} {:?}", mount.room, mount.debug_label));
        self.timer = Some(cx.timers().every(Duration::from_secs(10), "tick")?);
        cx.timers()
            .after_with(Duration::from_secs(25), "once", &json!({"by": 5}))?;
        Ok(())
    }

    fn on_rehydrate(&mut self, from_version: &str) {
        self.see(format!("rehydrate {from_version}"));
    }

    fn on_action(&mut self, _cx: &Context, action: &str, payload: Option<Value>) -> bool {
        self.see(format!("before {action} {payload:?}"));
        action != "never"
    }

    fn on_state_change(&mut self, cx: &Context, changed: &[String]) {
        cx.log().debug(changed.join(" "));
    }

    fn on_room_join(&mut self, room: &str) {
        self.see(format!("join {room}"));
    }

    fn on_room_leave(&mut self, _cx: &Context, room: &str) {
        self.see(format!("leave {room}"));
    }

    fn on_upload(&mut self, cx: &Context, upload: &Upload) -> Result<()> {
        ensure!(upload.size <= 100, "{} is too large", upload.filename);
        if let UploadStage::Complete(_) = upload.stage {
            let bytes = cx.uploads().read(&upload.id, 1, 3)?;
            self.see(String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(())
    }

    fn on_client_join(&mut self, client: &Client) {
        self.see(format!("{} makes {}", client.connection_id, client.count));
    }

    fn on_client_leave(&mut self, cx: &Context, client: &Client) {
        assert_eq!(cx.session().connection_id(), Some(&*client.connection_id));
        self.see(format!("{} leaves {}", client.connection_id, client.count));
    }

    #[action]
    fn never(&mut self) {
        self.see("never".to_owned());
    }

    #[action]
    fn stop(&mut self, cx: &Context) {
        if let Some(timer) = self.timer.take() {
            cx.timers().cancel(timer);
        }
    }

    #[timer("tick")]
    fn tick(&mut self) {
        self.ticks += 1;
    }

    #[timer("once")]
    fn once(&mut self, timer: &Timer, by: u32) {
        self.ticks += by * 100;
        self.see(format!("{} {}", timer.name, timer.id));
    }

    #[room_event("MESSAGE", room = "lobby")]
    fn lobby(&mut self, text: &str, from: Option<String>) {
        self.see(format!("lobby: {text} from {from:?}"));
    }

    #[room_event("MESSAGE")]
    #[room_event("SHOUT")]
    fn message(&mut self, event: &RoomEvent, text: String) {
        self.see(format!("{}/{}: {text}", event.room, event.event));
    }

    fn see(&mut self, what: String) {
        self.seen.push(what);
    }
}

fn last(hooks: &Harness<Hooks>) -> String {
    let state = hooks.state();
    let last = state["seen"].as_array().and_then(|seen| seen.last());
    last.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn hooks_are_told_what_happened() {
    let mut hooks = Harness::<Hooks>::setup()
        .room("den")
        .debug_label("left")
        .uploaded("u1", *b"abcdef")
        .mount();
    assert_eq!(last(&hooks), "mount Some(\"den\") Some(\"left\")");
    hooks.rehydrate("0.1.0").unwrap();
    assert_eq!(last(&hooks), "rehydrate 0.1.0");
    hooks.room_join("den").unwrap();
    hooks.room_leave("den").unwrap();
    assert_eq!(last(&hooks), "leave den");
    hooks
        .client_join(Client {
            connection_id: "c1".into(),
            count: 2,
        })
        .unwrap();
    hooks
        .client_leave(Client {
            connection_id: "c1".into(),
            count: 1,
        })
        .unwrap();
    assert_eq!(last(&hooks), "c1 leaves 1");
    assert_eq!(hooks.logs()[0].message, "seen");
    assert_eq!(hooks.logs()[0].level, Level::Debug);

    let mut upload = Upload {
        id: "u1".into(),
        stage: UploadStage::Complete("/uploads/a.txt".into()),
        filename: "a.txt".into(),
        content_type: "text/plain".into(),
        size: 6,
    };
    hooks.upload(upload.clone()).unwrap();
    assert_eq!(last(&hooks), "bcd");
    upload.size = 101;
    assert_eq!(
        hooks.upload(upload).unwrap_err().message(),
        "a.txt is too large"
    );

    // Hooks that do not exist do nothing.
    hooks.reload("0.1.0").unwrap();
    hooks.disconnect().unwrap();
    assert_eq!(hooks.delta(), json!({}));
}

#[test]
fn before_action_sees_the_payload_and_may_cancel() {
    let mut hooks = Harness::<Hooks>::mount();
    assert!(hooks.call("never", json!({"a": 1})).is_err());
    assert_eq!(last(&hooks), "before never Some(Object {\"a\": Number(1)})");
    hooks.call("stop", ()).unwrap();
    assert_eq!(last(&hooks), "before stop None");
}

#[test]
fn timers_fire_in_their_order() {
    let mut hooks = Harness::<Hooks>::mount();
    assert!(
        matches!(&hooks.effects()[0], Effect::Timer { name, repeats: true, .. } if name == "tick")
    );
    hooks.advance(Duration::from_secs(24)).unwrap();
    assert_eq!(hooks.state()["ticks"], 2);
    hooks.advance(Duration::from_secs(7)).unwrap();
    assert_eq!(hooks.state()["ticks"], 503);
    assert_eq!(last(&hooks), "once 2");
    hooks.call("stop", ()).unwrap();
    assert_eq!(
        hooks.effects(),
        [Effect::CancelTimer {
            name: "tick".into()
        }]
    );
    hooks.advance(Duration::from_secs(60)).unwrap();
    assert_eq!(hooks.state()["ticks"], 503);
}

#[test]
fn room_events_go_to_the_method_for_their_room() {
    let mut hooks = Harness::<Hooks>::setup().room("den").mount();
    hooks
        .room_event("lobby", "MESSAGE", json!({"text": "hi", "from": "bo"}))
        .unwrap();
    assert_eq!(last(&hooks), "lobby: hi from Some(\"bo\")");
    hooks.room_event("den", "MESSAGE", "hi").unwrap();
    assert_eq!(last(&hooks), "den/MESSAGE: hi");
    hooks
        .room_event("den", "SHOUT", json!({"text": "HI"}))
        .unwrap();
    assert_eq!(last(&hooks), "den/SHOUT: HI");
    assert!(
        hooks
            .room_event("den", "MESSAGE", json!({"no": 1}))
            .is_err()
    );
}

#[test]
fn the_definition_says_what_there_is() {
    let definition = Hooks::DEFINITION;
    assert_eq!((definition.name, definition.version), ("Hooks", "1.0.0"));
    let actions: Vec<_> = definition
        .actions
        .iter()
        .map(|action| action.name)
        .collect();
    assert_eq!(actions, ["never", "stop"]);
    let rooms: Vec<_> = definition
        .room_subscriptions
        .iter()
        .map(|room| (room.room, room.event))
        .collect();
    assert_eq!(
        rooms,
        [
            (Some("lobby"), "MESSAGE"),
            (None, "MESSAGE"),
            (None, "SHOUT")
        ]
    );
    // mount, rehydrate, before-action, state-change, room-join, room-leave, upload, client-join, client-leave
    assert_eq!(definition.hooks, 0b0_0011_1111_1110);
    assert_eq!(definition.singleton.unwrap().linger_ms, Some(10));
    assert_eq!(
        definition
            .rate_limit
            .map(|limit| (limit.burst, limit.per_minute)),
        Some((5, 60))
    );
    assert_eq!(definition.logging, 0b101);
    assert_eq!(definition.hidden_actions[0].name, "see");
}
