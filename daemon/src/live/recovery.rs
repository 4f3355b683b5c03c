//! Components whose connection is gone, and how a browser gets its own back.
//!
//! When a connection is lost, what it has mounted stays for a grace time: with its state, its private data, its rooms
//! and its timers. A browser that comes back in that time with the signed state gets the living component. Later, or
//! when too many wait, it gets a new one that begins with the signed state.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use compact_str::CompactString;
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::client::Client;
use super::event::{Event, MountRequest};
use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use super::run_turn;
use super::swap::{migrated, replace};
use super::transaction::Tell;
use crate::config::RecoveryConfig;
use crate::ids::InstanceId;
use crate::protocol::{Code, Mounted, Rehydrated, ServerMessage};
use crate::signing::Nonce;
use crate::state::Document;
use crate::wasm::{GuestEvent, Session};

/// The number of the timer that ends a component whose connection did not come back. Guests' own are far below.
pub(super) const GRACE: u64 = u64::MAX;

/// What a component that waits costs beside its state, in bytes.
const OVERHEAD_BYTES: usize = 1024;

/// A browser that has its living component back.
#[derive(Debug)]
pub struct Attach {
    pub(super) client: Arc<dyn Client>,
    pub(super) session: Arc<Session>,
    /// Of the signed state.
    pub(super) nonce: Nonce,
    /// What the browser asked for.
    pub(super) request: RehydrateRequest,
}

/// A new component that begins with what a browser has kept of an older one.
#[derive(Debug)]
pub struct Revival {
    pub(super) state: Document,
    pub(super) from_version: String,
    pub(super) request: RehydrateRequest,
}

/// What the reply to a rehydration needs.
#[derive(Debug)]
pub struct RehydrateRequest {
    /// The instance that it was, as the browser says.
    pub component: CompactString,
    /// The default room.
    pub room: Option<CompactString>,
    /// `requestId` as JSON text.
    pub request: Option<CompactString>,
}

/// The components that wait for their connection to come back: bounded, the oldest go first.
pub struct Lost {
    config: RecoveryConfig,
    waiting: Mutex<Waiting>,
    /// Owns the end of those that are too many.
    tasks: TaskTracker,
}

#[derive(Default)]
struct Waiting {
    by_age: BTreeMap<u64, (Arc<Instance>, usize)>,
    ages: HashMap<InstanceId, u64>,
    last: u64,
    bytes: usize,
}

impl Lost {
    pub(super) fn new(config: RecoveryConfig, tasks: TaskTracker) -> Self {
        Self {
            config,
            waiting: Mutex::default(),
            tasks,
        }
    }

    /// How many wait.
    #[must_use]
    pub fn count(&self) -> usize {
        self.waiting.lock().by_age.len()
    }

    /// Whether a component waits.
    pub(super) fn holds(&self, id: &InstanceId) -> bool {
        self.waiting.lock().ages.contains_key(id)
    }

    /// Keeps a component. Gives those that must go for it.
    fn keep(&self, instance: &Arc<Instance>, bytes: usize) -> Vec<Arc<Instance>> {
        let mut waiting = self.waiting.lock();
        waiting.last += 1;
        let age = waiting.last;
        waiting.bytes += bytes;
        waiting.by_age.insert(age, (instance.clone(), bytes));
        waiting.ages.insert(instance.id().clone(), age);
        let mut over = Vec::new();
        while waiting.by_age.len() > self.config.instances || waiting.bytes > self.config.bytes {
            let Some((_, (oldest, bytes))) = waiting.by_age.pop_first() else {
                break;
            };
            waiting.ages.remove(oldest.id());
            waiting.bytes -= bytes;
            over.push(oldest);
        }
        over
    }

    fn forget(&self, id: &InstanceId) {
        let mut waiting = self.waiting.lock();
        if let Some(age) = waiting.ages.remove(id)
            && let Some((_, bytes)) = waiting.by_age.remove(&age)
        {
            waiting.bytes -= bytes;
        }
    }
}

impl Instance {
    /// The connection is gone. `false`: the component has ended with it.
    pub(super) async fn disconnected(
        self: &Arc<Self>,
        resident: &mut Resident,
        grace: Duration,
    ) -> bool {
        self.log_connection(resident, "lost its connection");
        if let Some(audience) = &self.audience {
            return self.leave_audience(audience, resident).await;
        }
        if resident.version.definition.hooks.disconnect {
            self.hook(
                resident,
                "disconnect",
                GuestEvent::Disconnect,
                Tell::Nothing,
            )
            .await;
        }
        let services = self.slot.services.clone();
        if grace.is_zero() || services.signer.is_none() {
            self.end(resident).await;
            return false;
        }
        let due = tokio::time::Instant::now() + grace;
        resident.lost_until = Some(due);
        services.timers.start(self, GRACE, due);
        let bytes = resident
            .subject
            .as_ref()
            .map_or(0, |subject| subject.state.bytes() + subject.private_bytes());
        for oldest in services.lost.keep(self, bytes + OVERHEAD_BYTES) {
            if Arc::ptr_eq(&oldest, self) {
                self.end(resident).await;
                return false;
            }
            run_turn(&services.lost.tasks, oldest.submit(Event::Forget)).await;
        }
        true
    }

