//! `log`: lines in the daemon's log, no more of them than an event may write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use compact_str::CompactString;
use parking_lot::Mutex;
use tracing::Level;

use super::GuestStore;
use crate::ids::InstanceId;
use crate::wasm::bindings::liveside::component::log::{Host, Level as GuestLevel};
use crate::wasm::secrets::Secrets;
use crate::wasm::subject::Subject;

/// A longer line is cut, in bytes.
const MAX_LINE_BYTES: usize = 4096;

/// How many lines the current event may still write, and what they must not show. Shared with the streams that WASI's
/// stdout and stderr go to.
#[derive(Debug, Default)]
pub(in crate::wasm) struct LogBudget {
    left: AtomicUsize,
    dropped: AtomicUsize,
    /// Those of the last event: the module's memory may still hold them after it.
    secrets: Mutex<Arc<Secrets>>,
    /// Whose event it is. Kept for modules that have asked for WASI: only what is printed needs it.
    speaker: Mutex<Option<Speaker>>,
}

/// Who prints.
#[derive(Debug, Clone)]
pub(in crate::wasm) struct Speaker {
    component: Arc<str>,
    instance: InstanceId,
    request: Option<CompactString>,
}

impl Speaker {
    pub(in crate::wasm) fn of(subject: &Subject) -> Self {
        Self {
            component: subject.shared.component.clone(),
            instance: subject.instance.clone(),
            request: subject.request().map(CompactString::from),
        }
    }
}

impl LogBudget {
    /// Begins an event that may write `lines` lines.
    pub(in crate::wasm) fn begin(&self, lines: usize, secrets: &Arc<Secrets>) {
        self.left.store(lines, Ordering::Relaxed);
        self.dropped.store(0, Ordering::Relaxed);
        self.secrets.lock().clone_from(secrets);
    }

    /// Whose prints come now.
    pub(in crate::wasm) fn hear(&self, speaker: Option<Speaker>) {
        *self.speaker.lock() = speaker;
    }

    /// Writes what a module printed, as a line of whoever's event it is.
    pub(in crate::wasm) fn print(&self, level: Level, module: &Arc<str>, line: String) {
        if !self.take() {
            return;
        }
        let line = self.clean(line);
        let speaker = self.speaker.lock().clone();
        match &speaker {
            None => write(level, module, "", None, &line),
            Some(speaker) => write(
                level,
                &speaker.component,
                speaker.instance.as_str(),
                speaker.request.as_deref(),
                &line,
            ),
        }
    }

    /// The message without secrets.
    pub(in crate::wasm) fn clean(&self, message: String) -> String {
        let secrets = self.secrets.lock().clone();
        secrets.blot_out(message)
    }

    /// Lines that were too many in this event.
    pub(in crate::wasm) fn dropped(&self) -> usize {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Takes one line; `false` if there is none left.
    pub(in crate::wasm) fn take(&self) -> bool {
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        if taken.is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        taken.is_ok()
    }
}

impl Host for GuestStore {
    fn log(&mut self, level: GuestLevel, message: String) {
        if !self.log.take() {
            return;
        }
        let level = match level {
            GuestLevel::Trace => Level::TRACE,
            GuestLevel::Debug => Level::DEBUG,
            GuestLevel::Info => Level::INFO,
            GuestLevel::Warn => Level::WARN,
            GuestLevel::Error => Level::ERROR,
        };
        let subject = self.subject.as_ref();
        let message = self.log.clean(message);
        let without_subject = self
            .grants
            .as_ref()
            .map_or(&self.module, |grants| &grants.name);
        let component = subject.map_or(without_subject, |subject| &subject.shared.component);
        write(
            level,
            component,
            subject.map_or("", |subject| subject.instance.as_str()),
            subject.and_then(Subject::request),
            &message,
        );
    }
}

/// Writes one line of a guest.
fn write(level: Level, component: &Arc<str>, instance: &str, request: Option<&str>, message: &str) {
    let message = cut(message);
    // tracing wants levels that are known at compile time.
    match level {
        Level::ERROR => {
            tracing::error!(target: "guest", %component, instance, request, "{message}")
        }
        Level::WARN => tracing::warn!(target: "guest", %component, instance, request, "{message}"),
        Level::INFO => tracing::info!(target: "guest", %component, instance, request, "{message}"),
        Level::DEBUG => {
            tracing::debug!(target: "guest", %component, instance, request, "{message}")
        }
        _ => tracing::trace!(target: "guest", %component, instance, request, "{message}"),
    }
}

/// The message up to the longest line, at a character's boundary.
fn cut(message: &str) -> &str {
    &message[..message.floor_char_boundary(MAX_LINE_BYTES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_writes_no_more_lines_than_it_may() {
        let budget = LogBudget::default();
        budget.begin(2, &Arc::default());
        assert_eq!(
            [budget.take(), budget.take(), budget.take()],
            [true, true, false]
        );
        assert_eq!(budget.dropped(), 1);
        budget.begin(1, &Arc::default());
        assert!(budget.take());
        assert_eq!(budget.dropped(), 0);
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let message = format!("{}é", "x".repeat(MAX_LINE_BYTES - 1));
        assert_eq!(cut(&message).len(), MAX_LINE_BYTES - 1);
    }
}
