//! The vault, and what of it a browser gets to see.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::Vault;

#[test]
fn the_token_is_kept_and_only_its_length_told() {
    let mut vault = Harness::<Vault>::mount();
    assert_eq!(
        vault.call("unlock", json!({"token": "sésame"})).unwrap(),
        json!({"success": true})
    );
    assert_eq!(vault.delta(), json!({"unlocked": true}));
    assert_eq!(vault.private("token"), Some(json!("sésame")));
    assert_eq!(vault.call("reveal", ()).unwrap(), json!({"length": 6}));
    assert!(!vault.state().to_string().contains("sésame"));
}

#[test]
fn a_locked_vault_has_nothing_to_tell() {
    let mut vault = Harness::<Vault>::mount();
    assert_eq!(
        vault.call("reveal", ()).unwrap_err().message(),
        "The vault is locked."
    );
    assert_eq!(
        vault
            .call("unlock", json!({"token": ""}))
            .unwrap_err()
            .message(),
        "A vault needs a token."
    );
    assert_eq!(vault.state(), json!({"unlocked": false}));
}

#[test]
fn a_browser_cannot_say_that_it_is_unlocked() {
    let vault = Harness::<Vault>::setup()
        .props(json!({"unlocked": true}))
        .mount();
    assert_eq!(vault.state(), json!({"unlocked": false}));
}
