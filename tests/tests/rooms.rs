//! Rooms: who is in, what they hear, in exact frames.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{Duration, Instant};

use liveside_tests::{Client, Daemon, Mounted, plain};
use serde_json::{Value, json};

/// A message of a member about a room, to be asked for by `Client::request`.
fn room(kind: &str, member: &Mounted, fields: Value) -> Value {
    let mut message = json!({"type": kind, "componentId": member.id});
    message
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    message
}

/// Two connections with one `LiveMember` each, both in `lobby` by their mount.
async fn two(daemon: &Daemon) -> (Client, Mounted, Client, Mounted) {
    let mut one = daemon.connect().await;
    let a = one.mount_in("lobby", "LiveMember").await;
    let mut two = daemon.connect().await;
    let b = two.mount_in("lobby", "LiveMember").await;
    // Both have heard of both before a test begins.
    while one.next_of("ROOM_SYSTEM").await["data"]["count"] != 2 {}
    while two.next_of("ROOM_SYSTEM").await["data"]["count"] != 2 {}
    (one, a, two, b)
}

/// What a member has heard, asked for until it is as long as expected.
async fn heard(client: &mut Client, member: &Mounted, length: usize) -> Value {
    let begun = Instant::now();
    loop {
        let (_, reply) = client
            .request(json!({"type": "CALL_ACTION", "componentId": member.id, "action": "heard"}))
            .await;
        let heard = reply["result"].clone();
        if heard.as_array().unwrap().len() >= length || begun.elapsed() > Duration::from_secs(20) {
            return heard;
        }
    }
}

#[tokio::test]
async fn the_messages_of_a_room_are_these() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, b) = two(&daemon).await;

    // Fields at the top level.
    let join = room(
        "ROOM_JOIN",
        &a,
        json!({"roomId": "chat:1", "initialState": {"topic": "cats"}}),
    );
    assert_eq!(
        plain(&one.request(join).await.1, &a.id),
        r#"{"componentId":"ID","data":{"state":{"topic":"cats"}},"originalType":"ROOM_JOIN","payload":{"roomId":"chat:1","state":{"topic":"cats"}},"requestId":"r2","roomId":"chat:1","state":{"topic":"cats"},"success":true,"timestamp":0,"type":"ROOM_JOINED"}"#
    );
    assert_eq!(
        plain(&one.next_of("ROOM_SYSTEM").await, &a.id),
        r#"{"data":{"count":1,"subscriberId":"ID"},"event":"$sub:join","roomId":"chat:1","timestamp":0,"type":"ROOM_SYSTEM"}"#
    );
    // And inside `payload`; the state is there already, so that of the second is not taken.
    let join = room(
        "ROOM_JOIN",
        &b,
        json!({"payload": {"roomId": "chat:1", "data": {"initialState": {"topic": "dogs"}}}}),
    );
    assert_eq!(two.request(join).await.1["state"], json!({"topic": "cats"}));
    assert_eq!(
        plain(&one.next_of("ROOM_SYSTEM").await, &b.id),
        r#"{"data":{"count":2,"subscriberId":"ID"},"event":"$sub:join","roomId":"chat:1","timestamp":0,"type":"ROOM_SYSTEM"}"#
    );

    let emit = room(
        "ROOM_EMIT",
        &a,
        json!({"roomId": "chat:1", "event": "HELLO", "data": {"n": 1}}),
    );
    assert_eq!(
        plain(&one.request(emit).await.1, &a.id),
        r#"{"componentId":"ID","count":1,"originalType":"ROOM_EMIT","requestId":"r3","roomId":"chat:1","success":true,"timestamp":0,"type":"ROOM_EMITTED"}"#
    );
    assert_eq!(
        plain(&two.next_of("ROOM_EVENT").await, &b.id),
        r#"{"componentId":"ID","data":{"n":1},"event":"HELLO","roomId":"chat:1","timestamp":0,"type":"ROOM_EVENT"}"#
    );

    let set = room(
        "ROOM_STATE_SET",
        &b,
        json!({"payload": {"roomId": "chat:1", "state": {"open": true, "topic": null}}}),
    );
    assert_eq!(
        plain(&two.request(set).await.1, &b.id),
        r#"{"componentId":"ID","count":1,"originalType":"ROOM_STATE_SET","requestId":"r3","roomId":"chat:1","success":true,"timestamp":0,"type":"ROOM_EMITTED"}"#
    );
    assert_eq!(
        plain(&one.next_of("ROOM_STATE").await, &a.id),
        r#"{"componentId":"ID","data":{"open":true,"topic":null},"event":"$state:update","roomId":"chat:1","timestamp":0,"type":"ROOM_STATE"}"#
    );
    let get = room("ROOM_STATE_GET", &a, json!({"roomId": "chat:1"}));
    assert_eq!(
        plain(&one.request(get).await.1, &a.id),
        r#"{"componentId":"ID","data":{"open":true},"originalType":"ROOM_STATE_GET","payload":{"roomId":"chat:1","state":{"open":true}},"requestId":"r4","roomId":"chat:1","state":{"open":true},"success":true,"timestamp":0,"type":"ROOM_STATE"}"#
    );

    let leave = room("ROOM_LEAVE", &b, json!({"roomId": "chat:1"}));
    assert_eq!(
        plain(&two.request(leave).await.1, &b.id),
        r#"{"componentId":"ID","originalType":"ROOM_LEAVE","payload":{"roomId":"chat:1"},"requestId":"r4","roomId":"chat:1","success":true,"timestamp":0,"type":"ROOM_LEFT"}"#
    );
    assert_eq!(
        plain(&one.next_of("ROOM_SYSTEM").await, &b.id),
        r#"{"data":{"count":1,"subscriberId":"ID"},"event":"$sub:leave","roomId":"chat:1","timestamp":0,"type":"ROOM_SYSTEM"}"#
    );
    assert_eq!(
        heard(&mut two, &b, 3).await,
        json!(["join lobby", "join chat:1", "leave chat:1"])
    );
}

