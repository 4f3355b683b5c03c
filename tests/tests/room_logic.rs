//! Rooms with logic of their own: one event at a time, whoever calls.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, Mounted, plain};
use serde_json::{Value, json};

/// How many there are in the module.
const COMPONENTS: usize = 5;

async fn call(
    client: &mut Client,
    guest: &Mounted,
    room: &str,
    action: &str,
    with: Value,
) -> Value {
    let call = json!({"room": room, "action": action, "payload": with});
    client.call(&guest.id, "call", call).await
}

async fn room(client: &mut Client, kind: &str, member: &Mounted, room: &str) -> Value {
    let message = json!({"type": kind, "componentId": member.id, "roomId": room});
    client.request(message).await.1
}

async fn guest(daemon: &Daemon) -> (Client, Mounted) {
    let mut client = daemon.connect().await;
    let guest = client.mount("LiveGuest", json!({})).await;
    (client, guest)
}

/// What the members of a room see, once it is so.
async fn state_until(
    client: &mut Client,
    member: &Mounted,
    name: &str,
    fits: impl Fn(&Value) -> bool,
) -> Value {
    loop {
        let state = room(client, "ROOM_STATE_GET", member, name).await["state"].clone();
        if fits(&state) {
            return state;
        }
    }
}

#[tokio::test]
async fn what_the_logic_changes_is_the_state_of_the_room_and_nobody_else_changes_it() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut one, a) = guest(&daemon).await;
    let (mut two, b) = guest(&daemon).await;
    // The caller need not be a member.
    let added = two.call(&b.id, "add", json!({"hall": "a", "by": 2})).await;
    assert_eq!(added["result"], 2, "{added}");
    let joined = room(&mut one, "ROOM_JOIN", &a, "hall:a").await;
    assert_eq!(
        joined["state"],
        json!({"count": 2, "heard": ["open hall:a", "join 1"], "online": 1})
    );
    two.call(&b.id, "add", json!({"hall": "a", "by": 3})).await;
    assert_eq!(
        plain(&one.next_of("ROOM_EVENT").await, &a.id),
        r#"{"componentId":"ID","data":5,"event":"ADDED","roomId":"hall:a","timestamp":0,"type":"ROOM_EVENT"}"#
    );
    let (mut three, c) = guest(&daemon).await;
    room(&mut three, "ROOM_JOIN", &c, "hall:a").await;
    two.call(&b.id, "add", json!({"hall": "a", "by": 1})).await;
    // Its own joining has changed the state too, which it is told before the reply or behind it.
    let mut told = three.next_of("ROOM_STATE").await;
    if told["data"]["online"] == 2 {
        told = three.next_of("ROOM_STATE").await;
    }
    assert_eq!(
        plain(&told, &c.id),
        r#"{"componentId":"ID","data":{"count":6},"event":"$state:update","roomId":"hall:a","timestamp":0,"type":"ROOM_STATE"}"#
    );
    // The logic of a member hears the room's events too.
    let both = json!({"times": 2, "last": 6, "gaps": 1});
    while one.call(&a.id, "heard", json!({})).await["result"] != both {}
    // A member may not change the state: it is the logic's.
    let set = json!({"type": "ROOM_STATE_SET", "componentId": a.id, "roomId": "hall:a", "state": {"count": 9}});
    let refused = one.request(set).await.1;
    assert_eq!(refused["code"], "ROOM_DENIED", "{refused}");
    assert_eq!(refused["error"], "hall:a takes nothing from browsers");
    // Nor may it put words into the room's mouth.
    let forged = json!({"type": "ROOM_EMIT", "componentId": a.id, "roomId": "hall:a", "event": "ADDED", "data": 999});
    let refused = one.request(forged).await.1;
    assert_eq!(refused["code"], "ROOM_DENIED", "{refused}");
    assert_eq!(
        room(&mut one, "ROOM_STATE_GET", &a, "hall:a").await["state"]["count"],
        6
    );
    // A room of another name has a state of its own.
    let other = one.call(&a.id, "add", json!({"hall": "b", "by": 1})).await;
    assert_eq!(other["result"], 1);
}

#[tokio::test]
async fn a_refusal_of_the_logic_is_the_callers_error_and_changes_nothing() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut client, guest) = guest(&daemon).await;
    let refused = client
        .call(&guest.id, "add", json!({"hall": "a", "by": 0}))
        .await;
    assert_eq!(refused["code"], "ACTION_FAILED", "{refused}");
    assert_eq!(refused["error"], "Adding nothing changes nothing");
    let unknown = call(&mut client, &guest, "hall:a", "fly", json!({})).await;
    assert_eq!(unknown["error"], "HallRoom has no action `fly`");
    let no_logic = call(&mut client, &guest, "plain", "add", json!({})).await;
    assert_eq!(
        no_logic["error"],
        "no module has logic for rooms named plain"
    );
    let wrong = call(&mut client, &guest, "not a room", "add", json!({})).await;
    assert_eq!(wrong["code"], "ACTION_FAILED", "{wrong}");
    // And a room's logic is no component.
    let mount = json!({"type": "COMPONENT_MOUNT", "payload": {"component": "HallRoom"}});
    assert_eq!(client.request(mount).await.1["code"], "COMPONENT_NOT_FOUND");
    assert_eq!(
        client
            .call(&guest.id, "add", json!({"hall": "a", "by": 1}))
            .await["result"],
        1
    );
}

