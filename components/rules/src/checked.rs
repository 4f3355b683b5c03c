//! Payloads and a state with schemas.

use liveside_guest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the browser sees.
#[derive(State)]
#[state(schema)]
pub(crate) struct Checked {
    #[schemars(length(max = 8))]
    name: String,
    address: Address,
    /// How often something reached the logic, hooks included.
    reached: u64,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Address {
    #[schemars(regex(pattern = r"^[0-9]*$"))]
    zip: String,
}

#[component(name = "LiveChecked", set_value)]
impl Checked {
    fn on_action(&mut self) {
        self.reached += 1;
    }

    #[action(schema)]
    fn add(&mut self, by: Option<i64>) -> i64 {
        by.unwrap_or(1)
    }

    #[action(schema)]
    fn say(&mut self, #[schemars(length(min = 1, max = 500))] text: &str) -> usize {
        text.len()
    }

    #[action(schema)]
    fn order(
        &mut self,
        item: String,
        #[schemars(range(min = 1))] count: u32,
        note: Option<String>,
    ) -> String {
        format!("{count} {item} {}", note.unwrap_or_default())
    }

    #[action(schema)]
    fn move_to(&mut self, address: Address) {
        self.address = address;
    }
}
