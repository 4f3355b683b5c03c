//! Rooms: members, events, state, messages to all, and rooms with logic of their own.

use serde_json::json;

use super::language::Language;
use super::stage::Stage;

pub(crate) async fn membership(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let (mut one, mut two) = (stage.probe().await, stage.probe().await);
    let room = json!({"room": "membership"});
    for probe in [&mut one, &mut two] {
        probe.ask("join", room.clone()).await;
        probe.logs("join membership").await;
    }
    assert_eq!(one.ask("members", room.clone()).await, 2);
    two.ask("leave", room.clone()).await;
    two.logs("leave membership").await;
    assert_eq!(one.ask("members", room.clone()).await, 1);
    // Who is not a member may not speak, and is told why.
    let news = json!({"room": "membership", "event": "NEWS", "data": 1});
    let (code, error) = two.refusal("emit", news).await;
    assert_eq!(code, "ACTION_FAILED");
    assert!(error.contains("member"), "{error}");
}

pub(crate) async fn events(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let (mut one, mut two) = (stage.probe().await, stage.probe().await);
    for probe in [&mut one, &mut two] {
        probe.ask("join", json!({"room": "events"})).await;
        probe.logs("join events").await;
    }
    let data = json!({"a": [1, "é", null]});
    let emit = |event: &str| json!({"room": "events", "event": event, "data": data});
    assert_eq!(one.ask("emit", emit("NEWS")).await, 1);
    two.logs(r#"news events {"a":[1,"é",null]}"#).await;
    assert_eq!(two.room_event("NEWS").await, data);
    // One that its logic has not subscribed to is the browser's alone.
    assert_eq!(one.ask("emit", emit("OTHER")).await, 1);
    assert_eq!(two.room_event("OTHER").await, data);
    let before = json!([
        "connect",
        "mount -",
        "join events",
        r#"news events {"a":[1,"é",null]}"#
    ]);
    assert_eq!(two.state["log"], before);
    // Who speaks does not hear it.
    assert_eq!(
        one.state["log"],
        json!(["connect", "mount -", "join events"])
    );
}

pub(crate) async fn default_room(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut one = stage.probe_in("default-room").await;
    let mut two = stage.probe_in("default-room").await;
    let room = json!({"room": "default-room"});
    assert_eq!(one.ask("members", room).await, 2);
    let emit = json!({"room": "default-room", "event": "NEWS", "data": "hello"});
    assert_eq!(two.ask("emit", emit).await, 1);
    one.logs(r#"news default-room "hello""#).await;
}

pub(crate) async fn state(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut one = stage.probe_in("room-state").await;
    let mut two = stage.probe_in("room-state").await;
    let room = json!({"room": "room-state"});
    assert_eq!(one.ask("roomState", room.clone()).await, json!({}));
    let changes = json!({"topic": "é", "open": [true]});
    let set = json!({"room": "room-state", "changes": changes});
    one.ask("setRoomState", set).await;
    assert_eq!(two.next_of("ROOM_STATE").await["data"], changes);
    assert_eq!(two.ask("roomState", room.clone()).await, changes);
    let set = json!({"room": "room-state", "changes": {"open": null}});
    two.ask("setRoomState", set).await;
    assert_eq!(
        one.next_of("ROOM_STATE").await["data"],
        json!({"open": null})
    );
    assert_eq!(one.ask("roomState", room).await, json!({"topic": "é"}));
}

pub(crate) async fn broadcast(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut one = stage.probe_in("broadcast").await;
    let mut two = stage.probe_in("broadcast").await;
    let note = json!({"kind": "note", "data": {"n": 1}});
    assert_eq!(one.ask("broadcast", note).await, 2);
    for probe in [&mut one, &mut two] {
        let told = probe.next_of("BROADCAST").await;
        assert_eq!(told["payload"], json!({"type": "note", "data": {"n": 1}}));
        assert_eq!(told["room"], "broadcast");
    }
}

pub(crate) async fn logic(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let room = language.box_room("logic");
    let put = |item: &str| json!({"room": room, "action": "put", "payload": {"item": item}});
    assert_eq!(probe.ask("call", put("tea")).await, 1);
    assert_eq!(probe.ask("call", put("é")).await, 2);
    // Its state is the room's, and only its logic changes it.
    probe.ask("join", json!({"room": room})).await;
    probe.logs(&format!("join {room}")).await;
    assert_eq!(
        probe.ask("roomState", json!({"room": room})).await,
        json!({"items": ["tea", "é"]})
    );
    assert_eq!(stage.probe().await.ask("call", put("cup")).await, 3);
    let told = probe.next_of("ROOM_STATE").await;
    assert_eq!(told["data"], json!({"items": ["tea", "é", "cup"]}));
    let (code, error) = probe
        .refusal("call", json!({"room": room, "action": "missing"}))
        .await;
    assert_eq!(code, "ACTION_FAILED");
    assert!(error.contains("missing"), "{error}");
}

pub(crate) async fn full(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let room = language.box_room("full");
    let mut inside = Vec::new();
    for _ in 0..3 {
        let mut probe = stage.probe().await;
        let joined = probe.send("ROOM_JOIN", json!({"roomId": room})).await;
        assert_eq!(joined["success"], true, "{joined}");
        inside.push(probe);
    }
    let mut fourth = stage.probe().await;
    let refused = fourth.send("ROOM_JOIN", json!({"roomId": room})).await;
    assert_eq!(
        (&refused["code"], &refused["error"]),
        (&json!("ROOM_DENIED"), &json!("Full.")),
        "{refused}"
    );
    // One goes, and there is room.
    let left = inside[0].send("ROOM_LEAVE", json!({"roomId": room})).await;
    assert_eq!(left["success"], true, "{left}");
    let joined = fourth.send("ROOM_JOIN", json!({"roomId": room})).await;
    assert_eq!(joined["success"], true, "{joined}");
}
