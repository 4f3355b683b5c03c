//! What an argument is when the payload does not have it: `None` for an `Option`, `null` for a type that takes it, and
//! an error for the rest. Asking the type itself also answers for aliases of `Option` and for authors' own types.

use std::fmt::{self, Display};

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use crate::error::{Error, Result};

/// # Errors
/// `invalid-payload`, naming the argument, where its type needs a value.
pub(super) fn value<T: DeserializeOwned>(name: &str) -> Result<T> {
    T::deserialize(Missing).map_err(|NeedsValue| needed(name))
}

#[cold]
fn needed(name: &str) -> Error {
    Error::invalid_payload(format!("The payload needs `{name}`"))
}

/// A source that has nothing.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = NeedsValue;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NeedsValue> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NeedsValue> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NeedsValue> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// The type cannot be made from nothing.
#[derive(Debug)]
struct NeedsValue;

impl serde::de::Error for NeedsValue {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl std::error::Error for NeedsValue {}

impl Display for NeedsValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value is needed")
    }
}
