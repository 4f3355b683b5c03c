//! Every error of the protocol's sections Transport and Components, as the exact frame; and that the connection, and
//! what is mounted on it, go on after each.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

/// The frame without its time stamp.
async fn untimed(client: &mut Client) -> String {
    let text = client.text().await;
    let at = text.rfind(",\"timestamp\":").expect("a time stamp");
    assert!(
        text[at + 13..text.len() - 1]
            .bytes()
            .all(|b| b.is_ascii_digit()),
        "{text}"
    );
    format!("{}}}", &text[..at])
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_connection_goes_on() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let deep = format!(
        r#"{{"type":"COMPONENT_PING","componentId":"a","payload":{}{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    for (sent, answer) in [
        (
            "{",
            r#"{"type":"ERROR","success":false,"error":"Invalid JSON","code":"INVALID_JSON"}"#,
        ),
        (
            "5",
            r#"{"type":"ERROR","success":false,"error":"Invalid message: it must be a JSON object","code":"INVALID_MESSAGE"}"#,
        ),
        (
            "{}",
            r#"{"type":"ERROR","success":false,"error":"type is missing","code":"INVALID_MESSAGE"}"#,
        ),
        (
            r#"{"type":"NOPE","requestId":"q"}"#,
            r#"{"type":"ERROR","success":false,"error":"Unknown message type: NOPE","code":"UNKNOWN_TYPE","requestId":"q"}"#,
        ),
        (
            r#"{"type":"CALL_ACTION","componentId":"x","requestId":7}"#,
            r#"{"type":"ACTION_RESPONSE","originalType":"CALL_ACTION","componentId":"x","success":false,"error":"action is missing","code":"INVALID_MESSAGE","requestId":7}"#,
        ),
        (
            r#"{"type":"COMPONENT_MOUNT","componentId":"ref","payload":{},"requestId":"q"}"#,
            r#"{"type":"COMPONENT_MOUNTED","originalType":"COMPONENT_MOUNT","componentId":"ref","success":false,"error":"payload.component is missing","code":"INVALID_MESSAGE","requestId":"q"}"#,
        ),
        (
            r#"{"type":"COMPONENT_MOUNT","componentId":"ref","payload":{"component":"LiveLocalCountr"},"requestId":"q"}"#,
            r#"{"type":"COMPONENT_MOUNTED","originalType":"COMPONENT_MOUNT","componentId":"ref","success":false,"error":"There is no component `LiveLocalCountr`, did you mean `LiveLocalCounter`?","code":"COMPONENT_NOT_FOUND","requestId":"q"}"#,
        ),
        (
            r#"{"type":"COMPONENT_MOUNT","componentId":"ref","payload":{"component":"LiveLocalCounter","room":"a b"},"requestId":"q"}"#,
            r#"{"type":"COMPONENT_MOUNTED","originalType":"COMPONENT_MOUNT","componentId":"ref","success":false,"error":"A room name must be 1 to 64 characters of A-Z a-z 0-9 _ : . -","code":"INVALID_MESSAGE","requestId":"q"}"#,
        ),
        (
            r#"{"type":"CALL_ACTION","componentId":"gone","action":"a","expectResponse":true}"#,
            r#"{"type":"ACTION_RESPONSE","originalType":"CALL_ACTION","componentId":"gone","success":false,"error":"COMPONENT_REHYDRATION_REQUIRED:gone","code":"COMPONENT_REHYDRATION_REQUIRED"}"#,
        ),
        (
            r#"{"type":"COMPONENT_ACTION","componentId":"gone","action":"a","requestId":"q"}"#,
            r#"{"type":"ACTION_RESPONSE","originalType":"COMPONENT_ACTION","componentId":"gone","success":false,"error":"COMPONENT_REHYDRATION_REQUIRED:gone","code":"COMPONENT_REHYDRATION_REQUIRED","requestId":"q"}"#,
        ),
        (
            r#"{"type":"PROPERTY_UPDATE","componentId":"gone","property":"a","payload":{"value":1},"requestId":"q"}"#,
            r#"{"type":"PROPERTY_UPDATED","originalType":"PROPERTY_UPDATE","componentId":"gone","property":"a","success":false,"error":"COMPONENT_REHYDRATION_REQUIRED:gone","code":"COMPONENT_REHYDRATION_REQUIRED","requestId":"q"}"#,
        ),
        (
            r#"{"type":"COMPONENT_UNMOUNT","componentId":"gone","requestId":"q"}"#,
            r#"{"type":"COMPONENT_UNMOUNTED","originalType":"COMPONENT_UNMOUNT","componentId":"gone","success":false,"error":"The component is not mounted on this connection","code":"COMPONENT_NOT_FOUND","requestId":"q"}"#,
        ),
        (
            r#"{"type":"COMPONENT_PING","componentId":"gone","requestId":"q"}"#,
            r#"{"type":"COMPONENT_PONG","componentId":"gone","success":false,"requestId":"q"}"#,
        ),
        (
            deep.as_str(),
            r#"{"type":"ERROR","success":false,"error":"The message nests deeper than 64 levels","code":"INVALID_MESSAGE"}"#,
        ),
    ] {
        client.send(sent).await;
        assert_eq!(untimed(&mut client).await, answer, "{sent}");
    }
    client.send_frame(Message::binary(vec![0, 1, 2])).await;
    assert_eq!(
        untimed(&mut client).await,
        r#"{"type":"ERROR","success":false,"error":"A binary frame carries a chunk of an upload: 4 bytes, the length of its header, the header in JSON, the chunk's bytes. MessagePack needs the subprotocol live.msgpack","code":"INVALID_MESSAGE"}"#
    );
    assert_eq!(
        client.call(&counter.id, "increment", json!({})).await["result"]["count"],
        1
    );
}

