//! What the app's back end asks for over HTTP: events, broadcasts, actions; and what is refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, HttpAnswer, HttpRequest, Mounted, plain};
use serde_json::{Value, json};

const KEY: &str = "api-key = \"the key of the tests\"\n";

/// A request of the back end, with its key.
fn post(daemon: &Daemon, path: &str) -> HttpRequest {
    daemon
        .http("POST", path)
        .header("Authorization", "Bearer the key of the tests")
}

async fn ask(daemon: &Daemon, path: &str, body: Value) -> HttpAnswer {
    post(daemon, path).json(&body).send().await
}

/// Status and body of a request that is done, or is refused.
async fn answered(request: HttpRequest) -> (u16, Value) {
    let answer = request.send().await;
    assert_eq!(answer.header("content-type"), ["application/json"]);
    (answer.status, answer.json())
}

/// A daemon with a key, and a browser with a component in the room `lobby`.
async fn lobby() -> (Daemon, Client, Mounted) {
    let daemon = Daemon::with(&["recorder"]).config(KEY).start().await;
    let mut client = daemon.connect().await;
    let member = client.mount_in("lobby", "LiveMember").await;
    (daemon, client, member)
}

#[tokio::test]
async fn an_event_goes_to_all_members_and_their_logic() {
    let (daemon, mut one, a) = lobby().await;
    let mut two = daemon.connect().await;
    let b = two.mount_in("lobby", "LiveMember").await;
    let body = json!({"event": "NEWS", "data": {"n": 1}});
    let answer = ask(&daemon, "/api/live/rooms/lobby/emit", body).await;
    assert_eq!(
        (answer.status, &*answer.body),
        (200, r#"{"success":true,"count":2}"#)
    );
    for (client, member) in [(&mut one, &a), (&mut two, &b)] {
        assert_eq!(
            plain(&client.next_of("ROOM_EVENT").await, &member.id),
            r#"{"componentId":"ID","data":{"n":1},"event":"NEWS","roomId":"lobby","timestamp":0,"type":"ROOM_EVENT"}"#
        );
        let delta = client.next_of("STATE_DELTA").await;
        assert_eq!(
            delta["payload"]["delta"]["heard"],
            json!(["join lobby", "NEWS {\"n\":1}"])
        );
    }

    // A message: the body is the data, whatever it is.
    for data in [json!({"text": "hello"}), json!("hello"), json!(null)] {
        let answer = ask(&daemon, "/api/live/rooms/lobby/messages", data.clone()).await;
        assert_eq!(answer.json(), json!({"success": true, "count": 2}));
        let event = two.next_of("ROOM_EVENT").await;
        assert_eq!(
            (&event["event"], &event["data"]),
            (&json!("message:new"), &data)
        );
    }

    // Nobody is in there; without data it is null.
    let answer = ask(
        &daemon,
        "/api/live/rooms/chat%3A42/emit",
        json!({"event": "NEWS"}),
    )
    .await;
    assert_eq!(answer.json(), json!({"success": true, "count": 0}));
    let answer = ask(
        &daemon,
        "/api/live/rooms/lobby/emit",
        json!({"event": "LAST"}),
    )
    .await;
    assert_eq!(answer.json()["count"], 2);
    let event = one.next_of("ROOM_EVENT").await;
    assert_eq!(event["event"], "message:new");
    let last = loop {
        let event = one.next_of("ROOM_EVENT").await;
        if event["event"] == "LAST" {
            break event;
        }
    };
    assert_eq!(last["data"], Value::Null);
}

#[tokio::test]
async fn a_broadcast_goes_to_a_room_or_to_everybody() {
    let (daemon, mut member, _) = lobby().await;
    let mut other = daemon.connect().await;
    let to_room = json!({"type": "note", "data": [1], "room": "lobby"});
    let answer = ask(&daemon, "/api/live/broadcast", to_room).await;
    assert_eq!(answer.body, r#"{"success":true,"count":1}"#);
    assert_eq!(
        plain(&member.next_of("BROADCAST").await, "-"),
        r#"{"payload":{"data":[1],"type":"note"},"room":"lobby","timestamp":0,"type":"BROADCAST"}"#
    );
    let to_nobody = json!({"type": "note", "room": "empty"});
    let answer = ask(&daemon, "/api/live/broadcast", to_nobody).await;
    assert_eq!(answer.body, r#"{"success":true,"count":0}"#);
    let to_all = json!({"type": "maintenance", "data": {"in": 5}});
    let answer = ask(&daemon, "/api/live/broadcast", to_all).await;
    assert_eq!(answer.body, r#"{"success":true,"count":2}"#);
    let everybodys =
        r#"{"payload":{"data":{"in":5},"type":"maintenance"},"timestamp":0,"type":"BROADCAST"}"#;
    assert_eq!(plain(&member.next_of("BROADCAST").await, "-"), everybodys);
    // The one who is in no room heard the second only.
    assert_eq!(plain(&other.pushed().await, "-"), everybodys);
}

#[tokio::test]
async fn an_action_of_a_singleton_reaches_everybody() {
    let daemon = Daemon::with(&["recorder"]).config(KEY).start().await;
    let path = "/api/live/components/LiveBoard/actions/add";
    let nobody = answered(post(&daemon, path).json(&json!({"line": "x"}))).await;
    assert_eq!(
        nobody,
        (
            404,
            json!({"success": false, "error": "Nobody has mounted LiveBoard", "code": "COMPONENT_NOT_FOUND"})
        )
    );
    let mut one = daemon.connect().await;
    let board = one.mount("LiveBoard", json!({})).await;
    let mut two = daemon.connect().await;
    two.mount("LiveBoard", json!({})).await;
    let answer = ask(&daemon, path, json!({"line": "hello"})).await;
    assert_eq!(
        (answer.status, &*answer.body),
        (200, r#"{"success":true,"result":1}"#)
    );
    for client in [&mut one, &mut two] {
        let delta = client.next_of("STATE_DELTA").await;
        assert_eq!(delta["payload"]["delta"], json!({"lines": ["hello"]}));
    }
    // Nobody's connection is behind it, and the name may be said as browsers may say it.
    let who = post(&daemon, "/api/live/components/liveBoard/actions/who")
        .header("Content-Type", "application/json");
    assert_eq!(
        answered(who).await,
        (200, json!({"success": true, "result": null}))
    );
    let by_id = format!("{path}?instance={}", board.id);
    assert_eq!(
        ask(&daemon, &by_id, json!({"line": "again"})).await.json()["result"],
        2
    );
}

#[tokio::test]
async fn an_action_of_one_instance_reaches_its_browser_alone() {
    let daemon = Daemon::with(&["recorder"]).config(KEY).start().await;
    let mut client = daemon.connect().await;
    let one = client.mount("LiveRecorder", json!({})).await;
    let other = client.mount("LiveRecorder", json!({})).await;
    let path = |action: &str, id: &str| {
        format!("/api/live/components/LiveRecorder/actions/{action}?instance={id}")
    };
    let answer = ask(&daemon, &path("touch", &one.id), json!({})).await;
    assert_eq!(answer.json(), json!({"success": true, "result": 1}));
    let delta = client.next_of("STATE_DELTA").await;
    assert_eq!(
        (&delta["componentId"], &delta["payload"]["delta"]["small"]),
        (&json!(one.id), &json!(1))
    );
    // The back end's session is nobody's; the browser's own is there again afterwards.
    let answer = ask(&daemon, &path("session", &one.id), json!({})).await;
    assert_eq!(answer.json()["result"]["connectionId"], Value::Null);
    let own = client.call(&one.id, "session", json!({})).await;
    assert!(own["result"]["connectionId"].is_string(), "{own}");

    for (action, query, status, code, error) in [
        (
            "touch",
            String::new(),
            400,
            "INVALID_MESSAGE",
            "LiveRecorder is no singleton: say which instance is meant, with ?instance=ID".to_owned(),
        ),
        (
            "touch",
            "?instnace=1".to_owned(),
            400,
            "INVALID_MESSAGE",
            "The query holds `instnace`; it takes `instance` only".to_owned(),
        ),
        (
            "touch",
            "?instance=1".to_owned(),
            404,
            "COMPONENT_NOT_FOUND",
            "There is no instance 1 of LiveRecorder".to_owned(),
        ),
        (
            "hidden",
            format!("?instance={}", other.id),
            404,
            "ACTION_NOT_CALLABLE",
            "`hidden` of LiveRecorder is not a public action: add `#[action]` above `fn hidden` in `impl Recorder`".to_owned(),
        ),
        (
            "on-mount",
            format!("?instance={}", other.id),
            404,
            "ACTION_NOT_CALLABLE",
            "`on-mount` of LiveRecorder is internal and cannot be called".to_owned(),
        ),
        (
            "_push",
            format!("?instance={}", other.id),
            404,
            "ACTION_NOT_CALLABLE",
            "`_push` of LiveRecorder is internal and cannot be called".to_owned(),
        ),
        (
            "forbidden",
            format!("?instance={}", other.id),
            403,
            "ACTION_CANCELLED",
            "LiveRecorder cancelled `forbidden`".to_owned(),
        ),
        (
            "fill",
            format!("?instance={}", other.id),
            400,
            "INVALID_PAYLOAD",
            String::new(),
        ),
    ] {
        let path = format!("/api/live/components/LiveRecorder/actions/{action}{query}");
        let answer = ask(&daemon, &path, json!({"bytes": "many"})).await;
        let body = answer.json();
        assert_eq!(
            (answer.status, &body["success"], &body["code"]),
            (status, &json!(false), &json!(code)),
            "{action} {query}: {body}"
        );
        if error.is_empty() {
            assert!(body["error"].is_string(), "{body}");
        } else {
            assert_eq!(body["error"], error);
        }
    }
    // The failures were the back end's: the browser hears of none.
    client.call(&other.id, "record", json!({})).await;
    let heard = String::from_utf8_lossy(&client.received).into_owned();
    assert!(!heard.contains("\"ERROR\""), "{heard}");
}

#[tokio::test]
async fn what_a_component_does_wrong_is_told_and_undone() {
    let daemon = Daemon::with(&["faulty", "recorder"])
        .config(KEY)
        .config("[limits]\ncpu-time = \"200ms\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    client.mount("LiveBoard", json!({})).await;
    for (action, status, code) in [
        ("panic", 500, "COMPONENT_CRASHED"),
        ("loopForever", 504, "ACTION_TIMEOUT"),
        ("hugeResult", 413, "LIMIT_EXCEEDED"),
    ] {
        let path = format!(
            "/api/live/components/LiveFaulty/actions/{action}?instance={}",
            faulty.id
        );
        let answer = ask(&daemon, &path, json!({})).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{}",
            answer.body
        );
    }
    let count = client.call(&faulty.id, "increment", json!({})).await;
    assert_eq!(count["result"]["count"], 1);
    // The component's own error: what it changed before stays.
    let refuse = "/api/live/components/LiveBoard/actions/refuse";
    assert_eq!(
        answered(post(&daemon, refuse).json(&json!({}))).await,
        (
            422,
            json!({"success": false, "error": "the board is full", "code": "ACTION_FAILED"})
        )
    );
    let delta = client.next_of("STATE_DELTA").await;
    assert_eq!(delta["payload"]["delta"]["lines"], json!(["refused"]));
}

/// Has the browser keep a component busy, and returns once it is.
async fn busy(client: &mut Client, component: &Mounted, times: usize) {
    for _ in 0..times {
        let call = json!({"type": "CALL_ACTION", "componentId": component.id, "action": "busy", "payload": {"ms": 900}});
        client.send(&call.to_string()).await;
    }
    // Handled after the calls: by then the first has its turn.
    client
        .request(json!({"type": "COMPONENT_PING", "componentId": component.id}))
        .await;
}

#[tokio::test]
async fn a_call_that_finds_the_queue_full_may_come_again() {
    let daemon = Daemon::with(&["faulty"])
        .config(KEY)
        .config("[limits]\nevent-queue = 1\ncpu-time = \"20s\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    busy(&mut client, &faulty, 1).await;
    let path = format!(
        "/api/live/components/LiveFaulty/actions/increment?instance={}",
        faulty.id
    );
    let call = || ask(&daemon, &path, json!({}));
    let (one, two) = tokio::join!(call(), call());
    let (done, refused) = if one.status == 200 {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!(
        done.json()["result"],
        json!({"success": true, "count": 2}),
        "{refused:?}"
    );
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (429, &json!("RATE_LIMITED"))
    );
}

#[tokio::test]
async fn a_call_that_does_not_get_its_turn_in_time_is_never_done() {
    let daemon = Daemon::with(&["faulty"])
        .config(KEY)
        .config("[limits]\nwall-time = \"1s\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    busy(&mut client, &faulty, 4).await;
    let path = format!(
        "/api/live/components/LiveFaulty/actions/increment?instance={}",
        faulty.id
    );
    let answer = ask(&daemon, &path, json!({"by": 1000})).await;
    assert_eq!(answer.status, 504, "{}", answer.body);
    assert_eq!(answer.json()["code"], "ACTION_TIMEOUT");
    let count = client.call(&faulty.id, "increment", json!({})).await;
    assert!(count["result"]["count"].as_u64().unwrap() < 1000, "{count}");
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_refused_with_it() {
    let (daemon, _client, _) = lobby().await;
    let daemon = &daemon;
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let large = json!({"event": "E", "data": "x".repeat(1 << 20)}).to_string();
    let emit = "/api/live/rooms/lobby/emit";
    let unknown = "/api/live/components/LiveBord/actions/add";
    let rooms = "A room name must be 1 to 64 characters of A-Z a-z 0-9 _ : . -";
    let events = "An event name must be 1 to 128 bytes without control characters, and must not begin with $";
    for (path, body, status, code, error) in [
        (emit, "{", 400, "INVALID_JSON", "The body is not JSON: EOF"),
        (
            emit,
            "{}",
            400,
            "INVALID_MESSAGE",
            "The body is not what this takes: missing field `event`",
        ),
        (
            emit,
            r#"{"event":7}"#,
            400,
            "INVALID_MESSAGE",
            "The body is not what this takes: invalid type",
        ),
        (
            emit,
            r#"{"event":"$state:update"}"#,
            400,
            "INVALID_MESSAGE",
            events,
        ),
        (
            "/api/live/rooms/a%20b/emit",
            r#"{"event":"E"}"#,
            400,
            "INVALID_MESSAGE",
            rooms,
        ),
        (
            "/api/live/rooms/%FF/messages",
            "1",
            400,
            "INVALID_MESSAGE",
            "Invalid URL: Invalid UTF-8 in `room`",
        ),
        (
            "/api/live/rooms/lobby/messages",
            "",
            400,
            "INVALID_JSON",
            "The body is not JSON: EOF",
        ),
        (
            emit,
            &deep,
            400,
            "INVALID_MESSAGE",
            "The body nests deeper than 64 levels",
        ),
        (
            emit,
            &large,
            413,
            "LIMIT_EXCEEDED",
            "The body is larger than limits.text-frame-bytes",
        ),
        (
            "/api/live/broadcast",
            r#"{"type":"$x"}"#,
            400,
            "INVALID_MESSAGE",
            events,
        ),
        (
            unknown,
            "{}",
            404,
            "COMPONENT_NOT_FOUND",
            "There is no component `LiveBord`, did you mean `LiveBoard`?",
        ),
    ] {
        let request = post(daemon, path)
            .header("Content-Type", "application/json; charset=utf-8")
            .body(body);
        let (got, answer) = answered(request).await;
        assert_eq!(
            (got, &answer["success"], &answer["code"]),
            (status, &json!(false), &json!(code)),
            "{path}: {answer}"
        );
        assert!(
            answer["error"].as_str().unwrap().starts_with(error),
            "{path}: {answer}"
        );
    }
    let form = post(daemon, emit).header("Content-Type", "text/plain");
    let (status, answer) = answered(form.body(r#"{"event":"E"}"#)).await;
    assert_eq!(
        (status, &answer["code"]),
        (415, &json!("INVALID_MESSAGE")),
        "{answer}"
    );
    assert_eq!(daemon.http("GET", emit).send().await.status, 405);
}

#[tokio::test]
async fn the_counts_tell_what_is_mounted() {
    let (daemon, mut client, _) = lobby().await;
    client.mount("LiveBoard", json!({})).await;
    let mut other = daemon.connect().await;
    other.mount("LiveBoard", json!({})).await;
    let request = daemon.http("GET", "/api/live/stats");
    let request = request.header("Authorization", "Bearer the key of the tests");
    let stats = request.send().await.json();
    assert_eq!(stats["connections"]["open"], 2);
    assert_eq!(stats["instances"], 2);
    assert_eq!(stats["rooms"], json!({"open": 1, "members": 1}));
    assert_eq!(stats["timers"], 0);
    assert_eq!(stats["store"], json!({"pendingBytes": 0, "failure": null}));
    assert_eq!(stats["webhooks"], Value::Null);
    let board = stats["components"].as_array().unwrap().iter();
    let board = board
        .clone()
        .find(|component| component["name"] == "LiveBoard")
        .unwrap();
    assert_eq!(
        (
            &board["instances"],
            &board["connections"],
            &board["store"]["bytes"]
        ),
        (&json!(1), &json!(2), &json!(0))
    );
}
