use std::collections::VecDeque;

use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::attempt::Answer;
use super::*;

mod receiver;

pub(super) fn config(url: &str) -> WebhooksConfig {
    serde_json::from_value(json!({
        "url": url,
        "secret": "a secret of the test",
        "events": ["mount", "room:*"],
        "max-attempts": 3,
        "queue": 4,
    }))
    .unwrap()
}

fn event(key: &str, number: u32) -> Event {
    Event {
        name: "mount".to_owned(),
        key: key.to_owned(),
        data: json!({ "number": number }),
    }
}

/// A receiver that answers what the test says, and tells what it was told and when.
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    told: mpsc::Sender<(String, Instant)>,
    /// A permit for each answer.
    turns: Arc<tokio::sync::Semaphore>,
}

impl Post for Script {
    async fn post(&self, delivery: &Delivery) -> Answer {
        let body: serde_json::Value = serde_json::from_slice(&delivery.body).unwrap();
        let told = format!("{}{}", delivery.key, body["data"]["number"]);
        self.told.send((told, Instant::now())).await.unwrap();
        let Ok(turn) = self.turns.acquire().await else {
            return std::future::pending().await;
        };
        turn.forget();
        self.answers.lock().pop_front().unwrap_or(Answer::Accepted)
    }
}

struct Stage {
    webhooks: Webhooks,
    courier: Courier,
    told: mpsc::Receiver<(String, Instant)>,
    turns: Arc<tokio::sync::Semaphore>,
}

impl Stage {
    fn new(answers: impl IntoIterator<Item = Answer>, permits: usize) -> Self {
        let (sender, told) = mpsc::channel(100);
        let turns = Arc::new(tokio::sync::Semaphore::new(permits));
        let script = Script {
            answers: Mutex::new(answers.into_iter().collect()),
            told: sender,
            turns: turns.clone(),
        };
        let (webhooks, courier) = spawn_with(script, config("http://unused.example"));
        Self {
            webhooks,
            courier,
            told,
            turns,
        }
    }

    async fn next(&mut self) -> String {
        self.told.recv().await.unwrap().0
    }
}

const FREELY: usize = 1000;
const LONG: Duration = Duration::from_secs(3600);

fn not_now(after: Option<u64>) -> Answer {
    Answer::NotNow {
        reason: "it is closed".to_owned(),
        after: after.map(Duration::from_secs),
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_is_told_again_until_it_is_accepted() {
    let mut stage = Stage::new([not_now(None), not_now(Some(40))], FREELY);
    stage.webhooks.send(event("a", 1));
    let start = Instant::now();
    let mut times = Vec::new();
    for _ in 0..3 {
        let (told, at) = stage.told.recv().await.unwrap();
        assert_eq!(told, "a1");
        times.push(at.duration_since(start));
    }
    assert!(times[0].is_zero());
    let first = times[1].as_millis();
    assert!((250..=501).contains(&first), "{first}");
    assert_eq!((times[2] - times[1]).as_secs(), 40);
    stage.courier.finish(LONG).await;
    let stats = stage.webhooks.stats();
    assert_eq!(
        stats,
        Stats {
            delivered: 1,
            ..Stats::default()
        }
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_is_given_up_after_the_last_attempt() {
    let mut stage = Stage::new(vec![not_now(None); 3], FREELY);
    stage.webhooks.send(event("a", 1));
    for _ in 0..3 {
        assert_eq!(stage.next().await, "a1");
    }
    stage.webhooks.send(event("a", 2));
    assert_eq!(
        stage.next().await,
        "a2",
        "the next one is told all the same"
    );
    stage.courier.finish(LONG).await;
    let stats = stage.webhooks.stats();
    assert_eq!((stats.delivered, stats.given_up), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_final() {
    let mut stage = Stage::new([Answer::Refused("it is unknown".to_owned())], FREELY);
    stage.webhooks.send(event("a", 1));
    assert_eq!(stage.next().await, "a1");
    stage.courier.finish(LONG).await;
    assert_eq!(stage.webhooks.stats().given_up, 1);
    assert!(stage.told.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn events_of_one_key_keep_their_order_and_others_pass() {
    let mut stage = Stage::new([not_now(Some(60))], FREELY);
    stage.webhooks.send(event("a", 1));
    stage.webhooks.send(event("a", 2));
    assert_eq!(stage.next().await, "a1");
    stage.webhooks.send(event("b", 1));
    for expected in ["b1", "a1", "a2"] {
        assert_eq!(stage.next().await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_dropped_and_counted() {
    let mut stage = Stage::new([], 0);
    for number in 0..4 {
        stage
            .webhooks
            .send(event(&format!("under way {number} "), 0));
    }
    for _ in 0..4 {
        stage.next().await;
    }
    // Four are under way, four wait.
    for number in 0..7 {
        stage.webhooks.send(event("a", number));
    }
    let stats = stage.webhooks.stats();
    assert_eq!((stats.waiting, stats.dropped), (4, 3));
    stage.turns.add_permits(FREELY);
    for expected in ["a0", "a1", "a2", "a3"] {
        assert_eq!(stage.next().await, expected);
    }
    stage.courier.finish(LONG).await;
    assert_eq!(stage.webhooks.stats().delivered, 8);
}

#[tokio::test(start_paused = true)]
async fn events_that_nobody_wants_are_not_told() {
    let mut stage = Stage::new([], FREELY);
    for name in ["unmount", "rooms", "room:joined"] {
        assert_eq!(stage.webhooks.wants(name), name == "room:joined");
        stage.webhooks.send(Event {
            name: name.to_owned(),
            ..event("a", 1)
        });
    }
    stage.courier.finish(LONG).await;
    assert_eq!(
        stage.told.recv().await.map(|told| told.0).as_deref(),
        Some("a1")
    );
    assert!(stage.told.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn finishing_tells_what_waits_and_takes_nothing_new() {
    let stage = Stage::new([], FREELY);
    for number in 0..3 {
        stage.webhooks.send(event("a", number));
    }
    stage.courier.finish(LONG).await;
    stage.webhooks.send(event("a", 3));
    let stats = stage.webhooks.stats();
    assert_eq!((stats.delivered, stats.dropped, stats.waiting), (3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn finishing_has_a_bound() {
    let mut stage = Stage::new([], 0);
    stage.webhooks.send(event("a", 1));
    stage.webhooks.send(event("a", 2));
    stage.next().await;
    let start = Instant::now();
    stage.courier.finish(Duration::from_secs(5)).await;
    assert_eq!(start.elapsed().as_secs(), 5);
    // The task is gone, and the receiver with it.
    assert!(stage.told.recv().await.is_none());
    assert_eq!(stage.webhooks.stats().waiting, 1);
}
