//! A reply that is not what it must be is told, whatever is wrong with it.

use super::*;

fn delta(count: u64) -> String {
    format!(
        r#"{{"type":"STATE_DELTA","componentId":"c","payload":{{"delta":{{"count":{count},"clicks":{count}}}}},"timestamp":1}}"#
    )
}

fn reply(request: u64, count: u64) -> String {
    format!(
        r#"{{"type":"ACTION_RESPONSE","componentId":"c","success":true,"result":{{"success":true,"count":{count}}},"requestId":"{request}","timestamp":1}}"#
    )
}

/// Waits for the requests 5, 6 and 7, its first three calls.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new(&COUNTER);
    ledger
        .open
        .extend([5, 6, 7].map(|request| (request, Instant::now())));
    ledger
}

fn complaint(ledger: &mut Ledger, frame: &str) -> String {
    ledger
        .heard(frame)
        .expect_err("something is wrong with it")
        .to_string()
}

#[test]
fn what_must_come_is_taken() {
    let mut ledger = ledger();
    assert!(ledger.heard(&delta(1)).expect("it is right").is_none());
    assert!(ledger.heard(&reply(5, 1)).expect("it is right").is_some());
    // Several deltas may come as one, before the replies.
    assert!(ledger.heard(&delta(3)).expect("it is right").is_none());
    assert!(ledger.heard(&reply(6, 2)).expect("it is right").is_some());
    assert!(ledger.heard(&reply(7, 3)).expect("it is right").is_some());
    assert!(ledger.open.is_empty());
}

#[test]
fn a_wrong_count_is_told() {
    let mut ledger = ledger();
    ledger.heard(&delta(2)).expect("it is right");
    let told = complaint(&mut ledger, &reply(5, 2));
    assert!(told.contains("the count must be 1"), "{told}");
}

#[test]
fn a_reply_out_of_order_is_told() {
    let mut ledger = ledger();
    ledger.heard(&delta(1)).expect("it is right");
    let told = complaint(&mut ledger, &reply(6, 1));
    assert!(
        told.contains("request 6 was answered where 5 was due"),
        "{told}"
    );
}

#[test]
fn a_reply_before_its_state_is_told() {
    let told = complaint(&mut ledger(), &reply(5, 1));
    assert!(told.contains("before that state"), "{told}");
}

#[test]
fn a_refusal_is_told() {
    let refused =
        r#"{"type":"ACTION_RESPONSE","success":false,"error":"no","code":"X","requestId":"5"}"#;
    let told = complaint(&mut ledger(), refused);
    assert!(told.contains("a call failed"), "{told}");
}

#[test]
fn a_reply_too_many_is_told() {
    let mut ledger = Ledger::new(&COUNTER);
    let told = complaint(&mut ledger, &reply(5, 1));
    assert!(told.contains("nobody asked"), "{told}");
}
