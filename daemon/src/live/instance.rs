//! One mounted component: where its state rests, and whose turn it is.

mod turn;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use tracing::Span;

use super::Turn;
use super::audience::{Audience, Caller};
use super::client::Client;
use super::durable::Durable;
use super::event::Event;
use super::observer::{Log, Observed, Sketch};
use super::quota::Quota;
use super::refusal::Refusal;
use super::room::Room;
use super::signed::Settling;
use super::slot::{Slot, Version};
use super::timers::TimerKey;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::Code;
use crate::signing::Nonce;
use crate::telemetry::{Outcome, spans};
use crate::wasm::subject::TimerStart;
use crate::wasm::{Session, Subject};

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
    /// The same, where many browsers share the instance.
    pub(super) audience: Option<Arc<Audience>>,
    /// Where its state is kept, if it is.
    pub(super) durable: Option<Durable>,
    /// What was seen of it, while somebody looks.
    log: ArcSwapOption<Log>,
    /// Held for the length of a hand-over, never while a guest runs.
    mailbox: Mutex<Mailbox>,
}

struct Mailbox {
    /// The browser's end. Another one, once the browser is back on another connection.
    client: Arc<dyn Client>,
    /// The nonce of the signed state that has brought the client, until something comes from it: till then the browser
    /// may not know that it has the component back.
    brought_by: Option<Box<Nonce>>,
    /// The state while the instance is idle; `None` while a turn has it, and after the end.
    resident: Option<Resident>,
    ended: bool,
    /// Events with who is behind them, in a shared instance.
    waiting: VecDeque<Waiting>,
    max_waiting: usize,
}

/// An event that has to wait for its turn.
struct Waiting {
    event: Event,
    /// Who is behind it, in a shared instance.
    caller: Option<Box<Caller>>,
    /// Since when it waits, if that is counted.
    since: Option<Instant>,
    /// Within what it happens.
    parent: Span,
}

/// The state of an instance with what it needs to run.
pub(super) struct Resident {
    /// `None` only inside a guest call.
    pub(super) subject: Option<Subject>,
    /// The browser's end, as in the mailbox.
    pub(super) client: Arc<dyn Client>,
    /// The version that served it last.
    pub(super) version: Arc<Version>,
    /// A version that could not take its state over; it is not asked again.
    pub(super) refused: Option<Arc<Version>>,
    /// The worker that served it last.
    pub(super) worker: Option<u32>,
    /// The rooms that it is a member of.
    pub(super) rooms: Vec<Arc<Room>>,
    /// Its last event runs, or has run.
    pub(super) is_ending: bool,
    /// When a component whose connection is gone ends. `None`: it is there.
    pub(super) lost_until: Option<tokio::time::Instant>,
    /// What comes of the event under way.
    pub(super) outcome: Outcome,
    /// What is known of it, while somebody looks.
    pub(super) sketch: Option<Box<Sketch>>,
    /// How far the signed state is behind.
    pub(super) settling: Settling,
    /// When a singleton that lost its last member ends.
    pub(super) lonely_until: Option<tokio::time::Instant>,
    /// The timers that run, by their number.
    pub(super) timers: BTreeMap<u64, RunningTimer>,
    /// How often its actions were called; made by the first call that is counted.
    pub(super) quota: Option<Box<Quota>>,
}

/// Who hands an event in.
#[derive(Debug)]
pub enum By<'b> {
    /// Nobody but the daemon itself.
    Daemon,
    /// A browser that has mounted the instance for itself: the event is taken only while it is still its own.
    Owner(&'b dyn Client),
    /// One of many that share it.
    Caller(Box<Caller>),
}

impl By<'_> {
    /// Who is told that an event is refused, where it is not the instance's own browser.
    fn client(&self) -> Option<&dyn Client> {
        match self {
            Self::Daemon => None,
            Self::Owner(client) => Some(*client),
            Self::Caller(caller) => Some(&*caller.client),
        }
    }

    fn caller(self) -> Option<Box<Caller>> {
        match self {
            Self::Caller(caller) => Some(caller),
            Self::Daemon | Self::Owner(_) => None,
        }
    }
}