#[tokio::test]
async fn the_sender_gets_its_own_back_only_if_it_asks() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, _b) = two(&daemon).await;
    for (n, include) in [(1, false), (2, true), (3, false)] {
        let emit = room(
            "ROOM_EMIT",
            &a,
            json!({"roomId": "lobby", "event": "NEWS", "data": n, "includeSelf": include}),
        );
        assert_eq!(one.request(emit).await.1["count"], 1 + i32::from(include));
        assert_eq!(two.next_of("ROOM_EVENT").await["data"], n);
    }
    assert_eq!(
        heard(&mut one, &a, 2).await,
        json!(["join lobby", "NEWS 2"])
    );
    let told = String::from_utf8_lossy(&one.received).into_owned();
    assert_eq!(told.matches("ROOM_EVENT").count(), 1);
}

#[tokio::test]
async fn logic_hears_what_it_has_subscribed_to_and_nothing_else() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, b) = two(&daemon).await;
    for (client, member) in [(&mut one, &a), (&mut two, &b)] {
        client
            .call(&member.id, "join", json!({"room": "chat:7"}))
            .await;
        client
            .call(&member.id, "join", json!({"room": "other"}))
            .await;
    }
    // NEWS is heard in the default room only, TICK in rooms whose name begins with `chat:`.
    for (name, event, n) in [
        ("other", "NEWS", 1),
        ("lobby", "TICK", 2),
        ("lobby", "NEWS", 3),
        ("chat:7", "TICK", 4),
    ] {
        let reply = one
            .call(
                &a.id,
                "emit",
                json!({"room": name, "event": event, "data": n}),
            )
            .await;
        assert_eq!(reply["result"], 1, "{reply}");
        // The browser gets all of them.
        assert_eq!(two.next_of("ROOM_EVENT").await["data"], n);
    }
    assert_eq!(
        heard(&mut two, &b, 5).await,
        json!([
            "join lobby",
            "join chat:7",
            "join other",
            "NEWS 3",
            "chat:7 TICK 4"
        ])
    );
    assert_eq!(
        two.call(&b.id, "members", json!({"room": "other"})).await["result"],
        json!([a.id, b.id])
    );
    assert_eq!(
        one.call(
            &a.id,
            "setState",
            json!({"room": "other", "changes": {"x": 1}})
        )
        .await["result"],
        json!({"x": 1})
    );
    assert_eq!(two.next_of("ROOM_STATE").await["data"], json!({"x": 1}));
    assert_eq!(
        two.call(&b.id, "state", json!({"room": "other"})).await["result"],
        json!({"x": 1})
    );
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    let daemon = Daemon::with(&["recorder"])
        .config("[limits]\nroom-state-bytes = 100\nrooms-per-component = 2\n[rooms]\nserver-only = [\"stats:*\"]")
        .start()
        .await;
    let (mut one, a, _two, _b) = two(&daemon).await;
    let long = "r".repeat(65);
    let names = "A room name must be 1 to 64 characters of A-Z a-z 0-9 _ : . -";
    let events = "An event name must be 1 to 128 bytes without control characters, and must not begin with $";
    let big = json!({"k": "x".repeat(100)});
    one.call(&a.id, "join", json!({"room": "stats:1"})).await;
    for (kind, fields, code, error) in [
        (
            "ROOM_JOIN",
            json!({}),
            "INVALID_MESSAGE",
            "roomId is missing",
        ),
        (
            "ROOM_JOIN",
            json!({"roomId": 7}),
            "INVALID_MESSAGE",
            "roomId must be a string, not a number",
        ),
        (
            "ROOM_JOIN",
            json!({"roomId": "a b"}),
            "INVALID_MESSAGE",
            names,
        ),
        (
            "ROOM_JOIN",
            json!({"roomId": long}),
            "INVALID_MESSAGE",
            names,
        ),
        ("ROOM_JOIN", json!({"roomId": ""}), "INVALID_MESSAGE", names),
        (
            "ROOM_JOIN",
            json!({"roomId": "private:x"}),
            "LIMIT_EXCEEDED",
            "The component is in 2 rooms, no more are allowed",
        ),
        (
            "ROOM_EMIT",
            json!({"roomId": "lobby"}),
            "INVALID_MESSAGE",
            "event is missing",
        ),
        (
            "ROOM_EMIT",
            json!({"roomId": "lobby", "event": "$sub:join"}),
            "INVALID_MESSAGE",
            events,
        ),
        (
            "ROOM_EMIT",
            json!({"roomId": "lobby", "event": "a\nb"}),
            "INVALID_MESSAGE",
            events,
        ),
        (
            "ROOM_EMIT",
            json!({"roomId": "elsewhere", "event": "E"}),
            "ROOM_DENIED",
            "Only members of elsewhere may do that",
        ),
        (
            "ROOM_LEAVE",
            json!({"roomId": "elsewhere"}),
            "ROOM_DENIED",
            "Only members of elsewhere may do that",
        ),
        (
            "ROOM_STATE_GET",
            json!({"roomId": "elsewhere"}),
            "ROOM_DENIED",
            "Only members of elsewhere may do that",
        ),
        (
            "ROOM_STATE_SET",
            json!({"roomId": "lobby"}),
            "INVALID_MESSAGE",
            "data is missing",
        ),
        (
            "ROOM_STATE_SET",
            json!({"roomId": "lobby", "data": big}),
            "LIMIT_EXCEEDED",
            "The state of the room is as before: the state would be 103 bytes, 100 are allowed",
        ),
        (
            "ROOM_STATE_SET",
            json!({"roomId": "stats:1", "data": {"a": 1}}),
            "ROOM_DENIED",
            "stats:1 takes nothing from browsers",
        ),
        (
            "ROOM_EMIT",
            json!({"roomId": "stats:1", "event": "E"}),
            "ROOM_DENIED",
            "stats:1 takes nothing from browsers",
        ),
    ] {
        let (_, reply) = one.request(room(kind, &a, fields.clone())).await;
        assert_eq!(
            (&reply["success"], &reply["code"], &reply["error"]),
            (&json!(false), &json!(code), &json!(error)),
            "{kind} {fields}: {reply}"
        );
    }
    // A component of somebody else.
    let message =
        json!({"type": "ROOM_EMIT", "componentId": _b.id, "roomId": "lobby", "event": "E"});
    assert_eq!(
        one.request(message).await.1["code"],
        "COMPONENT_REHYDRATION_REQUIRED"
    );
    // The component's own logic may emit in a server-only room.
    let reply = one
        .call(
            &a.id,
            "emit",
            json!({"room": "stats:1", "event": "E", "data": 1}),
        )
        .await;
    assert_eq!(reply["result"], 0, "{reply}");
    let (_, reply) = one
        .request(room("ROOM_STATE_GET", &a, json!({"roomId": "lobby"})))
        .await;
    assert_eq!(reply["state"], json!({}));
}

