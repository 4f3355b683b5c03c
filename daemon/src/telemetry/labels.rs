//! The words that series are told apart by.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};

/// Makes an enum whose variants are words in labels and in the log.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $count:ident: $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        /// How many there are.
        pub(super) const $count: usize = [$($name::$variant),+].len();

        impl $name {
            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl EncodeLabelValue for $name {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
                encoder.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What happened to an instance.
    EventKind, KINDS:
    /// It was mounted, or a room was opened.
    Mount = "mount",
    /// A browser has it back.
    Rehydrate = "rehydrate",
    /// A browser joined a singleton.
    Join = "join",
    /// A browser called an action.
    Action = "action",
    /// A browser set a key.
    Property = "property",
    /// A browser wanted something of a room.
    Room = "room",
    /// Others emitted in rooms.
    RoomEvents = "room-events",
    /// It joined or left a room.
    RoomHook = "room-hook",
    /// A timer was due.
    Timer = "timer",
    /// Something happened to an upload.
    Upload = "upload",
    /// The app called an action.
    AppCall = "app-call",
    /// To a room's logic: a component called it.
    RoomCall = "room-call",
    /// To a room's logic: somebody came or went.
    Member = "member",
    /// A new version took over.
    Reload = "reload",
    /// The browser is done with it.
    Unmount = "unmount",
    /// The connection is gone.
    Disconnect = "disconnect",
    /// The inspector changed the state.
    Inspector = "inspector",
    /// Housekeeping.
    Daemon = "daemon",
}

impl EventKind {
    /// Whether a browser's message was behind it.
    #[must_use]
    pub fn is_browsers(self) -> bool {
        matches!(
            self,
            Self::Mount
                | Self::Rehydrate
                | Self::Join
                | Self::Action
                | Self::Property
                | Self::Room
                | Self::Upload
                | Self::Unmount
        )
    }
}

words! {
    /// What came of it.
    Outcome, OUTCOMES:
    /// It was done.
    Ok = "ok",
    /// The component, or a rule, said no.
    Refused = "refused",
    /// The component broke down, and nothing of it was kept.
    Crashed = "crashed",
    /// It took too long, and nothing of it was kept.
    Timeout = "timeout",
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct EventLabels {
    pub(super) component: Arc<str>,
    pub(super) kind: EventKind,
    pub(super) outcome: Outcome,
}

/// By component.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ComponentLabel {
    /// Its name.
    pub component: Arc<str>,
}

/// By what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OutcomeLabel {
    pub(super) outcome: &'static str,
}
