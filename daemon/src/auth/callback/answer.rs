//! The app's yes: an identity as JSON.

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::identity::Identity;
use crate::state::{Json, entries};

/// Why an answer is not one. Holds nothing of the answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    /// Not JSON, or without what is needed.
    #[error(
        "it must be JSON such as {{\"userId\": \"ada\", \"roles\": [], \"permissions\": [], \"claims\": {{}}}}"
    )]
    Shape,
    /// `claims` is no object.
    #[error("`claims` must be an object")]
    Claims,
    /// `expiresAt` is no point in time.
    #[error("`expiresAt` must be milliseconds since 1970, or a date and time of RFC 3339")]
    ExpiresAt,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    user_id: Id,
    #[serde(default)]
    roles: Option<Vec<Box<str>>>,
    #[serde(default)]
    permissions: Option<Vec<Box<str>>>,
    #[serde(borrow, default)]
    claims: Option<&'a RawValue>,
    #[serde(default)]
    expires_at: Option<Moment>,
}

/// Databases number their users.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(Box<str>),
    Number(u64),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Milliseconds(u64),
    Text(String),
}

/// Reads the body of a 200.
pub(super) fn read(body: &[u8]) -> Result<Identity, Unreadable> {
    let answer: Answer<'_> = serde_json::from_slice(body).map_err(|_| Unreadable::Shape)?;
    let user_id = match answer.user_id {
        Id::Text(id) if id.is_empty() => return Err(Unreadable::Shape),
        Id::Text(id) => id,
        Id::Number(id) => id.to_string().into(),
    };
    let claims = answer.claims.map_or("{}", RawValue::get);
    entries(claims).map_err(|_| Unreadable::Claims)?;
    let expires_at = match answer.expires_at {
        None => None,
        Some(Moment::Milliseconds(at)) => Some(at),
        Some(Moment::Text(text)) => {
            let at = OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| Unreadable::ExpiresAt)?;
            let ms = at.unix_timestamp_nanos() / 1_000_000;
            Some(u64::try_from(ms).map_err(|_| Unreadable::ExpiresAt)?)
        }
    };
    Ok(Identity {
        user_id,
        roles: answer.roles.unwrap_or_default(),
        permissions: answer.permissions.unwrap_or_default(),
        claims: Json::parse(claims).map_err(|_| Unreadable::Claims)?,
        expires_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_is_enough() {
        let found = read(br#"{"userId": 7, "more": true}"#).unwrap();
        assert_eq!((&*found.user_id, found.claims.as_str()), ("7", "{}"));
        assert_eq!(found.expires_at, None);
        let nothing = br#"{"userId":"a","roles":null,"permissions":null,"claims":null}"#;
        assert!(read(nothing).unwrap().roles.is_empty());
    }

    #[test]
    fn all_of_it_is_taken() {
        let found = read(
            br#"{"userId":"ada","roles":["admin"],"permissions":["x","y"],"claims":{"a": 1},"expiresAt":"1970-01-01T01:00:01.5+01:00"}"#,
        )
        .unwrap();
        assert_eq!(found.roles, ["admin".into()]);
        assert_eq!(found.permissions, ["x".into(), "y".into()]);
        assert_eq!(found.claims.as_str(), r#"{"a":1}"#);
        assert_eq!(found.expires_at, Some(1500));
        let found = read(br#"{"userId":"ada","expiresAt":1500}"#).unwrap();
        assert_eq!(found.expires_at, Some(1500));
    }

    #[test]
    fn what_is_no_identity_is_not_taken_for_one() {
        for (body, reason) in [
            ("", Unreadable::Shape),
            ("<html>", Unreadable::Shape),
            ("{}", Unreadable::Shape),
            (r#"{"userId":""}"#, Unreadable::Shape),
            (r#"{"userId":null}"#, Unreadable::Shape),
            (r#"{"userId":-1}"#, Unreadable::Shape),
            (r#"{"userId":"a","roles":"admin"}"#, Unreadable::Shape),
            (r#"{"userId":"a","claims":[]}"#, Unreadable::Claims),
            (
                r#"{"userId":"a","expiresAt":"soon"}"#,
                Unreadable::ExpiresAt,
            ),
            (
                r#"{"userId":"a","expiresAt":"1969-01-01T00:00:00Z"}"#,
                Unreadable::ExpiresAt,
            ),
        ] {
            assert_eq!(read(body.as_bytes()), Err(reason), "{body}");
        }
    }
}
