//! The chat and its room, without a daemon.

use std::cell::RefCell;
use std::rc::Rc;

use liveside_guest::testing::{Harness, User};
use liveside_guest::{FailureCode, json};

use super::ProtectedChat;
use super::room::ChatRoom;

const ROOM: &str = "protected-chat:lobby";

type Shared = Rc<RefCell<Harness<ChatRoom>>>;

fn room() -> Shared {
    let room = Harness::setup()
        .room(ROOM)
        .now_ms(7)
        .user(User::new("host"));
    Rc::new(RefCell::new(room.mount()))
}

/// A chat whose calls go to this room, with the user behind them, as the daemon passes them along.
fn chat(room: &Shared, user: User) -> Harness<ProtectedChat> {
    let (room, passed_along) = (room.clone(), user.clone());
    let setup = Harness::setup()
        .user(user)
        .room_logic(move |name, action, payload| {
            assert_eq!(name, ROOM);
            let mut room = room.borrow_mut();
            room.sign_in(passed_along.clone());
            room.call(action, payload)
        });
    setup.mount()
}

#[test]
fn nobody_comes_in_without_signing_in() {
    let error = Harness::<ProtectedChat>::setup().try_mount().err().unwrap();
    assert_eq!(error.code(), FailureCode::Denied);
    assert_eq!(
        error.message(),
        "LiveProtectedChat needs an authenticated user"
    );
    // Nor by the room itself, whichever component calls it.
    let room = room();
    room.borrow_mut().sign_out();
    for (action, payload) in [("look", json!({})), ("send", json!({"text": "hi"}))] {
        let error = room.borrow_mut().call(action, payload).unwrap_err();
        assert_eq!(
            error.message(),
            "ProtectedChatRoom needs an authenticated user"
        );
    }
}

#[test]
fn the_author_is_the_user_whatever_the_browser_says() {
    let room = room();
    let mut ana = chat(&room, User::new("ana"));
    let mut bo = chat(&room, User::new("bo"));
    let forged = json!({"text": " hi ", "author": "bo", "userId": "bo"});
    assert_eq!(ana.call("send", forged).unwrap(), json!({"id": 1}));
    bo.room_event(ROOM, "CHANGED", ()).unwrap();
    assert_eq!(
        bo.state(),
        json!({"messages": [{"id": 1, "author": "ana", "text": "hi", "at": 7}], "user": "bo"})
    );
}

#[test]
fn authors_and_moderators_delete() {
    let room = room();
    let mut ana = chat(&room, User::new("ana"));
    for text in ["one", "two", "three"] {
        ana.call("send", text).unwrap();
    }
    let mut bo = chat(&room, User::new("bo"));
    let refused = bo.call("delete", json!({"id": 1})).unwrap_err();
    assert_eq!(
        refused.message(),
        "Only its author and moderators may delete a message."
    );
    ana.call("delete", json!({"id": 1})).unwrap();
    let mut moderator = chat(&room, User::new("mo").role("moderator"));
    moderator.call("delete", json!({"id": 2})).unwrap();
    let mut admin = chat(&room, User::new("ada").role("admin"));
    admin.call("delete", json!({"id": 3})).unwrap();
    assert_eq!(admin.state()["messages"], json!([]));
    let gone = admin.call("delete", json!({"id": 3})).unwrap_err();
    assert_eq!(gone.message(), "There is no such message any more.");
}

#[test]
fn a_message_has_its_limits() {
    let room = room();
    let mut ana = chat(&room, User::new("ana"));
    for (text, refusal) in [
        (" ".to_owned(), "A message is missing."),
        ("m".repeat(501), "A message has at most 500 characters."),
    ] {
        assert_eq!(ana.call("send", text).unwrap_err().message(), refusal);
    }
    let text = json!({"type": "string", "minLength": 1, "maxLength": 500});
    assert_eq!(
        ana.payload_schema("send").unwrap()["then"]["properties"]["text"],
        text
    );
    for _ in 0..60 {
        ana.call("send", "again").unwrap();
    }
    let messages = ana.state()["messages"].clone();
    let messages = messages.as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]["id"]), (50, &json!(11)));
}
