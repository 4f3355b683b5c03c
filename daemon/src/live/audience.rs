//! The browsers that share one instance: a singleton's members, as one [`Client`].
//!
//! What changes goes to all of them, encoded once, in waves (see `room`): changes that come while a wave is under way are
//! merged for the next. What answers a request goes to the one who asked, after everything that has changed until then;
//! a member that was told something ahead of its wave is not told again.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::client::Client;
use crate::clock::now_ms;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::{ServerMessage, SharedDelta, SharedMessage};
use crate::state::Delta;
use crate::wasm::Session;

/// After so many connections a wave lets other tasks run.
const SLICE: usize = 32;

/// Who is behind an event of a shared instance.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Where replies go.
    pub client: Arc<dyn Client>,
    /// Who it is.
    pub session: Arc<Session>,
}

/// The members of a shared instance.
pub(super) struct Audience {
    /// Stands for no connection at all: a name for the places that want one.
    connection: ConnectionId,
    instance: InstanceId,
    /// Held to change what is in it and for one member's share of a wave.
    core: Mutex<Core>,
    /// Owns the waves.
    tasks: TaskTracker,
}

struct Core {
    /// Copied only if it changes during a wave.
    seats: Arc<IndexMap<ConnectionId, Arc<Seat>>>,
    /// Who asked for the event under way.
    asking: Option<Arc<dyn Client>>,
    /// What the wave under way brings.
    going: Arc<Vec<Item>>,
    /// What comes with the next.
    waiting: Vec<Item>,
    now: u64,
    sending: bool,
}

struct Seat {
    client: Arc<dyn Client>,
    /// The last thing that it was told.
    seen: Mutex<u64>,
}

#[derive(Clone)]
struct Item {
    at: u64,
    what: What,
}

#[derive(Clone)]
enum What {
    Delta(Arc<SharedDelta>),
    Message(Arc<SharedMessage>),
    Binary(Arc<str>, Bytes),
}

impl Audience {
    pub(super) fn new(
        connection: ConnectionId,
        instance: InstanceId,
        tasks: TaskTracker,
    ) -> Arc<Self> {
        let core = Core {
            seats: Arc::default(),
            asking: None,
            going: Arc::default(),
            waiting: Vec::new(),
            now: 0,
            sending: false,
        };
        Arc::new(Self {
            connection,
            instance,
            core: Mutex::new(core),
            tasks,
        })
    }

    /// From now on replies go to this one; to nobody without one.
    pub(super) fn answer(&self, asking: Option<Arc<dyn Client>>) {
        self.core.lock().asking = asking;
    }

    /// Whom replies go to.
    pub(super) fn asking(&self) -> Option<Arc<dyn Client>> {
        self.core.lock().asking.clone()
    }

    /// Takes a member in. It is told what happens from now on. `false`: it was one already.
    pub(super) fn join(&self, client: &Arc<dyn Client>) -> bool {
        let mut core = self.core.lock();
        let seat = Seat {
            client: client.clone(),
            seen: Mutex::new(core.now),
        };
        let seats = Arc::make_mut(&mut core.seats);
        if seats.contains_key(client.connection()) {
            return false;
        }
        seats.insert(client.connection().clone(), Arc::new(seat));
        true
    }

    /// Lets a member go. `false`: it was none.
    pub(super) fn leave(&self, connection: &ConnectionId) -> bool {
        let mut core = self.core.lock();
        Arc::make_mut(&mut core.seats)
            .swap_remove(connection)
            .is_some()
    }

    /// Whether this connection is a member.
    pub(super) fn has(&self, connection: &ConnectionId) -> bool {
        self.core.lock().seats.contains_key(connection)
    }

    /// How many members there are.
    pub(super) fn count(&self) -> usize {
        self.core.lock().seats.len()
    }

    fn tell_all(&self, what: What) {
        let mut core = self.core.lock();
        core.now += 1;
        let at = core.now;
        core.waiting.push(Item { at, what });
    }

