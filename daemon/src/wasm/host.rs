//! The functions that guests import, one file for each interface of the WIT.
//!
//! They work on the [`Subject`] that lies in the store for the time of an event. Between events, in `describe` and in
//! `migrate`, there is none: reads find nothing then, and writes are refused.

mod config;
mod http;
mod log;
mod persistent;
mod private;
mod rooms;
mod session;
mod state;
mod store;
mod time;
mod timers;
mod uploads;

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

pub(super) use self::log::{LogBudget, Speaker};
pub(super) use self::rooms::MAX_DEPTH;
use super::authenticator::Grants;
use super::bindings::LiveComponent;
use super::bindings::liveside::component::types;
use super::cpu::CpuMeter;
use super::limiter::MemoryLimiter;
use super::subject::Subject;
use super::wasi::{self, WasiState};

/// What wasmtime keeps beside one live instance.
pub(super) struct GuestStore {
    /// What the current event is about; nothing between events.
    pub(super) subject: Option<Subject>,
    /// What there is in its place for an authenticator.
    pub(super) grants: Option<Arc<Grants>>,
    pub(super) memory: MemoryLimiter,
    pub(super) log: Arc<LogBudget>,
    /// Made when the module first asks for WASI: most modules never do. Made at once where something is granted.
    pub(super) wasi: Option<Box<WasiState>>,
    /// The module's file name, for the log.
    pub(super) module: Arc<str>,
    /// Stands still while a host function waits.
    pub(super) cpu: Arc<CpuMeter>,
}

impl GuestStore {
    /// The subject, or the error of a function that needs one.
    fn subject(&mut self) -> Result<&mut Subject, types::Error> {
        self.subject.as_mut().ok_or_else(|| {
            error(
                types::ErrorCode::NotAvailable,
                "only while a mounted component handles an event",
            )
        })
    }
}

/// An error as guests see it.
fn error(code: types::ErrorCode, message: impl Into<String>) -> types::Error {
    types::Error {
        code,
        message: message.into(),
    }
}

impl types::Host for GuestStore {}

/// All imports, our own and WASI's.
pub(super) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<GuestStore>> {
    let mut linker = Linker::new(engine);
    LiveComponent::add_to_linker::<_, HasSelf<_>>(&mut linker, |store| store)?;
    wasi::add_to_linker(&mut linker)?;
    Ok(linker)
}
