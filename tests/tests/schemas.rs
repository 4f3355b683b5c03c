//! JSON Schemas of payloads and states: what does not fit is refused before any logic runs, with the field.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, Mounted, plain};
use serde_json::{Value, json};

async fn checked() -> (Daemon, Client, Mounted) {
    let daemon = Daemon::with(&["rules"]).start().await;
    let mut client = daemon.connect().await;
    let checked = client.mount("LiveChecked", json!({})).await;
    (daemon, client, checked)
}

/// A refused call: the exact frames of what is pushed and of the reply.
async fn refused(client: &mut Client, to: &Mounted, action: &str, payload: Value, error: &str) {
    let (pushed, mut reply) = client.call_with_pushes(&to.id, action, payload).await;
    reply["requestId"] = json!("q");
    let expected = json!({
        "type": "ACTION_RESPONSE", "originalType": "CALL_ACTION", "componentId": "ID", "success": false,
        "error": error, "code": "INVALID_PAYLOAD", "requestId": "q", "timestamp": 0,
    });
    assert_eq!(plain(&reply, &to.id), expected.to_string());
    let expected = json!({
        "type": "ERROR", "componentId": "ID", "error": error, "code": "INVALID_PAYLOAD",
        "payload": {"action": action, "error": error}, "timestamp": 0,
    });
    let told: Vec<String> = pushed.iter().map(|one| plain(one, &to.id)).collect();
    assert_eq!(told, [expected.to_string()]);
}

#[tokio::test]
async fn a_payload_that_does_not_fit_never_reaches_the_logic() {
    let (_daemon, mut client, checked) = checked().await;
    for (action, payload, error) in [
        (
            "add",
            json!({"by": "x"}),
            r#"payload.by: "x" is not of types "null", "integer""#,
        ),
        (
            "say",
            json!({"text": ""}),
            r#"payload.text: "" is shorter than 1 character"#,
        ),
        ("say", json!({}), "payload.text: is missing"),
        (
            "say",
            json!(null),
            r#"payload: null is not of type "string""#,
        ),
        (
            "order",
            json!({"count": 0}),
            "payload.item: is missing; payload.count: 0 is less than the minimum of 1",
        ),
        (
            "moveTo",
            json!({"zip": "12a"}),
            r#"payload.zip: "12a" does not match "^[0-9]*$""#,
        ),
        (
            "moveTo",
            json!({"address": {"zip": 5}}),
            r#"payload.address.zip: 5 is not of type "string""#,
        ),
    ] {
        refused(&mut client, &checked, action, payload, error).await;
    }
    // Of something long a little is told.
    let long = json!({"text": "s".repeat(501)});
    let error = format!(
        r#"payload.text: "{}…" is longer than 500 characters"#,
        "s".repeat(24)
    );
    refused(&mut client, &checked, "say", long, &error).await;
    let call = client.call_with_pushes(&checked.id, "add", json!({"by": 2}));
    let (pushed, done) = call.await;
    assert_eq!(done["result"], 2);
    // The first that has reached the hook before it.
    assert_eq!(pushed[0]["payload"]["delta"], json!({"reached": 1}));
}

#[tokio::test]
async fn what_the_sdk_takes_in_other_forms_fits_too() {
    let (_daemon, mut client, checked) = checked().await;
    let address = json!({"zip": "123"});
    for (action, payload, result) in [
        ("add", json!(null), json!(1)),
        ("add", json!({}), json!(1)),
        ("add", json!(5), json!(5)),
        ("say", json!("four"), json!(4)),
        ("order", json!({"item": "tea", "count": 1}), json!("1 tea ")),
        ("moveTo", address.clone(), json!(null)),
        ("moveTo", json!({"address": address}), json!(null)),
    ] {
        let reply = client.call(&checked.id, action, payload).await;
        assert_eq!(reply["success"], true, "{action}: {reply}");
        assert_eq!(reply["result"], result, "{action}");
    }
    // No payload at all.
    let call = json!({"type": "CALL_ACTION", "componentId": checked.id, "action": "add"});
    assert_eq!(client.request(call).await.1["result"], 1);
}