#[tokio::test]
async fn a_mount_that_its_room_refuses_gives_its_place_back() {
    let daemon = Daemon::with(&["gathering"])
        .config("[limits]\ncomponents-per-connection = 2")
        .start()
        .await;
    let (mut client, a) = guest(&daemon).await;
    call(&mut client, &a, "hall:a", "lock", json!("sesame-8131")).await;
    let payload = json!({"component": "LiveGuest", "room": "hall:a"});
    let mount = json!({"type": "COMPONENT_MOUNT", "payload": payload});
    for _ in 0..5 {
        let refused = client.request(mount.clone()).await.1;
        assert_eq!(refused["code"], "ROOM_DENIED", "{refused}");
    }
    client.mount("LiveGuest", json!({})).await;
}

#[tokio::test]
async fn the_logic_may_refuse_a_member_and_hears_of_those_who_leave() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut one, a) = guest(&daemon).await;
    let (mut two, b) = guest(&daemon).await;
    call(&mut one, &a, "hall:a", "lock", json!("sesame-8131")).await;
    let refused = room(&mut one, "ROOM_JOIN", &a, "hall:a").await;
    assert_eq!(
        plain(&refused, &a.id),
        r#"{"code":"ROOM_DENIED","componentId":"ID","error":"Say the word first","originalType":"ROOM_JOIN","requestId":"r3","roomId":"hall:a","success":false,"timestamp":0,"type":"ROOM_JOINED"}"#
    );
    // Who is not in neither reads nor hears.
    assert_eq!(
        room(&mut one, "ROOM_STATE_GET", &a, "hall:a").await["code"],
        "ROOM_DENIED"
    );
    let wrong = one
        .call(&a.id, "enter", json!({"hall": "a", "word": "open"}))
        .await;
    assert_eq!(wrong["error"], "Not the word");
    let right = json!({"hall": "a", "word": "sesame-8131"});
    assert_eq!(
        one.call(&a.id, "enter", right.clone()).await["success"],
        true
    );
    assert_eq!(two.call(&b.id, "enter", right).await["success"], true);
    let entered = json!(["open hall:a", "join 1", "join 2"]);
    state_until(&mut one, &a, "hall:a", |state| state["heard"] == entered).await;
    // One leaves by its logic, the other by closing its page.
    two.call(&b.id, "leave", json!({"hall": "a"})).await;
    let left = state_until(&mut one, &a, "hall:a", |state| state["online"] == 1).await;
    assert_eq!(left["heard"][3], "leave 1");
    one.close().await;
    let heard = json!([
        "open hall:a",
        "join 1",
        "join 2",
        "leave 1",
        "leave 0",
        "empty",
        "join 1"
    ]);
    loop {
        // The word is known to the room, not to anybody else.
        assert!(!String::from_utf8_lossy(&two.received).contains("sesame-8131"));
        let again = json!({"hall": "a", "word": "sesame-8131"});
        two.call(&b.id, "enter", again).await;
        let state = room(&mut two, "ROOM_STATE_GET", &b, "hall:a").await["state"].clone();
        if state["heard"] == heard {
            break;
        }
        assert!(
            state["heard"]
                .as_array()
                .is_none_or(|heard| heard.len() < 9),
            "{state}"
        );
        two.call(&b.id, "leave", json!({"hall": "a"})).await;
    }
}

#[tokio::test]
async fn timers_of_a_room_tick_without_anybody() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut client, guest) = guest(&daemon).await;
    call(&mut client, &guest, "hall:a", "tick", json!({})).await;
    room(&mut client, "ROOM_JOIN", &guest, "hall:a").await;
    state_until(&mut client, &guest, "hall:a", |state| {
        state["heard"].as_array().unwrap().contains(&json!("tick"))
    })
    .await;
}

