//! The counter, mounted without a daemon.

use liveside_guest::json;
use liveside_guest::testing::{Effect, Harness, User};

use super::Counter;

fn in_the_lobby() -> Harness<Counter> {
    Harness::setup()
        .room("lobby")
        .user(User::new("ana"))
        .mount()
}

fn emitted(event: &str, data: liveside_guest::Value) -> Effect {
    let (room, event) = ("lobby".into(), event.into());
    Effect::Emit { room, event, data }
}

#[test]
fn a_change_is_told_to_the_room() {
    let mut counter = in_the_lobby();
    let answer = counter.call("increment", json!({"by": 2})).unwrap();
    assert_eq!(answer, json!({"success": true, "count": 2}));
    assert_eq!(counter.delta(), json!({"count": 2, "lastUpdatedBy": "ana"}));
    let told = json!({"count": 2, "userId": "ana"});
    assert_eq!(counter.effects(), [emitted("COUNT_CHANGED", told)]);
    counter.call("decrement", ()).unwrap();
    assert_eq!(counter.state()["count"], 1);
    counter.call("reset", ()).unwrap();
    assert_eq!(counter.state()["count"], 0);
}

#[test]
fn the_count_is_what_all_have_counted_whatever_the_order_of_the_events() {
    let mut counter = Harness::<Counter>::setup()
        .room("lobby")
        .persistent("count:lobby", 7)
        .mount();
    assert_eq!(counter.state()["count"], 7);
    let late = json!({"count": 3, "userId": "bo"});
    counter.room_event("lobby", "COUNT_CHANGED", late).unwrap();
    assert_eq!(counter.state()["count"], 7);
    assert_eq!(counter.state()["lastUpdatedBy"], "bo");
}

#[test]
fn coming_and_going_are_counted() {
    let mut counter = in_the_lobby();
    let told = json!({"connectedUsers": 1});
    assert_eq!(counter.effects(), [emitted("USER_COUNT_CHANGED", told)]);
    counter.set_room_count("lobby", 3);
    let told = json!({"connectedUsers": 3});
    counter
        .room_event("lobby", "USER_COUNT_CHANGED", told)
        .unwrap();
    assert_eq!(counter.state()["connectedUsers"], 3);
    counter.destroy().unwrap();
    let told = json!({"connectedUsers": 2});
    assert_eq!(counter.effects(), [emitted("USER_COUNT_CHANGED", told)]);
}

#[test]
fn without_a_room_it_counts_alone() {
    let mut counter = Harness::<Counter>::mount();
    counter.call("increment", ()).unwrap();
    assert_eq!(counter.state()["count"], 1);
    assert_eq!(counter.state()["connectedUsers"], 1);
    assert_eq!(counter.effects(), []);
}
