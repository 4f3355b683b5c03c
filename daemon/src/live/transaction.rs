//! The transaction around an event's guest calls.
//!
//! An event ends in one of three ways. *Done*: its changes are applied and sent, then the reply. *Failed* (the
//! component returned an error): the changes made before are applied and sent all the same, then the failed reply.
//! *Broken* (a trap, a time-out, a limit): nothing is applied.

use std::sync::Arc;
use std::time::Instant;

use tracing::Instrument as _;

use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use crate::protocol::Code;
use crate::state::{Delta, Json, Key};
use crate::telemetry::spans;
use crate::wasm::{CallError, Fault, GuestEvent, Lease, Subject};

/// Whether what an event changed is told to the browser.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tell {
    /// As a delta.
    Delta,
    /// Not: the whole state is sent anyway, or nobody is there.
    Nothing,
}

impl Instance {
    /// Runs a lifecycle hook as an event of its own. Its errors are reported and break nothing.
    pub(super) async fn hook(
        self: &Arc<Self>,
        resident: &mut Resident,
        name: &'static str,
        event: GuestEvent<'_>,
        tell: Tell,
    ) {
        let outcome = self
            .transact(resident, name, tell, async |lease, component| {
                Ok(lease.handle(component, event).await?)
            })
            .await;
        if let Err(refusal) = outcome {
            tracing::warn!(component = self.slot.name(), instance = %self.id(), request = resident.request(), hook = name, error = %refusal, "a hook failed");
            self.report(name, &refusal);
        }
    }

    /// Tells a new version's `reload` hook that it has taken over.
    pub(super) async fn reload_hook(self: &Arc<Self>, resident: &mut Resident, from_version: &str) {
        if resident.version.definition.hooks.reload {
            self.hook(
                resident,
                "reload",
                GuestEvent::Reload { from_version },
                Tell::Delta,
            )
            .await;
        }
    }

