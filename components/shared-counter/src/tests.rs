//! The counter and its room, without a daemon.

use std::cell::RefCell;
use std::rc::Rc;

use liveside_guest::json;
use liveside_guest::testing::{Effect, Harness, Setup};

use super::SharedCounter;
use super::room::CounterRoom;

const ROOM: &str = "counter:global";

type Shared = Rc<RefCell<Harness<CounterRoom>>>;

fn room() -> Shared {
    Rc::new(RefCell::new(Harness::setup().room(ROOM).mount()))
}

/// A counter whose calls go to this room.
fn in_room(room: &Shared) -> Setup<SharedCounter> {
    let room = room.clone();
    Harness::setup().room_logic(move |name, action, payload| {
        assert_eq!(name, ROOM);
        room.borrow_mut().call(action, payload)
    })
}

/// What the room tells its members.
fn changed() -> Effect {
    Effect::Emit {
        room: ROOM.into(),
        event: "CHANGED".into(),
        data: json!(null),
    }
}

fn hear(counter: &mut Harness<SharedCounter>) {
    counter.room_event(ROOM, "CHANGED", ()).unwrap();
}

#[test]
fn a_mount_joins_the_room_and_shows_what_is_there() {
    let room = room();
    let by_ana = json!({"by": 41, "who": "Ana"});
    room.borrow_mut().call("increment", by_ana).unwrap();
    let counter = in_room(&room).mount();
    let state = json!({"username": "", "count": 41, "lastUpdatedBy": "Ana", "onlineCount": 0});
    assert_eq!(counter.state(), state);
    let joins = Effect::Join { room: ROOM.into() };
    assert_eq!(counter.effects(), [joins]);
    assert_eq!(counter.hook_errors().len(), 0);
}

#[test]
fn what_one_counts_all_show() {
    let room = room();
    let (mut ana, mut bo) = (in_room(&room).mount(), in_room(&room).mount());
    ana.call("setUsername", " Ana ").unwrap();
    let answer = ana.call("increment", json!({"by": 5})).unwrap();
    assert_eq!(answer, json!({"success": true, "count": 5}));
    assert_eq!(ana.delta(), json!({"count": 5, "lastUpdatedBy": "Ana"}));
    assert_eq!(room.borrow().effects(), [changed()]);
    hear(&mut bo);
    assert_eq!(bo.delta(), json!({"count": 5, "lastUpdatedBy": "Ana"}));
    bo.call("decrement", ()).unwrap();
    hear(&mut ana);
    let delta = json!({"count": 4, "lastUpdatedBy": "Anonymous"});
    assert_eq!(ana.delta(), delta);
    ana.call("reset", ()).unwrap();
    hear(&mut bo);
    assert_eq!(bo.state()["count"], 0);
}

#[test]
fn an_event_that_a_browser_made_up_changes_nothing() {
    let room = room();
    let mut counter = in_room(&room).mount();
    let lie = json!({"count": 1_000_000, "lastUpdatedBy": "Mallory"});
    counter.room_event(ROOM, "CHANGED", lie).unwrap();
    assert_eq!(counter.delta(), json!({}));
}

#[test]
fn coming_and_going_are_counted() {
    let room = room();
    let mut counter = in_room(&room).mount();
    for (count, joins) in [(1, true), (2, true), (1, false)] {
        {
            let mut room = room.borrow_mut();
            room.set_room_count(ROOM, count);
            match joins {
                true => room.member_join("somebody", count).unwrap(),
                false => room.member_leave("somebody", count).unwrap(),
            }
            assert_eq!(room.effects(), [changed()]);
        }
        hear(&mut counter);
        assert_eq!(counter.state()["onlineCount"], count);
    }
}

#[test]
fn what_happens_while_one_joins_is_not_missed() {
    let room = room();
    let mut counter = in_room(&room).mount();
    let by_ana = json!({"by": 1, "who": "Ana"});
    room.borrow_mut().call("increment", by_ana).unwrap();
    counter.room_join(ROOM).unwrap();
    assert_eq!(counter.state()["count"], 1);
}

#[test]
fn the_count_stops_at_the_ends_of_the_numbers() {
    let room = room();
    let mut counter = in_room(&room).mount();
    for by in [i64::MAX, 1] {
        counter.call("increment", json!({"by": by})).unwrap();
        assert_eq!(counter.state()["count"], i64::MAX);
    }
    for by in [i64::MIN, i64::MAX, i64::MAX, i64::MAX] {
        counter.call("decrement", json!({"by": by})).unwrap();
    }
    assert_eq!(counter.state()["count"], i64::MIN);
}

#[test]
fn a_name_has_its_limits() {
    let room = room();
    let mut counter = in_room(&room).props(json!({"username": " Bo "})).mount();
    assert_eq!(counter.state()["username"], "Bo");
    for (name, refusal) in [
        (
            "n".repeat(25),
            "Please use a name of at most 24 characters.",
        ),
        ("a\nb".into(), "A name has only characters that show."),
    ] {
        let error = counter.call("setUsername", &name).unwrap_err();
        assert_eq!(error.message(), refusal);
        assert_eq!(counter.state()["username"], "Bo");
        let too_bold = in_room(&room).props(json!({"username": name})).mount();
        assert_eq!(too_bold.state()["username"], "");
    }
}
