//! Error codes: the part of an error that is for programs.

use std::fmt;

/// What went wrong. The sentence beside it is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The frame is not JSON.
    InvalidJson,
    /// The frame is not MessagePack.
    InvalidMessagePack,
    /// Well-formed, but not a message: a field is missing or of the wrong type.
    InvalidMessage,
    /// There is no message of that type.
    UnknownType,
    /// The connection sends faster than it may.
    RateLimited,
    /// There is no such component, or no such mount on this connection.
    ComponentNotFound,
    /// The mount is gone; the client should bring its state back or mount again.
    RehydrationRequired,
    /// The action does not exist or is not public.
    ActionNotCallable,
    /// The component returned an error.
    ActionFailed,
    /// The component's own hook cancelled the action.
    ActionCancelled,
    /// The action ran longer than it may; the state is as before.
    ActionTimeout,
    /// The component's code broke down; the state is as before.
    ComponentCrashed,
    /// Not allowed for this user.
    AuthDenied,
    /// The payload is not what the action takes.
    InvalidPayload,
    /// What was kept of a component is not as the daemon has signed it, or not this user's.
    InvalidSignature,
    /// What was kept of a component is too old.
    StateExpired,
    /// What was kept of a component was given back already, or is in use elsewhere.
    Replayed,
    /// The file is not taken.
    UploadRejected,
    /// The room may not be joined, or only members may do that.
    RoomDenied,
    /// Something would be larger, or more, than it may.
    LimitExceeded,
}

impl Code {
    /// The code as it stands in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidJson => "INVALID_JSON",
            Self::InvalidMessagePack => "INVALID_MESSAGEPACK",
            Self::InvalidMessage => "INVALID_MESSAGE",
            Self::UnknownType => "UNKNOWN_TYPE",
            Self::RateLimited => "RATE_LIMITED",
            Self::ComponentNotFound => "COMPONENT_NOT_FOUND",
            Self::RehydrationRequired => "COMPONENT_REHYDRATION_REQUIRED",
            Self::ActionNotCallable => "ACTION_NOT_CALLABLE",
            Self::ActionFailed => "ACTION_FAILED",
            Self::ActionCancelled => "ACTION_CANCELLED",
            Self::ActionTimeout => "ACTION_TIMEOUT",
            Self::ComponentCrashed => "COMPONENT_CRASHED",
            Self::AuthDenied => "AUTH_DENIED",
            Self::InvalidPayload => "INVALID_PAYLOAD",
            Self::InvalidSignature => "INVALID_SIGNATURE",
            Self::StateExpired => "STATE_EXPIRED",
            Self::Replayed => "REPLAYED",
            Self::UploadRejected => "UPLOAD_REJECTED",
            Self::RoomDenied => "ROOM_DENIED",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
