//! Whether a Rust type is made from a JSON object, found out by asking the type to deserialise itself from a source
//! that only listens to what it asks for. It costs nothing at run time: the compiler sees through it.

use std::fmt::{self, Display};

use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};

/// The fields that the type takes from an object; none where it takes any, as a map does and a type that looks at what
/// is there. `None` for a type that is made from a single value.
pub(super) fn object_fields<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    match T::deserialize(Listener) {
        Err(Heard(fields)) => fields,
        // It asked for nothing, so anything will do.
        Ok(_) => Some(&[]),
    }
}

/// A source that listens and gives nothing.
struct Listener;

macro_rules! heard {
    ($fields:expr; $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Heard> {
            Err(Heard($fields))
        }
    )*};
}

impl<'de> Deserializer<'de> for Listener {
    type Error = Heard;

    heard! { None;
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_seq deserialize_identifier
    }

    heard! { Some(&[]); deserialize_map deserialize_any deserialize_ignored_any }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Heard> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Heard> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(Heard(None))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Heard> {
        Err(Heard(None))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(Heard(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(Heard(Some(fields)))
    }

    /// A variant is mostly a single word, so it goes by name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(Heard(None))
    }
}

/// What the type asked for; an error, because it ends the asking.
#[derive(Debug)]
struct Heard(Option<&'static [&'static str]>);

impl serde::de::Error for Heard {
    fn custom<T: Display>(_: T) -> Self {
        Self(Some(&[]))
    }
}

impl std::error::Error for Heard {}

impl Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type asked for its shape")
    }
}
