//! The panel, by who is in front of it.

use liveside_guest::testing::{Effect, Harness, User};
use liveside_guest::{FailureCode, Value, json};

use super::AdminPanel;

const NOW: u64 = 1_000;

fn admin() -> User {
    User::new("ada").role("admin")
}

fn panel(user: User) -> Harness<AdminPanel> {
    Harness::setup().user(user).now_ms(NOW).mount()
}

fn line(action: &str, detail: &str) -> Value {
    json!({"at": NOW, "by": "ada", "action": action, "detail": detail})
}

#[test]
fn only_administrators_mount_it() {
    for (user, missing) in [
        (None, "LiveAdminPanel needs an authenticated user"),
        (
            Some(User::new("bo").role("member")),
            "LiveAdminPanel needs the role `admin`",
        ),
    ] {
        let setup = Harness::<AdminPanel>::setup();
        let setup = match user {
            Some(user) => setup.user(user),
            None => setup,
        };
        let error = setup.try_mount().err().unwrap();
        assert_eq!(error.code(), FailureCode::Denied);
        assert_eq!(error.message(), missing);
    }
}

#[test]
fn a_role_that_was_lost_is_missed_at_the_next_call() {
    let mut panel = panel(admin());
    panel.sign_in(User::new("ada").role("member"));
    let error = panel.call("listUsers", ()).unwrap_err();
    assert_eq!(error.message(), "LiveAdminPanel needs the role `admin`");
    panel.sign_out();
    let error = panel.call("clearAudit", ()).unwrap_err();
    assert_eq!(
        error.message(),
        "LiveAdminPanel needs an authenticated user"
    );
}

#[test]
fn every_change_is_in_the_audit_with_who_and_when() {
    let mut panel = panel(admin().permission("users.delete"));
    assert_eq!(
        panel.state(),
        json!({"users": [], "audit": [], "currentUser": "ada"})
    );
    let added = json!({"name": " Bo ", "role": "member"});
    let user = panel.call("addUser", added).unwrap();
    assert_eq!(
        (&user["name"], &user["role"]),
        (&json!("Bo"), &json!("member"))
    );
    assert_eq!(
        panel.delta(),
        json!({"users": [user], "audit": [line("addUser", "Bo (member)")]})
    );
    let told = Effect::Emit {
        room: "admin-panel".into(),
        event: "CHANGED".into(),
        data: json!(null),
    };
    assert_eq!(panel.effects(), [told]);
    panel.call("deleteUser", json!({"id": user["id"]})).unwrap();
    assert_eq!(panel.state()["users"], json!([]));
    assert_eq!(panel.state()["audit"][1], line("deleteUser", "Bo"));
    panel.call("clearAudit", ()).unwrap();
    assert_eq!(panel.state()["audit"], json!([line("clearAudit", "")]));
    let gone = panel.call("deleteUser", json!({"id": user["id"]}));
    assert_eq!(
        gone.unwrap_err().message(),
        "There is no such user any more."
    );
}

#[test]
fn deleting_needs_a_permission_besides_the_role() {
    let mut panel = panel(admin());
    let user = panel.call("addUser", json!({"name": "Bo", "role": "member"}));
    let id = user.unwrap()["id"].clone();
    let error = panel.call("deleteUser", json!({"id": id})).unwrap_err();
    assert_eq!(
        error.message(),
        "`deleteUser` of LiveAdminPanel needs the permission `users.delete`"
    );
    assert_eq!(panel.state()["users"].as_array().unwrap().len(), 1);
}

#[test]
fn it_says_who_is_in_front_of_it() {
    let mut panel = panel(admin().permission("users.delete"));
    assert_eq!(
        panel.call("getAuthInfo", ()).unwrap(),
        json!({"authenticated": true, "userId": "ada", "roles": ["admin"], "permissions": ["users.delete"]})
    );
}

#[test]
fn another_panels_change_is_shown_to_an_administrator_only() {
    let records = json!({"users": [{"id": "1", "name": "Bo", "role": "member"}], "audit": []});
    let mut panel = Harness::<AdminPanel>::setup()
        .user(admin())
        .persistent("records", &records)
        .mount();
    panel.room_event("admin-panel", "CHANGED", ()).unwrap();
    assert_eq!(panel.state()["users"], records["users"]);
    panel.sign_out();
    panel.room_event("admin-panel", "CHANGED", ()).unwrap();
    assert_eq!(panel.state()["users"], json!([]));
}

#[test]
fn the_daemon_checks_what_is_added() {
    let schema = panel(admin()).payload_schema("addUser").unwrap();
    assert_eq!(schema["required"], json!(["name", "role"]));
    assert_eq!(
        schema["properties"]["name"],
        json!({"type": "string", "minLength": 1, "maxLength": 64})
    );
    assert_eq!(
        schema["$defs"]["Role"]["enum"],
        json!(["admin", "moderator", "member"])
    );
}
