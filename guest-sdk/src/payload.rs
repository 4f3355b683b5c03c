//! From the JSON that came with a call to the arguments of a method.
//!
//! The rules, for actions, timers and room events alike:
//! - A method without arguments ignores the payload.
//! - Several arguments are taken by name from a JSON object; no payload and `null` count as an empty object.
//! - One argument whose type is a single value (a number, text, a list, ...) is taken by name from an object. A payload
//!   that is not an object is the argument itself.
//! - One argument whose type is made from an object (a struct, a map, a `Value`) takes the whole payload; unless the
//!   object's only key is the argument's name and the type has no such field: then it takes what is under that key.
//! - What is missing is `None` for an `Option`, and an error for any other type.
//!
//! Names are in camelCase on the wire. Keys that no argument asks for are ignored.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::json::reason;

mod missing;
mod shape;

/// The one argument of a method.
///
/// # Errors
/// `invalid-payload`, naming the argument.
pub fn only<T: DeserializeOwned>(name: &str, payload: Option<&str>) -> Result<T> {
    let Some(text) = payload.map(str::trim_ascii).filter(|text| *text != "null") else {
        return missing::value(name);
    };
    if !text.starts_with('{') {
        return parse(name, text);
    }
    match shape::object_fields::<T>() {
        None => {
            let [value] = named([name], payload)?;
            argument(name, value)
        }
        Some(fields) => match under_only_key(name, text) {
            Some(value) if !fields.contains(&name) => parse(name, value),
            _ => parse(name, text),
        },
    }
}

/// The texts of several arguments, by name.
///
/// # Errors
/// `invalid-payload` where the payload is not a JSON object.
pub fn named<'a, const N: usize>(
    names: [&str; N],
    payload: Option<&'a str>,
) -> Result<[Option<&'a str>; N]> {
    let mut found = [None; N];
    if let Some(text) = payload.map(str::trim_ascii).filter(|text| *text != "null") {
        pick(text, &names, &mut found)?;
    }
    Ok(found)
}

/// One of several arguments, from its text.
///
/// # Errors
/// `invalid-payload`, naming the argument.
pub fn argument<T: DeserializeOwned>(name: &str, text: Option<&str>) -> Result<T> {
    match text {
        Some(text) => parse(name, text),
        None => missing::value(name),
    }
}

/// The whole payload, whatever it is.
///
/// # Errors
/// `invalid-payload`.
pub fn whole<T: DeserializeOwned>(name: &str, payload: Option<&str>) -> Result<T> {
    parse(name, payload.unwrap_or("null"))
}

/// Whether an argument of this type must be in the payload.
#[cfg(feature = "schema")]
pub fn is_needed<T: DeserializeOwned>() -> bool {
    missing::value::<T>("").is_err()
}

/// The fields that an argument of this type takes from an object; `None` where it is a single value.
#[cfg(feature = "schema")]
pub(crate) fn object_fields<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    shape::object_fields::<T>()
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| invalid(name, &error))
}

#[cold]
fn invalid(name: &str, error: &serde_json::Error) -> Error {
    Error::invalid_payload(format!("`{name}` is not valid: {}", reason(error)))
}

/// The texts under these names in a JSON object. Not generic, so that it is in the module once.
///
/// # Errors
/// `invalid-payload` where it is not an object.
pub(crate) fn pick<'a>(text: &'a str, names: &[&str], found: &mut [Option<&'a str>]) -> Result<()> {
    let mut source = serde_json::Deserializer::from_str(text);
    let picked = source
        .deserialize_map(Picker { names, found })
        .and_then(|()| source.end());
    picked.map_err(|error| {
        let list: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        Error::invalid_payload(format!(
            "The payload must be an object with {}: {}",
            list.join(", "),
            reason(&error)
        ))
    })
}

fn under_only_key<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    let mut value = None;
    let mut source = serde_json::Deserializer::from_str(text);
    let count = source
        .deserialize_map(Sole {
            name,
            value: &mut value,
        })
        .ok()?;
    value.filter(|_| count == 1)
}

struct Picker<'a, 'de> {
    names: &'a [&'a str],
    found: &'a mut [Option<&'de str>],
}

impl<'de> Visitor<'de> for Picker<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(position) = values.next_key_seed(Name(self.names))? {
            match position {
                Some(position) => {
                    self.found[position] = Some(values.next_value::<&RawValue>()?.get())
                }
                None => {
                    values.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Counts the keys of an object and keeps the value under one of them.
struct Sole<'a, 'de> {
    name: &'a str,
    value: &'a mut Option<&'de str>,
}

impl<'de> Visitor<'de> for Sole<'_, 'de> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while let Some(position) = values.next_key_seed(Name(&[self.name]))? {
            count += 1;
            let value = values.next_value::<&RawValue>()?;
            if position.is_some() {
                *self.value = Some(value.get());
            }
        }
        Ok(count)
    }
}

/// Reads a key as its position in a list of names.
struct Name<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Option<usize>, D::Error> {
        source.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|name| *name == key))
    }
}

#[cfg(test)]
mod tests;
