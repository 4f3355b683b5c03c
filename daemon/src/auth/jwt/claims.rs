//! From claims to an identity.

use serde_json::{Map, Value};

use super::Invalid;
use crate::config::ClaimPaths;
use crate::identity::Identity;
use crate::state::Json;

/// The identity that verified claims hold. `leeway` in seconds: a token counts for that much longer.
pub(super) fn identity(
    claims: &Map<String, Value>,
    paths: &ClaimPaths,
    leeway: u64,
) -> Result<Identity, Invalid> {
    let user_id = match find(claims, &paths.user_id) {
        Some(Value::String(id)) if !id.is_empty() => id.as_str().into(),
        Some(Value::Number(id)) => id.to_string().into(),
        _ => return Err(Invalid::NoUser(paths.user_id.clone())),
    };
    let text = serde_json::to_string(claims).map_err(|_| Invalid::NoUser(String::new()));
    Ok(Identity {
        user_id,
        roles: list(claims, &paths.roles)?,
        permissions: list(claims, &paths.permissions)?,
        claims: Json::parse(&text?).map_err(|_| Invalid::NoUser(String::new()))?,
        expires_at: claims.get("exp").and_then(seconds).map(|seconds| {
            let end = seconds.saturating_add(leeway);
            end.saturating_mul(1000)
        }),
    })
}

/// The claim at a path with dots. A claim whose own name has dots, such as a URL, goes first.
fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let mut parts = path.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// A list of strings, or the words of one string; empty where there is nothing.
fn list(claims: &Map<String, Value>, path: &str) -> Result<Vec<Box<str>>, Invalid> {
    let wrong = || Invalid::NoList(path.to_owned());
    match find(claims, path) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(words)) => Ok(words.split_whitespace().map(Into::into).collect()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(Into::into).ok_or_else(wrong))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

/// A date as tokens have it: seconds, perhaps with a fraction, which is dropped.
fn seconds(value: &Value) -> Option<u64> {
    let fraction = || {
        let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0)?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is not negative, and what is too large is for ever"
        )]
        Some(seconds as u64)
    };
    value.as_u64().or_else(fraction)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(claims: &Value, paths: &ClaimPaths) -> Result<Identity, Invalid> {
        identity(claims.as_object().unwrap(), paths, 30)
    }

    #[test]
    fn paths_lead_into_claims_and_to_claims_with_dots() {
        let paths = ClaimPaths {
            user_id: "user.id".to_owned(),
            roles: "https://app.example/roles".to_owned(),
            permissions: "scope".to_owned(),
        };
        let found = read(
            &json!({
                "user": { "id": 17 },
                "https://app.example/roles": ["admin", "editor"],
                "scope": "users.read  users.delete",
                "exp": 100.9,
            }),
            &paths,
        )
        .unwrap();
        assert_eq!(&*found.user_id, "17");
        assert_eq!(found.roles, ["admin".into(), "editor".into()]);
        assert_eq!(
            found.permissions,
            ["users.read".into(), "users.delete".into()]
        );
        assert_eq!(found.expires_at, Some(130_000));
        assert!(found.claims.as_str().contains(r#""user":{"id":17}"#));
    }

    #[test]
    fn what_is_not_said_is_not_had() {
        let found = read(
            &json!({ "sub": "ada", "roles": null }),
            &ClaimPaths::default(),
        )
        .unwrap();
        assert!(found.roles.is_empty() && found.permissions.is_empty());
        assert_eq!(found.expires_at, None);
    }

    #[test]
    fn claims_of_another_shape_are_refused() {
        for claims in [
            json!({}),
            json!({ "sub": "" }),
            json!({ "sub": null }),
            json!({ "sub": ["ada"] }),
            json!({ "sub": "ada", "roles": { "admin": true } }),
            json!({ "sub": "ada", "roles": ["admin", 7] }),
            json!({ "sub": "ada", "permissions": 7 }),
        ] {
            assert!(read(&claims, &ClaimPaths::default()).is_err(), "{claims}");
        }
    }
}
