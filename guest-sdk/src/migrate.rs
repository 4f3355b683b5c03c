//! State of another version.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

use crate::component::Component;
use crate::error::{Error, Result};
use crate::json::ObjectWriter;
use crate::reply::Reply;
use crate::state::{self, FieldSet};

/// The tree of a JSON object, as `migrate` gets it.
pub type Map = serde_json::Map<String, serde_json::Value>;

/// Migration by the author's function; what it leaves behind must fit the struct.
///
/// # Errors
/// The author's, and where the migrated state does not fit.
pub fn with<C: Component>(state: &str, migrate: impl FnOnce(&mut Map) -> Reply) -> Result<String> {
    let mut map: Map = serde_json::from_str(state)?;
    migrate(&mut map)?;
    let text = serde_json::to_string(&map)?;
    state::read::<C>(&text, FieldSet::ALL)
        .map_err(|error| Error::new(format!("After `migrate`: {error}")))?;
    Ok(text)
}

/// Migration without an author's function: the keys that the struct still has, as far as their values still fit.
/// The daemon fills in the defaults of the others.
///
/// # Errors
/// Where the old state is not a JSON object.
pub(crate) fn keep_what_fits<C: Component>(_from: &str, state: &str) -> Result<String> {
    let old: BTreeMap<&str, &RawValue> = serde_json::from_str(state)?;
    let mut kept = ObjectWriter::default();
    for field in C::FIELDS {
        let Some(value) = old.get(field.key) else {
            continue;
        };
        let key = format!("{}:", serde_json::to_string(field.key)?);
        if state::read::<C>(&format!("{{{key}{value}}}"), FieldSet::ALL).is_ok() {
            kept.put(&key, value)?;
        }
    }
    Ok(kept.finish())
}