#[tokio::test]
async fn the_component_decides_who_gets_in() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, b) = two(&daemon).await;
    let join = room("ROOM_JOIN", &a, json!({"roomId": "private:1"}));
    let (_, reply) = one.request(join).await;
    assert_eq!(
        (&reply["code"], &reply["error"]),
        (&json!("ROOM_DENIED"), &json!("private:1 is private"))
    );
    let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": {"component": "LiveMember", "room": "private:1"}});
    let (_, reply) = one.request(mount).await;
    assert_eq!(
        (&reply["success"], &reply["code"], &reply["error"]),
        (
            &json!(false),
            &json!("ROOM_DENIED"),
            &json!("private:1 is private")
        )
    );
    // Nobody was told of a member that never was one.
    two.call(&b.id, "members", json!({"room": "lobby"})).await;
    assert!(!String::from_utf8_lossy(&two.received).contains("private:1"));
}

#[tokio::test]
async fn a_crash_takes_back_what_the_event_asked_for() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, b) = two(&daemon).await;
    let reply = one
        .call(&a.id, "emitAndCrash", json!({"event": "NEWS"}))
        .await;
    assert_eq!(reply["code"], "COMPONENT_CRASHED");
    // Of several events that are heard at once, the one that crashes takes none of the others with it.
    for (event, data) in [
        ("NEWS", json!(1)),
        ("CRASH", json!(true)),
        ("NEWS", json!(2)),
    ] {
        one.call(&a.id, "emit", json!({"event": event, "data": data}))
            .await;
    }
    assert_eq!(
        heard(&mut two, &b, 3).await,
        json!(["join lobby", "NEWS 1", "NEWS 2"])
    );
}