#[tokio::test]
async fn what_a_browser_sets_of_the_state_must_fit() {
    let (_daemon, mut client, checked) = checked().await;
    let error = r#"name: "much too long" is longer than 8 characters"#;
    let set = json!({"key": "name", "value": "much too long"});
    refused(&mut client, &checked, "setValue", set, error).await;
    let update = json!({
        "type": "PROPERTY_UPDATE", "componentId": checked.id, "property": "address",
        "payload": {"value": {"zip": "x"}},
    });
    let (pushed, mut reply) = client.request(update).await;
    reply["requestId"] = json!("q");
    assert_eq!(
        plain(&reply, &checked.id),
        r#"{"code":"INVALID_PAYLOAD","componentId":"ID","error":"address.zip: \"x\" does not match \"^[0-9]*$\"","originalType":"PROPERTY_UPDATE","property":"address","requestId":"q","success":false,"timestamp":0,"type":"PROPERTY_UPDATED"}"#
    );
    assert_eq!(pushed.len(), 1, "only the error is pushed: {pushed:?}");
    // What fits is set, and the hook before it runs.
    let set = json!({"key": "name", "value": "Ana"});
    let (pushed, reply) = client.call_with_pushes(&checked.id, "setValue", set).await;
    assert_eq!(reply["success"], true, "{reply}");
    assert_eq!(
        pushed[0]["payload"]["delta"],
        json!({"name": "Ana", "reached": 1})
    );
}

#[tokio::test]
async fn props_that_do_not_fit_mount_nothing() {
    let (_daemon, mut client, _) = checked().await;
    let mount = |props: Value| {
        let payload = json!({"component": "LiveChecked", "props": props});
        json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": payload})
    };
    let wrong = json!({"name": 5, "address": {"zip": "x"}});
    let (pushed, mut reply) = client.request(mount(wrong)).await;
    reply["requestId"] = json!("q");
    assert_eq!(
        plain(&reply, "ref"),
        r#"{"code":"INVALID_PAYLOAD","componentId":"ID","error":"payload.props.address.zip: \"x\" does not match \"^[0-9]*$\"; payload.props.name: 5 is not of type \"string\"","originalType":"COMPONENT_MOUNT","requestId":"q","success":false,"timestamp":0,"type":"COMPONENT_MOUNTED"}"#
    );
    assert!(pushed.is_empty(), "{pushed:?}");
    // A part of the state is enough; what is no key of it is left out, as without a schema.
    let part = json!({"name": "Ana", "other": 1});
    let mounted = client.mount("LiveChecked", part).await;
    assert_eq!(
        mounted.state,
        json!({"name": "Ana", "address": {"zip": ""}, "reached": 0})
    );
}

#[tokio::test]
async fn the_app_is_held_to_the_schema_and_told_so() {
    let daemon = Daemon::with(&["rules"])
        .config("api-key = \"key\"\n")
        .start()
        .await;
    let mut client = daemon.connect().await;
    let checked = client.mount("LiveChecked", json!({})).await;
    let path = format!(
        "/api/live/components/LiveChecked/actions/say?instance={}",
        checked.id
    );
    let call = |body: Value| {
        let request = daemon.http("POST", &path);
        request.header("Authorization", "Bearer key").json(&body)
    };
    let answer = call(json!({"text": ""})).send().await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            400,
            json!({"success": false, "code": "INVALID_PAYLOAD", "error": r#"payload.text: "" is shorter than 1 character"#})
        )
    );
    assert_eq!(call(json!({"text": "four"})).send().await.status, 200);
}

#[tokio::test]
async fn a_module_with_a_schema_that_does_not_compile_is_not_taken() {
    let daemon = Daemon::with(&["rules-broken", "rules"]).start().await;
    daemon
        .logged("LiveBroken: payload-schema of `add` is no schema that can be checked: ")
        .await;
    let mut client = daemon.connect().await;
    let payload = json!({"component": "LiveBroken"});
    let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": payload});
    let reply = client.request(mount).await.1;
    assert_eq!(reply["code"], "COMPONENT_NOT_FOUND", "{reply}");
    client.mount("LiveChecked", json!({})).await;
}
