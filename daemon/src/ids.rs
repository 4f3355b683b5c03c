//! Names for what lives at run time: mounted components and connections.
//!
//! Ids are unguessable and unique everywhere, so that several daemons can stand beside one another.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Makes a newtype over shared text: cheap to clone, looked up by `&str`.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as it stands in messages.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Names one mounted component.
    InstanceId
);
id!(
    /// Names one WebSocket connection.
    ConnectionId
);

/// The longest name or id of a browser's own making that is shown, in bytes.
const LONGEST_SHOWN: usize = 64;

/// What logs and traces show of a name or an id that a browser has made up: `requestId` as JSON text, an action.
#[must_use]
pub fn shown(text: &str) -> &str {
    let text = text.trim_matches('"');
    &text[..text.floor_char_boundary(LONGEST_SHOWN)]
}

/// How ids are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdScheme {
    /// Sortable by time, 36 characters.
    #[default]
    Uuidv7,
    /// 21 characters, says nothing of its age.
    Nanoid,
}

/// Makes ids: `PREFIX` and then what the scheme gives.
#[derive(Debug, Clone, Default)]
pub struct IdGenerator {
    scheme: IdScheme,
    prefix: String,
}

impl IdGenerator {
    /// Ids by `scheme`, each starting with `prefix`.
    #[must_use]
    pub fn new(scheme: IdScheme, prefix: &str) -> Self {
        Self {
            scheme,
            prefix: prefix.to_owned(),
        }
    }

    /// A new id for a mounted component.
    #[must_use]
    pub fn instance(&self) -> InstanceId {
        self.text().into()
    }

    /// A new id for a connection.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.text().into()
    }

    fn text(&self) -> String {
        let mut text = self.prefix.clone();
        match self.scheme {
            IdScheme::Uuidv7 => {
                let mut buffer = uuid::Uuid::encode_buffer();
                text.push_str(
                    uuid::Uuid::now_v7()
                        .as_hyphenated()
                        .encode_lower(&mut buffer),
                );
            }
            IdScheme::Nanoid => text.push_str(&nanoid::nanoid!()),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_carry_the_prefix_and_differ() {
        for (scheme, length) in [(IdScheme::Uuidv7, 36), (IdScheme::Nanoid, 21)] {
            let ids = IdGenerator::new(scheme, "eu1-");
            let (one, two) = (ids.instance(), ids.instance());
            assert_ne!(one, two);
            assert!(one.as_str().starts_with("eu1-"));
            assert_eq!(one.as_str().len(), 4 + length);
        }
    }
}
