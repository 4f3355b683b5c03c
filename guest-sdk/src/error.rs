//! The two kinds of error that an author meets: [`Error`], which an event ends with, and [`HostError`], with which the
//! daemon refuses a call of the [`Context`](crate::Context).
//!
//! [`Error`] does not implement `std::error::Error`, so that every type that does turns into it with `?`.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;

/// What a method of a component returns: `Ok` with a value for the browser, or an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an event failed. Its text is a sentence for the user; the changes made before it are kept.
pub struct Error {
    code: FailureCode,
    message: Cow<'static, str>,
}

/// What programs can tell a failure by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// The action did not work. The usual one.
    Failed,
    /// There is no such action.
    NotCallable,
    /// The payload is not what the action takes.
    InvalidPayload,
    /// This user may not.
    Denied,
    /// A limit of the daemon would be passed.
    Limit,
}

impl Error {
    /// The action did not work, and this sentence says why.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_code(FailureCode::Failed, message)
    }

    /// This user may not.
    pub fn denied(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_code(FailureCode::Denied, message)
    }

    /// The payload is not what the action takes.
    pub fn invalid_payload(message: impl Into<Cow<'static, str>>) -> Self {
        Self::with_code(FailureCode::InvalidPayload, message)
    }

    pub(crate) fn with_code(code: FailureCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// What programs can tell the failure by.
    pub fn code(&self) -> FailureCode {
        self.code
    }

    /// The sentence for the user.
    pub fn message(&self) -> &str {
        &self.message
    }

    #[cfg(target_family = "wasm")]
    pub(crate) fn into_message(self) -> String {
        self.message.into_owned()
    }
}

/// A refusal of the daemon because of a limit stays one; every other error is an action that did not work.
impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let by_host = (&error as &dyn Any).downcast_ref::<HostError>();
        let code = match by_host.map(|error| error.code) {
            Some(HostErrorCode::Limit) => FailureCode::Limit,
            _ => FailureCode::Failed,
        };
        Self::with_code(code, error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.message)
    }
}

/// Why the daemon refused a call. The call changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostError {
    /// What programs can tell it by.
    pub code: HostErrorCode,
    /// A sentence for the author and for the log.
    pub message: String,
}

/// What programs can tell a [`HostError`] by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostErrorCode {
    /// This daemon does not offer the function, or was not built or configured with it.
    NotAvailable,
    /// The daemon's configuration does not grant it to this component.
    Denied,
    /// An argument breaks a rule: not JSON, a bad name, a number out of range.
    Invalid,
    /// A limit would be passed: a size, a count, a rate.
    Limit,
    /// It took longer than it may.
    Timeout,
    /// It was tried and did not work; the message says why.
    Failed,
}

impl HostError {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            code: HostErrorCode::Invalid,
            message: message.into(),
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HostError {}

/// Returns from the method with an [`Error`] whose message is formatted as by `format!`.
#[macro_export]
macro_rules! bail {
    ($($message:tt)+) => {
        return ::core::result::Result::Err(::core::convert::Into::into($crate::Error::new(::std::format!($($message)+))))
    };
}

/// Returns from the method with an [`Error`] unless the condition holds: `ensure!(by > 0, "{by} is not a step")`.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            $crate::bail!($($message)+);
        }
    };
}
