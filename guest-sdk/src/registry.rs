//! The components of the module. `#[component]` registers each with a constructor that runs before the module's first
//! event, so that an author has nothing to list.

use crate::component::{self, Component, Outcome};
use crate::context::Context;
use crate::definition::Definition;
use crate::error::Result;
use crate::event::Event;

/// One component, with the types of its state erased.
pub struct Entry {
    pub(crate) definition: &'static Definition,
    pub(crate) default_state: fn() -> Result<String>,
    pub(crate) persistent_defaults: fn() -> Result<String>,
    pub(crate) state_schema: fn() -> Option<String>,
    pub(crate) handle: fn(&Context, &Event) -> Outcome,
    pub(crate) migrate: fn(&str, &str) -> Result<String>,
}

impl Entry {
    /// The entry of a component.
    pub const fn of<C: Component>() -> Self {
        Self {
            definition: &C::DEFINITION,
            default_state: component::default_state::<C>,
            persistent_defaults: component::persistent_defaults::<C>,
            state_schema: C::schema,
            handle: component::handle::<C>,
            migrate: C::migrated,
        }
    }
}

inventory::collect!(Entry);

/// Every component of the module.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    inventory::iter::<Entry>()
}

/// The component of this name.
pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.definition.name == name)
}
