//! One mounted component: where its state rests, and whose turn it is.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Turn;
use super::client::Client;
use super::event::Event;
use super::refusal::Refusal;
use super::room::Room;
use super::slot::{Slot, Version};
use super::timers::TimerKey;
use crate::ids::InstanceId;
use crate::protocol::Code;
use crate::wasm::Subject;
use crate::wasm::subject::TimerStart;

/// Room events that may wait for one instance. Past that the newest are dropped: a room waits for nobody.
const MAX_ROOM_EVENTS: usize = 10_000;

/// A mounted component.
///
/// Whoever submits an event to an idle instance gets its turn to run: the state leaves the mailbox with the turn and
/// comes back when nothing is left to do. Events that come meanwhile wait in the mailbox and are done by the same turn.
/// So events run one at a time and in order, without a task or a channel for each mount.
pub struct Instance {
    id: InstanceId,
    pub(super) slot: Arc<Slot>,
    pub(super) client: Arc<dyn Client>,
    /// Held for the length of a hand-over, never while a guest runs.
    mailbox: Mutex<Mailbox>,
}

struct Mailbox {
    /// The state while the instance is idle; `None` while a turn has it, and after the end.
    resident: Option<Resident>,
    ended: bool,
    waiting: VecDeque<Event>,
    max_waiting: usize,
}

/// The state of an instance with what it needs to run.
pub(super) struct Resident {
    /// `None` only inside a guest call.
    pub(super) subject: Option<Subject>,
    /// The version that served it last.
    pub(super) version: Arc<Version>,
    /// A version that could not take its state over; it is not asked again.
    pub(super) refused: Option<Arc<Version>>,
    /// The worker that served it last.
    pub(super) worker: Option<u32>,
    /// The rooms that it is a member of.
    pub(super) rooms: Vec<Arc<Room>>,
    /// The timers that run, by their number.
    pub(super) timers: BTreeMap<u64, RunningTimer>,
}

/// A timer that runs.
pub(super) struct RunningTimer {
    pub(super) key: TimerKey,
    pub(super) due: tokio::time::Instant,
    pub(super) start: TimerStart,
}

impl Resident {
    /// Where a room stands in the list.
    pub(super) fn position(&self, room: &str) -> Option<usize> {
        self.rooms
            .iter()
            .position(|joined| **joined.name() == *room)
    }

    pub(super) fn room(&self, name: &str) -> Option<&Arc<Room>> {
        self.position(name).map(|at| &self.rooms[at])
    }
}

impl Instance {
    pub(super) fn new(
        slot: Arc<Slot>,
        client: Arc<dyn Client>,
        version: Arc<Version>,
        subject: Subject,
        max_waiting: usize,
    ) -> Arc<Self> {
        let id = subject.instance.clone();
        let resident = Some(Resident {
            subject: Some(subject),
            version,
            refused: None,
            worker: None,
            rooms: Vec::new(),
            timers: BTreeMap::new(),
        });
        let mailbox = Mailbox {
            resident,
            ended: false,
            waiting: VecDeque::new(),
            max_waiting,
        };
        Arc::new(Self {
            id,
            slot,
            client,
            mailbox: Mutex::new(mailbox),
        })
    }

    /// Its id, as clients know it.
    #[must_use]
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// Whose it is.
    #[must_use]
    pub fn client(&self) -> &Arc<dyn Client> {
        &self.client
    }

    /// Gives an event its turn, or a place in the queue. An event that gets neither is refused at once.
    pub fn submit(self: &Arc<Self>, event: Event) -> Turn {
        let mut mailbox = self.mailbox.lock();
        if mailbox.ended {
            drop(mailbox);
            self.refuse(&event, &Refusal::rehydration_required(self.id.as_str()));
            return None;
        }
        if let Some(resident) = mailbox.resident.take() {
            return Some(Box::pin(self.clone().take_turn(resident, event)));
        }
        if event.is_droppable() && mailbox.waiting.len() >= mailbox.max_waiting {
            let waiting = mailbox.waiting.len();
            drop(mailbox);
            let message =
                format!("{waiting} events of this component are waiting already; try again later");
            self.refuse(&event, &Refusal::new(Code::LimitExceeded, message));
            return None;
        }
        match (event, mailbox.waiting.back_mut()) {
            // Room events that wait together are heard together.
            (Event::RoomEvents(more), Some(Event::RoomEvents(earlier))) => {
                let room = MAX_ROOM_EVENTS.saturating_sub(earlier.len());
                if more.len() > room {
                    let (id, lost) = (&self.id, more.len() - room);
                    tracing::warn!(component = self.slot.name(), instance = %id, lost, "room events are lost: the component is too slow for them");
                }
                earlier.extend(more.into_iter().take(room));
            }
            (event, _) => mailbox.waiting.push_back(event),
        }
        None
    }

    /// Runs an event and all that come meanwhile.
    async fn take_turn(self: Arc<Self>, mut resident: Resident, mut event: Event) {
        loop {
            let goes_on = self.run(&mut resident, event).await;
            let mut mailbox = self.mailbox.lock();
            if !goes_on {
                mailbox.ended = true;
                let left = std::mem::take(&mut mailbox.waiting);
                drop(mailbox);
                self.slot.remove(&self);
                let gone = Refusal::rehydration_required(self.id.as_str());
                left.iter().for_each(|event| self.refuse(event, &gone));
                self.client.flush();
                return;
            }
            match mailbox.waiting.pop_front() {
                Some(next) => event = next,
                None => {
                    // A burst that is over need not hold its memory.
                    mailbox.waiting = VecDeque::new();
                    mailbox.resident = Some(resident);
                    drop(mailbox);
                    self.client.flush();
                    return;
                }
            }
        }
    }

    /// The state as JSON text with the version that it is of, if the instance is idle.
    pub(super) fn peek_state(&self) -> Option<(Arc<Version>, String)> {
        let mailbox = self.mailbox.lock();
        let resident = mailbox.resident.as_ref()?;
        Some((
            resident.version.clone(),
            resident.subject.as_ref()?.state.to_text(None),
        ))
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("id", &self.id)
            .field("component", &self.slot.name())
            .finish_non_exhaustive()
    }
}
