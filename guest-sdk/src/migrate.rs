//! State of another version.

use crate::component::Component;
use crate::error::{Error, Result};
use crate::payload;
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
    let keys: Vec<_> = C::FIELDS.iter().map(|field| field.key).collect();
    let mut values = vec![None; keys.len()];
    payload::pick(state, &keys, &mut values)?;
    let mut kept = String::from("{");
    for (key, value) in keys.iter().zip(values) {
        let Some(value) = value else { continue };
        let entry = [&serde_json::to_string(key)?, ":", value].concat();
        if state::read::<C>(&["{", &entry, "}"].concat(), FieldSet::ALL).is_ok() {
            if kept.len() > 1 {
                kept.push(',');
            }
            kept.push_str(&entry);
        }
    }
    kept.push('}');
    Ok(kept)
}
