//! What a component is told: the events of `wit/component.wit`, as Rust types that do not depend on generated code.

/// One event, as the daemon hands it over. The macros take it apart; an author sees only the parts.
#[derive(Clone, Debug)]
pub enum Event {
    /// The first event of a mount.
    Connect,
    /// The component was mounted.
    Mount(Mount),
    /// The state came back from a browser; the version that it was from.
    Rehydrate(String),
    /// Asks whether an action may run.
    BeforeAction(Call),
    /// Runs an action.
    Action(Call),
    /// The keys that an event changed.
    StateChange(Vec<String>),
    /// An event in a room that the component subscribed to.
    RoomEvent(RoomEvent),
    /// Several events of rooms, each an [`Event::RoomEvent`], in order: one transaction.
    RoomEvents(Vec<Event>),
    /// The mount joined this room.
    RoomJoin(String),
    /// The mount left this room.
    RoomLeave(String),
    /// A timer is due.
    Timer(Timer),
    /// An upload made progress.
    Upload(Upload),
    /// A browser joined a singleton.
    ClientJoin(Client),
    /// A browser left a singleton.
    ClientLeave(Client),
    /// New code has taken over; the version that ran before.
    Reload(String),
    /// The connection is gone.
    Disconnect,
    /// The last event of a mount.
    Destroy,
    /// To a room: somebody wants to become a member.
    MemberJoin(Membership),
    /// To a room: somebody is a member no longer.
    MemberLeave(Membership),
    /// To a room: the last member has left.
    Empty,
}

/// How a component was mounted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mount {
    /// The default room.
    pub room: Option<String>,
    /// A name for logs, from the browser.
    pub debug_label: Option<String>,
}

/// A call of an action.
#[derive(Clone, Debug)]
pub struct Call {
    /// The action's name on the wire.
    pub name: String,
    /// JSON text.
    pub payload: Option<String>,
}

/// An event that another member sent to a room.
#[derive(Clone, Debug)]
pub struct RoomEvent {
    /// The room that it was sent to.
    pub room: String,
    /// The event's name.
    pub event: String,
    /// JSON text.
    pub data: String,
}

/// A timer that is due.
#[derive(Clone, Debug)]
pub struct Timer {
    /// What starting it returned.
    pub id: u64,
    /// The name that it was started with.
    pub name: String,
    /// JSON text.
    pub payload: Option<String>,
}

/// An upload that a browser made to the component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Names the upload in [`Uploads::read`](crate::context::Uploads::read).
    pub id: String,
    /// How far it is.
    pub stage: UploadStage,
    /// As the browser calls the file.
    pub filename: String,
    /// The media type.
    pub content_type: String,
    /// Bytes, as announced.
    pub size: u64,
}

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadStage {
    /// About to begin. An error refuses it.
    Start,
    /// Bytes so far.
    Progress(u64),
    /// The file is there, and served from this URL.
    Complete(String),
    /// Why it did not work.
    Failed(String),
}

/// A browser that joined or left a singleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its connection.
    pub connection_id: String,
    /// Members after the event.
    pub count: u32,
}

/// A mounted component that joins or leaves a room which has logic of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The mounted component.
    pub instance: String,
    /// Members after the event.
    pub count: u32,
}
