//! What the app's back end does: events and broadcasts of its own, and calls of actions.
//!
//! Apart from `event` and `effects` because no browser is behind it: nobody is told of a failure but the caller, and
//! the component sees the session of nobody, as when a timer is due.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::admission::Behalf;
use super::event::{ActionCall, Event};
use super::instance::{Instance, Resident};
use super::refusal::Refusal;
use super::{Live, Room};
use crate::protocol::{Code, names};
use crate::state::Json;
use crate::wasm::Session;

/// What an action gives.
type Outcome = Result<Option<Json>, Refusal>;

/// A call of an action by the app's back end, with the place where its result is waited for.
#[derive(Debug)]
pub struct AppCall {
    pub(super) call: ActionCall,
    pub(super) answer: Arc<Answer>,
}

/// Where a result is waited for. Whoever takes the sender out has decided: the event, that it runs now; the caller,
/// that it never will.
#[derive(Debug)]
pub(super) struct Answer(Mutex<Option<oneshot::Sender<Outcome>>>);

impl Answer {
    /// `None`: nobody waits any more.
    fn take(&self) -> Option<oneshot::Sender<Outcome>> {
        let sender = self.0.lock().take();
        sender.filter(|sender| !sender.is_closed())
    }

    /// The event will not run. Of a full queue the caller is told that it may come back.
    pub(super) fn refuse(&self, refusal: &Refusal) {
        let Some(sender) = self.take() else { return };
        let mut refusal = refusal.clone();
        if refusal.code == Code::LimitExceeded {
            refusal.code = Code::RateLimited;
        }
        // Whoever asked may have gone meanwhile.
        let _ = sender.send(Err(refusal));
    }
}

/// What the back end calls.
#[derive(Debug, Clone, Copy)]
pub struct AppTarget<'a> {
    /// The component's name.
    pub component: &'a str,
    /// One instance of it. A singleton needs none.
    pub instance: Option<&'a str>,
    /// The action.
    pub action: &'a str,
    /// What the caller's request is called, for the log.
    pub request: Option<&'a str>,
}

impl Live {
    /// Emits an event of the app's own in a room. Gives how many members it goes to: none, where there is no such room.
    ///
    /// # Errors
    /// If a name breaks its rule.
    pub fn emit(&self, room: &str, event: &str, data: Json) -> Result<usize, Refusal> {
        check(names::check_event(event))?;
        let room = self.room(room)?;
        Ok(room.map_or(0, |room| room.emit_for_app(event, data)))
    }

    /// Tells the browsers of a room something, each connection once. Gives how many connections that is.
    ///
    /// # Errors
    /// If a name breaks its rule.
    pub fn broadcast(&self, room: &str, kind: &str, data: &Json) -> Result<usize, Refusal> {
        check(names::check_event(kind))?;
        let room = self.room(room)?;
        Ok(room.map_or(0, |room| room.broadcast(None, None, kind, data)))
    }

    fn room(&self, name: &str) -> Result<Option<Arc<Room>>, Refusal> {
        check(names::check_room(name))?;
        Ok(self.rooms().find(name))
    }

    /// Has an instance run an action, and waits for its result. An action that has not begun within `patience`, or before
    /// the caller is gone, never does.
    ///
    /// # Errors
    /// If there is no such instance, the action cannot be called, fails, or does not get its turn.
    pub async fn call(
        &self,
        target: AppTarget<'_>,
        payload: Option<Json>,
        patience: Duration,
    ) -> Outcome {
        let instance = self.target(target)?;
        let (sender, mut answered) = oneshot::channel();
        let answer = Arc::new(Answer(Mutex::new(Some(sender))));
        let call = ActionCall {
            original_type: "CALL_ACTION",
            name: target.action.into(),
            payload,
            request: target.request.map(Into::into),
            wants_reply: false,
        };
        let answer_of_event = answer.clone();
        let event = Event::AppCall(Box::new(AppCall {
            call,
            answer: answer_of_event,
        }));
        self.run(instance.submit(event)).await;
        let outcome = match tokio::time::timeout(patience, &mut answered).await {
            Ok(outcome) => outcome,
            // It has begun: its own limit of time ends it.
            Err(_) if answer.take().is_none() => answered.await,
            Err(_) => {
                let message = format!(
                    "{} had too much to do to begin with it within {patience:?}; nothing was done",
                    target.component
                );
                return Err(Refusal::new(Code::ActionTimeout, message));
            }
        };
        // The sender is gone without a word only where the daemon ends.
        outcome.unwrap_or_else(|_| Err(Refusal::rehydration_required(instance.id().as_str())))
    }

    fn target(&self, target: AppTarget<'_>) -> Result<Arc<Instance>, Refusal> {
        let AppTarget {
            component,
            instance,
            ..
        } = target;
        let slot = self
            .find(component)
            .ok_or_else(|| self.unknown_component(component))?;
        if let Some(id) = instance {
            let message = || format!("There is no instance {id} of {}", slot.name());
            let found = slot.instance(id);
            return found.ok_or_else(|| Refusal::new(Code::ComponentNotFound, message()));
        }
        if slot.current().definition.singleton.is_none() {
            let message = format!(
                "{} is no singleton: say which instance is meant, with ?instance=ID",
                slot.name()
            );
            return Err(Refusal::new(Code::InvalidMessage, message));
        }
        let found = slot.singleton.lock().clone();
        found.ok_or_else(|| {
            let message = format!("Nobody has mounted {}", slot.name());
            Refusal::new(Code::ComponentNotFound, message)
        })
    }
}

fn check(rule: Result<(), &'static str>) -> Result<(), Refusal> {
    rule.map_err(|rule| Refusal::new(Code::InvalidMessage, rule))
}

impl Instance {
    /// Runs an action for the app's back end, unless it waits no longer.
    pub(super) async fn app_call(self: &Arc<Self>, resident: &mut Resident, call: &AppCall) {
        let Some(sender) = call.answer.take() else {
            return;
        };
        let replace = |resident: &mut Resident, session: Arc<Session>| {
            let subject = resident.subject.as_mut()?;
            Some(std::mem::replace(&mut subject.session, session))
        };
        let own = replace(resident, Session::nobody());
        let outcome = self.try_action(resident, &call.call, Behalf::App).await;
        if let Some(own) = own {
            replace(resident, own);
        }
        // Whoever asked may have gone meanwhile.
        let _ = sender.send(outcome);
    }
}
