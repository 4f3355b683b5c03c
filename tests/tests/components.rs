//! Mounting, calling, setting, unmounting: what a browser does all day.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Daemon, plain};
use serde_json::json;

#[tokio::test]
async fn a_mount_pushes_the_state_and_then_replies() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    client.send(r#"{"type":"COMPONENT_MOUNT","componentId":"ref","payload":{"component":"LiveLocalCounter","props":{"count":5,"nope":1}},"requestId":"q","expectResponse":true}"#).await;
    let pushed = client.json().await;
    let reply = client.json().await;
    let id = reply["result"]["componentId"].as_str().unwrap();
    assert_eq!(
        plain(&pushed, id),
        json!({"type":"STATE_UPDATE","componentId":"ID","payload":{"state":{"count":5,"clicks":0}},"timestamp":0}).to_string()
    );
    assert_eq!(
        plain(&reply, id),
        json!({"type":"COMPONENT_MOUNTED","originalType":"COMPONENT_MOUNT","componentId":"ref","success":true,
            "result":{"componentId":"ID","initialState":{"count":5,"clicks":0}},"requestId":"q","timestamp":0})
        .to_string()
    );
}

#[tokio::test]
async fn a_component_is_found_by_its_shorter_spellings() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    for name in ["LiveLocalCounter", "liveLocalCounter"] {
        client.mount(name, json!({})).await;
    }
    let payload = json!({"componentName": "LiveLocalCounter"});
    let (_, reply) = client
        .request(json!({"type": "COMPONENT_MOUNT", "payload": payload}))
        .await;
    assert_eq!(reply["success"], true);
}

#[tokio::test]
async fn what_an_action_changed_comes_before_its_reply_and_nothing_comes_for_no_change() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.send(&json!({"type": "CALL_ACTION", "componentId": counter.id, "action": "increment", "payload": {"by": 2}, "requestId": "q"}).to_string()).await;
    let (delta, reply) = (client.json().await, client.json().await);
    assert_eq!(
        plain(&delta, &counter.id),
        json!({"type":"STATE_DELTA","componentId":"ID","payload":{"delta":{"count":2,"clicks":1}},"timestamp":0}).to_string()
    );
    assert_eq!(
        plain(&reply, &counter.id),
        json!({"type":"ACTION_RESPONSE","originalType":"CALL_ACTION","componentId":"ID","success":true,
            "result":{"success":true,"count":2},"requestId":"q","timestamp":0})
        .to_string()
    );
    // No reply is wanted: only the delta comes.
    client
        .send(
            &json!({"type": "CALL_ACTION", "componentId": counter.id, "action": "increment"})
                .to_string(),
        )
        .await;
    assert_eq!(
        client.json().await["payload"]["delta"],
        json!({"count": 3, "clicks": 2})
    );
    let (pushed, _) = client
        .call_with_pushes(&counter.id, "increment", json!({"by": 0}))
        .await;
    assert_eq!(pushed[0]["payload"]["delta"], json!({"clicks": 3}));
}

#[tokio::test]
async fn messages_in_an_array_are_done_in_order() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let call = |id: u64| json!({"type": "CALL_ACTION", "componentId": counter.id, "action": "increment", "requestId": id});
    let all: Vec<_> = (0..50).map(call).collect();
    client.send(&serde_json::Value::from(all).to_string()).await;
    let mut replies = Vec::new();
    while replies.len() < 50 {
        let frame = client.json().await;
        if frame.get("requestId").is_some() {
            replies.push((
                frame["requestId"].as_u64().unwrap(),
                frame["result"]["count"].as_u64().unwrap(),
            ));
        }
    }
    assert_eq!(replies, (0..50).map(|id| (id, id + 1)).collect::<Vec<_>>());
}

