//! A turn: one event after the other until none is left, each counted, seen and logged as far as somebody wants to know.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use compact_str::CompactString;
use tracing::{Instrument as _, Span};

use super::{Instance, Resident, Waiting};
use crate::config::LogTopic;
use crate::live::audience::{Audience, Caller};
use crate::live::event::Event;
use crate::live::observer::Sketch;
use crate::live::refusal::Refusal;
use crate::telemetry::{Outcome, spans};
use crate::wasm::Session;

impl Instance {
    /// Runs an event and all that come meanwhile.
    pub(super) async fn take_turn(
        self: Arc<Self>,
        mut resident: Resident,
        mut event: Event,
        mut caller: Option<Box<Caller>>,
        mut parent: Span,
    ) {
        loop {
            if let Some(audience) = &self.audience {
                self.attend_to(audience, &mut resident, caller.take());
            }
            let goes_on = self.run_counted(&mut resident, event, &parent).await;
            if resident.subject.as_ref().is_some_and(|s| s.changed) {
                self.note_change(&mut resident);
            }
            if self.is_shared() {
                // The next event is somebody else's.
                resident.client.flush();
            }
            let mut mailbox = self.mailbox.lock();
            if !goes_on {
                mailbox.ended = true;
                let left = std::mem::take(&mut mailbox.waiting);
                drop(mailbox);
                self.slot.remove(&self);
                let gone = Refusal::rehydration_required(self.id.as_str());
                for Waiting { event, caller, .. } in &left {
                    let client = caller.as_ref().map_or(&resident.client, |by| &by.client);
                    self.refuse(event, Some(&**client), &gone);
                }
                resident.client.flush();
                return;
            }
            match mailbox.waiting.pop_front() {
                Some(next) => {
                    drop(mailbox);
                    if let (Some(meter), Some(since)) = (&self.slot.meter, next.since) {
                        meter.waited(since.elapsed());
                    }
                    (event, caller, parent) = (next.event, next.caller, next.parent);
                }
                None => {
                    // A burst that is over need not hold its memory.
                    mailbox.waiting = VecDeque::new();
                    let client = resident.client.clone();
                    mailbox.resident = Some(resident);
                    drop(mailbox);
                    client.flush();
                    return;
                }
            }
        }
    }

    async fn run_counted(
        self: &Arc<Self>,
        resident: &mut Resident,
        event: Event,
        parent: &Span,
    ) -> bool {
        if let Some(subject) = &mut resident.subject {
            subject.request = event.request().cloned();
        }
        let logs = resident.logs(LogTopic::Messages) || resident.logs(LogTopic::Performance);
        let observer = self.slot.services.observer.as_deref();
        let observer = observer.filter(|observer| observer.sees(&**self));
        let kind = event.kind();
        let span = spans::event(
            parent,
            self.slot.name(),
            &self.id,
            kind,
            event.action_name(),
        );
        if observer.is_some() {
            resident.sketch = Some(Sketch::of(&event, resident));
        }
        let begun = Instant::now();
        let action = event
            .action_name()
            .filter(|_| logs)
            .map(CompactString::from);
        resident.outcome = Outcome::Ok;
        let goes_on = self.run(resident, event).instrument(span.clone()).await;
        spans::ended(&span, resident.outcome);
        if let Some(meter) = &self.slot.meter {
            meter.event(kind, resident.outcome, begun);
        }
        if let (Some(observer), Some(sketch)) = (observer, resident.sketch.take()) {
            self.note_seen(observer, resident, *sketch, kind, begun.elapsed());
        }
        if logs {
            self.log_event(resident, kind, action.as_deref(), begun.elapsed());
        }
        goes_on
    }

    fn note_change(self: &Arc<Self>, resident: &mut Resident) {
        if let Some(subject) = &mut resident.subject {
            subject.changed = false;
        }
        self.settle_later(resident);
    }

    /// Who is behind the next event: replies go there, and the guest sees that session.
    fn attend_to(&self, audience: &Audience, resident: &mut Resident, caller: Option<Box<Caller>>) {
        let (client, session) = match caller {
            Some(caller) => (Some(caller.client), caller.session),
            None => (None, Session::nobody()),
        };
        audience.answer(client);
        if let Some(subject) = &mut resident.subject {
            subject.session = session;
        }
    }
}