#[tokio::test]
async fn what_cannot_be_called_says_why() {
    let daemon = Daemon::with(&["recorder", "form", "local-counter"])
        .start()
        .await;
    let mut client = daemon.connect().await;
    let recorder = client.mount("LiveRecorder", json!({})).await;
    for (action, code, error) in [
        (
            "nope",
            "ACTION_NOT_CALLABLE",
            "LiveRecorder has no action `nope`",
        ),
        (
            "_x",
            "ACTION_NOT_CALLABLE",
            "`_x` of LiveRecorder is internal and cannot be called",
        ),
        (
            "#x",
            "ACTION_NOT_CALLABLE",
            "`#x` of LiveRecorder is internal and cannot be called",
        ),
        (
            "$x",
            "ACTION_NOT_CALLABLE",
            "`$x` of LiveRecorder is internal and cannot be called",
        ),
        (
            "onMount",
            "ACTION_NOT_CALLABLE",
            "`onMount` of LiveRecorder is internal and cannot be called",
        ),
        (
            "on_destroy",
            "ACTION_NOT_CALLABLE",
            "`on_destroy` of LiveRecorder is internal and cannot be called",
        ),
        (
            "hidden",
            "ACTION_NOT_CALLABLE",
            "`hidden` of LiveRecorder is not a public action: add `#[action]` above `fn hidden` in `impl Recorder`",
        ),
        (
            "setValue",
            "ACTION_NOT_CALLABLE",
            "LiveRecorder has no action `setValue`",
        ),
        (
            "forbidden",
            "ACTION_CANCELLED",
            "LiveRecorder cancelled `forbidden`",
        ),
        ("refused", "ACTION_CANCELLED", "`refused` is refused"),
    ] {
        let (pushed, reply) = client
            .call_with_pushes(&recorder.id, action, json!({}))
            .await;
        assert_eq!(
            (&reply["success"], &reply["code"], &reply["error"]),
            (&json!(false), &json!(code), &json!(error))
        );
        let told = pushed
            .iter()
            .find(|message| message["type"] == "ERROR")
            .expect("the component is told too");
        assert_eq!(told["componentId"], recorder.id.as_str());
        assert_eq!(
            (&told["error"], &told["payload"]["error"]),
            (&json!(error), &json!(error))
        );
        assert_eq!(told["payload"]["action"], action);
    }
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let reply = client
        .call(&counter.id, "increment", json!({"by": "two"}))
        .await;
    assert_eq!(reply["code"], "INVALID_PAYLOAD");
    assert!(reply["error"].as_str().unwrap().contains("by"), "{reply}");
    let form = client.mount("LiveForm", json!({})).await;
    let reply = client
        .call(&form.id, "setValue", json!({"key": "nope", "value": 1}))
        .await;
    assert_eq!(
        (&reply["code"], &reply["error"]),
        (
            &json!("INVALID_PAYLOAD"),
            &json!("LiveForm has no state key `nope`")
        )
    );
    let reply = client.call(&form.id, "setValue", json!([])).await;
    assert_eq!(
        reply["error"],
        r#"setValue takes {"key": KEY, "value": VALUE}"#
    );
}

