//! What JSON a Rust type is made from, found out by asking the type to deserialise itself from a source that only
//! listens to what it asks for.

use std::fmt::{self, Display};

use serde::Deserializer;
use serde::de::{DeserializeOwned, Visitor};

/// What JSON a type is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// Whether `null` will do as well.
    pub(crate) nullable: bool,
}

/// The kinds of JSON value that types ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Number,
    Text,
    List,
    Null,
    /// One of several variants, outside of which nothing tells them apart.
    Enum,
    /// An object with these fields.
    Struct(&'static [&'static str]),
    /// An object with any keys.
    Map,
    /// The type looks at what is there.
    Any,
}

impl Shape {
    pub(crate) fn of<T: DeserializeOwned>() -> Self {
        match T::deserialize(Listener { nullable: false }) {
            Err(Heard(shape)) => shape,
            // It asked for nothing.
            Ok(_) => Self {
                kind: Kind::Any,
                nullable: true,
            },
        }
    }

    /// The fields that the type takes from an object, if it is made from one; a list without entries where it takes any.
    pub(crate) fn fields(self) -> Option<&'static [&'static str]> {
        match self.kind {
            Kind::Struct(fields) => Some(fields),
            Kind::Map | Kind::Any => Some(&[]),
            _ => None,
        }
    }
}

struct Listener {
    nullable: bool,
}

macro_rules! listen {
    ($($kind:ident: $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Heard> {
            Err(self.heard(Kind::$kind))
        }
    )*)*};
}

impl Listener {
    fn heard(self, kind: Kind) -> Heard {
        Heard(Shape {
            kind,
            nullable: self.nullable,
        })
    }
}

impl<'de> Deserializer<'de> for Listener {
    type Error = Heard;

    listen! {
        Boolean: deserialize_bool;
        Integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
            deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        Number: deserialize_f32 deserialize_f64;
        Text: deserialize_char deserialize_str deserialize_string deserialize_identifier;
        List: deserialize_seq;
        Null: deserialize_unit;
        Map: deserialize_map;
        Any: deserialize_any deserialize_ignored_any deserialize_bytes deserialize_byte_buf;
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Heard> {
        visitor.visit_some(Self { nullable: true })
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
        Err(self.heard(Kind::Null))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Heard> {
        Err(self.heard(Kind::List))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(self.heard(Kind::List))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(self.heard(Kind::Struct(fields)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Heard> {
        Err(self.heard(Kind::Enum))
    }
}

/// What the type asked for; an error, because it ends the asking.
#[derive(Debug)]
struct Heard(Shape);

impl serde::de::Error for Heard {
    fn custom<T: Display>(_: T) -> Self {
        Self(Shape {
            kind: Kind::Any,
            nullable: true,
        })
    }
}

impl std::error::Error for Heard {}

impl Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the type asked for its shape")
    }
}
