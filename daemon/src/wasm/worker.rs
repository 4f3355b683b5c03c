//! One live instance of a module, and the loan of one to an event.

use std::sync::Arc;

use wasmtime::Store;

use super::bindings::LiveComponent;
use super::bindings::exports::liveside::component::component as wit;
use super::cpu::{CpuMeter, OutOfCpuTime};
use super::definition::{self, Definition, DefinitionError};
use super::engine::{GuestLimits, Inner};
use super::event::{GuestEvent, UploadStage};
use super::fault::{CallError, Failure, FailureKind, Fault};
use super::host::{GuestStore, LogBudget, Speaker};
use super::limiter::MemoryLimiter;
use super::module::{Place, Pool};
use super::secrets::Secrets;
use super::subject::Subject;
use super::wasi::WasiState;
use crate::config::WasiConfig;
use crate::state::{Document, Json};

/// The longest message of a crash that a guest tells of itself.
const MAX_CRASH_BYTES: usize = 8 * 1024;

/// Log lines of a call that has no mounted component behind it.
const LOG_LINES_WITHOUT_SUBJECT: usize = 100;

/// Said instead of what holds a secret.
const SECRET_REVEALED: &str = "The answer held a secret of the component and was kept back";

/// A live instance of a module.
pub(super) struct Worker {
    /// Unique within the module.
    pub(super) id: u32,
    store: Store<GuestStore>,
    guest: LiveComponent,
    cpu: Arc<CpuMeter>,
    /// What its memory began with: an engine of some language is large before the first event.
    first_bytes: usize,
}

impl Worker {
    /// Instantiates the module.
    pub(super) async fn start(
        id: u32,
        engine: &Inner,
        module: &Arc<str>,
        pre: &super::bindings::LiveComponentPre<GuestStore>,
        granted: Option<&WasiConfig>,
    ) -> wasmtime::Result<Self> {
        let (mut store, cpu) = store(engine, module);
        if let Some(granted) = granted {
            let wasi = WasiState::granting(granted, module, &store.data().log)?;
            store.data_mut().wasi = Some(Box::new(wasi));
        }
        store
            .data()
            .log
            .begin(LOG_LINES_WITHOUT_SUBJECT, &Arc::default());
        let guest = cpu.running(pre.instantiate_async(&mut store)).await?;
        Ok(Self {
            id,
            first_bytes: store.data().memory.bytes(),
            store,
            guest,
            cpu,
        })
    }

    fn grown_bytes(&self) -> usize {
        self.store
            .data()
            .memory
            .bytes()
            .saturating_sub(self.first_bytes)
    }
}

/// What an instance is made in, with its limits on memory and processor time.
pub(super) fn store(engine: &Inner, module: &Arc<str>) -> (Store<GuestStore>, Arc<CpuMeter>) {
    let cpu = Arc::new(CpuMeter::new(engine.limits.cpu_time));
    let data = GuestStore {
        subject: None,
        grants: None,
        memory: MemoryLimiter::new(engine.limits.memory_bytes),
        log: Arc::new(LogBudget::default()),
        wasi: None,
        module: module.clone(),
        cpu: cpu.clone(),
    };
    let mut store = Store::new(&engine.engine, data);
    store.limiter(|data| &mut data.memory);
    store.set_epoch_deadline(1);
    let meter = cpu.clone();
    store.epoch_deadline_callback(move |_| meter.tick());
    (store, cpu)
}

/// What a trap means.
pub(super) fn fault(
    store: &Store<GuestStore>,
    trap: &wasmtime::Error,
    limits: &GuestLimits,
) -> Fault {
    let memory = &store.data().memory;
    if trap.downcast_ref::<OutOfCpuTime>().is_some() {
        Fault::CpuTime {
            limit: limits.cpu_time,
        }
    } else if memory.refused() {
        Fault::OutOfMemory {
            limit_bytes: memory.limit_bytes(),
        }
    } else {
        Fault::Crashed {
            reason: format!("{trap:#}"),
        }
    }
}

/// A worker on loan to one event. It goes back to its pool when this is dropped, unless it broke down.
///
/// All calls of one event go through one lease: they share its time and, in a `fresh` component, its instance.
pub struct Lease<'m> {
    pool: &'m Pool,
    /// Goes back last, when the worker has.
    _place: Place<'m>,
    limits: &'m GuestLimits,
    worker: Option<Worker>,
    deadline: tokio::time::Instant,
    /// Whether the worker serves this event only.
    fresh: bool,
    /// Whether it trapped or was stopped: its memory cannot be trusted any more.
    broken: bool,
}

impl<'m> Lease<'m> {
    pub(super) fn new(
        pool: &'m Pool,
        place: Place<'m>,
        limits: &'m GuestLimits,
        worker: Worker,
        fresh: bool,
    ) -> Self {
        worker.cpu.begin();
        let data = worker.store.data();
        if data.wasi.is_some() {
            // A migration has nobody behind it, and is not the event before.
            data.log.hear(None);
        }
        Self {
            pool,
            _place: place,
            limits,
            worker: Some(worker),
            deadline: tokio::time::Instant::now() + limits.wall_time,
            fresh,
            broken: false,
        }
    }