#[tokio::test]
async fn properties_are_set_only_where_set_value_is_public() {
    let daemon = Daemon::with(&["form", "local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let form = client.mount("LiveForm", json!({})).await;
    for message in [
        json!({"type": "PROPERTY_UPDATE", "componentId": form.id, "property": "name", "payload": {"value": "Ada"}}),
        json!({"type": "PROPERTY_UPDATE", "componentId": form.id, "payload": {"property": "email", "value": "a@b.c"}}),
    ] {
        let (pushed, reply) = client.request(message).await;
        assert_eq!(
            (&reply["type"], &reply["success"]),
            (&json!("PROPERTY_UPDATED"), &json!(true))
        );
        assert_eq!(pushed[0]["type"], "STATE_DELTA");
    }
    let (pushed, reply) = client
        .call_with_pushes(
            &form.id,
            "setValue",
            json!({"key": "message", "value": "hi"}),
        )
        .await;
    assert_eq!(pushed[0]["payload"]["delta"], json!({"message": "hi"}));
    assert_eq!(
        reply["result"],
        json!({"success": true, "key": "message", "value": "hi"})
    );
    let message = json!({"type": "PROPERTY_UPDATE", "componentId": form.id, "property": "nope", "payload": {"value": 1}});
    assert_eq!(client.request(message).await.1["code"], "INVALID_PAYLOAD");
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let message = json!({"type": "PROPERTY_UPDATE", "componentId": counter.id, "property": "count", "payload": {"value": 1}});
    let (_, reply) = client.request(message).await;
    assert_eq!(
        (&reply["success"], &reply["code"]),
        (&json!(false), &json!("ACTION_NOT_CALLABLE"))
    );
}

#[tokio::test]
async fn an_unmounted_component_is_gone() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    let ping = json!({"type": "COMPONENT_PING", "componentId": counter.id});
    assert_eq!(client.request(ping.clone()).await.1["success"], true);
    let (_, reply) = client
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": counter.id}))
        .await;
    assert_eq!(
        plain(&reply, &counter.id),
        json!({"type":"COMPONENT_UNMOUNTED","originalType":"COMPONENT_UNMOUNT","componentId":"ID","success":true,"requestId":"r3","timestamp":0}).to_string()
    );
    assert_eq!(client.request(ping).await.1["success"], false);
    let reply = client.call(&counter.id, "increment", json!({})).await;
    assert_eq!(
        reply["error"],
        format!("COMPONENT_REHYDRATION_REQUIRED:{}", counter.id)
    );
}

#[tokio::test]
async fn another_connections_component_cannot_be_told_from_none() {
    let daemon = Daemon::with(&["form"]).start().await;
    let (mut owner, mut other) = (daemon.connect().await, daemon.connect().await);
    let form = owner.mount("LiveForm", json!({})).await;
    for (theirs, none) in [
        (
            json!({"type": "CALL_ACTION", "componentId": form.id, "action": "reset"}),
            json!({"type": "CALL_ACTION", "componentId": "none", "action": "reset"}),
        ),
        (
            json!({"type": "PROPERTY_UPDATE", "componentId": form.id, "property": "name", "payload": {"value": "x"}}),
            json!({"type": "PROPERTY_UPDATE", "componentId": "none", "property": "name", "payload": {"value": "x"}}),
        ),
        (
            json!({"type": "COMPONENT_UNMOUNT", "componentId": form.id}),
            json!({"type": "COMPONENT_UNMOUNT", "componentId": "none"}),
        ),
        (
            json!({"type": "COMPONENT_PING", "componentId": form.id}),
            json!({"type": "COMPONENT_PING", "componentId": "none"}),
        ),
    ] {
        let (_, mut theirs) = other.request(theirs).await;
        let (_, mut none) = other.request(none).await;
        assert_eq!(theirs["success"], false);
        theirs["requestId"] = json!(0);
        none["requestId"] = json!(0);
        assert_eq!(plain(&theirs, &form.id), plain(&none, "none"));
    }
    let (pushed, _) = owner
        .request(json!({"type": "COMPONENT_PING", "componentId": form.id}))
        .await;
    assert!(pushed.is_empty(), "{pushed:?}");
}

#[tokio::test]
async fn private_data_is_in_no_byte_that_leaves_the_daemon() {
    const TOKEN: &str = "tok-5e1f-never-to-be-seen";
    let daemon = Daemon::with(&["vault", "local-counter"]).start().await;
    let (mut client, mut other) = (daemon.connect().await, daemon.connect().await);
    let vault = client.mount("LiveVault", json!({})).await;
    client
        .call(&vault.id, "unlock", json!({"token": TOKEN}))
        .await;
    let length = client.call(&vault.id, "reveal", json!({})).await;
    assert!(
        length["result"]
            .to_string()
            .contains(&TOKEN.len().to_string()),
        "{length}"
    );
    client.call(&vault.id, "nope", json!({})).await;
    other.mount("LiveVault", json!({})).await;
    other.call(&vault.id, "reveal", json!({})).await;
    let stats = http_get(daemon.address(), "/api/live/stats").await;
    for bytes in [
        &client.received,
        &other.received,
        &stats,
        &daemon.log().into_bytes(),
    ] {
        assert!(
            !bytes
                .windows(TOKEN.len())
                .any(|window| window == TOKEN.as_bytes())
        );
    }
}

#[tokio::test]
async fn persistent_data_is_shared_and_counted_exactly() {
    let daemon = Daemon::with(&["migration"]).start().await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = daemon.connect().await;
        let id = client.mount("LiveMigration", json!({})).await.id;
        clients.push((client, id));
    }
    let (client, id) = &mut clients[0];
    let first = client.call(id, "runMigration", json!({"key": "a"})).await;
    assert_eq!(first["result"]["cached"], false);
    for (client, id) in &mut clients[1..] {
        let reply = client.call(id, "runMigration", json!({"key": "a"})).await;
        assert_eq!(
            (&reply["result"]["cached"], &reply["result"]["result"]),
            (&json!(true), &first["result"]["result"])
        );
    }
}

/// The body of a GET.
async fn http_get(address: &str, path: &str) -> Vec<u8> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    assert!(
        response.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&response)
    );
    response
}
