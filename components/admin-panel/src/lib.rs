//! Users and an audit, for administrators: what is declared with `requires(..)` the daemon enforces.

use liveside_guest::prelude::*;
use serde::Serialize;

mod records;

use records::{Entry, Records, Role, User};

/// The room by which panels tell one another that something has changed.
const ROOM: &str = "admin-panel";
const ROLE: &str = "admin";

/// What the browser sees.
#[derive(State)]
pub struct AdminPanel {
    users: Vec<User>,
    /// The newest at the end.
    audit: Vec<Entry>,
    current_user: Option<String>,
}

/// Who is behind the call, as the daemon has verified it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthInfo {
    authenticated: bool,
    user_id: Option<String>,
    roles: Vec<String>,
    permissions: Vec<String>,
}

#[component(
    name = "LiveAdminPanel",
    version = "1.0.0",
    props = "none",
    requires(roles("admin"))
)]
impl AdminPanel {
    fn on_mount(&mut self, cx: &Context) -> Result<()> {
        cx.rooms().join(ROOM)?;
        self.init(cx)
    }

    /// Not a member any more: that was the one before. And the users are as old as its state.
    fn on_rehydrate(&mut self, cx: &Context) -> Result<()> {
        self.on_mount(cx)
    }

    #[action]
    fn get_auth_info(&self, cx: &Context) -> AuthInfo {
        let session = cx.session();
        AuthInfo {
            authenticated: session.is_authenticated(),
            user_id: session.user_id(),
            roles: session.roles().to_vec(),
            permissions: session.permissions().to_vec(),
        }
    }

    /// Shows what there is now.
    #[action]
    fn init(&mut self, cx: &Context) -> Result<()> {
        self.current_user = cx.session().user_id();
        self.show(Records::load(cx)?);
        Ok(())
    }

    #[action]
    fn list_users(&mut self, cx: &Context) -> Result<Vec<User>> {
        self.init(cx)?;
        Ok(self.users.clone())
    }

    #[action(schema)]
    fn add_user(
        &mut self,
        cx: &Context,
        #[schemars(length(min = 1, max = 64))] name: &str,
        role: Role,
    ) -> Result<User> {
        let name = name.trim();
        ensure!(!name.is_empty(), "A user has a name.");
        let user = User {
            id: cx.random().uuid(),
            name: name.to_owned(),
            role,
        };
        let detail = format!("{name} ({})", role.name());
        let records = Records::change(cx, "addUser", &detail, |users| users.push(user.clone()))?;
        self.tell(cx, records)?;
        Ok(user)
    }

    #[action(schema, requires(permissions("users.delete")))]
    fn delete_user(&mut self, cx: &Context, id: &str) -> Result<()> {
        let users = Records::load(cx)?.users;
        let Some(user) = users.into_iter().find(|user| user.id == id) else {
            bail!("There is no such user any more.");
        };
        let records = Records::change(cx, "deleteUser", &user.name, |users| {
            users.retain(|user| user.id != id);
        })?;
        self.tell(cx, records)
    }

    /// Empties the audit. That it was emptied, and by whom, is its first line.
    #[action(requires(roles("admin")))]
    fn clear_audit(&mut self, cx: &Context) -> Result<()> {
        let records = Records::clear_audit(cx)?;
        self.tell(cx, records)
    }

    /// Another panel has changed something. Nobody has checked who is in front of this one meanwhile.
    #[room_event("CHANGED", room = "admin-panel")]
    fn changed(&mut self, cx: &Context) -> Result<()> {
        let records = match cx.session().has_role(ROLE) {
            true => Records::load(cx)?,
            false => Records::default(),
        };
        self.show(records);
        Ok(())
    }

    fn tell(&mut self, cx: &Context, records: Records) -> Result<()> {
        self.show(records);
        cx.rooms().get(ROOM).emit("CHANGED", &())?;
        Ok(())
    }

    fn show(&mut self, records: Records) {
        self.users = records.users;
        self.audit = records.audit;
    }
}

#[cfg(test)]
mod tests;
