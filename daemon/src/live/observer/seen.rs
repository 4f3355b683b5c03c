//! What is seen: events of instances, what happens in rooms, swaps.

use std::sync::Arc;
use std::time::Duration;

use compact_str::{CompactString, ToCompactString, format_compact};

use super::Observer;
use crate::ids::{ConnectionId, InstanceId};
use crate::live::event::{ActionCall, Event};
use crate::live::instance::{Instance, Resident};
use crate::live::refusal::Refusal;
use crate::live::swap::Swapped;
use crate::state::{Delta, Document, Json, merge};
use crate::telemetry::{EventKind, Outcome};

/// Something that was seen.
#[derive(Debug)]
pub struct Seen {
    /// Grows from event to event, over all that is seen.
    pub seq: u64,
    /// When it was over, in milliseconds since the Unix epoch.
    pub at: u64,
    /// What.
    pub what: What,
}

/// What was seen.
#[derive(Debug)]
pub enum What {
    /// An event of an instance.
    Event(Box<SeenEvent>),
    /// Something that happened in a room.
    Room(SeenInRoom),
}

/// An event of an instance.
#[derive(Debug)]
pub struct SeenEvent {
    /// The instance.
    pub instance: InstanceId,
    /// Its component.
    pub component: Arc<str>,
    /// What kind of event.
    pub kind: EventKind,
    /// The action, the timer, the key, the room: what it is about.
    pub name: Option<CompactString>,
    /// What it was given.
    pub payload: Option<Json>,
    /// What it changed.
    pub delta: Delta,
    /// What it gave.
    pub result: Option<Json>,
    /// Why it failed.
    pub error: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// From its turn to its end.
    pub took: Duration,
    /// Whose message it was, if it was one.
    pub connection: Option<ConnectionId>,
    /// Who was signed in there.
    pub user: Option<String>,
    /// `requestId`, as JSON text.
    pub request: Option<CompactString>,
    /// In development: what there was after it.
    pub after: Option<After>,
}

/// What there was after an event.
#[derive(Debug, Clone)]
pub struct After {
    /// The version whose shape the state has.
    pub version: Arc<str>,
    /// The state.
    pub state: Document,
    /// The private data.
    pub private: Document,
}

/// Something that happened in a room.
#[derive(Debug)]
pub struct SeenInRoom {
    /// The room.
    pub room: Arc<str>,
    /// What: `emit`, `state`, `broadcast`, `join`, `leave`.
    pub kind: &'static str,
    /// The event.
    pub name: Option<CompactString>,
    /// Its data, or what changed of the state.
    pub data: Option<Json>,
    /// Which member did it.
    pub from: Option<InstanceId>,
}

/// A module that was taken, or not.
#[derive(Debug)]
pub struct SeenSwap {
    /// When, in milliseconds since the Unix epoch.
    pub at: u64,
    /// The module.
    pub module: String,
    /// How long it took.
    pub took: Duration,
    /// The components that it has, or why it was not taken.
    pub outcome: Result<Vec<Swapped>, String>,
}

/// What is known of an event that runs.
#[derive(Debug)]
pub(in crate::live) struct Sketch {
    name: Option<CompactString>,
    payload: Option<Json>,
    request: Option<CompactString>,
    delta: Delta,
    result: Option<Json>,
    error: Option<String>,
}

impl What {
    /// What it takes to keep it, about.
    pub(super) fn bytes(&self) -> usize {
        let text = |json: &Option<Json>| json.as_ref().map_or(0, |json| json.as_str().len());
        match self {
            Self::Event(event) => {
                let delta = event.delta.iter().map(|(_, value)| text(value));
                let after = event.after.as_ref();
                size_of::<SeenEvent>()
                    + text(&event.payload)
                    + text(&event.result)
                    + delta.sum::<usize>()
                    + after.map_or(0, |after| after.state.bytes() + after.private.bytes())
            }
            Self::Room(happened) => size_of::<SeenInRoom>() + text(&happened.data),
        }
    }
}

impl Sketch {
    /// An event is about to run.
    pub(in crate::live) fn of(event: &Event, resident: &Resident) -> Box<Self> {
        let (name, payload) = describe(event, resident);
        Box::new(Self {
            name,
            payload,
            request: event.request().cloned(),
            delta: Delta::new(),
            result: None,
            error: None,
        })
    }