#[tokio::test]
async fn over_the_rate_limit_messages_are_dropped_and_the_connection_stays() {
    let daemon = Daemon::with(&["local-counter"])
        .arg("--rate-limit=3/1")
        .start()
        .await;
    let mut client = Client::connect(daemon.address(), &[]).await.unwrap();
    for _ in 0..5 {
        client
            .send(r#"{"type":"COMPONENT_PING","componentId":"a","requestId":"q"}"#)
            .await;
    }
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(untimed(&mut client).await);
    }
    let dropped = r#"{"type":"ERROR","componentId":"a","success":false,"error":"Rate limit exceeded","code":"RATE_LIMITED","requestId":"q"}"#;
    assert!(
        answers[..3]
            .iter()
            .all(|answer| answer.contains("COMPONENT_PONG")),
        "{answers:?}"
    );
    assert_eq!(answers[4], dropped);
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection_with_1009() {
    let daemon = Daemon::with(&[])
        .config("[limits]\ntext-frame-bytes = 1000\nbinary-frame-bytes = 2000")
        .start()
        .await;
    for frame in [
        Message::text("x".repeat(1001)),
        Message::binary(vec![0; 2001]),
    ] {
        let mut client = daemon.connect().await;
        client.send_frame(frame).await;
        assert_eq!(client.closed().await, (1009, "frame too large".to_owned()));
    }
}

#[tokio::test]
async fn limits_of_mounts_and_of_the_queue_are_told() {
    let config = "[limits]\ncomponents-per-connection = 2\nevent-queue = 2\ncpu-time = \"300ms\"";
    let daemon = Daemon::with(&["faulty"]).config(config).start().await;
    let mut client = daemon.connect().await;
    let faulty = client.mount("LiveFaulty", json!({})).await;
    client.mount("LiveFaulty", json!({})).await;
    let mount = json!({"type": "COMPONENT_MOUNT", "payload": {"component": "LiveFaulty"}});
    let (_, refused) = client.request(mount).await;
    assert_eq!(refused["code"], "LIMIT_EXCEEDED");
    assert_eq!(
        refused["error"],
        "This connection has 2 components mounted, and no more are allowed"
    );

    // One runs, two wait, the fourth is refused at once.
    let call = |action: &str, id: &str| {
        json!({"type": "CALL_ACTION", "componentId": faulty.id, "action": action, "requestId": id})
            .to_string()
    };
    client.send(&call("loopForever", "0")).await;
    for id in ["1", "2", "3"] {
        client.send(&call("increment", id)).await;
    }
    let mut order = Vec::new();
    while order.len() < 4 {
        let frame = client.json().await;
        if frame.get("requestId").is_some() {
            order.push((
                frame["requestId"].as_str().unwrap().to_owned(),
                frame["code"].as_str().unwrap_or("ok").to_owned(),
            ));
        }
    }
    let expected = [
        ("3", "LIMIT_EXCEEDED"),
        ("0", "ACTION_TIMEOUT"),
        ("1", "ok"),
        ("2", "ok"),
    ];
    assert_eq!(
        order,
        expected.map(|(id, code)| (id.to_owned(), code.to_owned()))
    );
}
