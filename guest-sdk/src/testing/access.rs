//! Who may: the daemon's rules, with the daemon's words.

use super::setup::User;
use crate::definition::Access;
use crate::error::{Error, Result};

/// Whether the user may do `what`: a component, or an action of one.
///
/// # Errors
/// `denied`, with what is missing.
pub(super) fn check(access: &Access, user: Option<&User>, what: &str) -> Result<()> {
    let needs = |missing: String| Err(Error::denied(format!("{what} needs {missing}")));
    let Some(user) = user else {
        return needs("an authenticated user".to_owned());
    };
    let has_role = access.roles.iter().any(|role| user.has_role(role));
    if !access.roles.is_empty() && !has_role {
        return needs(one_of("the role", "one of the roles", access.roles));
    }
    let permissions = access.permissions.iter().copied();
    let missing: Vec<_> = permissions
        .filter(|permission| !user.has_permission(permission))
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        missing => needs(one_of("the permission", "the permissions", missing)),
    }
}

fn one_of(one: &str, several: &str, names: &[&str]) -> String {
    let what = if names.len() == 1 { one } else { several };
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("{what} {}", names.join(", "))
}