    /// It changed something.
    pub(in crate::live) fn changed(&mut self, delta: &Delta) {
        merge(&mut self.delta, delta.iter().cloned());
    }

    /// It gave something.
    pub(in crate::live) fn gave(&mut self, result: Option<&Json>) {
        self.result = result.cloned();
    }

    /// It failed.
    pub(in crate::live) fn failed(&mut self, refusal: &Refusal) {
        self.error = Some(refusal.message.clone());
    }
}

impl Instance {
    /// An event that was begun is over.
    pub(in crate::live) fn note_seen(
        &self,
        observer: &Observer,
        resident: &Resident,
        sketch: Sketch,
        kind: EventKind,
        took: Duration,
    ) {
        let asking = self.asking();
        // Whose message it was: timers, rooms and the app are nobody's.
        let client = match &self.audience {
            _ if self.slot.is_room() || !kind.is_browsers() => None,
            Some(_) => asking.as_deref(),
            None => Some(&*resident.client),
        };
        let identity = client.and_then(|_| resident.session().user.load_full());
        let after = observer.keeps_all.then(|| {
            let subject = resident.subject.as_ref();
            subject.map(|subject| {
                let private = subject.private.as_deref().cloned();
                After {
                    version: resident.version.definition.version.clone(),
                    state: subject.state.clone(),
                    private: private.unwrap_or_default(),
                }
            })
        });
        let event = SeenEvent {
            instance: self.id().clone(),
            component: self.slot.name_shared(),
            kind,
            name: sketch.name,
            payload: sketch.payload,
            delta: sketch.delta,
            result: sketch.result,
            error: sketch.error,
            outcome: resident.outcome,
            took,
            connection: client.map(|client| client.connection().clone()),
            user: identity.map(|identity| identity.user_id.to_string()),
            request: sketch.request,
            after: after.flatten(),
        };
        observer.note(self, What::Event(Box::new(event)));
    }
}

/// What an event is about, and what it was given.
fn describe(event: &Event, resident: &Resident) -> (Option<CompactString>, Option<Json>) {
    let call = |call: &ActionCall| (Some(call.name.clone()), call.payload.clone());
    match event {
        Event::Mount(request) | Event::Join(request) => (request.room.clone(), None),
        Event::Action(action) => call(action),
        Event::AppCall(app) => call(&app.call),
        Event::Property(update) => {
            let value = Some(update.value.clone());
            (Some(update.name.clone()), value)
        }
        Event::Room(command) => {
            let operation = command.operation.message_type();
            let what = command.event.as_deref().unwrap_or_default();
            let name = format_compact!("{operation} {} {what}", command.room);
            let name = CompactString::from(name.trim_end());
            (Some(name), command.data.clone())
        }
        Event::RoomEvents(events) => match &events[..] {
            [only] => {
                let name = format_compact!("{} {}", only.room, only.event);
                (Some(name), Some(only.data.clone()))
            }
            several => {
                let data: Vec<&str> = several.iter().map(|event| event.data.as_str()).collect();
                let all = Json::parse(&format!("[{}]", data.join(","))).ok();
                (Some(format_compact!("{} together", data.len())), all)
            }
        },
        Event::RoomHook { joined, room } => {
            let what = if *joined { "join" } else { "leave" };
            (Some(format_compact!("{what} {room}")), None)
        }
        Event::Timer(id) => match resident.timers.get(id) {
            Some(timer) => {
                let name = Some(timer.start.name.to_compact_string());
                (name, timer.start.payload.clone())
            }
            None => (None, None),
        },
        Event::Upload(upload) => (Some(upload.file().into()), None),
        Event::Call(request) => {
            let name = Some(request.call.action.to_compact_string());
            (name, request.call.payload.clone())
        }
        Event::Member(change) => {
            let what = if change.joins { "join" } else { "leave" };
            (Some(format_compact!("{what} {}", change.member)), None)
        }
        Event::Inspect(change) => (Some(change.name().into()), None),
        Event::Unmount { .. }
        | Event::Revive(_)
        | Event::Attach(_)
        | Event::Open
        | Event::Refresh
        | Event::Disconnect { .. }
        | Event::Forget
        | Event::Sign => (None, None),
    }
}
