//! The [`Context`]: everything that a component can reach besides its own state.
//!
//! Time, randomness, identity and the network come through it alone, so that the daemon can grant, replay and test
//! them.

use std::cell::{OnceCell, RefCell};
use std::fmt::Display;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, HostError, HostErrorCode};
use crate::host::{Active, Host, HostResult};
use crate::json::reason;

mod http;
mod keyed;
mod rooms;
mod session;
mod sources;
mod store;
mod timers;

pub use crate::host::{Level, Member, Request, Response};
pub use http::{Http, RequestBuilder};
pub use keyed::{Persistent, Private};
pub use rooms::{Room, RoomArguments, RoomLogic, Rooms};
pub use session::Session;
pub use sources::{Clock, Config, Log, Random, Uploads};
pub use store::{Entries, Store};
pub use timers::{TimerId, Timers};

/// What a method may ask the daemon for, during one event.
pub struct Context {
    host: Active,
    component: String,
    instance: String,
    /// Asked for at most once in an event: it cannot change meanwhile.
    session: OnceCell<Session>,
    /// The first refusal of a call that has no result to refuse with; the event ends with it.
    deferred: RefCell<Option<Error>>,
}

impl Context {
    pub(crate) fn new(host: Active, component: String, instance: String) -> Self {
        Self {
            host,
            component,
            instance,
            session: OnceCell::new(),
            deferred: RefCell::new(None),
        }
    }

    pub(crate) fn host(&self) -> &Active {
        &self.host
    }

    pub(crate) fn defer(&self, error: impl Into<Error>) {
        self.deferred
            .borrow_mut()
            .get_or_insert_with(|| error.into());
    }

    pub(crate) fn take_deferred(&self) -> Option<Error> {
        self.deferred.take()
    }

    /// The component's name.
    pub fn component(&self) -> &str {
        &self.component
    }

    /// The id of the mounted component.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Who is behind the event.
    pub fn session(&self) -> &Session {
        self.session
            .get_or_init(|| Session::new(self.host.session()))
    }

    /// Data of this mount that no browser ever sees.
    pub fn private(&self) -> Private<'_> {
        Private::new(self)
    }

    /// One map for all mounts of this component, kept through every new version of the code.
    pub fn persistent(&self) -> Persistent<'_> {
        Persistent::new(self)
    }

    /// The room that the component was mounted with. Its calls fail if there is none.
    pub fn room(&self) -> Room<'_> {
        Room::default_of(self)
    }

    /// The room of this name among those that `R` is the logic of: `cx.room_of::<CounterRoom>("global").increment(1)`
    /// runs the action in the room and waits for its result. Its full name is `counter:global`, for a `CounterRoom`
    /// with `#[component(room = "counter")]`; an empty name is the room `counter`.
    pub fn room_of<R: RoomLogic>(&self, name: &str) -> R::Handle<'_> {
        let name = match name {
            "" => R::KIND.to_owned(),
            name => format!("{}:{name}", R::KIND),
        };
        R::handle(self.rooms().get(name))
    }

    /// All rooms, by name.
    pub fn rooms(&self) -> Rooms<'_> {
        Rooms::new(self)
    }

    /// Sends a message to the browsers of everybody in the default room. Gives the number of connections.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn broadcast(&self, kind: &str, data: &(impl Serialize + ?Sized)) -> HostResult<u32> {
        self.host.broadcast(kind, &encode(data)?, false)
    }

    /// As [`broadcast`](Self::broadcast), leaving out the user behind the event.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn broadcast_to_others(
        &self,
        kind: &str,
        data: &(impl Serialize + ?Sized),
    ) -> HostResult<u32> {
        self.host.broadcast(kind, &encode(data)?, true)
    }

    /// Sends bytes to the component's browsers when the event ends, beside the state. For what changes often: a
    /// browser that is behind gets only the newest of a name.
    ///
    /// # Errors
    /// `invalid`: the name has not 1 to 128 bytes. `limit`: too many bytes.
    pub fn push_binary(&self, name: &str, bytes: &[u8]) -> HostResult<()> {
        self.host.push_binary(name, bytes)
    }

    /// Events in the future, for the methods marked `#[timer("name")]`.
    pub fn timers(&self) -> Timers<'_> {
        Timers::new(self)
    }

    /// Requests to the hosts that the daemon's configuration allows.
    pub fn http(&self) -> Http<'_> {
        Http::new(self)
    }

    /// A map of the component's own that outlives the daemon, where it has a data directory.
    pub fn store(&self) -> Store<'_> {
        Store::new(self)
    }

    /// Files that browsers have uploaded to this mount.
    pub fn uploads(&self) -> Uploads<'_> {
        Uploads::new(self)
    }

    /// Values that the daemon's configuration grants this component.
    pub fn config(&self) -> Config<'_> {
        Config::new(self)
    }

    /// The daemon's log.
    pub fn log(&self) -> Log<'_> {
        Log::new(self)
    }

    /// The time.
    pub fn clock(&self) -> Clock<'_> {
        Clock::new(self)
    }

    /// Randomness fit for keys and tokens.
    pub fn random(&self) -> Random<'_> {
        Random::new(self)
    }

    fn write_log(&self, level: Level, message: &dyn Display) {
        self.host.log(level, &message.to_string());
    }
}

/// # Errors
/// `invalid` where the value has no JSON form.
fn encode(value: &(impl Serialize + ?Sized)) -> HostResult<String> {
    serde_json::to_string(value)
        .map_err(|error| HostError::invalid(format!("No JSON form: {}", reason(&error))))
}

/// # Errors
/// `failed` where the text is not what the caller asked for. `what` names it.
fn decode<T: DeserializeOwned>(text: &str, what: &str) -> HostResult<T> {
    serde_json::from_str(text).map_err(|error| HostError {
        code: HostErrorCode::Failed,
        message: format!("{what} cannot be read: {}", reason(&error)),
    })
}