#[tokio::test]
async fn a_lost_connection_leaves_its_rooms() {
    let daemon = Daemon::with(&["recorder"])
        .config("[rooms]\nlinger = \"50ms\"")
        .start()
        .await;
    let (mut one, a, two, b) = two(&daemon).await;
    two.close().await;
    let system = one.next_of("ROOM_SYSTEM").await;
    assert_eq!(
        plain(&system, &b.id),
        r#"{"data":{"count":1,"subscriberId":"ID"},"event":"$sub:leave","roomId":"lobby","timestamp":0,"type":"ROOM_SYSTEM"}"#
    );
    // The room goes with its state, some time after the last member.
    let set = room(
        "ROOM_STATE_SET",
        &a,
        json!({"roomId": "lobby", "data": {"x": 1}}),
    );
    one.request(set).await;
    one.request(json!({"type": "COMPONENT_UNMOUNT", "componentId": a.id}))
        .await;
    let begun = Instant::now();
    loop {
        let c = one.mount("LiveMember", json!({})).await;
        let (_, reply) = one
            .request(room("ROOM_JOIN", &c, json!({"roomId": "lobby"})))
            .await;
        one.request(json!({"type": "COMPONENT_UNMOUNT", "componentId": c.id}))
            .await;
        if reply["state"] == json!({}) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

#[tokio::test]
async fn a_broadcast_goes_to_each_connection_of_the_room_once() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, _b) = two(&daemon).await;
    two.mount_in("lobby", "LiveMember").await;
    let reply = one
        .call(
            &a.id,
            "tell",
            json!({"data": {"n": 1}, "exceptSender": false}),
        )
        .await;
    assert_eq!(reply["result"], 2);
    for client in [&mut one, &mut two] {
        assert_eq!(
            plain(&client.next_of("BROADCAST").await, &a.id),
            r#"{"componentId":"ID","payload":{"data":{"n":1},"type":"note"},"room":"lobby","timestamp":0,"type":"BROADCAST"}"#
        );
    }
    let reply = one
        .call(&a.id, "tell", json!({"data": 2, "exceptSender": true}))
        .await;
    assert_eq!(reply["result"], 1);
    assert_eq!(two.next_of("BROADCAST").await["payload"]["data"], 2);
    for client in [&one, &two] {
        let told = String::from_utf8_lossy(&client.received).into_owned();
        let expected = if std::ptr::eq(client, &one) { 1 } else { 2 };
        assert_eq!(told.matches("BROADCAST").count(), expected);
    }
}

#[tokio::test]
async fn mounts_of_one_connection_change_in_one_frame() {
    let daemon = Daemon::with(&["recorder"]).start().await;
    let (mut one, a, mut two, _b) = two(&daemon).await;
    for _ in 0..20 {
        two.mount_in("lobby", "LiveMember").await;
    }
    // The reply to a mount is out a moment before its turn ends, and a wave does not wait for who is busy: one of the
    // first waves may miss the last member.
    let mut in_one_frame = (0, 0);
    for _ in 0..20 {
        one.call(&a.id, "emit", json!({"event": "NEWS", "data": 1}))
            .await;
        in_one_frame = loop {
            let Value::Array(messages) = two.json().await else {
                continue;
            };
            let count = |kind: &str| messages.iter().filter(|m| m["type"] == kind).count();
            if count("ROOM_EVENT") > 0 {
                break (count("ROOM_EVENT"), count("STATE_DELTA"));
            }
        };
        if in_one_frame == (21, 21) {
            break;
        }
    }
    assert_eq!(in_one_frame, (21, 21));
}