#[tokio::test]
async fn calls_in_a_circle_are_refused_and_deep_ones_bounded() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut client, guest) = guest(&daemon).await;
    let mut pass_on = async |rooms: Value| {
        let first = "hall:a";
        call(
            &mut client,
            &guest,
            first,
            "passOn",
            json!({ "rooms": rooms }),
        )
        .await
    };
    // From one to the next is what calls are for.
    let reply = pass_on(json!(["hall:b", "hall:c"])).await;
    assert_eq!(reply["result"], 1, "{reply}");
    for circle in [json!(["hall:a"]), json!(["hall:b", "hall:a"])] {
        let reply = pass_on(circle).await;
        assert_eq!(
            reply["error"],
            "hall:a waits for this very call: rooms call in a circle"
        );
    }
    let deep = pass_on(json!(["hall:b", "hall:c", "hall:d", "hall:e"])).await;
    assert_eq!(deep["error"], "rooms may call one another 4 deep at most");
    // Nobody is stuck.
    assert_eq!(pass_on(json!(["hall:b"])).await["result"], 1);
    assert_eq!(pass_on(json!([])).await["result"], 1);
}

/// Far more callers than workers: those who wait hold workers, and the room needs one as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_full_of_waiting_callers_does_not_starve_the_room() {
    let config = "[limits]\nworkers-per-module = 6\n";
    let daemon = Daemon::with(&["gathering"]).config(config).start().await;
    let mut callers = Vec::new();
    for _ in 0..60 {
        let (mut client, guest) = guest(&daemon).await;
        callers.push(tokio::spawn(async move {
            let mut highest = 0;
            for _ in 0..5 {
                let work = json!({"rounds": 200_000});
                let direct = call(&mut client, &guest, "hall:a", "work", work).await;
                highest = direct["result"]
                    .as_i64()
                    .unwrap_or_else(|| panic!("{direct}"));
                // By another room: two wait for the one that works.
                let by = json!({"rooms": ["hall:c"]});
                let passed = call(&mut client, &guest, "hall:b", "passOn", by).await;
                assert_eq!(passed["success"], true, "{passed}");
            }
            highest
        }));
    }
    let mut highest = 0;
    for caller in callers {
        highest = highest.max(caller.await.unwrap());
    }
    assert_eq!(highest, 300);
}

/// A crash drops what the event has changed, and nothing else.
#[tokio::test]
async fn a_room_that_breaks_down_goes_on_with_the_state_before() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (mut client, guest) = guest(&daemon).await;
    room(&mut client, "ROOM_JOIN", &guest, "hall:a").await;
    client
        .call(&guest.id, "add", json!({"hall": "a", "by": 2}))
        .await;
    for _ in 0..3 {
        let crashed = call(&mut client, &guest, "hall:a", "crash", json!({})).await;
        assert_eq!(crashed["success"], false, "{crashed}");
        assert!(
            !crashed["error"].as_str().unwrap().contains("wasm trap"),
            "{crashed}"
        );
    }
    let state = room(&mut client, "ROOM_STATE_GET", &guest, "hall:a").await["state"].clone();
    assert_eq!(state["count"], 2);
    let added = client
        .call(&guest.id, "add", json!({"hall": "a", "by": 1}))
        .await;
    assert_eq!(added["result"], 3);
}

/// Callers, members and a room go on while the module is swapped again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_swaps_under_busy_rooms_lose_nothing() {
    let daemon = Daemon::with(&["gathering"]).start().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (mut watcher, watching) = guest(&daemon).await;
    room(&mut watcher, "ROOM_JOIN", &watching, "hall:a").await;
    let stopped_too = stopped.clone();
    // Somebody who reads what comes, as browsers do.
    let watcher = tokio::spawn(async move {
        while !*stopped_too.borrow() {
            room(&mut watcher, "ROOM_STATE_GET", &watching, "hall:a").await;
        }
        (watcher, watching)
    });
    let mut busy = Vec::new();
    for _ in 0..20 {
        let (mut client, guest) = guest(&daemon).await;
        let stopped = stopped.clone();
        busy.push(tokio::spawn(async move {
            let mut calls = 0_i64;
            while !*stopped.borrow() {
                let reply = client
                    .call(&guest.id, "add", json!({"hall": "a", "by": 1}))
                    .await;
                assert_eq!(reply["success"], true, "{reply}");
                calls += 1;
                if calls % 50 == 0 {
                    let crashed = call(&mut client, &guest, "hall:a", "crash", json!({})).await;
                    assert_eq!(crashed["success"], false, "{crashed}");
                }
            }
            calls
        }));
    }
    for round in 1..=20 {
        daemon.renew("gathering.wasm", round);
        daemon.logged_times("swapped", round * COMPONENTS).await;
    }
    stop.send(true).unwrap();
    let mut calls = 0;
    for client in busy {
        calls += client.await.unwrap();
    }
    let (mut watcher, watching) = watcher.await.unwrap();
    let state = room(&mut watcher, "ROOM_STATE_GET", &watching, "hall:a").await["state"].clone();
    assert_eq!(state["count"], calls);
    // The member has heard every single one, in order, once.
    let all = json!({"times": calls, "last": calls, "gaps": 0});
    while watcher.call(&watching.id, "heard", json!({})).await["result"] != all {}
    println!("{calls} calls of one room, none lost, through 20 swaps");
}