    /// The worker's id: an instance remembers it and asks for the same one next time.
    #[must_use]
    pub fn worker_id(&self) -> u32 {
        self.worker.as_ref().map_or(0, |worker| worker.id)
    }

    /// Lends the subject to the host functions.
    pub fn enter(&mut self, subject: Subject) {
        if let Some(worker) = &mut self.worker {
            let data = worker.store.data_mut();
            data.log
                .begin(subject.shared.max_log_lines, &subject.shared.secrets);
            if data.wasi.is_some() {
                data.log.hear(Some(Speaker::of(&subject)));
            }
            data.subject = Some(subject);
        }
    }

    /// Takes the subject back, with what the event wrote. It survives a fault too.
    pub fn leave(&mut self) -> Option<Subject> {
        let data = self.worker.as_mut()?.store.data_mut();
        let dropped = data.log.dropped();
        let subject = data.subject.take();
        if dropped > 0
            && let Some(subject) = &subject
        {
            tracing::warn!(
                component = %subject.shared.component,
                instance = %subject.instance,
                dropped,
                limit = subject.shared.max_log_lines,
                "the event logged more lines than it may (limits.log-lines)"
            );
        }
        subject
    }

    /// What the event has done so far.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        self.worker.as_ref()?.store.data().subject.as_ref()
    }

    /// The same, to be written to by the daemon itself as part of the event.
    pub fn subject_mut(&mut self) -> Option<&mut Subject> {
        self.worker.as_mut()?.store.data_mut().subject.as_mut()
    }

    /// Runs one event in the guest.
    ///
    /// # Errors
    /// The guest's own error, or the fault that ended it. After a fault the lease takes no more calls.
    pub async fn handle(
        &mut self,
        component: &str,
        event: GuestEvent<'_>,
    ) -> Result<Option<Json>, CallError> {
        let limits = self.limits;
        let result = self
            .call(async |worker| {
                let Worker { store, guest, .. } = worker;
                let instance = store
                    .data()
                    .subject
                    .as_ref()
                    .map(|subject| subject.instance.clone());
                let target = wit::Target {
                    component,
                    instance: instance.as_ref().map_or("", |instance| instance.as_str()),
                };
                let keys: Vec<&str>;
                let room_events: Vec<wit::RoomEvent<'_>>;
                let event = match event {
                    GuestEvent::Connect => wit::Event::Connect,
                    GuestEvent::Mount { room, debug_label } => {
                        wit::Event::Mount(wit::Mount { room, debug_label })
                    }
                    GuestEvent::BeforeAction { name, payload } => {
                        wit::Event::BeforeAction(call(name, payload))
                    }
                    GuestEvent::Action { name, payload } => wit::Event::Action(call(name, payload)),
                    GuestEvent::StateChange(changed) => {
                        keys = changed.iter().map(|key| &**key).collect();
                        wit::Event::StateChange(&keys)
                    }
                    GuestEvent::Rehydrate { from_version } => {
                        wit::Event::Rehydrate(wit::Rehydrate { from_version })
                    }
                    GuestEvent::Reload { from_version } => {
                        wit::Event::Reload(wit::Reload { from_version })
                    }
                    GuestEvent::RoomEvents(events) => {
                        room_events = events
                            .iter()
                            .map(|event| wit::RoomEvent {
                                room: &event.room,
                                event: &event.event,
                                data: event.data.as_str(),
                            })
                            .collect();
                        wit::Event::RoomEvents(&room_events)
                    }
                    GuestEvent::RoomJoin(room) => wit::Event::RoomJoin(room),
                    GuestEvent::RoomLeave(room) => wit::Event::RoomLeave(room),
                    GuestEvent::Timer { id, name, payload } => wit::Event::Timer(wit::Timer {
                        id,
                        name,
                        payload: payload.map(Json::as_str),
                    }),
                    GuestEvent::Upload {
                        id,
                        stage,
                        filename,
                        media_type,
                        size,
                    } => wit::Event::Upload(wit::Upload {
                        id,
                        stage: match stage {
                            UploadStage::Start => wit::UploadStage::Start,
                            UploadStage::Progress(bytes) => wit::UploadStage::Progress(bytes),
                            UploadStage::Complete(url) => wit::UploadStage::Complete(url),
                            UploadStage::Failed(why) => wit::UploadStage::Failed(why),
                        },
                        filename,
                        content_type: media_type,
                        size,
                    }),
                    GuestEvent::Client {
                        joined,
                        connection: connection_id,
                        count,
                    } => {
                        let client = wit::Client {
                            connection_id,
                            count,
                        };
                        if joined {
                            wit::Event::ClientJoin(client)
                        } else {
                            wit::Event::ClientLeave(client)
                        }
                    }
                    GuestEvent::Member {
                        joins,
                        instance,
                        count,
                    } => {
                        let member = wit::Member { instance, count };
                        if joins {
                            wit::Event::MemberJoin(member)
                        } else {
                            wit::Event::MemberLeave(member)
                        }
                    }
                    GuestEvent::Empty => wit::Event::Empty,
                    GuestEvent::Disconnect => wit::Event::Disconnect,
                    GuestEvent::Destroy => wit::Event::Destroy,
                };
                guest
                    .liveside_component_component()
                    .call_handle(store, target, event)
                    .await
            })
            .await?;
        match result.map_err(|given| self.failure(given))? {
            None => Ok(None),
            Some(text) if text.len() > limits.result_bytes => Err(Fault::ResultTooLarge {
                bytes: text.len(),
                limit_bytes: limits.result_bytes,
            }
            .into()),
            Some(text)
                if self
                    .secrets()
                    .is_some_and(|secrets| secrets.are_in_json(&text)) =>
            {
                Err(Failure {
                    kind: FailureKind::Denied,
                    message: SECRET_REVEALED.to_owned(),
                }
                .into())
            }
            Some(text) => match Json::parse(&text) {
                Ok(json) => Ok(Some(json)),
                Err(error) => Err(Fault::InvalidResult {
                    reason: error.to_string(),
                }
                .into()),
            },
        }
    }

    /// Asks the guest to turn the state of another version into its own.
    ///
    /// # Errors
    /// The guest's own error, or the fault that ended it; a result that is no object counts as a fault.
    pub async fn migrate(
        &mut self,
        component: &str,
        from_version: &str,
        state: &str,
    ) -> Result<Document, CallError> {
        let result = self
            .call(async |worker| {
                let Worker { store, guest, .. } = worker;
                guest
                    .liveside_component_component()
                    .call_migrate(store, component, from_version, state)
                    .await
            })
            .await?;
        let text = result.map_err(|given| self.failure(given))?;
        Document::parse(&text).map_err(|error| {
            Fault::InvalidResult {
                reason: error.to_string(),
            }
            .into()
        })
    }

    /// Asks the guest what components it has.
    pub(super) async fn describe(
        &mut self,
    ) -> Result<Result<Vec<Definition>, DefinitionError>, Fault> {
        let given = self
            .call(async |worker| {
                let Worker { store, guest, .. } = worker;
                guest
                    .liveside_component_component()
                    .call_describe(store)
                    .await
            })
            .await?;
        Ok(definition::check_all(given))
    }

    /// What the guest says of its failure. One that it did not expect itself ends the worker, as a trap does.
    fn failure(&mut self, given: wit::Failure) -> CallError {
        let secret = |secrets: &Secrets| secrets.are_in(&given.message);
        let message = if self.secrets().is_some_and(secret) {
            SECRET_REVEALED.to_owned()
        } else {
            given.message
        };
        let kind = match given.code {
            wit::FailureCode::Failed => FailureKind::Failed,
            wit::FailureCode::NotCallable => FailureKind::NotCallable,
            wit::FailureCode::InvalidPayload => FailureKind::InvalidPayload,
            wit::FailureCode::Denied => FailureKind::Denied,
            wit::FailureCode::Limit => FailureKind::Limit,
            wit::FailureCode::Crashed => {
                self.broken = true;
                let reason = cut(message);
                return Fault::Crashed { reason }.into();
            }
        };
        Failure { kind, message }.into()
    }

    /// What no text for a browser may hold.
    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.subject()?.shared.secrets)
    }

    /// Runs a call within the event's time, and retires the worker if it breaks down.
    async fn call<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut Worker) -> wasmtime::Result<T>,
    ) -> Result<T, Fault> {
        let Some(worker) = self.worker.as_mut().filter(|_| !self.broken) else {
            return Err(Fault::NoWorker {
                reason: "it broke down earlier in this event".into(),
            });
        };
        let cpu = worker.cpu.clone();
        let outcome = tokio::time::timeout_at(self.deadline, cpu.running(run(worker))).await;
        let fault = match outcome {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(trap)) => fault(&worker.store, &trap, self.limits),
            Err(_) => Fault::WallTime {
                limit: self.limits.wall_time,
            },
        };
        self.broken = true;
        Err(fault)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            if self.broken {
                self.pool.count_trap();
            }
            let fit =
                !self.fresh && !self.broken && worker.grown_bytes() <= self.limits.recycle_bytes;
            self.pool.give_back(fit.then_some(worker));
        }
    }
}

/// A traceback goes to the log: no longer than a person reads, whatever the guest says.
fn cut(mut message: String) -> String {
    if message.len() > MAX_CRASH_BYTES {
        message.truncate(message.floor_char_boundary(MAX_CRASH_BYTES));
        message.push('…');
    }
    message
}

fn call<'a>(name: &'a str, payload: Option<&'a Json>) -> wit::Call<'a> {
    wit::Call {
        name,
        payload: payload.map(Json::as_str),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_says_no_more_than_a_person_reads() {
        assert_eq!(cut("short".to_owned()), "short");
        let long = cut("é".repeat(MAX_CRASH_BYTES));
        assert!(long.ends_with('…') && long.len() <= MAX_CRASH_BYTES + '…'.len_utf8());
    }
}
