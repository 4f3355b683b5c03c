//! `kill -9` under load, many times: what was flushed is there, what was not is lost from the last moments only, and
//! nothing is half there.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use liveside_tests::{Daemon, Desk};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const KILLS: usize = 50;
const WRITERS: usize = 4;
/// Requests that a connection has under way.
const BATCH: u64 = 20;
/// Requests of each connection that nobody waits for any more when the kill comes.
const LAST: u64 = 60;
const SYNC: Duration = Duration::from_millis(50);

/// What one connection has done. Its numbers go up, over all rounds.
#[derive(Default)]
struct Record {
    /// The last number that was asked to be written.
    sent: u64,
    /// Numbers whose write was acknowledged in this round, and the daemon's time of it.
    acknowledged: Vec<(u64, u64)>,
    /// The last number that is known to be on disk.
    flushed: u64,
    /// The longest that a flush has taken.
    slowest: Duration,
}

/// What the connections of a round do.
#[derive(Clone)]
struct Round {
    /// Whether they flush.
    flushes: bool,
    stop: watch::Receiver<bool>,
    /// Requests that were answered.
    answered: Arc<watch::Sender<usize>>,
}

fn request(desk: &Desk, id: &Value, action: &str, payload: Value) -> String {
    json!({
        "type": "CALL_ACTION", "componentId": desk.mounted.id, "action": action,
        "payload": payload, "requestId": id,
    })
    .to_string()
}

/// Asks for the next number to be written.
async fn send_next(desk: &mut Desk, name: &str, record: &Mutex<Record>) {
    let number = {
        let mut record = record.lock();
        record.sent += 1;
        record.sent
    };
    let (action, payload) = match name {
        "ledger" => ("transfer", json!({"amount": 1})),
        "teller" => ("transfer", json!({"room": "one", "amount": 1})),
        key => ("stamp", json!({"key": key, "number": number})),
    };
    let text = request(desk, &json!(number), action, payload);
    desk.client.send(&text).await;
}

async fn load(desk: &mut Desk, name: &str, record: &Mutex<Record>, round: &Round) {
    loop {
        for _ in 0..BATCH {
            send_next(desk, name, record).await;
        }
        let last = record.lock().sent;
        let flushed_from = Instant::now();
        let flushes = round.flushes && name.starts_with('w');
        if flushes {
            let text = request(desk, &json!("flush"), "flush", json!({}));
            desk.client.send(&text).await;
        }
        let mut missing = BATCH + u64::from(flushes);
        while missing > 0 {
            let reply = desk.client.pushed().await;
            let Some(id) = reply.get("requestId").filter(|id| !id.is_null()) else {
                continue;
            };
            assert_eq!(reply["success"], true, "{reply}");
            let mut record = record.lock();
            match id.as_u64() {
                Some(number) => {
                    let at = reply["result"].as_u64().unwrap();
                    record.acknowledged.push((number, at));
                }
                None => {
                    assert_eq!(reply["result"], json!({"ok": null}));
                    record.flushed = last;
                    record.slowest = record.slowest.max(flushed_from.elapsed());
                }
            }
            missing -= 1;
            round.answered.send_modify(|answered| *answered += 1);
        }
    }
}

/// Writes until it is stopped; then leaves requests behind that nobody waits for. The connection stays open.
fn spawn(
    mut desk: Desk,
    name: String,
    record: Arc<Mutex<Record>>,
    mut round: Round,
) -> JoinHandle<Desk> {
    tokio::spawn(async move {
        let mut stop = round.stop.clone();
        tokio::select! {
            stopped = stop.wait_for(|stopped| *stopped) => drop(stopped.unwrap()),
            () = load(&mut desk, &name, &record, &mut round) => {}
        }
        for _ in 0..LAST {
            send_next(&mut desk, &name, &record).await;
        }
        desk
    })
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis().try_into().unwrap()
}

fn ms(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap()
}

