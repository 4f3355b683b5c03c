//! The closed loop: each caller keeps the same number of calls in flight, and holds each reply against what it must say.
//!
//! A caller has an instance of its own that nobody else calls. So it knows what comes: the replies in the order of its
//! calls, each a success with a count one higher than the last, and before each reply the state that it speaks of.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::messages;
use crate::scenario::Target;
use crate::statistics::Latencies;

/// Requests of different connections that are prepared at a time: a server has a backlog of that order.
pub(crate) const AT_A_TIME: usize = 128;

/// A component whose action counts: what to call, and where the count is found.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) component: &'static str,
    pub(crate) action: &'static str,
    /// The key of the count in a reply, with quotes and colon.
    pub(crate) answer: &'static str,
    /// The key of the count in a delta.
    pub(crate) pushed: &'static str,
}

/// The example counter.
pub(crate) const COUNTER: Subject = Subject {
    component: "LiveLocalCounter",
    action: "increment",
    answer: r#""count":"#,
    pushed: r#""count":"#,
};

/// What one caller waits for.
#[derive(Debug)]
struct Ledger {
    subject: &'static Subject,
    /// Calls in flight, oldest first: their requests, and when they were sent.
    open: VecDeque<(u64, Instant)>,
    answered: u64,
    /// The last count that was pushed.
    pushed: u64,
}

impl Ledger {
    fn new(subject: &'static Subject) -> Self {
        Self {
            subject,
            open: VecDeque::new(),
            answered: 0,
            pushed: 0,
        }
    }

    /// Checks a frame. For a reply, gives when its call was sent.
    fn heard(&mut self, frame: &str) -> Result<Option<Instant>> {
        let Some(request) = messages::request_of(frame) else {
            if let Some(count) = messages::last_number(frame, self.subject.pushed) {
                self.pushed = count;
            }
            return Ok(None);
        };
        let (due, sent) = self
            .open
            .pop_front()
            .with_context(|| format!("nobody asked for this reply: {frame}"))?;
        ensure!(
            request == due,
            "request {request} was answered where {due} was due: {frame}"
        );
        ensure!(messages::succeeded(frame), "a call failed: {frame}");
        self.answered += 1;
        let due = self.answered;
        ensure!(
            messages::last_number(frame, self.subject.answer) == Some(due),
            "the count must be {due}: {frame}"
        );
        ensure!(
            self.pushed >= due,
            "the reply that the count is {due} came before that state, which is still {}: {frame}",
            self.pushed
        );
        Ok(Some(sent))
    }
}

/// A connection with one instance that it calls.
pub(crate) struct Caller {
    pub(crate) connection: Connection,
    pub(crate) id: String,
    ledger: Ledger,
}

impl Caller {
    /// Connects and mounts.
    ///
    /// # Errors
    /// If one of both is refused.
    pub(crate) async fn new(target: &Target, subject: &'static Subject) -> Result<Self> {
        let mut connection = Connection::open(target).await?;
        let id = connection.mount(subject.component).await?;
        Ok(Self {
            connection,
            id,
            ledger: Ledger::new(subject),
        })
    }

    /// Several of them.
    ///
    /// # Errors
    /// As for one.
    pub(crate) async fn several(
        target: &Target,
        subject: &'static Subject,
        count: usize,
    ) -> Result<Vec<Self>> {
        target.server.has_room_for(count)?;
        stream::iter(0..count)
            .map(|_| Self::new(target, subject))
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }

    /// Calls until told to stop, and then until all is answered.
    async fn run(mut self, in_flight: usize, shared: Arc<Shared>) -> Result<(Self, Latencies)> {
        let mut latencies = Latencies::default();
        loop {
            if shared.phase.load(Ordering::Relaxed) != STOP {
                while self.ledger.open.len() < in_flight {
                    let request = self.connection.next_request();
                    self.ledger.open.push_back((request, Instant::now()));
                    shared.open.fetch_add(1, Ordering::Relaxed);
                    let action = self.ledger.subject.action;
                    let call = messages::call(&self.id, action, "{}", request);
                    self.connection.send(call).await?;
                }
            } else if self.ledger.open.is_empty() {
                return Ok((self, latencies));
            }
            let frame = self.connection.frame().await?;
            if let Some(sent) = self.ledger.heard(&frame)? {
                shared.open.fetch_sub(1, Ordering::Relaxed);
                if shared.phase.load(Ordering::Relaxed) == MEASURE {
                    latencies.push(sent.elapsed());
                }
            }
        }
    }
}

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// What all callers look at.
#[derive(Debug, Default)]
struct Shared {
    /// One of the three above.
    phase: AtomicU8,
    /// Calls of all callers that are not answered yet.
    open: AtomicU64,
}

/// What a load measured.
#[derive(Debug)]
pub(crate) struct Figures {
    /// Of the calls that were answered in the measured time.
    pub(crate) latencies: Latencies,
    pub(crate) seconds: f64,
    /// The server's processor time.
    pub(crate) cpu: Duration,
}

impl Figures {
    pub(crate) fn calls(&self) -> f64 {
        self.latencies.count() as f64
    }
}

/// Loads the server for a while to warm it up and then for the time that is measured. Gives the callers back, all
/// answered.
///
/// # Errors
/// If a reply is wrong or lost, or a connection ends.
pub(crate) async fn measure(
    target: &Target,
    callers: Vec<Caller>,
    in_flight: usize,
    warm_up: Duration,
    measured: Duration,
) -> Result<(Vec<Caller>, Figures)> {
    let shared = Arc::new(Shared {
        phase: AtomicU8::new(WARM_UP),
        ..Shared::default()
    });
    let mut loops = JoinSet::new();
    for caller in callers {
        loops.spawn(caller.run(in_flight, shared.clone()));
    }
    hold(&mut loops, warm_up).await?;

    let (begun, before) = (Instant::now(), target.server.cpu_time()?);
    shared.phase.store(MEASURE, Ordering::Relaxed);
    hold(&mut loops, measured).await?;
    shared.phase.store(STOP, Ordering::Relaxed);
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = target.server.cpu_time()?.since(&before);

    let mut callers = Vec::with_capacity(loops.len());
    let mut latencies = Latencies::default();
    let all_answered = async {
        while let Some(ended) = loops.join_next().await {
            let (caller, own) = ended??;
            callers.push(caller);
            latencies.append(own);
        }
        Ok::<_, anyhow::Error>(())
    };
    match timeout(target.patience, all_answered).await {
        Ok(answered) => answered?,
        Err(_) => bail!(
            "{} calls were not answered within {:?}: replies are lost",
            shared.open.load(Ordering::Relaxed),
            target.patience
        ),
    }
    ensure!(
        latencies.count() > 0,
        "not one call was answered in {measured:?}"
    );
    let figures = Figures {
        latencies,
        seconds,
        cpu,
    };
    Ok((callers, figures))
}

/// Waits, unless a caller fails before: none ends by itself.
async fn hold(loops: &mut JoinSet<Result<(Caller, Latencies)>>, time: Duration) -> Result<()> {
    match timeout(time, loops.join_next()).await {
        Err(_) => Ok(()),
        Ok(Some(ended)) => {
            ended??;
            bail!("a caller ended before it was told to")
        }
        Ok(None) => bail!("there is nobody who calls"),
    }
}

#[cfg(test)]
mod tests;
