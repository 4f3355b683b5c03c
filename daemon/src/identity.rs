//! Who somebody is, as the daemon has verified it, and whether that is enough.

use crate::state::Json;

/// A user that a provider has vouched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Unique among the provider's users. Never empty.
    pub user_id: Box<str>,
    /// What the user is.
    pub roles: Vec<Box<str>>,
    /// What the user may.
    pub permissions: Vec<Box<str>>,
    /// What else the provider says, the text of a JSON object.
    pub claims: Json,
    /// When it is worth nothing any more, in milliseconds since the Unix epoch. `None`: never.
    pub expires_at: Option<u64>,
}

/// Who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// One of them is enough; none asks only for somebody who is signed in.
    pub roles: Vec<String>,
    /// All are needed.
    pub permissions: Vec<String>,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Anybody who is signed in.
    #[error("needs an authenticated user")]
    User,
    /// One of these.
    #[error("needs {}", one_of("the role", "one of the roles", .0))]
    Role(Vec<String>),
    /// These, of those that are needed.
    #[error("needs {}", one_of("the permission", "the permissions", .0))]
    Permissions(Vec<String>),
}

impl Access {
    /// Whether this user may.
    ///
    /// # Errors
    /// With what is missing.
    pub fn check(&self, identity: Option<&Identity>) -> Result<(), Missing> {
        let identity = identity.ok_or(Missing::User)?;
        let has = |role: &String| identity.roles.iter().any(|has| **has == **role);
        if !self.roles.is_empty() && !self.roles.iter().any(has) {
            return Err(Missing::Role(self.roles.clone()));
        }
        let lacks = |wanted: &&String| !identity.permissions.iter().any(|has| **has == ***wanted);
        let missing: Vec<String> = self.permissions.iter().filter(lacks).cloned().collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Missing::Permissions(missing))
        }
    }
}

fn one_of(one: &str, several: &str, names: &[String]) -> String {
    let what = if names.len() == 1 { one } else { several };
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("{what} {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(roles: &[&str], permissions: &[&str]) -> Identity {
        Identity {
            user_id: "ada".into(),
            roles: roles.iter().map(|&role| role.into()).collect(),
            permissions: permissions.iter().map(|&may| may.into()).collect(),
            claims: Json::parse("{}").unwrap(),
            expires_at: None,
        }
    }

    fn access(roles: &[&str], permissions: &[&str]) -> Access {
        Access {
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            permissions: permissions.iter().map(|&may| may.to_owned()).collect(),
        }
    }

    #[test]
    fn one_of_the_roles_is_enough() {
        let rule = access(&["admin", "moderator"], &[]);
        assert_eq!(rule.check(Some(&user(&["moderator"], &[]))), Ok(()));
        let refused = rule
            .check(Some(&user(&["member"], &["admin"])))
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "needs one of the roles `admin`, `moderator`"
        );
    }

    #[test]
    fn all_permissions_are_needed_and_those_that_lack_are_named() {
        let rule = access(&[], &["users.add", "users.delete"]);
        let both = user(&[], &["users.delete", "users.add"]);
        assert_eq!(rule.check(Some(&both)), Ok(()));
        let refused = rule.check(Some(&user(&[], &["users.add"]))).unwrap_err();
        assert_eq!(refused.to_string(), "needs the permission `users.delete`");
    }

    #[test]
    fn nobody_passes_without_an_identity() {
        let refused = access(&[], &[]).check(None).unwrap_err();
        assert_eq!(refused.to_string(), "needs an authenticated user");
        assert_eq!(access(&["admin"], &[]).check(None), Err(Missing::User));
        assert_eq!(access(&[], &[]).check(Some(&user(&[], &[]))), Ok(()));
    }
}