/// The number that is there after a kill is one that may be.
fn judge(record: &mut Record, found: u64, killed_at: u64, window: u64, what: &str) {
    assert!(found <= record.sent, "{what}: {found} was never sent");
    assert!(
        found >= record.flushed,
        "{what}: {} was on disk, {found} is there",
        record.flushed
    );
    let lost = record.acknowledged.iter().find(|(n, _)| *n > found);
    if let Some((number, at)) = lost {
        let age = killed_at.saturating_sub(*at);
        assert!(
            age <= window,
            "{what}: {number} is lost, though it was written {age} ms before the kill; {window} ms are allowed"
        );
    }
    record.acknowledged.clear();
    // It was read from the disk: it stays there. Numbers that were sent and lost are not used again.
    record.flushed = found;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_under_load_lose_nothing_that_was_flushed_and_leave_nothing_half_done() {
    let mut daemon = Daemon::with(&["recorder"])
        .config(&format!(
            "[store]\nsync-interval = \"{}ms\"",
            SYNC.as_millis()
        ))
        .data_dir()
        .start()
        .await;
    let mut names: Vec<String> = (0..WRITERS).map(|n| format!("w{n}")).collect();
    names.extend(["ledger".to_owned(), "teller".to_owned()]);
    let records: Vec<Arc<Mutex<Record>>> = names.iter().map(|_| Arc::default()).collect();
    let (mut lost, mut sums) = (0, [0, 0]);

    for number in 0..KILLS {
        let (stopper, stop) = watch::channel(false);
        let (answered, mut answers) = watch::channel(0);
        let round = Round {
            flushes: number % 2 == 0,
            stop,
            answered: Arc::new(answered),
        };
        let mut tasks = Vec::new();
        for (name, record) in names.iter().zip(&records) {
            let component = match name.as_str() {
                "ledger" => "LiveLedger",
                "teller" => "LiveTeller",
                _ => "LiveKeeper",
            };
            let desk = Desk::open(&daemon, component).await;
            tasks.push(spawn(desk, name.clone(), record.clone(), round.clone()));
        }
        // What a commit takes on this machine now, twice: for the one under way and for the one that was due.
        let slowest = records.iter().map(|record| record.lock().slowest).max();
        let window = ms(SYNC + 2 * slowest.unwrap() + Duration::from_millis(250));
        let enough = 100 + (number * 37) % 200;
        // Some rounds are longer than what may be lost: their beginning must be there.
        let long = number % 10 == 9;
        let spanned = || {
            let record = records[0].lock();
            let (first, last) = (record.acknowledged.first(), record.acknowledged.last());
            first
                .zip(last)
                .is_some_and(|(first, last)| last.1 - first.1 > 2 * window)
        };
        // It ends with an error when the last connection has broken down.
        drop(round);
        while *answers.borrow_and_update() < enough || (long && !spanned()) {
            answers.changed().await.expect("the connections work");
        }
        stopper.send(true).unwrap();
        let mut open = Vec::new();
        for task in tasks {
            open.push(task.await.unwrap());
        }
        let killed_at = now_ms();
        daemon.kill().await;
        drop(open);
        daemon = daemon.restart().await;

        let mut keeper = Desk::open(&daemon, "LiveKeeper").await;
        let list = json!({"prefix": "w", "limit": 100, "after": null});
        let entries = keeper.ok("list", list).await["entries"].clone();
        for (name, record) in names.iter().zip(&records).take(WRITERS) {
            let found = entries
                .as_array()
                .unwrap()
                .iter()
                .find(|entry| entry[0] == name.as_str());
            let found = found.map_or(0, |entry| entry[1][0].as_u64().expect("a number"));
            let mut record = record.lock();
            lost += record.sent - found;
            judge(
                &mut record,
                found,
                killed_at,
                window,
                &format!("round {number}, {name}"),
            );
        }
        // Each of these events changes three things.
        let mut ledger = Desk::open(&daemon, "LiveLedger").await;
        let mut teller = Desk::open(&daemon, "LiveTeller").await;
        let found = [
            ledger.ask("look", json!({})).await,
            teller.ask("look", json!("one")).await,
        ];
        for (at, account) in found.iter().enumerate() {
            let right = account["right"].as_i64().unwrap();
            let moved = account["moved"].as_i64().unwrap_or_default();
            assert_eq!(
                (account["left"].as_i64(), moved),
                (Some(-right), right),
                "round {number}: half an event is there: {account}"
            );
            let record = &records[WRITERS + at];
            let mut record = record.lock();
            assert!(
                right >= sums[at],
                "round {number}: {right} after {}",
                sums[at]
            );
            assert!(right <= i64::try_from(record.sent).unwrap());
            sums[at] = right;
            record.acknowledged.clear();
        }
        for bad in ["damaged", "\"ERROR\"", "panicked", "cannot be read"] {
            assert!(!daemon.log().contains(bad), "{}", daemon.log());
        }
    }
    assert!(lost > 0, "no kill came while something was under way");
    assert!(sums.iter().all(|sum| *sum > 0), "{sums:?}");
}
