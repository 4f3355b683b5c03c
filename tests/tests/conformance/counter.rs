//! The counter: as `components/counter`, to the last key, event and answer.

use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::Stage;

/// A counter in a room, as somebody who calls himself so.
async fn counter(stage: &Stage, language: &Language, room: &str, label: &str) -> Page {
    let payload =
        json!({"component": language.component("Counter"), "room": room, "userId": label});
    Page::mount(stage.daemon.connect().await, payload).await
}

pub(crate) async fn alone(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut counter = Page::open(&stage.daemon, &language.component("Counter")).await;
    assert_eq!(
        counter.state,
        json!({"count": 0, "lastUpdatedBy": null, "connectedUsers": 1})
    );
    for (action, payload, count) in [
        ("increment", json!({}), 1),
        ("increment", json!(null), 2),
        ("increment", json!({"by": null}), 3),
        ("increment", json!({"by": 10}), 13),
        ("decrement", json!({}), 12),
        ("decrement", json!({"by": 20}), -8),
        ("reset", json!({}), 0),
    ] {
        assert_eq!(
            counter.ask(action, payload.clone()).await,
            json!({"success": true, "count": count}),
            "{action} {payload}"
        );
        assert_eq!(counter.state["count"], count);
    }
}

pub(crate) async fn wrong_steps(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut counter = counter(&stage, language, "wrong-steps", "Ana").await;
    for payload in [json!({"by": "2"}), json!({"by": 1.5}), json!({"by": [1]})] {
        let (code, _) = counter.refusal("increment", payload.clone()).await;
        assert_eq!(code, "INVALID_PAYLOAD", "{payload}");
    }
    assert_eq!(counter.ask("increment", json!({})).await["count"], 1);
}

pub(crate) async fn shared(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut ana = counter(&stage, language, "shared", "Ana").await;
    assert_eq!(ana.state["connectedUsers"], 1);
    let mut bo = counter(&stage, language, "shared", "Bo").await;
    assert_eq!(bo.state["connectedUsers"], 2);
    ana.until(|state| state["connectedUsers"] == 2).await;
    assert_eq!(
        ana.room_event("USER_COUNT_CHANGED").await,
        json!({"connectedUsers": 2})
    );

    let answer = ana.ask("increment", json!({"by": 5})).await;
    assert_eq!(answer, json!({"success": true, "count": 5}));
    let expected = json!({"count": 5, "lastUpdatedBy": "Ana", "connectedUsers": 2});
    assert_eq!(ana.state, expected);
    bo.until(|state| *state == expected).await;
    assert_eq!(
        bo.room_event("COUNT_CHANGED").await,
        json!({"count": 5, "userId": "Ana"})
    );
    bo.ask("decrement", json!({"by": 2})).await;
    let expected = json!({"count": 3, "lastUpdatedBy": "Bo", "connectedUsers": 2});
    ana.until(|state| *state == expected).await;

    // Who comes later sees the number; who goes is not counted any more.
    let cy = counter(&stage, language, "shared", "Cy").await;
    assert_eq!(
        cy.state,
        json!({"count": 3, "lastUpdatedBy": null, "connectedUsers": 3})
    );
    cy.close().await;
    ana.until(|state| state["connectedUsers"] == 2).await;
    // The number is the room's.
    let other = counter(&stage, language, "shared-not", "Cy").await;
    assert_eq!(other.state["count"], 0);
}

/// Two who count at once lose nothing.
pub(crate) async fn at_once(language: &'static Language) {
    const TIMES: usize = 20;
    async fn counts(mut page: Page) -> Page {
        for _ in 0..TIMES {
            page.ask("increment", json!({})).await;
        }
        page
    }
    let stage = Stage::of_examples(language).await;
    let one = counter(&stage, language, "at-once", "Ana").await;
    let two = counter(&stage, language, "at-once", "Bo").await;
    let (mut one, mut two) = tokio::join!(counts(one), counts(two));
    for page in [&mut one, &mut two] {
        let all: Value = json!(2 * TIMES);
        page.until(|state| state["count"] == all).await;
    }
}
