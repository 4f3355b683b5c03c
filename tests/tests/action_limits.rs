//! Rules about who calls and how often: rate limits of actions, and what an anonymous visitor is refused.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::{Client, Daemon, Mounted, plain};
use serde_json::{Value, json};

/// Longer than any of these tests takes: how long one call of a limit of one a minute is waited for.
const MOST_SECONDS: u64 = 180;

async fn mounted(daemon: &Daemon, component: &str) -> (Client, Mounted) {
    let mut client = daemon.connect().await;
    let mounted = client.mount(component, json!({})).await;
    (client, mounted)
}

/// The exact reply to a call that came too often, but for the seconds; gives those.
async fn too_often(client: &mut Client, to: &Mounted, action: &str, component: &str) -> u64 {
    let mut reply = client.call(&to.id, action, json!({})).await;
    reply["requestId"] = json!("q");
    let error = reply["error"].as_str().unwrap().to_owned();
    let beginning = format!("`{action}` of {component} is called too often; try again in ");
    let seconds = error.strip_prefix(&beginning);
    let seconds = seconds.and_then(|rest| rest.strip_suffix(" s"));
    let seconds: u64 = seconds
        .unwrap_or_else(|| panic!("{reply}"))
        .parse()
        .unwrap();
    assert!((1..=MOST_SECONDS).contains(&seconds), "{reply}");
    reply["error"] = json!("E");
    assert_eq!(
        plain(&reply, &to.id),
        r#"{"code":"RATE_LIMITED","componentId":"ID","error":"E","originalType":"CALL_ACTION","requestId":"q","success":false,"timestamp":0,"type":"ACTION_RESPONSE"}"#
    );
    seconds
}

async fn result(client: &mut Client, to: &Mounted, action: &str) -> Value {
    let reply = client.call(&to.id, action, json!({})).await;
    assert_eq!(reply["success"], true, "{reply}");
    reply["result"].clone()
}

/// The code and the error of a request.
async fn refusal(client: &mut Client, message: Value) -> (String, String) {
    let reply = client.request(message).await.1;
    assert_eq!(reply["success"], false, "{reply}");
    let part = |key: &str| reply[key].as_str().unwrap().to_owned();
    (part("code"), part("error"))
}

fn denied(error: &str) -> (String, String) {
    ("AUTH_DENIED".to_owned(), error.to_owned())
}

#[tokio::test]
async fn each_mount_has_its_calls_of_an_action_and_of_all_together() {
    let daemon = Daemon::with(&["rules"]).start().await;
    let (mut client, one) = mounted(&daemon, "LiveLimited").await;
    assert_eq!(result(&mut client, &one, "seldom").await, 1);
    let seconds = too_often(&mut client, &one, "seldom", "LiveLimited").await;
    assert!(seconds <= 60, "{seconds}");
    // The refused call counts for nothing: three together.
    assert_eq!(result(&mut client, &one, "add").await, 2);
    assert_eq!(result(&mut client, &one, "add").await, 3);
    too_often(&mut client, &one, "add", "LiveLimited").await;
    // `setValue` is one of them, and a property is set by its right.
    too_often(&mut client, &one, "setValue", "LiveLimited").await;
    let update = json!({"type": "PROPERTY_UPDATE", "componentId": one.id, "property": "count", "payload": {"value": 9}});
    let (code, error) = refusal(&mut client, update).await;
    assert_eq!(code, "RATE_LIMITED", "{error}");
    // Another mount on the same connection has calls of its own, and nothing was changed by what was refused.
    let two = client.mount("LiveLimited", json!({})).await;
    assert_eq!(result(&mut client, &two, "add").await, 1);
    let action = json!({"type": "CALL_ACTION", "componentId": one.id, "action": "fly"});
    let (code, _) = refusal(&mut client, action).await;
    assert_eq!(code, "ACTION_NOT_CALLABLE", "what is not there is no call");
}