    /// Tells a member what it has not been told yet.
    fn catch_up(&self, client: &Arc<dyn Client>) {
        let (seat, going, waiting) = {
            let core = self.core.lock();
            let Some(seat) = core.seats.get(client.connection()).cloned() else {
                return;
            };
            (seat, core.going.clone(), core.waiting.clone())
        };
        seat.tell(&self.instance, going.iter().chain(&waiting), None);
    }

    /// Sends waves until nothing is left to send.
    async fn send_waves(self: Arc<Self>) {
        loop {
            let (seats, items) = {
                let mut core = self.core.lock();
                if core.waiting.is_empty() {
                    core.sending = false;
                    core.going = Arc::default();
                    core.waiting = Vec::new();
                    return;
                }
                core.going = Arc::new(std::mem::take(&mut core.waiting));
                (core.seats.clone(), core.going.clone())
            };
            let together = together(&self.instance, &items);
            for (at, seat) in seats.values().enumerate() {
                if at % SLICE == SLICE - 1 {
                    tokio::task::yield_now().await;
                }
                seat.tell(&self.instance, items.iter(), together.as_ref());
                seat.client.flush();
            }
        }
    }
}

/// Changes that come together, as one; nothing for a wave of one item, or of more than changes.
fn together(instance: &InstanceId, items: &[Item]) -> Option<Arc<SharedDelta>> {
    if items.len() < 2 {
        return None;
    }
    let mut merged = Delta::new();
    for item in items {
        let What::Delta(delta) = &item.what else {
            return None;
        };
        crate::state::merge(&mut merged, delta.changes().iter().cloned());
    }
    Some(Arc::new(SharedDelta::new(instance, merged, now_ms())))
}

impl Seat {
    /// Tells what has not been told yet; `together` is all of it as one.
    fn tell<'i>(
        &self,
        instance: &InstanceId,
        items: impl Iterator<Item = &'i Item>,
        together: Option<&Arc<SharedDelta>>,
    ) {
        let mut seen = self.seen.lock();
        let mut items = items.filter(|item| item.at > *seen).peekable();
        let mut last = *seen;
        if let (Some(together), Some(first)) = (together, items.peek())
            && first.at == *seen + 1
        {
            self.client.share_delta(instance, together);
            last = items.last().map_or(last, |item| item.at);
        } else {
            for item in items {
                match &item.what {
                    What::Delta(delta) => self.client.share_delta(instance, delta),
                    What::Message(message) => self.client.share(instance, message),
                    What::Binary(name, bytes) => self.client.binary(instance, name, bytes),
                }
                last = item.at;
            }
        }
        *seen = last;
    }
}

impl Client for Arc<Audience> {
    fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// To the one who asked: a reply, a state, an error. It has then been told everything before it.
    fn send(&self, message: &ServerMessage<'_>) {
        let asking = self.core.lock().asking.clone();
        if let Some(asking) = asking {
            self.catch_up(&asking);
            asking.send(message);
        }
    }

    fn delta(&self, component: &InstanceId, delta: Delta) {
        let delta = SharedDelta::new(component, delta, now_ms());
        self.tell_all(What::Delta(Arc::new(delta)));
    }

    fn share(&self, _: &InstanceId, message: &Arc<SharedMessage>) {
        self.tell_all(What::Message(message.clone()));
    }

    fn share_delta(&self, _: &InstanceId, delta: &Arc<SharedDelta>) {
        self.tell_all(What::Delta(delta.clone()));
    }

    fn binary(&self, _: &InstanceId, name: &str, bytes: &Bytes) {
        self.tell_all(What::Binary(name.into(), bytes.clone()));
    }

    fn hold(&self) {}

    fn release(&self) {
        self.flush();
    }

    fn flush(&self) {
        let asking = {
            let mut core = self.core.lock();
            if !core.waiting.is_empty() && !core.sending {
                core.sending = true;
                self.tasks.spawn(self.clone().send_waves());
            }
            core.asking.clone()
        };
        if let Some(asking) = asking {
            asking.flush();
        }
    }
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience")
            .field("members", &self.count())
            .finish_non_exhaustive()
    }
}