    /// The grace time may be over. `true`: it is, and the component has ended.
    pub(super) async fn is_given_up(self: &Arc<Self>, resident: &mut Resident) -> bool {
        let due = resident.lost_until;
        // An earlier timer: it was lost again since.
        if due.is_none_or(|due| due > tokio::time::Instant::now()) {
            return false;
        }
        self.give_up(resident).await
    }

    /// Ends a component that waits. `false`: it does not wait any more.
    pub(super) async fn give_up(self: &Arc<Self>, resident: &mut Resident) -> bool {
        if resident.lost_until.is_none() {
            return false;
        }
        self.slot.services.lost.forget(self.id());
        self.end(resident).await;
        true
    }

    /// Gives the living component to the connection that has brought its signed state.
    pub(super) async fn attach(self: &Arc<Self>, resident: &mut Resident, attach: Attach) {
        let Attach {
            client,
            session,
            nonce,
            request,
        } = attach;
        let before = self.take_over(resident, client, nonce);
        self.log_connection(resident, "has its browser back");
        let was_lost = resident.lost_until.take().is_some();
        if was_lost {
            self.slot.services.lost.forget(self.id());
        } else if before.connection() != resident.client.connection() {
            // A connection that nobody has noticed to be dead, most often.
            before.send(&ServerMessage::Ended {
                component: self.id(),
                code: Code::Replayed,
                error: "The component is in use on another connection now",
            });
            before.flush();
        }
        for room in &resident.rooms {
            room.reseat(self, before.connection(), &resident.client);
        }
        if let Some(subject) = &mut resident.subject {
            subject.session = session;
        }
        if resident.version.definition.hooks.connect {
            self.hook(resident, "connect", GuestEvent::Connect, Tell::Nothing)
                .await;
        }
        self.tell_rehydrated(resident, &request, true);
    }

    /// The first event of a component that begins with what was kept of another. `false`: it could not.
    pub(super) async fn revive(
        self: &Arc<Self>,
        resident: &mut Resident,
        revival: Revival,
    ) -> bool {
        let request = &revival.request;
        if let Err(refusal) = self.try_revive(resident, &revival).await {
            resident.client.send(&ServerMessage::Rehydrated {
                component: &request.component,
                outcome: Err(refusal.as_error()),
                request: request.request.as_deref(),
            });
            self.leave_all(resident);
            return false;
        }
        self.begin(resident);
        let hooks = resident.version.definition.hooks;
        if hooks.connect {
            self.hook(resident, "connect", GuestEvent::Connect, Tell::Nothing)
                .await;
        }
        if hooks.rehydrate {
            let from_version = &revival.from_version;
            let event = GuestEvent::Rehydrate { from_version };
            self.hook(resident, "rehydrate", event, Tell::Nothing).await;
        }
        self.log_lifecycle(resident, "rehydrated");
        self.tell_rehydrated(resident, request, false);
        true
    }

    async fn try_revive(
        self: &Arc<Self>,
        resident: &mut Resident,
        revival: &Revival,
    ) -> Result<(), Refusal> {
        let definition = &resident.version.definition;
        let mut older = definition.clone();
        older.version = revival.from_version.as_str().into();
        let module = &resident.version.module;
        let state = migrated(&older, module, definition, &revival.state).await;
        let state = state.map_err(|error| {
            let (from, to) = (&older.version, &definition.version);
            let name = self.slot.name();
            tracing::warn!(component = name, %from, %to, %error, "a signed state could not be migrated");
            let message = format!("The state is of version {from}, which {name} {to} cannot take over");
            Refusal::new(Code::InvalidPayload, message)
        })?;
        if let Some(room) = &revival.request.room {
            self.join(resident, room, None, true).await?;
        }
        if let Some(subject) = &mut resident.subject {
            replace(&mut subject.state, state);
        }
        Ok(())
    }

    /// Answers a rehydration. The whole state is pushed once more: some clients listen to their new id only after
    /// the reply.
    fn tell_rehydrated(
        self: &Arc<Self>,
        resident: &mut Resident,
        request: &RehydrateRequest,
        recovered: bool,
    ) {
        let signed = self.sign(resident);
        let Some(subject) = &resident.subject else {
            return;
        };
        let (client, signed) = (&resident.client, signed.as_ref());
        let mounted = Mounted {
            component: self.id(),
            state: &subject.state,
            signed,
        };
        client.send(&ServerMessage::Rehydrated {
            component: &request.component,
            outcome: Ok(Rehydrated { mounted, recovered }),
            request: request.request.as_deref(),
        });
        client.send(&ServerMessage::StateRehydrated {
            old: &request.component,
            mounted,
        });
        client.send(&ServerMessage::State {
            component: self.id(),
            state: &subject.state,
            signed,
        });
    }
}

impl From<&RehydrateRequest> for MountRequest {
    fn from(request: &RehydrateRequest) -> Self {
        Self {
            room: request.room.clone(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lost")
            .field("waiting", &self.count())
            .finish_non_exhaustive()
    }
}
