//! JSON Schemas of components: what a payload or a key of the state looks like, checked before the logic runs.
//!
//! Apart from `wasm` because a schema is plain data. It comes from a guest and the value from a browser, so both are
//! bounded: nothing outside of the schema's own text is read, a pattern takes time linear in the text that it is tried
//! on, and an error shows little of the value.

mod excerpt;
mod keys;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use excerpt::{excerpt, shortened};

/// The longest schema. One of a few kilobytes describes a large form.
const MAX_SCHEMA_BYTES: usize = 64 << 10;
/// Errors that are told of one value.
const MAX_ERRORS: usize = 3;
/// The longest value of which more than the first error is looked for: the library finds all of them at once, and a
/// hostile value has one for every other byte.
const MAX_SEARCHED_BYTES: usize = 16 << 10;
/// The longest reason, and the longest name of a field in it, in characters.
const MAX_REASON_CHARS: usize = 160;
const MAX_NAME_CHARS: usize = 64;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    validator: Validator,
    /// As the component has it.
    source: Value,
}

/// A schema is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It is larger than a schema may be.
    #[error("{bytes} bytes, {MAX_SCHEMA_BYTES} are allowed")]
    TooLarge {
        /// What it is.
        bytes: usize,
    },
    /// It does not compile: a keyword is wrong, or it refers to something that is not in it.
    #[error("{0}")]
    Invalid(String),
}

/// A value does not fit: which field, and why, for the browser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Mismatch(String);

impl Schema {
    /// Compiles the text of a schema of whole values.
    ///
    /// # Errors
    /// If it is no schema, is too large, or refers to something outside of itself.
    pub fn compile(text: &str) -> Result<Self, SchemaError> {
        let whole = parse(text)?;
        let validator = compile(&whole)?;
        Ok(Self {
            validator,
            source: whole,
        })
    }

    /// Compiles the text of an object's schema for single keys of it: what it says of the object as a whole, or of
    /// several keys at once (`required`, `oneOf`, `if`, ..), is left out.
    ///
    /// # Errors
    /// As [`compile`](Self::compile).
    pub fn compile_for_keys(text: &str) -> Result<Self, SchemaError> {
        let whole = parse(text)?;
        // The whole must be right too: what is left out would hide what is wrong with it.
        compile(&whole)?;
        let validator = compile(&keys::without_rules_of_the_whole(&whole))?;
        Ok(Self {
            validator,
            source: whole,
        })
    }

    /// The schema itself, as the component has it.
    #[must_use]
    pub fn source(&self) -> &Value {
        &self.source
    }

    /// Checks a JSON value. `root` is what the value is called in errors: `payload` makes `payload.by: ..`.
    ///
    /// # Errors
    /// With the first few fields that do not fit, each with its path.
    pub fn check(&self, root: &str, text: &str) -> Result<(), Mismatch> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| Mismatch(format!("{root}: {error}")))?;
        if self.validator.is_valid(&value) {
            return Ok(());
        }
        let mut told: Vec<String> = if text.len() > MAX_SEARCHED_BYTES {
            let first = self.validator.validate(&value).err();
            first.iter().map(|error| line(root, error)).collect()
        } else {
            let errors = self.validator.iter_errors(&value);
            errors
                .take(MAX_ERRORS)
                .map(|error| line(root, &error))
                .collect()
        };
        if told.is_empty() {
            told.push(format!("{root}: does not fit the schema"));
        }
        Err(Mismatch(told.join("; ")))
    }
}

fn compile(schema: &Value) -> Result<Validator, SchemaError> {
    jsonschema::options()
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(schema)
        .map_err(|error| SchemaError::Invalid(told(&error)))
}

fn parse(text: &str) -> Result<Value, SchemaError> {
    if text.len() > MAX_SCHEMA_BYTES {
        return Err(SchemaError::TooLarge { bytes: text.len() });
    }
    Ok(serde_json::from_str(text)?)
}

/// `payload.by: "x" is not of type "integer"`
fn line(root: &str, error: &ValidationError<'_>) -> String {
    let mut path = root.to_owned();
    let mut add = |name: &str| {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&shortened(name, MAX_NAME_CHARS));
    };
    for segment in error.instance_path() {
        match segment {
            LocationSegment::Property(name) => add(&name),
            LocationSegment::Index(at) => add(&at.to_string()),
        }
    }
    if let ValidationErrorKind::Required {
        property: Value::String(name),
    } = error.kind()
    {
        add(name);
        return format!("{path}: is missing");
    }
    format!("{path}: {}", told(error))
}

/// What an error says, with little of the value in it.
fn told(error: &ValidationError<'_>) -> String {
    let value = excerpt(error.instance());
    shortened(&error.masked_with(value).to_string(), MAX_REASON_CHARS)
}

#[cfg(test)]
mod tests;
