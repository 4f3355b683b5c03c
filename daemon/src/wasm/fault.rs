//! How a call into a guest can end badly.
//!
//! A [`Failure`] is the guest's own answer: it went on working. A [`Fault`] is the end of that worker: nothing of the
//! event is kept.

use std::time::Duration;

/// What kind of error a guest returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It did not work.
    Failed,
    /// There is no such action in the guest's code.
    NotCallable,
    /// The payload is not what the action takes.
    InvalidPayload,
    /// This user may not.
    Denied,
    /// A limit of the daemon would have been passed.
    Limit,
}

/// An error that the guest returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// The guest's sentence.
    pub message: String,
}

/// The guest broke down or was stopped. Its worker is gone and the event's changes with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It trapped: a panic, an overflow of the stack, an access out of bounds.
    #[error("the component crashed: {reason}")]
    Crashed {
        /// The trap, for the log. Not for browsers.
        reason: String,
    },
    /// It trapped after the daemon had refused it more memory.
    #[error("the component ran out of memory: {limit_bytes} bytes are allowed")]
    OutOfMemory {
        /// `limits.memory-bytes`.
        limit_bytes: usize,
    },
    /// It computed for longer than it may.
    #[error("the component used more than {limit:?} of processor time")]
    CpuTime {
        /// `limits.cpu-time`.
        limit: Duration,
    },
    /// It took longer than it may, waiting included.
    #[error("the component took longer than {limit:?}")]
    WallTime {
        /// `limits.wall-time`.
        limit: Duration,
    },
    /// Its result is too large.
    #[error("the result is {bytes} bytes, {limit_bytes} are allowed")]
    ResultTooLarge {
        /// What it is.
        bytes: usize,
        /// `limits.result-bytes`.
        limit_bytes: usize,
    },
    /// Its result is not JSON.
    #[error("the result is not JSON: {reason}")]
    InvalidResult {
        /// What the parser says.
        reason: String,
    },
    /// The daemon could not make a worker.
    #[error("no worker could be started: {reason}")]
    NoWorker {
        /// Why not.
        reason: String,
    },
}

/// A call into a guest did not give a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The guest returned an error.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The guest broke down or was stopped.
    #[error(transparent)]
    Fault(#[from] Fault),
}
