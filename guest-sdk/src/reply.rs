//! What a method may return, and what becomes of it: nothing, anything that has a JSON form, or a `Result` of either
//! with any error that can be shown.
//!
//! A blanket implementation for "anything with a JSON form" would take in `Result` as well, so the macro chooses by
//! method lookup instead: `(&&&Returned(&value)).kind()` finds the first of three traits that fits, in this order.

use std::fmt::Display;

use serde::Serialize;

use crate::component::Outcome;
use crate::error::{Error, Result};
use crate::json;

/// The JSON text of a method's result; `None` for `null`.
pub type Reply = Outcome;

/// A returned value whose kind is asked for.
pub struct Returned<'a, T>(pub &'a T);

/// Finds `Result` with the SDK's own error, which has a code.
pub trait OwnResult {
    /// How to turn it into a reply.
    fn kind(&self) -> Own {
        Own
    }
}
impl<T> OwnResult for &&Returned<'_, Result<T, Error>> {}

/// Finds `Result` with any other error.
pub trait AnyResult {
    /// How to turn it into a reply.
    fn kind(&self) -> Any {
        Any
    }
}
impl<T, E> AnyResult for &Returned<'_, Result<T, E>> {}

/// Finds everything else.
pub trait Plain {
    /// How to turn it into a reply.
    fn kind(&self) -> Value {
        Value
    }
}
impl<T> Plain for Returned<'_, T> {}

/// A `Result` with the SDK's own error.
pub struct Own;
/// A `Result` with any error.
pub struct Any;
/// A plain value.
pub struct Value;

impl Own {
    /// # Errors
    /// The method's.
    pub fn reply<T: Serialize>(self, value: Result<T, Error>) -> Reply {
        Value.reply(value?)
    }
}

impl Any {
    /// # Errors
    /// The method's.
    pub fn reply<T: Serialize, E: Display>(self, value: Result<T, E>) -> Reply {
        match value {
            Ok(value) => Value.reply(value),
            Err(error) => Err(Error::new(error.to_string())),
        }
    }
}

impl Value {
    /// # Errors
    /// Where the value has no JSON form.
    pub fn reply<T: Serialize>(self, value: T) -> Reply {
        json::to_text(&value).map_err(|error| {
            Error::new(format!(
                "The result has no JSON form: {}",
                json::reason(&error)
            ))
        })
    }
}
