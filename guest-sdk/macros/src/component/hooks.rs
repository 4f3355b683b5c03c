//! The hooks, which are known by the names of their methods.

use proc_macro2::Span;
use syn::{Error, Ident};

use crate::names::{list, suggestion};

/// One hook.
pub(crate) struct Hook {
    /// The method's name.
    pub(crate) method: &'static str,
    /// The constant in the SDK's `hooks`, and the variant of its `Event`.
    pub(crate) flag: &'static str,
    pub(crate) event: &'static str,
    pub(crate) takes: Takes,
    /// Whether only the logic of rooms has it.
    pub(crate) of_rooms: bool,
}

/// What a hook is told, all of which its method may leave out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// What the event carries, such as `room: &str`; the text is for the error message.
    It(&'static str),
    /// `action: &str, payload: Value`.
    Call,
}

pub(crate) const HOOKS: &[Hook] = &[
    hook("on_connect", "CONNECT", "Connect", Takes::Nothing),
    hook("on_mount", "MOUNT", "Mount", Takes::It("mount: &Mount")),
    hook(
        "on_rehydrate",
        "REHYDRATE",
        "Rehydrate",
        Takes::It("from_version: &str"),
    ),
    hook("on_action", "BEFORE_ACTION", "BeforeAction", Takes::Call),
    hook(
        "on_state_change",
        "STATE_CHANGE",
        "StateChange",
        Takes::It("changed: &[String]"),
    ),
    hook(
        "on_room_join",
        "ROOM_JOIN",
        "RoomJoin",
        Takes::It("room: &str"),
    ),
    hook(
        "on_room_leave",
        "ROOM_LEAVE",
        "RoomLeave",
        Takes::It("room: &str"),
    ),
    hook(
        "on_upload",
        "UPLOAD",
        "Upload",
        Takes::It("upload: &Upload"),
    ),
    hook(
        "on_client_join",
        "CLIENT_JOIN",
        "ClientJoin",
        Takes::It("client: &Client"),
    ),
    hook(
        "on_client_leave",
        "CLIENT_LEAVE",
        "ClientLeave",
        Takes::It("client: &Client"),
    ),
    hook(
        "on_reload",
        "RELOAD",
        "Reload",
        Takes::It("from_version: &str"),
    ),
    hook("on_disconnect", "DISCONNECT", "Disconnect", Takes::Nothing),
    hook("on_destroy", "DESTROY", "Destroy", Takes::Nothing),
    hook(
        "on_member_join",
        "MEMBER_JOIN",
        "MemberJoin",
        Takes::It("member: &Membership"),
    )
    .of_rooms(),
    hook(
        "on_member_leave",
        "MEMBER_LEAVE",
        "MemberLeave",
        Takes::It("member: &Membership"),
    )
    .of_rooms(),
    hook("on_empty", "EMPTY", "Empty", Takes::Nothing).of_rooms(),
];

/// Whether an action of this name would be taken for a hook: the daemon refuses those, however they are spelled.
pub(crate) fn is_hook_name(wire: &str) -> bool {
    let plain: String = wire
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    matches!(plain.as_str(), "ontimer" | "onroomevent")
        || HOOKS
            .iter()
            .any(|hook| hook.method.replace('_', "") == plain)
}

const fn hook(method: &'static str, flag: &'static str, event: &'static str, takes: Takes) -> Hook {
    Hook {
        method,
        flag,
        event,
        takes,
        of_rooms: false,
    }
}

impl Hook {
    const fn of_rooms(mut self) -> Self {
        self.of_rooms = true;
        self
    }

    /// The hook of this name. `None` for a method that is no hook.
    ///
    /// # Errors
    /// A name that looks like a hook's and is not: a hook that is never called is hard to find.
    pub(crate) fn of(method: &str, span: Span) -> Result<Option<&'static Self>, Error> {
        let found = HOOKS.iter().find(|hook| hook.method == method);
        if found.is_none() && method.starts_with("on_") {
            let names: Vec<_> = HOOKS.iter().map(|hook| hook.method).collect();
            return Err(Error::new(
                span,
                format!(
                    "`{method}` is not a hook.{} The hooks are {}. A method that is no hook needs a name that does \
                     not begin with `on_`, or `#[action]`, `#[room_event(\"..\")]` or `#[timer(\"..\")]` above it",
                    suggestion(method, &names),
                    list(&names),
                ),
            ));
        }
        Ok(found)
    }

    /// How the method may be written.
    pub(crate) fn shape(&self) -> String {
        let rest = match self.takes {
            Takes::Nothing => "",
            Takes::It(argument) => &format!(", {argument}"),
            Takes::Call => ", action: &str, payload: Value",
        };
        format!("fn {}(&mut self, cx: &Context{rest})", self.method)
    }

    /// The names of event variant and flag, as identifiers.
    pub(crate) fn idents(&self) -> (Ident, Ident) {
        (
            Ident::new(self.event, Span::call_site()),
            Ident::new(self.flag, Span::call_site()),
        )
    }
}
