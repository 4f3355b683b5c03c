//! What a guest can be told.

use std::sync::Arc;

use crate::state::{Json, Key};

/// What a guest is told of an event.
#[derive(Debug, Clone, Copy)]
pub enum GuestEvent<'a> {
    /// Before `Mount`.
    Connect,
    /// The mount is set up.
    Mount {
        /// The default room.
        room: Option<&'a str>,
        /// A name for logs.
        debug_label: Option<&'a str>,
    },
    /// Asks whether an action may go ahead.
    BeforeAction {
        /// The action.
        name: &'a str,
        /// Its payload.
        payload: Option<&'a Json>,
    },
    /// A browser's call.
    Action {
        /// The action.
        name: &'a str,
        /// Its payload.
        payload: Option<&'a Json>,
    },
    /// The event has changed these keys.
    StateChange(&'a [Key]),
    /// The state came back from a browser.
    Rehydrate {
        /// The version that it was of.
        from_version: &'a str,
    },
    /// A new version took over.
    Reload {
        /// The version before.
        from_version: &'a str,
    },
    /// What others emitted in rooms.
    RoomEvents(&'a [Arc<RoomEvent>]),
    /// The mount has become a member of a room.
    RoomJoin(&'a str),
    /// The mount is a member no longer.
    RoomLeave(&'a str),
    /// A timer is due.
    Timer {
        /// Its number.
        id: u64,
        /// Its name.
        name: &'a str,
        /// What it was started with.
        payload: Option<&'a Json>,
    },
    /// Something happens to an upload of a browser.
    Upload {
        /// The browser's name for it.
        id: &'a str,
        /// What.
        stage: UploadStage<'a>,
        /// As the browser calls the file.
        filename: &'a str,
        /// Its media type.
        media_type: &'a str,
        /// Bytes, as announced.
        size: u64,
    },
    /// A browser joined a singleton, or left it.
    Client {
        /// Whether it joined.
        joined: bool,
        /// Its connection.
        connection: &'a str,
        /// Members after the event.
        count: u32,
    },
    /// To a room: somebody wants to become a member, or is one no longer.
    Member {
        /// Whether it joins.
        joins: bool,
        /// The mounted component.
        instance: &'a str,
        /// Members after the event.
        count: u32,
    },
    /// To a room: the last member has left.
    Empty,
    /// The connection is gone.
    Disconnect,
    /// The last event.
    Destroy,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy)]
pub enum UploadStage<'a> {
    /// It may be refused.
    Start,
    /// Bytes so far.
    Progress(u64),
    /// The file is there, and served from this URL. It may be refused still.
    Complete(&'a str),
    /// Why it did not work.
    Failed(&'a str),
}

/// An event in a room.
#[derive(Debug)]
pub struct RoomEvent {
    /// The room.
    pub room: Arc<str>,
    /// The event.
    pub event: Box<str>,
    /// What came with it.
    pub data: Json,
}
