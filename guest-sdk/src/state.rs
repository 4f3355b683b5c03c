//! State as a plain struct: which of its fields an event needs, reading those from the daemon's JSON, and finding out
//! which of them changed.
//!
//! The derive writes the [`State`] implementation. An event of a component whose state is large must not pay for what
//! it does not touch, so every function here takes the [`FieldSet`] that the event's method mentions: other fields are
//! neither loaded nor copied, compared or written. They hold the default of their type, which that method cannot see.

use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

use crate::json::ObjectWriter;

/// A component's state. Implemented by `#[derive(State)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the state of a component",
    note = "put `#[derive(State)]` above the struct"
)]
pub trait State: Sized + 'static {
    /// The fields in the order of their declaration.
    const FIELDS: &'static [Field];

    /// The state of a new mount.
    fn initial() -> Self;

    /// Every field at the default of its type.
    fn placeholder() -> Self;

    /// Reads the value of one field. `null` reads as the type's default where the type has no `null` of its own.
    ///
    /// # Errors
    /// Where the value does not fit the field's type.
    fn read<'de, A: MapAccess<'de>>(
        &mut self,
        field: usize,
        values: &mut A,
    ) -> Result<(), A::Error>;

    /// A copy of the fields in the set, the others at the default of their type.
    fn snapshot(&self, fields: FieldSet) -> Self;

    /// Writes the fields of the set that differ from `before`; all fields of the set without `before`.
    ///
    /// # Errors
    /// Where a value has no JSON form.
    fn write(
        &self,
        fields: FieldSet,
        before: Option<&Self>,
        into: &mut ObjectWriter,
    ) -> serde_json::Result<()>;

    /// The JSON Schema of the state, if the author asks for one by `#[state(schema)]`.
    fn schema() -> Option<String> {
        None
    }
}

/// The names of one field.
pub struct Field {
    /// In the struct.
    pub name: &'static str,
    /// In the state's JSON object.
    pub key: &'static str,
}

/// A set of fields of one struct, by their position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldSet(u64);

impl FieldSet {
    /// Every field, also of a struct with more fields than the set has bits.
    pub const ALL: Self = Self(u64::MAX);

    /// The fields with these names. A name that no field has means that something else is behind it (a field of what
    /// the state dereferences to), and so every field.
    pub const fn of(fields: &[Field], names: &[&str]) -> Self {
        let mut bits: u64 = 0;
        let mut at = 0;
        while at < names.len() {
            match position(fields, names[at]) {
                Some(field) if field < 64 => bits |= 1 << field,
                _ => return Self::ALL,
            }
            at += 1;
        }
        if fields.len() <= 64 && bits.count_ones() as usize == fields.len() && bits != 0 {
            Self::ALL
        } else {
            Self(bits)
        }
    }

    /// Whether the field at this position is in the set.
    pub const fn has(self, field: usize) -> bool {
        self.0 == u64::MAX || (field < 64 && self.0 & (1 << field) != 0)
    }

    /// No field.
    pub(crate) const NONE: Self = Self(0);

    /// The fields of both sets.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The keys to load; `None` for all of them.
    pub(crate) fn keys(self, fields: &[Field]) -> Option<Vec<&'static str>> {
        if self == Self::ALL {
            return None;
        }
        let mut keys = Vec::with_capacity(self.0.count_ones() as usize);
        keys.extend(
            fields
                .iter()
                .enumerate()
                .filter(|(at, _)| self.has(*at))
                .map(|(_, field)| field.key),
        );
        Some(keys)
    }
}

const fn position(fields: &[Field], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < fields.len() {
        if same(fields[at].name.as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Reads the state's JSON object into a struct. Keys that the struct does not have are passed over.
///
/// # Errors
/// Names the key whose value does not fit.
pub(crate) fn read<S: State>(json: &str, fields: FieldSet) -> Result<S, String> {
    let mut state = S::placeholder();
    let mut last = None;
    let mut source = serde_json::Deserializer::from_str(json);
    let reader = Reader {
        state: &mut state,
        fields,
        last: &mut last,
    };
    match source.deserialize_map(reader).and_then(|()| source.end()) {
        Ok(()) => Ok(state),
        Err(error) => Err(match last {
            Some(field) => format!(
                "The state's `{}` cannot be read: {}",
                S::FIELDS[field].key,
                crate::json::reason(&error)
            ),
            None => format!("The state cannot be read: {}", crate::json::reason(&error)),
        }),
    }
}

/// The text of the state's JSON object.
///
/// # Errors
/// Where a value has no JSON form.
pub(crate) fn write<S: State>(state: &S) -> serde_json::Result<String> {
    let mut writer = ObjectWriter::default();
    state.write(FieldSet::ALL, None, &mut writer)?;
    Ok(writer.finish())
}

struct Reader<'a, S> {
    state: &'a mut S,
    fields: FieldSet,
    /// The field being read, for the error.
    last: &'a mut Option<usize>,
}

impl<'de, S: State> Visitor<'de> for Reader<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(field) = values.next_key_seed(Key(S::FIELDS))? {
            match field {
                Some(field) if self.fields.has(field) => {
                    *self.last = Some(field);
                    self.state.read(field, &mut values)?;
                    *self.last = None;
                }
                _ => {
                    values.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a key as the position of its field.
struct Key(&'static [Field]);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Option<usize>, D::Error> {
        source.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|field| field.key == key))
    }
}
