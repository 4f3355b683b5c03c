//! The one place where an error becomes what a browser is told.

use crate::protocol::{Code, ServerMessage};
use crate::signing::SigningError;
use crate::telemetry::Outcome;
use crate::uploads::{Rejected, UploadError};
use crate::wasm::fault::{FailureKind, Fault};
use crate::wasm::{CallError, Failure};

/// Why a request was not done, for the browser: a code for programs and a sentence for people. It holds nothing of the
/// daemon's insides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people.
    pub message: String,
}

impl Refusal {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The mount is gone, or never was this connection's: the two are not told apart.
    #[must_use]
    pub fn rehydration_required(component: &str) -> Self {
        Self::new(
            Code::RehydrationRequired,
            format!("COMPONENT_REHYDRATION_REQUIRED:{component}"),
        )
    }

    /// Whether the component broke down, so that nothing of the event was kept.
    pub(super) fn is_breakdown(&self) -> bool {
        matches!(self.code, Code::ComponentCrashed | Code::ActionTimeout)
    }

    /// What it is counted as.
    pub(super) fn outcome(&self) -> Outcome {
        match self.code {
            Code::ComponentCrashed => Outcome::Crashed,
            Code::ActionTimeout => Outcome::Timeout,
            _ => Outcome::Refused,
        }
    }

    /// As the error half of a reply.
    #[must_use]
    pub fn as_error(&self) -> (Code, &str) {
        (self.code, &self.message)
    }

    /// As a reply to a message that has no reply type of its own.
    #[must_use]
    pub fn as_message<'a>(&'a self, request: Option<&'a str>) -> ServerMessage<'a> {
        ServerMessage::Refused {
            code: self.code,
            error: &self.message,
            request,
            component: None,
            original_type: None,
        }
    }
}

impl From<SigningError> for Refusal {
    fn from(error: SigningError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<UploadError> for Refusal {
    fn from(error: UploadError) -> Self {
        let code = match &error {
            UploadError::Rejected(Rejected::Day { .. } | Rejected::Crowded) => Code::LimitExceeded,
            _ => Code::UploadRejected,
        };
        if let UploadError::Io(reason) = &error {
            tracing::error!(error = %reason, "an uploaded file could not be stored");
        }
        Self::new(code, error.to_string())
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Failure(failure) => failure.into(),
            CallError::Fault(fault) => fault.into(),
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let code = match failure.kind {
            FailureKind::Failed => Code::ActionFailed,
            FailureKind::NotCallable => Code::ActionNotCallable,
            FailureKind::InvalidPayload => Code::InvalidPayload,
            FailureKind::Denied => Code::AuthDenied,
            FailureKind::Limit => Code::LimitExceeded,
        };
        Self::new(code, failure.message)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        const KEPT: &str = "its state is as it was before";
        match fault {
            Fault::Crashed { .. } | Fault::InvalidResult { .. } => Self::new(
                Code::ComponentCrashed,
                format!("The component crashed; {KEPT}"),
            ),
            Fault::OutOfMemory { limit_bytes } => {
                let message = format!(
                    "The component needed more than {} MiB of memory; {KEPT}",
                    limit_bytes >> 20
                );
                Self::new(Code::ComponentCrashed, message)
            }
            Fault::CpuTime { limit } => Self::new(
                Code::ActionTimeout,
                format!("The component computed for more than {limit:?}; {KEPT}"),
            ),
            Fault::WallTime { limit } => Self::new(
                Code::ActionTimeout,
                format!("The component took longer than {limit:?}; {KEPT}"),
            ),
            Fault::ResultTooLarge { bytes, limit_bytes } => {
                let message = format!(
                    "The result is {bytes} bytes, {limit_bytes} are allowed; the state is as before"
                );
                Self::new(Code::LimitExceeded, message)
            }
            Fault::NoWorker { .. } => Self::new(
                Code::ComponentCrashed,
                format!("The component could not be started; {KEPT}"),
            ),
        }
    }
}
