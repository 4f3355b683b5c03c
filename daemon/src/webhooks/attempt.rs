//! One event until it is delivered or given up: attempts, and the pauses between them.
//!
//! Apart from the POST itself so that the patience can be tested without a network, under a paused clock.

use std::time::Duration;

use rand::Rng as _;

use super::Delivery;

/// Pause after the first attempt. It doubles after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause that the daemon chooses.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest pause that a receiver may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(300);

/// What a receiver made of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    /// It will not take this event, now or later. A clause that says why.
    Refused(String),
    /// It may take it later.
    NotNow {
        /// A clause.
        reason: String,
        /// What it asked for.
        after: Option<Duration>,
    },
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Delivered,
    GivenUp,
}

/// Tells an event once.
pub(super) trait Post: Send + Sync + 'static {
    /// Called once for each attempt. Must end within a bound of its own.
    fn post(&self, delivery: &Delivery) -> impl Future<Output = Answer> + Send;
}

/// Tells `delivery` until the receiver has decided, at most `max_attempts` times and at least once.
pub(super) async fn deliver(
    receiver: &impl Post,
    delivery: &Delivery,
    max_attempts: u32,
) -> Outcome {
    let Delivery { id, event, .. } = delivery;
    let mut attempt = 1;
    loop {
        match receiver.post(delivery).await {
            Answer::Accepted => return Outcome::Delivered,
            Answer::Refused(reason) => {
                tracing::warn!(event, id, reason, "a webhook was refused");
                return Outcome::GivenUp;
            }
            Answer::NotNow { reason, .. } if attempt >= max_attempts => {
                tracing::warn!(event, id, reason, attempt, "a webhook was given up");
                return Outcome::GivenUp;
            }
            Answer::NotNow { reason, after } => {
                let pause = pause(attempt, after);
                tracing::debug!(
                    event,
                    id,
                    reason,
                    attempt,
                    ?pause,
                    "a webhook is tried again"
                );
                tokio::time::sleep(pause).await;
            }
        }
        attempt += 1;
    }
}

/// The pause after an attempt: twice as long each time, of which a random half, so that daemons that failed together do
/// not come back together. Longer where the receiver asked for it.
fn pause(attempt: u32, asked: Option<Duration>) -> Duration {
    let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
    let most = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    let own = most.mul_f64(rand::rng().random_range(0.5..=1.0));
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_vary_by_half() {
        for (attempt, most) in [
            (1, 500),
            (2, 1000),
            (3, 2000),
            (7, 32_000),
            (8, 60_000),
            (u32::MAX, 60_000),
        ] {
            let most = Duration::from_millis(most);
            for _ in 0..100 {
                let pause = pause(attempt, None);
                assert!(most / 2 <= pause && pause <= most, "{attempt} {pause:?}");
            }
        }
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_pause_within_reason() {
        let asked = Duration::from_secs(20);
        assert_eq!(pause(1, Some(asked)), asked);
        assert_eq!(pause(1, Some(Duration::from_secs(1 << 40))), LONGEST_ASKED);
        assert!(pause(8, Some(Duration::ZERO)) >= LONGEST_PAUSE / 2);
    }
}
