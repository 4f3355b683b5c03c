//! The chat.

use serde_json::{Value, json};

use super::language::Language;
use super::page::Page;
use super::stage::Stage;
use super::users;

async fn chat(stage: &Stage, language: &Language, room: &str) -> Page {
    Page::open_in(&stage.daemon, room, &language.component("Chat")).await
}

pub(crate) async fn messages(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let component = language.component("Chat");
    let client = users::connect_as(&stage.daemon, "ana", &[]).await;
    let payload = json!({"component": component, "room": "messages", "userId": "Label"});
    let mut ana = Page::mount(client, payload).await;
    assert_eq!(ana.state, json!({"messages": [], "members": 1}));
    let payload = json!({"component": component, "room": "messages", "userId": "Bo"});
    let mut bo = Page::mount(stage.daemon.connect().await, payload).await;
    let mut guest = chat(&stage, language, "messages").await;

    let mut all = Vec::new();
    for (id, (page, user)) in [(&mut ana, "ana"), (&mut bo, "Bo"), (&mut guest, "guest")]
        .into_iter()
        .enumerate()
    {
        let sent = page.ask("send", json!({"text": "\t Hé \u{1F600}\n"})).await;
        assert_eq!(sent, json!({"id": id + 1}));
        all.push(json!({"id": id + 1, "user": user, "text": "Hé \u{1F600}"}));
        assert_eq!(page.state["messages"], json!(all));
    }
    ana.until(|state| state["messages"] == json!(all)).await;
    assert_eq!(ana.room_event("MESSAGE").await, json!({"id": 2}));
    // Who comes later sees all of them; another room has its own.
    let later = chat(&stage, language, "messages").await;
    assert_eq!(later.state["messages"], json!(all));
    let other = chat(&stage, language, "messages-not").await;
    assert_eq!(other.state["messages"], json!([]));
}

pub(crate) async fn members(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut one = chat(&stage, language, "members").await;
    assert_eq!(one.state["members"], 1);
    let mut two = chat(&stage, language, "members").await;
    assert_eq!(two.state["members"], 2);
    one.until(|state| state["members"] == 2).await;
    one.room_event("MEMBERS").await;
    one.send("COMPONENT_UNMOUNT", json!({})).await;
    two.until(|state| state["members"] == 1).await;
}

pub(crate) async fn refusals(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut chat = chat(&stage, language, "refusals").await;
    for (text, sentence) in [
        (String::new(), "Say something first."),
        (" \n\t".to_owned(), "Say something first."),
        ("é".repeat(501), "Please use at most 500 characters."),
    ] {
        let refusal = chat.refusal("send", json!({"text": text})).await;
        assert_eq!(refusal, ("ACTION_FAILED".to_owned(), sentence.to_owned()));
    }
    assert_eq!(chat.ask("mine", json!({})).await, json!({"sent": 0}));
    // Characters are counted, not bytes, and not halves of what UTF-16 needs two for.
    let text = format!(" {} ", "\u{1F600}".repeat(500));
    assert_eq!(
        chat.ask("send", json!({"text": text})).await,
        json!({"id": 1})
    );
    assert_eq!(chat.ask("mine", json!({})).await, json!({"sent": 1}));
}

/// Two who send at once both appear, everywhere.
pub(crate) async fn at_once(language: &'static Language) {
    const TIMES: usize = 15;
    async fn sends(mut page: Page, text: &str) -> Page {
        for _ in 0..TIMES {
            page.ask("send", json!({"text": text})).await;
        }
        page
    }
    let stage = Stage::of_examples(language).await;
    let one = chat(&stage, language, "at-once").await;
    let two = chat(&stage, language, "at-once").await;
    let (mut one, mut two) = tokio::join!(sends(one, "one"), sends(two, "two"));
    for page in [&mut one, &mut two] {
        page.until(|state| ids(state).len() == 2 * TIMES).await;
        assert_eq!(ids(&page.state), (1..=2 * TIMES as u64).collect::<Vec<_>>());
        for text in ["one", "two"] {
            let messages = page.state["messages"].as_array().unwrap();
            let said = messages.iter().filter(|message| message["text"] == text);
            assert_eq!(said.count(), TIMES);
        }
        assert_eq!(page.ask("mine", json!({})).await, json!({"sent": TIMES}));
    }
}

/// The last fifty are kept, and ids go on.
pub(crate) async fn history(language: &'static Language) {
    let stage = Stage::of_examples(language).await;
    let mut chat = chat(&stage, language, "history").await;
    for id in 1..=53 {
        assert_eq!(
            chat.ask("send", json!({"text": "tea"})).await,
            json!({"id": id})
        );
    }
    assert_eq!(ids(&chat.state), (4..=53).collect::<Vec<_>>());
}

fn ids(state: &Value) -> Vec<u64> {
    let messages = state["messages"].as_array().unwrap();
    let ids = messages.iter().map(|message| message["id"].as_u64());
    ids.map(Option::unwrap).collect()
}
