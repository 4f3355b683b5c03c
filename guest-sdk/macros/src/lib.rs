//! The macros of `liveside-guest`, which re-exports and documents them for authors.
//!
//! `authenticator` registers what decides who somebody is.
//! `state` derives the reading and writing of a state struct. `component` turns an `impl` block into a component:
//! `component/options` reads what stands in the brackets, `component/methods` tells actions, hooks and the rest apart,
//! `component/fields` finds out which state fields each method needs, `component/dispatch` and
//! `component/definition` write the code.

use proc_macro::TokenStream;
use syn::parse_macro_input;

mod authenticator;
mod component;
mod mirror;
mod names;
mod state;

/// Makes a struct the state of a component. Every field is a key of the state, in camelCase: `last_updated_by` is
/// `lastUpdatedBy` in the browser.
///
/// The type of a field implements `Default`, `Clone`, `PartialEq`, `Serialize` and `DeserializeOwned`.
///
/// - `#[state(default = EXPR)]` on a field: its value in a new mount, instead of the type's default.
/// - `#[state(rename = "key")]` on a field: its key.
/// - `#[state(default)]` on the struct: a new mount starts with the struct's own `Default`.
/// - `#[state(schema)]` on the struct: the daemon checks props and what browsers set by a JSON Schema of the fields'
///   types, which implement `schemars::JsonSchema`. `#[schemars(length(max = 80))]` on a field says more. With the
///   feature `schema` only.
#[proc_macro_derive(State, attributes(state, schemars))]
pub fn derive_state(input: TokenStream) -> TokenStream {
    state::derive(&parse_macro_input!(input))
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

/// Makes an `impl` block of a state struct a component. Methods marked [`macro@action`] can be called by browsers;
/// methods named `on_mount`, `on_action` and so on are hooks; [`macro@room_event`] and [`macro@timer`] mark the rest.
///
/// Options, all of them optional:
/// - `name = "LiveCounter"`: as browsers name it. The struct's name by default.
/// - `version = "1.0.0"`: the version of the state's shape. Where it differs from the one that a mount was last served
///   by, `fn migrate(from: &str, state: &mut Map) -> Result<()>` is asked, if there is one.
/// - `set_value`: browsers may set state keys directly.
/// - `props = "known"`, `"none"` or `"any"`: what a browser may set of the initial state.
/// - `persistent = { key: value, .. }`: what `cx.persistent()` starts with.
/// - `requires(authenticated, roles("admin", "editor"), permissions("orders:write"))`: who may mount it. One of the
///   roles is enough, all of the permissions are needed.
/// - `rate_limit(burst = 10, per_minute = 60)`: how often one mount's actions may be called, all together.
/// - `singleton`, `singleton(keep)`, `singleton(linger_ms = 5000)`: one instance for everybody, which ends with its
///   last member, never, or some time later.
/// - `room = "counter"`: not a component but the logic of the rooms `counter:NAME`. It is not mounted; its state is the
///   state of the room, its actions are what components call by `cx.room_of::<CounterRoom>("NAME").increment(1)`, and
///   `on_member_join` (an error refuses), `on_member_leave` and `on_empty` are its hooks. `cx.room()` is the room itself.
/// - `durable`: state and private data of the singleton or room outlive the daemon, where it has a data directory.
/// - `isolation = "fresh"`: every event gets a new instance of the module. `"shared"` by default.
/// - `logging(lifecycle, messages, state, performance, rooms, websocket)`: what the daemon logs of its own accord.
#[proc_macro_attribute]
pub fn component(options: TokenStream, item: TokenStream) -> TokenStream {
    component::expand(options.into(), item.into()).into()
}

/// Makes an `impl Authenticator for` a struct the authenticator of the module. `authorize_action` and `authorize_room`
/// are asked only where they are written.
#[proc_macro_attribute]
pub fn authenticator(options: TokenStream, item: TokenStream) -> TokenStream {
    let block = item.clone();
    authenticator::expand(&options.into(), item.into()).map_or_else(
        |error| {
            let mut tokens = TokenStream::from(error.into_compile_error());
            tokens.extend(block);
            tokens
        },
        Into::into,
    )
}

/// Lets browsers call a method of a [`macro@component`]. It takes `&mut self`, then `cx: &Context` if it wants it, then
/// its arguments, which come from the payload; it returns nothing, anything that implements `Serialize`, or a `Result`
/// of either.
///
/// Options:
/// - `rename = "wireName"`: camelCase of the method's name by default.
/// - `requires(..)` and `rate_limit(..)`: as for the component, besides what that asks for.
/// - `schema`: the daemon checks the payload, before the method runs, by a JSON Schema of the arguments' types, which
///   implement `schemars::JsonSchema`. `#[schemars(length(min = 1, max = 500))]` on an argument says more. With the
///   feature `schema` only.
#[proc_macro_attribute]
pub fn action(_options: TokenStream, item: TokenStream) -> TokenStream {
    component::misplaced("action", item.into()).into()
}

/// Calls a method of a [`macro@component`] when another member of a room emits an event: `#[room_event("MESSAGE")]` for
/// the default room of the mount, `#[room_event("MESSAGE", room = "lobby")]` for another, `room = "chat:*"` for all whose name begins so. The arguments come from the
/// event's data, as those of an action from its payload; an argument `event: &RoomEvent` is the event itself.
#[proc_macro_attribute]
pub fn room_event(_options: TokenStream, item: TokenStream) -> TokenStream {
    component::misplaced("room_event", item.into()).into()
}

/// Calls a method of a [`macro@component`] when a timer of this name is due: `#[timer("tick")]`. The arguments come
/// from the payload that the timer was started with; an argument `timer: &Timer` is the event itself.
#[proc_macro_attribute]
pub fn timer(_options: TokenStream, item: TokenStream) -> TokenStream {
    component::misplaced("timer", item.into()).into()
}