#[tokio::test]
async fn one_member_of_a_singleton_takes_nothing_from_the_others() {
    let daemon = Daemon::with(&["rules"]).start().await;
    let (mut one, a) = mounted(&daemon, "LiveLimitedShared").await;
    let (mut two, b) = mounted(&daemon, "LiveLimitedShared").await;
    for count in 1..=3 {
        assert_eq!(result(&mut one, &a, "add").await, count);
    }
    too_often(&mut one, &a, "add", "LiveLimitedShared").await;
    assert_eq!(result(&mut two, &b, "add").await, 4);
    // Who leaves and comes back on the same connection is the same member.
    let leave = json!({"type": "COMPONENT_UNMOUNT", "componentId": a.id});
    assert_eq!(one.request(leave).await.1["success"], true);
    let again = one.mount("LiveLimitedShared", json!({})).await;
    too_often(&mut one, &again, "add", "LiveLimitedShared").await;
    assert_eq!(result(&mut two, &b, "add").await, 5);
}

#[tokio::test]
async fn a_room_counts_the_calls_of_each_connection() {
    let daemon = Daemon::with(&["rules", "gathering"]).start().await;
    let add = json!({"room": "limited:a", "action": "add", "payload": {}});
    let (mut one, a) = mounted(&daemon, "LiveGuest").await;
    for count in 1..=3 {
        let reply = one.call(&a.id, "call", add.clone()).await;
        assert_eq!(reply["result"], count, "{reply}");
    }
    let reply = one.call(&a.id, "call", add.clone()).await;
    let error = reply["error"].as_str().unwrap();
    let beginning = "`add` of LimitedRoom is called too often; try again in ";
    assert!(error.starts_with(beginning), "{reply}");
    let (mut two, b) = mounted(&daemon, "LiveGuest").await;
    assert_eq!(two.call(&b.id, "call", add).await["result"], 4);
}

#[tokio::test]
async fn the_app_is_not_limited() {
    let daemon = Daemon::with(&["rules"])
        .config("api-key = \"key\"\n")
        .start()
        .await;
    let (mut client, one) = mounted(&daemon, "LiveLimitedShared").await;
    for count in 1..=5 {
        let path = "/api/live/components/LiveLimitedShared/actions/add";
        let request = daemon.http("POST", path).json(&json!({}));
        let answer = request.header("Authorization", "Bearer key").send().await;
        assert_eq!(answer.json(), json!({"success": true, "result": count}));
    }
    assert_eq!(result(&mut client, &one, "add").await, 6);
}

#[tokio::test]
async fn a_refusal_says_what_is_missing_and_never_what_exists() {
    let daemon = Daemon::with(&["rules", "gathering"]).start().await;
    let mut client = daemon.connect().await;
    let payload = json!({"component": "LiveGuarded"});
    let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "ref", "payload": payload});
    assert_eq!(
        refusal(&mut client, mount).await,
        denied("LiveGuarded needs an authenticated user")
    );
    let open = client.mount("LivePartlyGuarded", json!({})).await;
    assert_eq!(result(&mut client, &open, "add").await, 1);
    let call = |action: &str, payload: Value| json!({"type": "CALL_ACTION", "componentId": open.id, "action": action, "payload": payload});
    // Authorisation comes before the schema, the rate limit before authorisation.
    let missing = denied("`reset` of LivePartlyGuarded needs an authenticated user");
    for payload in [json!({"to": 1}), json!({"to": "x"})] {
        assert_eq!(refusal(&mut client, call("reset", payload)).await, missing);
    }
    too_often(&mut client, &open, "reset", "LivePartlyGuarded").await;
    assert_eq!(
        refusal(&mut client, call("hidden", json!({}))).await.0,
        "ACTION_NOT_CALLABLE"
    );
}

#[tokio::test]
async fn a_room_with_a_rule_is_closed_to_calls_and_to_members() {
    let daemon = Daemon::with(&["rules", "gathering"]).start().await;
    let (mut client, guest) = mounted(&daemon, "LiveGuest").await;
    let add = json!({"room": "locked:a", "action": "add", "payload": {}});
    let reply = client.call(&guest.id, "call", add).await;
    assert_eq!(
        reply["error"], "LockedRoom needs an authenticated user",
        "{reply}"
    );
    let join = json!({"type": "ROOM_JOIN", "componentId": guest.id, "roomId": "locked:a"});
    assert_eq!(
        refusal(&mut client, join).await,
        denied("LockedRoom needs an authenticated user")
    );
}
