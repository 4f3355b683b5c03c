//! The clock, and time that a test lets pass.

use std::time::Duration;

use liveside_guest::json;
use liveside_guest::prelude::Client;
use liveside_guest::testing::{Effect, Harness};

use super::Clock;

const NOON: u64 = 1_700_000_000_000;

fn client(count: u32) -> Client {
    Client {
        connection_id: format!("client-{count}"),
        count,
    }
}

fn watched() -> Harness<Clock> {
    let mut clock = Harness::<Clock>::setup().now_ms(NOON).mount();
    clock.client_join(client(1)).unwrap();
    clock
}

#[test]
fn the_first_who_looks_starts_it_and_sees_the_time_at_once() {
    let clock = watched();
    assert_eq!(clock.state(), json!({"time": NOON, "ticks": 0}));
    let timer = Effect::Timer {
        name: "tick".into(),
        time: Duration::from_secs(1),
        repeats: true,
        payload: None,
    };
    assert_eq!(clock.effects(), [timer]);
}

#[test]
fn it_ticks_once_a_second_however_many_look() {
    let mut clock = watched();
    clock.client_join(client(2)).unwrap();
    assert_eq!(clock.effects(), []);
    clock.advance(Duration::from_millis(3_500)).unwrap();
    assert_eq!(clock.state(), json!({"time": NOON + 3_000, "ticks": 3}));
}

#[test]
fn it_stands_still_while_nobody_looks() {
    let mut clock = watched();
    clock.client_join(client(2)).unwrap();
    clock.client_leave(client(1)).unwrap();
    assert_eq!(clock.effects(), []);
    clock.client_leave(client(0)).unwrap();
    let cancelled = Effect::CancelTimer {
        name: "tick".into(),
    };
    assert_eq!(clock.effects(), [cancelled]);
    clock.advance(Duration::from_secs(60)).unwrap();
    assert_eq!(clock.state(), json!({"time": NOON, "ticks": 0}));

    clock.client_join(client(1)).unwrap();
    assert_eq!(clock.state(), json!({"time": NOON + 60_000, "ticks": 0}));
    clock.advance(Duration::from_secs(1)).unwrap();
    assert_eq!(clock.state(), json!({"time": NOON + 61_000, "ticks": 1}));
}