/// Whose an instance is.
pub(super) enum Sharing {
    /// One browser's.
    Own,
    /// Everybody's who has mounted it.
    Many(Arc<Audience>),
    /// Nobody's: it is the logic of this room.
    Room(Arc<str>),
}

/// A timer that runs.
pub(super) struct RunningTimer {
    pub(super) key: TimerKey,
    pub(super) due: tokio::time::Instant,
    pub(super) start: TimerStart,
}

impl Resident {
    /// How many wait for the event under way, in calls of rooms within one another.
    pub(super) fn depth(&self) -> usize {
        self.subject
            .as_ref()
            .map_or(0, |subject| subject.chain.len())
    }

    /// The event under way was refused, or broke down.
    pub(super) fn refused_by(&mut self, refusal: &Refusal) {
        self.outcome = refusal.outcome();
        if let Some(sketch) = &mut self.sketch {
            sketch.failed(refusal);
        }
    }

    /// The request behind the event under way, for the log.
    pub(super) fn request(&self) -> Option<&str> {
        self.subject.as_ref()?.request()
    }

    /// Who is behind the event under way.
    pub(super) fn session(&self) -> Arc<Session> {
        let subject = self.subject.as_ref();
        subject.map_or_else(Session::nobody, |subject| subject.session.clone())
    }

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
        sharing: Sharing,
        version: Arc<Version>,
        subject: Subject,
        max_waiting: usize,
    ) -> Arc<Self> {
        let id = subject.instance.clone();
        let kept = version.definition.durable;
        let store = kept.then(|| slot.services.store());
        let (audience, durable) = match sharing {
            Sharing::Own => (None, None),
            Sharing::Many(audience) => {
                let durable = store.and_then(|store| Durable::new(store, "singleton", slot.name()));
                (Some(audience), durable)
            }
            Sharing::Room(name) => (
                None,
                store.and_then(|store| Durable::new(store, "room", &name)),
            ),
        };
        let resident = Some(Resident {
            subject: Some(subject),
            client: client.clone(),
            version,
            refused: None,
            worker: None,
            rooms: Vec::new(),
            is_ending: false,
            lost_until: None,
            outcome: Outcome::Ok,
            sketch: None,
            settling: Settling::default(),
            lonely_until: None,
            timers: BTreeMap::new(),
            quota: None,
        });
        let mailbox = Mailbox {
            client,
            brought_by: None,
            resident,
            ended: false,
            waiting: VecDeque::new(),
            max_waiting,
        };
        let observer = slot.services.observer.as_ref();
        Arc::new(Self {
            id,
            log: observer.map_or_else(ArcSwapOption::empty, |observer| observer.first_log()),
            slot,
            audience,
            durable,
            mailbox: Mutex::new(mailbox),
        })
    }

    /// Its id, as clients know it.
    #[must_use]
    pub fn id(&self) -> &InstanceId {
        &self.id
    }

    /// The component's name.
    #[must_use]
    pub fn component(&self) -> &str {
        self.slot.name()
    }

    /// The version that its next event uses.
    #[must_use]
    pub fn current_version(&self) -> Arc<Version> {
        self.slot.current()
    }

    /// Whether this connection has mounted it, alone or with others.
    pub(super) fn is_mounted_by(&self, connection: &ConnectionId) -> bool {
        match &self.audience {
            Some(audience) => audience.has(connection),
            None => self.mailbox.lock().client.connection() == connection,
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn client(&self) -> Arc<dyn Client> {
        self.mailbox.lock().client.clone()
    }

    /// Makes it another browser's end's. Gives the one before.
    pub(super) fn take_over(
        &self,
        resident: &mut Resident,
        client: Arc<dyn Client>,
        nonce: Nonce,
    ) -> Arc<dyn Client> {
        let mut mailbox = self.mailbox.lock();
        mailbox.client = client.clone();
        mailbox.brought_by = Some(Box::new(nonce));
        drop(mailbox);
        std::mem::replace(&mut resident.client, client)
    }

    /// Whether many browsers share it: then events that a browser asks for say who that is.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.audience.is_some()
    }

    /// Whether it is over: it takes no event any more.
    pub fn has_ended(&self) -> bool {
        self.mailbox.lock().ended
    }

    /// Whether this signed state has brought its client, and nothing has come from it since.
    pub(super) fn was_brought_by(&self, nonce: Nonce) -> bool {
        self.mailbox.lock().brought_by.as_deref() == Some(&nonce)
    }

    /// Gives an event its turn, or a place in the queue. An event that gets neither is refused at once.
    pub fn submit(self: &Arc<Self>, event: Event) -> Turn {
        self.submit_by(event, By::Daemon)
    }

    /// The same, for somebody.
    pub fn submit_by(self: &Arc<Self>, event: Event, by: By<'_>) -> Turn {
        match self.try_submit(event, by) {
            Ok(turn) => turn,
            Err(ended) => {
                let (event, by) = *ended;
                let gone = Refusal::rehydration_required(self.id.as_str());
                self.refuse(&event, by.client(), &gone);
                None
            }
        }
    }

    /// The same, but gives the event back if the instance has ended, or is another browser's by now.
    pub(super) fn try_submit<'b>(
        self: &Arc<Self>,
        event: Event,
        by: By<'b>,
    ) -> Result<Turn, Box<(Event, By<'b>)>> {
        let mut mailbox = self.mailbox.lock();
        let is_foreign = matches!(by, By::Owner(client) if !std::ptr::addr_eq(client, &raw const *mailbox.client));
        if mailbox.ended || is_foreign {
            return Err(Box::new((event, by)));
        }
        if mailbox.brought_by.is_some()
            && matches!(by, By::Owner(_))
            && !matches!(event, Event::Disconnect { .. })
        {
            mailbox.brought_by = None;
        }
        if let Some(resident) = mailbox.resident.take() {
            let turn = self
                .clone()
                .take_turn(resident, event, by.caller(), spans::current());
            return Ok(Some(Box::pin(turn)));
        }
        if event.is_droppable() && mailbox.waiting.len() >= mailbox.max_waiting {
            let waiting = mailbox.waiting.len();
            let client = mailbox.client.clone();
            drop(mailbox);
            let message =
                format!("{waiting} events of this component are waiting already; try again later");
            let refusal = Refusal::new(Code::LimitExceeded, message);
            self.refuse(&event, by.client().or(Some(&*client)), &refusal);
            return Ok(None);
        }
        match (event, mailbox.waiting.back_mut()) {
            // Room events that wait together are heard together.
            (
                Event::RoomEvents(more),
                Some(Waiting {
                    event: Event::RoomEvents(earlier),
                    ..
                }),
            ) => {
                let room = MAX_ROOM_EVENTS.saturating_sub(earlier.len());
                if more.len() > room {
                    let (id, lost) = (&self.id, more.len() - room);
                    tracing::warn!(component = self.slot.name(), instance = %id, lost, "room events are lost: the component is too slow for them");
                }
                earlier.extend(more.into_iter().take(room));
            }
            (event, _) => mailbox.waiting.push_back(Waiting {
                event,
                caller: by.caller(),
                since: self.slot.meter.as_ref().map(|_| Instant::now()),
                parent: spans::current(),
            }),
        }
        Ok(None)
    }

    /// The browser behind the event under way, in a shared instance.
    pub(super) fn asking(&self) -> Option<Arc<dyn Client>> {
        self.audience.as_ref()?.asking()
    }

    /// Ends a shared instance unless somebody is about to join. From here on it takes no event.
    pub(super) fn close_unless_joined(&self) -> bool {
        let mut mailbox = self.mailbox.lock();
        let joins = mailbox
            .waiting
            .iter()
            .any(|waiting| matches!(waiting.event, Event::Join(_)));
        mailbox.ended |= !joins;
        !joins
    }

    /// Looks at it from outside: at its browser's end, at how much waits, and, while it is idle, inside.
    pub(super) fn peek<T>(
        &self,
        look: impl FnOnce(&dyn Client, usize, Option<&Resident>) -> T,
    ) -> T {
        let mailbox = self.mailbox.lock();
        let resident = mailbox.resident.as_ref();
        look(&*mailbox.client, mailbox.waiting.len(), resident)
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

impl Observed for Instance {
    fn log(&self) -> &ArcSwapOption<Log> {
        &self.log
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
