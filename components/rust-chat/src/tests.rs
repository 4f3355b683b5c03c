//! The chat without a daemon.

use liveside_guest::json;
use liveside_guest::testing::{Harness, User};

use super::Chat;

#[test]
fn a_message_is_kept_told_and_counted() {
    let mut chat = Harness::<Chat>::setup()
        .room("lobby")
        .user(User::new("ana"))
        .mount();
    assert_eq!(
        chat.call("send", json!({"text": " Hello "})).unwrap(),
        json!({"id": 1})
    );
    let said = json!([{"id": 1, "user": "ana", "text": "Hello"}]);
    assert_eq!(chat.state()["messages"], said);
    assert_eq!(
        chat.persistent("chat:lobby"),
        Some(json!({"next": 2, "messages": said}))
    );
    assert_eq!(chat.call("mine", ()).unwrap(), json!({"sent": 1}));
}

#[test]
fn what_cannot_be_sent_says_why() {
    let mut chat = Harness::<Chat>::setup().room("lobby").mount();
    let mut refused = |text: &str| {
        let error = chat.call("send", json!({"text": text})).unwrap_err();
        error.message().to_owned()
    };
    assert_eq!(refused(" \n "), "Say something first.");
    assert_eq!(
        refused(&"é".repeat(501)),
        "Please use at most 500 characters."
    );
    assert_eq!(
        chat.call("send", json!({"text": "é".repeat(500)})).unwrap(),
        json!({"id": 1})
    );
}

#[test]
fn the_last_fifty_stay_and_ids_go_on() {
    let mut chat = Harness::<Chat>::setup().room("lobby").label("Ana").mount();
    for id in 1..=60 {
        assert_eq!(
            chat.call("send", json!({"text": "tea"})).unwrap(),
            json!({"id": id})
        );
    }
    let messages = chat.state()["messages"].take();
    assert_eq!(messages.as_array().map(Vec::len), Some(50));
    assert_eq!(messages[0], json!({"id": 11, "user": "Ana", "text": "tea"}));
}

#[test]
fn who_hears_of_something_new_reads_it() {
    let before = json!({"next": 3, "messages": [{"id": 2, "user": "guest", "text": "before"}]});
    let mut chat = Harness::<Chat>::setup()
        .room("lobby")
        .persistent("chat:lobby", &before)
        .mount();
    assert_eq!(chat.state()["messages"], before["messages"]);
    chat.set_room_count("lobby", 4);
    chat.room_event("lobby", "MEMBERS", json!({})).unwrap();
    assert_eq!(chat.state()["members"], 4);
}
