//! What is declared and the daemon enforces, and what the hooks around an action do.

use serde_json::json;

use super::language::Language;
use super::page::Page;
use super::stage::Stage;
use super::users;

pub(crate) async fn schema(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    for payload in [
        json!({}),
        json!({"value": "3"}),
        json!({"value": 1.5}),
        json!([1]),
    ] {
        let (code, error) = probe.refusal("set", payload.clone()).await;
        assert_eq!(code, "INVALID_PAYLOAD", "{payload}: {error}");
    }
    assert_eq!(probe.state["value"], 0);
    probe.ask("set", json!({"value": 3})).await;
    assert_eq!(probe.state["value"], 3);
}

pub(crate) async fn set_value(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    probe
        .ask("setValue", json!({"key": "value", "value": 8}))
        .await;
    assert_eq!(probe.state["value"], 8);
    let update = json!({"property": "value", "payload": {"value": 9}});
    let reply = probe.send("PROPERTY_UPDATE", update).await;
    assert_eq!(reply["success"], true, "{reply}");
    assert_eq!(probe.state["value"], 9);
    let refused = probe
        .call("setValue", json!({"key": "other", "value": 1}))
        .await;
    assert_eq!(refused["success"], false, "{refused}");
}

pub(crate) async fn before_action(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let refusal = probe.refusal("forbidden", json!({})).await;
    assert_eq!(refusal, ("ACTION_CANCELLED".into(), "Never.".into()));
}

/// What an action changed, and what the hook made of it, is one delta.
pub(crate) async fn state_change(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    let (pushed, reply) = probe
        .client
        .call_with_pushes(&probe.id, "set", json!({"value": 3}))
        .await;
    assert_eq!(reply["success"], true, "{reply}");
    let deltas = pushed
        .iter()
        .filter(|message| message["type"] == "STATE_DELTA");
    let deltas: Vec<_> = deltas.map(|message| &message["payload"]["delta"]).collect();
    assert_eq!(deltas, [&json!({"value": 3, "changed": ["value"]})]);
    // The same once more is no change.
    let (pushed, _) = probe
        .client
        .call_with_pushes(&probe.id, "set", json!({"value": 3}))
        .await;
    assert!(pushed.is_empty(), "{pushed:?}");
}

pub(crate) async fn rate_limit(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut probe = stage.probe().await;
    for _ in 0..2 {
        probe.ask("limited", json!({})).await;
    }
    let (code, error) = probe.refusal("limited", json!({})).await;
    assert_eq!(code, "RATE_LIMITED", "{error}");
    // Each mount has a limit of its own, and other actions have none.
    probe.ask("nothing", json!({})).await;
    stage.probe().await.ask("limited", json!({})).await;
}

pub(crate) async fn session(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let mut nobody = stage.probe().await;
    assert_eq!(
        nobody.ask("session", json!({})).await,
        json!({"authenticated": false, "userId": null, "roles": [], "label": null})
    );
    let component = language.component("Probe");
    let client = users::connect_as(&stage.daemon, "ana", &["editor", "guest"]).await;
    let mut ana = Page::mount(client, json!({"component": component, "userId": "Ana"})).await;
    assert_eq!(
        ana.ask("session", json!({})).await,
        json!({"authenticated": true, "userId": "ana", "roles": ["editor", "guest"], "label": "Ana"})
    );
}

pub(crate) async fn access(language: &'static Language) {
    let stage = Stage::of_probe(language).await;
    let component = language.component("Probe");
    for (roles, may) in [(&["editor"][..], false), (&["editor", "admin"], true)] {
        let client = users::connect_as(&stage.daemon, "ana", roles).await;
        let mut ana = Page::mount(client, json!({"component": component})).await;
        let reply = ana.call("admin", json!({})).await;
        assert_eq!(reply["success"], may, "{reply}");
        if !may {
            assert_eq!(reply["code"], "AUTH_DENIED", "{reply}");
        }
    }
    let (code, _) = stage.probe().await.refusal("admin", json!({})).await;
    assert_eq!(code, "AUTH_DENIED");
}
