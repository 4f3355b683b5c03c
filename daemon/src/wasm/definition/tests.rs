//! What a module may say of itself.

use super::*;

#[test]
fn names_that_could_be_mistaken_are_refused() {
    for name in [
        "",
        "_x",
        "#x",
        "$x",
        "onMount",
        "on_mount",
        "onStateChange",
        "a\nb",
        &"x".repeat(65),
    ] {
        assert!(check_action_name(name).is_err(), "{name}");
    }
    for name in [
        "increment",
        "setValue",
        "online",
        "onboard",
        "x",
        "add-alert",
    ] {
        assert!(check_action_name(name).is_ok(), "{name}");
    }
    for name in ["", "1x", "a b", "a/b", "é", &"x".repeat(65)] {
        assert!(check_component_name(name).is_err(), "{name}");
    }
    assert!(check_component_name("LiveCounter_2-x").is_ok());
}

fn access(authenticated: bool, roles: &[&str], permissions: &[&str]) -> wit::Access {
    wit::Access {
        authenticated,
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        permissions: permissions.iter().map(|&may| may.to_owned()).collect(),
    }
}

#[test]
fn a_rule_that_asks_for_nothing_is_none() {
    assert_eq!(access_rule(access(false, &[], &[])), None);
    assert!(access_rule(access(true, &[], &[])).is_some());
    assert!(access_rule(access(false, &["admin"], &[])).is_some());
    assert!(access_rule(access(false, &[], &["users.delete"])).is_some());
}

#[test]
fn a_rate_limit_that_lets_nothing_through_is_refused() {
    for (burst, per_minute) in [(0, 1), (1, 0)] {
        let limit = Some(wit::RateLimit { burst, per_minute });
        let error = check_rate_limit("LiveX", "`add`", limit).unwrap_err();
        assert_eq!(
            error.to_string(),
            "LiveX: the rate limit of `add` lets nothing through: burst and per-minute are at least 1"
        );
    }
    assert_eq!(check_rate_limit("LiveX", "`add`", None).unwrap(), None);
}

#[test]
fn a_schema_that_does_not_compile_is_refused_by_name() {
    let action = wit::ActionDefinition {
        name: "add".to_owned(),
        access: None,
        rate_limit: None,
        payload_schema: Some(r#"{"type":"intger"}"#.to_owned()),
    };
    let error = check_action("LiveX", action).unwrap_err().to_string();
    let beginning = "LiveX: payload-schema of `add` is no schema that can be checked: ";
    assert!(error.starts_with(beginning), "{error}");
}
