//! What a component says of itself before it runs: the constant part of `describe`, as `#[component]` writes it.

/// The constant part of a component's definition.
pub struct Definition {
    /// As browsers name it in a mount.
    pub name: &'static str,
    /// The version of the state's shape.
    pub version: &'static str,
    /// What a browser may call.
    pub actions: &'static [Action],
    /// Methods that are not public, with the advice for an author who calls one from a browser.
    pub hidden_actions: &'static [HiddenAction],
    /// The hooks that exist, as the bits of [`hooks`].
    pub hooks: u16,
    /// The room events that the logic wants to hear.
    pub room_subscriptions: &'static [RoomSubscription],
    /// What a browser may set of the initial state.
    pub props: Props,
    /// Who may mount it.
    pub access: Option<Access>,
    /// How often one mount's actions may be called, all together.
    pub rate_limit: Option<RateLimit>,
    /// One instance for everybody instead of one for each mount.
    pub singleton: Option<Singleton>,
    /// Not a component but the logic of rooms of this kind.
    pub room: Option<&'static str>,
    /// Whether the state of the singleton or room outlives the daemon.
    pub durable: bool,
    /// Whether events share the module's memory.
    pub isolation: Isolation,
    /// What the daemon logs of its own accord, as the bits of [`logging`].
    pub logging: u8,
}

/// A public action.
pub struct Action {
    /// The name on the wire.
    pub name: &'static str,
    /// Who may call it.
    pub access: Option<Access>,
    /// How often it may be called.
    pub rate_limit: Option<RateLimit>,
    /// Makes the JSON Schema of its payload.
    pub payload_schema: Option<fn() -> String>,
}

/// A method that is not public.
pub struct HiddenAction {
    /// The name that it would have on the wire.
    pub name: &'static str,
    /// What to add, and where.
    pub advice: &'static str,
}

/// A room event that the component's logic wants to hear.
pub struct RoomSubscription {
    /// `None` is the default room of the mount.
    pub room: Option<&'static str>,
    /// The event's name.
    pub event: &'static str,
}

/// What a browser may set of the initial state.
pub enum Props {
    /// Known keys of the state.
    Known,
    /// Nothing.
    None,
    /// Any key.
    Any,
}

/// Who may.
pub struct Access {
    /// One of them is enough; empty asks for none.
    pub roles: &'static [&'static str],
    /// All of them are needed.
    pub permissions: &'static [&'static str],
}

/// How often.
pub struct RateLimit {
    /// Calls that may come at once.
    pub burst: u32,
    /// Calls that become free again in a minute.
    pub per_minute: u32,
}

/// One instance for everybody.
pub struct Singleton {
    /// How long it lives on after its last member left; `None` is for ever.
    pub linger_ms: Option<u64>,
}

/// Whether events share the module's memory.
#[derive(PartialEq, Eq)]
pub enum Isolation {
    /// Warm workers serve any mount.
    Shared,
    /// Every event gets a new instance of the module.
    Fresh,
}

/// The bits of [`Definition::hooks`], in the order of the flags in `wit/component.wit`.
pub mod hooks {
    macro_rules! bits {
        ($($bit:literal $name:ident)*) => { $(#[allow(missing_docs, reason = "named as in the WIT")] pub const $name: u16 = 1 << $bit;)* };
    }
    bits! {
        0 CONNECT 1 MOUNT 2 REHYDRATE 3 BEFORE_ACTION 4 STATE_CHANGE 5 ROOM_JOIN 6 ROOM_LEAVE 7 UPLOAD
        8 CLIENT_JOIN 9 CLIENT_LEAVE 10 RELOAD 11 DISCONNECT 12 DESTROY
        13 MEMBER_JOIN 14 MEMBER_LEAVE 15 EMPTY
    }
}

/// The bits of [`Definition::logging`], in the order of the flags in `wit/component.wit`.
pub mod logging {
    macro_rules! bits {
        ($($bit:literal $name:ident)*) => { $(#[allow(missing_docs, reason = "named as in the WIT")] pub const $name: u8 = 1 << $bit;)* };
    }
    bits! { 0 LIFECYCLE 1 MESSAGES 2 STATE 3 PERFORMANCE 4 ROOMS 5 WEBSOCKET }
}
