//! What the inspector reads of everything that is mounted, and what it changes in development.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Live;
use super::event::Event;
use super::instance::{Instance, Resident};
use super::observer::{After, Observed, What};
use super::refusal::Refusal;
use super::room::Room;
use super::slot::Slot;
use super::swap::replace;
use super::transaction::Tell;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::Code;
use crate::state::{Document, Json};

/// An instance at a glance.
#[derive(Debug)]
pub struct Glance {
    /// Its id.
    pub id: InstanceId,
    /// Its browser's connection; `None` where many share it, or it is a room's logic.
    pub connection: Option<ConnectionId>,
    /// Of a singleton: how many connections share it.
    pub members: Option<usize>,
    /// Events that wait.
    pub waiting: usize,
    /// What only an idle instance tells.
    pub idle: Option<Idle>,
}

/// What an idle instance tells of itself.
#[derive(Debug)]
pub struct Idle {
    /// The version that served it last.
    pub version: Arc<str>,
    /// Bytes of its state and private data.
    pub state_bytes: usize,
    /// Its rooms.
    pub rooms: Vec<Arc<str>>,
    /// Whether its connection is gone and it waits for it.
    pub is_lost: bool,
}

/// An idle instance, looked into.
#[derive(Debug)]
pub struct Inside {
    /// Its state.
    pub state: Document,
    /// Its private data.
    pub private: Document,
    /// Its timers.
    pub timers: Vec<TimerGlance>,
}

/// A timer that runs.
#[derive(Debug)]
pub struct TimerGlance {
    /// Its name.
    pub name: Box<str>,
    /// Its delay, or its interval.
    pub delay: Duration,
    /// Whether it goes on.
    pub repeats: bool,
    /// Until it is due.
    pub left: Duration,
}

/// A change by the inspector, with the place where it is waited for.
#[derive(Debug)]
pub struct Inspection {
    change: Change,
    answer: oneshot::Sender<Result<(), Refusal>>,
}

/// What the inspector changes.
#[derive(Debug)]
enum Change {
    /// Keys are laid over the state.
    Edit(Json),
    /// State and private data are as they were once.
    Travel(Box<After>),
}

impl Inspection {
    /// What it is called among the events.
    pub(super) fn name(&self) -> &'static str {
        match self.change {
            Change::Edit(_) => "edit",
            Change::Travel(_) => "travel",
        }
    }
}

impl Live {
    /// All that is known by name, the logic of rooms included, sorted.
    #[must_use]
    pub fn slots(&self) -> Vec<Arc<Slot>> {
        let mut slots: Vec<_> = self.slots.read().values().cloned().collect();
        slots.sort_by(|a, b| a.name().cmp(b.name()));
        slots
    }

    /// Anything that runs, the logic of rooms included, by its id.
    #[must_use]
    pub fn find_any(&self, id: &str) -> Option<Arc<Instance>> {
        self.slots
            .read()
            .values()
            .find_map(|slot| slot.instance(id))
    }

    /// Lays the keys of a JSON object over the state of an instance. `null` removes a key that its default state does
    /// not have. It is an event like any other, without the component's logic.
    ///
    /// # Errors
    /// If there is no such instance, `changes` is no object, or the state would be too large.
    pub async fn edit(&self, instance: &str, changes: Json) -> Result<(), Refusal> {
        self.change(instance, Change::Edit(changes)).await
    }

    /// Sets an instance's state and private data to what they were after an event that is still kept.
    ///
    /// # Errors
    /// If there is no such instance, or the event is not kept.
    pub async fn travel(&self, instance: &str, seq: u64) -> Result<(), Refusal> {
        let found = self.inspected(instance)?;
        let log = found.log().load_full();
        let seen = log.and_then(|log| log.find(seq));
        let after = seen.and_then(|seen| match &seen.what {
            What::Event(event) => event.after.clone(),
            What::Room(_) => None,
        });
        let Some(after) = after else {
            let message = format!("The state after event {seq} is not kept any more");
            return Err(Refusal::new(Code::InvalidPayload, message));
        };
        self.change(instance, Change::Travel(Box::new(after))).await
    }

