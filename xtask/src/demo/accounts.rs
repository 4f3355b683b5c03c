//! The accounts of the demo: what an app knows about its users, for the daemon's provider of the kind `http`.
//!
//! An app would look at its own session, and keep passwords only as hashes. These are written on the page.

use serde_json::{Value, json};

/// User (and password), roles, permissions.
const ACCOUNTS: &[(&str, &[&str], &[&str])] = &[
    ("admin", &["admin"], &["users.delete"]),
    ("member", &["member"], &[]),
];

/// The configuration that has the daemon ask `url` who somebody is.
pub(super) fn config(url: &str) -> String {
    // Signing in is by AUTH alone: a cookie that another app has left on this host is none of the demo's.
    format!(
        "[[auth.provider]]\n\
         name = \"demo\"\n\
         kind = \"http\"\n\
         url = \"{url}\"\n\
         forward-headers = []\n\
         cache = \"0s\"\n"
    )
}

/// Who shows these credentials; `question` is the body of the daemon's request. `None` is a no.
pub(super) fn identify(question: &str) -> Option<Value> {
    let question: Value = serde_json::from_str(question).ok()?;
    let [user, password] = ["user", "password"].map(|key| question["payload"][key].as_str());
    let (name, roles, permissions) = ACCOUNTS
        .iter()
        .find(|(name, ..)| user == Some(*name) && password == Some(*name))?;
    Some(json!({"userId": name, "roles": roles, "permissions": permissions}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(payload: Value) -> Option<Value> {
        identify(&json!({"payload": payload, "headers": {}}).to_string())
    }

    #[test]
    fn each_account_has_its_roles_and_permissions() {
        assert_eq!(
            asked(json!({"user": "admin", "password": "admin"})),
            Some(json!({"userId": "admin", "roles": ["admin"], "permissions": ["users.delete"]}))
        );
        assert_eq!(
            asked(json!({"user": "member", "password": "member"})),
            Some(json!({"userId": "member", "roles": ["member"], "permissions": []}))
        );
    }

    #[test]
    fn whoever_shows_anything_else_is_nobody() {
        for payload in [
            json!({"user": "admin", "password": "member"}),
            json!({"user": "root", "password": "root"}),
            json!({"user": "admin"}),
            json!({"user": ["admin"], "password": ["admin"]}),
            json!({}),
            json!(null),
        ] {
            assert_eq!(asked(payload.clone()), None, "{payload}");
        }
        for body in ["", "{", "[]", "null"] {
            assert_eq!(identify(body), None, "{body}");
        }
    }
}
