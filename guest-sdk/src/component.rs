//! How one event runs: the code between the WIT interface and an author's method, the same in a module and in the
//! test harness.

use crate::context::Context;
use crate::definition::Definition;
use crate::error::{Error, FailureCode, Result};
use crate::event::Event;
use crate::host::Host;
use crate::json::{self, ObjectWriter};
use crate::state::{self, FieldSet, State};

/// What an event ends with: the JSON text of the result, `None` for `null`.
pub type Outcome = Result<Option<String>>;

/// A component: a state and the methods that events call. Implemented by `#[component]`.
pub trait Component: State {
    /// What the daemon has to know before anything runs.
    const DEFINITION: Definition;

    /// The method that this event calls, if there is one.
    fn find(event: &Event) -> Option<Handler<Self>>;

    /// Puts in what `persistent` starts with.
    ///
    /// # Errors
    /// Where a value has no JSON form.
    fn persistent_defaults(into: &mut ObjectWriter) -> serde_json::Result<()> {
        let _ = into;
        Ok(())
    }

    /// Turns the state of another version, a JSON object, into this version's.
    ///
    /// # Errors
    /// What the author's `migrate` says.
    fn migrated(from: &str, state: &str) -> Result<String> {
        crate::migrate::keep_what_fits::<Self>(from, state)
    }
}

/// Says to the compiler that something uses the component, where no module registers it.
#[cfg(not(target_family = "wasm"))]
pub const fn used<C: Component>() {}

/// One method, ready to be called with an event.
pub struct Handler<C> {
    fields: FieldSet,
    run: fn(&mut C, &Context, &Event) -> Outcome,
}

impl<C> Handler<C> {
    /// `run` sees only the `fields` of the state: the others are not loaded.
    pub const fn new(fields: FieldSet, run: fn(&mut C, &Context, &Event) -> Outcome) -> Self {
        Self { fields, run }
    }
}

/// Runs one event: loads what its method needs, calls it, and hands what it changed to the daemon, also when it
/// returns an error.
///
/// # Errors
/// The component's own; and where the state does not fit the struct.
pub(crate) fn handle<C: Component>(cx: &Context, event: &Event) -> Outcome {
    let outcome = if let Event::RoomEvents(events) = event {
        handle_all::<C>(cx, events)
    } else if let Some(handler) = C::find(event) {
        with_state(cx, handler.fields, |state: &mut C| {
            (handler.run)(state, cx, event)
        })
    } else {
        return not_found::<C>(event);
    };
    match cx.take_deferred() {
        Some(error) if outcome.is_ok() => Err(error),
        _ => outcome,
    }
}

/// Runs events one after the other on one copy of the state. An error of one does not keep the others from running;
/// the first is what it all ends with.
fn handle_all<C: Component>(cx: &Context, events: &[Event]) -> Outcome {
    let handlers = events
        .iter()
        .filter_map(|event| Some((C::find(event)?, event)));
    let handlers: Vec<(Handler<C>, &Event)> = handlers.collect();
    let fields = handlers
        .iter()
        .fold(FieldSet::NONE, |all, (handler, _)| all.and(handler.fields));
    with_state(cx, fields, |state: &mut C| {
        let outcomes = handlers
            .iter()
            .map(|(handler, event)| (handler.run)(state, cx, event));
        let mut all = Ok(None);
        for outcome in outcomes {
            all = all.and(outcome);
        }
        all
    })
}

/// Loads the fields, runs something on them, and hands what it changed to the daemon.
fn with_state<C: Component>(
    cx: &Context,
    fields: FieldSet,
    run: impl FnOnce(&mut C) -> Outcome,
) -> Outcome {
    if fields.is_empty() {
        return run(&mut C::placeholder());
    }
    let text = cx.host().load(fields.keys(C::FIELDS).as_deref());
    let mut state: C = state::read(&text, fields).map_err(Error::new)?;
    drop(text);
    let before = state.snapshot(fields);
    let outcome = run(&mut state);
    let mut changes = ObjectWriter::default();
    state
        .write(fields, Some(&before), &mut changes)
        .map_err(|error| unwritable(&error))?;
    if !changes.is_empty() {
        cx.host().patch(&changes.finish())?;
    }
    outcome
}

/// The JSON object that a new mount starts with.
///
/// # Errors
/// Where a value has no JSON form.
pub(crate) fn default_state<C: Component>() -> Result<String> {
    state::write(&C::initial()).map_err(|error| unwritable(&error))
}

/// The JSON object that `persistent` starts with.
///
/// # Errors
/// Where a value has no JSON form.
pub(crate) fn persistent_defaults<C: Component>() -> Result<String> {
    let mut object = ObjectWriter::default();
    C::persistent_defaults(&mut object).map_err(|error| unwritable(&error))?;
    Ok(object.finish())
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::new(format!(
        "The state has no JSON form: {}",
        json::reason(error)
    ))
}

#[cold]
fn not_found<C: Component>(event: &Event) -> Outcome {
    let definition = &C::DEFINITION;
    match event {
        Event::Action(call) => {
            let hidden = definition
                .hidden_actions
                .iter()
                .find(|hidden| hidden.name == call.name);
            let advice = hidden.map_or(String::new(), |hidden| format!(": {}", hidden.advice));
            let message = format!(
                "{} has no public action `{}`{advice}",
                definition.name, call.name
            );
            Err(Error::with_code(FailureCode::NotCallable, message))
        }
        Event::Timer(timer) => Err(Error::new(format!(
            "{} started a timer `{}` but has no method marked `#[timer(\"{}\")]`",
            definition.name, timer.name, timer.name
        ))),
        // A hook that does not exist has nothing to say.
        _ => Ok(None),
    }
}
