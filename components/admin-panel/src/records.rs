//! What is kept: users and audit, as one value, so that no change is there without its line.

use liveside_guest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines of the audit that are kept.
const MOST_LINES: usize = 100;
const MOST_USERS: usize = 1_000;
/// The persistent key.
const KEY: &str = "records";

/// A user of the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// What a user is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Admin,
    Moderator,
    Member,
}

/// One line of the audit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Milliseconds since the Unix epoch.
    pub(crate) at: u64,
    /// The user's id, as the daemon has verified it.
    pub(crate) by: String,
    pub(crate) action: String,
    pub(crate) detail: String,
}

/// All of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Records {
    pub(crate) users: Vec<User>,
    /// The newest at the end.
    pub(crate) audit: Vec<Entry>,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Moderator => "moderator",
            Self::Member => "member",
        }
    }
}

impl Records {
    pub(crate) fn load(cx: &Context) -> Result<Self> {
        Ok(cx.persistent().get(KEY)?.unwrap_or_default())
    }

    /// Changes the users and writes down who did.
    pub(crate) fn change(
        cx: &Context,
        action: &str,
        detail: &str,
        mut change: impl FnMut(&mut Vec<User>),
    ) -> Result<Self> {
        let entry = entry(cx, action, detail)?;
        let changed = cx.persistent().try_update(KEY, |mut records: Self| {
            change(&mut records.users);
            // One too many is left out again, with its line.
            if records.users.len() <= MOST_USERS {
                records.audit.push(entry.clone());
            }
            records.users.truncate(MOST_USERS);
            let old = records.audit.len().saturating_sub(MOST_LINES);
            records.audit.drain(..old);
            records
        })?;
        ensure!(
            changed.audit.last() == Some(&entry),
            "There are {MOST_USERS} users already."
        );
        Ok(changed)
    }

    pub(crate) fn clear_audit(cx: &Context) -> Result<Self> {
        let entry = entry(cx, "clearAudit", "")?;
        let cleared = cx.persistent().try_update(KEY, |records: Self| Self {
            audit: vec![entry.clone()],
            ..records
        })?;
        Ok(cleared)
    }
}

fn entry(cx: &Context, action: &str, detail: &str) -> Result<Entry> {
    let Some(by) = cx.session().user_id() else {
        return Err(Error::denied("Nobody is behind this change."));
    };
    Ok(Entry {
        at: cx.clock().now_ms(),
        by,
        action: action.to_owned(),
        detail: detail.to_owned(),
    })
}