    /// One event: guest calls on one worker, then everything or nothing.
    pub(super) async fn transact(
        self: &Arc<Self>,
        resident: &mut Resident,
        event: &str,
        tell: Tell,
        steps: impl AsyncFnOnce(&mut Lease<'_>, &str) -> Result<Option<Json>, Stop>,
    ) -> Result<Option<Json>, Refusal> {
        let version = resident.version.clone();
        let definition = &version.definition;
        let mut lease = match version
            .module
            .lease(
                &definition.name,
                resident.worker,
                definition.fresh,
                resident.depth(),
            )
            .await
        {
            Ok(lease) => lease,
            Err(fault) => return Err(self.broken(resident, event, fault)),
        };
        resident.worker = Some(lease.worker_id());
        if let Some(subject) = resident.subject.take() {
            lease.enter(subject);
        }
        let meter = self
            .slot
            .meter
            .as_ref()
            .map(|meter| (meter, Instant::now()));
        let span = spans::guest(&definition.name, event);
        let mut outcome = steps(&mut lease, &definition.name).instrument(span).await;
        if definition.hooks.state_change
            && !matches!(outcome, Err(Stop::Broken(_)))
            && let Err(stop) = self.state_change(&mut lease, &definition.name).await
        {
            outcome = Err(stop);
        }
        resident.subject = lease.leave();
        drop(lease);
        if let Some((meter, begun)) = meter {
            meter.guest(begun.elapsed());
        }
        let Some(subject) = &mut resident.subject else {
            return Err(self.broken(
                resident,
                event,
                Fault::NoWorker {
                    reason: "the state was lost".into(),
                },
            ));
        };
        match outcome {
            Ok(result) => {
                if let Some(sketch) = &mut resident.sketch {
                    sketch.gave(result.as_ref());
                }
                self.commit(resident, tell);
                self.apply_effects(resident).await;
                Ok(result)
            }
            Err(Stop::Refused(refusal)) => {
                resident.refused_by(&refusal);
                self.commit(resident, tell);
                self.apply_effects(resident).await;
                Err(refusal)
            }
            Err(Stop::Broken(fault)) => {
                subject.rollback();
                let refusal = self.broken(resident, event, fault);
                resident.refused_by(&refusal);
                Err(refusal)
            }
        }
    }

    /// The `state-change` hook, if the event changed anything. Its own error breaks nothing; its crash undoes the event.
    async fn state_change(&self, lease: &mut Lease<'_>, component: &str) -> Result<(), Stop> {
        let changed: Vec<Key> = lease
            .subject()
            .map_or_else(Vec::new, |subject| subject.state.changed_keys());
        if changed.is_empty() {
            return Ok(());
        }
        match lease
            .handle(component, GuestEvent::StateChange(&changed))
            .await
        {
            Ok(_) => Ok(()),
            Err(CallError::Fault(fault)) => Err(Stop::Broken(fault)),
            Err(CallError::Failure(failure)) => {
                let refusal = Refusal::from(failure);
                let request = lease.subject().and_then(Subject::request);
                tracing::warn!(%component, instance = %self.id(), request, hook = "state-change", error = %refusal, "a hook failed");
                self.report("state-change", &refusal);
                Ok(())
            }
        }
    }

    /// Makes the event's changes final and tells the browser.
    pub(super) fn commit(&self, resident: &mut Resident, tell: Tell) {
        let Some(subject) = &mut resident.subject else {
            return;
        };
        let private = subject
            .private
            .as_mut()
            .map_or_else(Delta::new, |private| private.commit());
        let delta = subject.state.commit();
        if let Some(durable) = &self.durable {
            let version = &resident.version.definition.version;
            durable.save(version, &delta, &private);
        }
        if delta.is_empty() {
            return;
        }
        subject.changed = true;
        if let Some(sketch) = &mut resident.sketch {
            sketch.changed(&delta);
        }
        if let Some(meter) = &self.slot.meter {
            meter.delta(bytes_of(&delta));
        }
        self.log_change(resident, &delta);
        if tell == Tell::Delta {
            resident.client.delta(self.id(), delta);
        }
    }

    /// Logs a fault, with what the browser is not told.
    pub(super) fn broken(&self, resident: &Resident, event: &str, fault: Fault) -> Refusal {
        tracing::error!(component = self.slot.name(), instance = %self.id(), request = resident.request(), event, error = %fault, "an event broke down");
        fault.into()
    }
}

/// Of keys and values, without the message around them.
fn bytes_of(delta: &Delta) -> usize {
    let value = |value: &Option<Json>| value.as_ref().map_or(0, |json| json.as_str().len());
    delta
        .iter()
        .map(|(key, json)| key.len() + value(json))
        .sum()
}

/// Why the steps of an event ended early.
pub(super) enum Stop {
    /// The component, or a rule, said no. What was changed before stays.
    Refused(Refusal),
    /// The guest broke down. Nothing stays.
    Broken(Fault),
}

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Failure(failure) => Self::Refused(failure.into()),
            CallError::Fault(fault) => Self::Broken(fault),
        }
    }
}

/// Asks the component whether an action may go ahead.
pub(super) async fn before_action(
    lease: &mut Lease<'_>,
    component: &str,
    name: &str,
    payload: Option<&Json>,
) -> Result<(), Stop> {
    match lease
        .handle(component, GuestEvent::BeforeAction { name, payload })
        .await
    {
        Ok(Some(answer)) if answer.as_str() == "false" => Err(Stop::Refused(Refusal::new(
            Code::ActionCancelled,
            format!("{component} cancelled `{name}`"),
        ))),
        Ok(_) => Ok(()),
        Err(CallError::Failure(failure)) => Err(Stop::Refused(Refusal::new(
            Code::ActionCancelled,
            failure.message,
        ))),
        Err(CallError::Fault(fault)) => Err(Stop::Broken(fault)),
    }
}
