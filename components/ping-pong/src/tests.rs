//! Both sides, and the one with the other.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::{PingPong, PingRoom, Pong};

const NOW: u64 = 1_700_000_000_000;

fn room() -> Harness<PingRoom> {
    Harness::setup().room("ping:global").now_ms(NOW).mount()
}

#[test]
fn the_room_counts_everybodys_pings() {
    let mut room = room();
    for total in 1..=2 {
        let pong: Pong = room.call_as("ping", ()).unwrap();
        assert_eq!(pong, Pong { total, at: NOW });
    }
}

#[test]
fn a_ping_goes_through_the_room_and_comes_back() {
    let mut room = room();
    room.call("ping", ()).unwrap();
    let mut player = Harness::<PingPong>::setup()
        .room_logic(move |name, action, payload| {
            assert_eq!(name, "ping:global");
            room.call(action, payload)
        })
        .mount();
    let pong = player.call("ping", ()).unwrap();
    assert_eq!(pong, json!({"total": 2, "at": NOW}));
    assert_eq!(player.delta(), json!({"pings": 1, "total": 2}));
}

#[test]
fn a_ping_that_nobody_answers_does_not_count() {
    let mut player = Harness::<PingPong>::mount();
    player.call("ping", ()).unwrap_err();
    assert_eq!(player.state(), json!({"pings": 0, "total": 0}));
}