    async fn change(&self, instance: &str, change: Change) -> Result<(), Refusal> {
        let instance = self.inspected(instance)?;
        let (answer, answered) = oneshot::channel();
        let event = Event::Inspect(Box::new(Inspection { change, answer }));
        self.run(instance.submit(event)).await;
        let ended = || Refusal::rehydration_required(instance.id().as_str());
        answered.await.unwrap_or_else(|_| Err(ended()))
    }

    fn inspected(&self, id: &str) -> Result<Arc<Instance>, Refusal> {
        let missing = || {
            let message = format!("There is no instance {id} any more");
            Refusal::new(Code::ComponentNotFound, message)
        };
        self.find_any(id).ok_or_else(missing)
    }
}

impl Instance {
    /// What it looks like from outside.
    #[must_use]
    pub fn glance(&self) -> Glance {
        let members = self.audience.as_ref().map(|audience| audience.count());
        let is_own = members.is_none() && !self.slot.is_room();
        self.peek(|client, waiting, resident| Glance {
            id: self.id().clone(),
            connection: is_own.then(|| client.connection().clone()),
            members,
            waiting,
            idle: resident.and_then(|resident| {
                let subject = resident.subject.as_ref()?;
                Some(Idle {
                    version: resident.version.definition.version.clone(),
                    state_bytes: subject.state.bytes() + subject.private_bytes(),
                    rooms: resident
                        .rooms
                        .iter()
                        .map(|room| room.name().clone())
                        .collect(),
                    is_lost: resident.lost_until.is_some(),
                })
            }),
        })
    }

    /// Its state and what belongs to it, while it is idle.
    #[must_use]
    pub fn inside(&self) -> Option<Inside> {
        self.peek(|_, _, resident| {
            let resident = resident?;
            let subject = resident.subject.as_ref()?;
            let now = tokio::time::Instant::now();
            let own = resident.timers.values();
            Some(Inside {
                state: subject.state.clone(),
                private: subject.private.as_deref().cloned().unwrap_or_default(),
                timers: own
                    .map(|timer| TimerGlance {
                        name: timer.start.name.clone(),
                        delay: timer.start.delay,
                        repeats: timer.start.repeats,
                        left: timer.due.saturating_duration_since(now),
                    })
                    .collect(),
            })
        })
    }

    /// Changes the state for the inspector.
    pub(super) fn inspect(&self, resident: &mut Resident, inspection: Inspection) {
        let outcome = self.try_inspect(resident, inspection.change);
        if let Err(refusal) = &outcome {
            resident.refused_by(refusal);
        }
        // Whoever asked may have gone meanwhile.
        let _ = inspection.answer.send(outcome);
    }

    fn try_inspect(&self, resident: &mut Resident, change: Change) -> Result<(), Refusal> {
        let Some(subject) = &mut resident.subject else {
            return Ok(());
        };
        match change {
            Change::Edit(changes) => {
                let limit = subject.shared.max_state_bytes;
                let limit = limit.saturating_sub(subject.private_bytes());
                let shared = subject.shared.clone();
                let is_known = |key: &str| shared.default_state.contains(key);
                subject
                    .state
                    .patch(changes.as_str(), limit, is_known)
                    .map_err(|error| {
                        Refusal::new(
                            Code::InvalidPayload,
                            format!("Nothing was changed: {error}"),
                        )
                    })?;
            }
            Change::Travel(then) => {
                let now = &resident.version.definition.version;
                if then.version != *now {
                    let message = format!(
                        "That state is of version {}, and {now} runs now: it would not be understood",
                        then.version
                    );
                    return Err(Refusal::new(Code::InvalidPayload, message));
                }
                let After { state, private, .. } = *then;
                replace(&mut subject.state, state);
                if subject.private.is_some() || !private.is_empty() {
                    replace(subject.private_mut(), private);
                }
            }
        }
        self.commit(resident, Tell::Delta);
        Ok(())
    }
}

impl Room {
    /// The component that is its logic, if it has any.
    #[must_use]
    pub fn logic_name(&self) -> Option<&str> {
        self.logic.as_ref().map(|logic| logic.component())
    }

    /// Whether browsers may only listen.
    #[must_use]
    pub fn is_server_only(&self) -> bool {
        self.is_server_only
    }
}
