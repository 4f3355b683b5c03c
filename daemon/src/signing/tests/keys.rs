//! Where keys come from, how they are changed, and that they are shown nowhere.

use std::time::SystemTime;

use super::*;
use crate::config::PreviousKey;

fn at_ms(ms: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(ms)
}

fn previous(key: &str, until: SystemTime) -> Vec<PreviousKey> {
    vec![PreviousKey {
        key: SecretSource::Value(key.to_owned()),
        until,
    }]
}

fn in_directory(directory: &Path) -> Result<Signer, SigningConfigError> {
    let config = SignedStateConfig::default();
    Signer::new(&config, Some(directory), memory(), MIB)
}

#[test]
fn a_key_that_was_changed_out_is_refused() {
    let text = signed(
        &signer_with(|config| config.key = source(OLD_KEY)),
        None,
        "{}",
    );
    assert_eq!(
        accept(&signer(), &text, None).unwrap_err(),
        SigningError::InvalidSignature
    );
}

#[test]
fn a_previous_key_is_accepted_until_its_time_and_signs_nothing() {
    let old = signer_with(|config| {
        config.key = source(OLD_KEY);
        config.encrypt = true;
    });
    let signer = signer_with(|config| {
        config.previous_keys = previous(
            "a third key, which signed none of these states",
            at_ms(u64::MAX >> 12),
        );
        config
            .previous_keys
            .extend(previous(OLD_KEY, at_ms(NOW + 5000)));
    });
    let text = signed(&old, Some("ada"), "{}");
    let at = |now_ms| signer.verify_at(&text, "LiveCounter", Some("ada"), now_ms);
    assert!(at(NOW + 4999).is_ok());
    assert_eq!(at(NOW + 5000).unwrap_err(), SigningError::InvalidSignature);
    let fresh = signed(&signer, None, "{}");
    assert!(accept(&old, &fresh, None).is_err());
}

#[test]
fn a_short_key_ends_the_start_with_its_place() {
    let start = |config: SignedStateConfig| {
        Signer::new(&config, None, memory(), MIB)
            .unwrap_err()
            .to_string()
    };
    let error = start(SignedStateConfig {
        key: source("hunter2"),
        ..SignedStateConfig::default()
    });
    assert!(
        error.starts_with("signed-state.key: it is shorter"),
        "{error}"
    );
    let error = start(SignedStateConfig {
        key: source(KEY),
        previous_keys: previous("hunter2", at_ms(NOW)),
        ..SignedStateConfig::default()
    });
    assert!(
        error.starts_with("signed-state.previous-keys[0].key: "),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn without_any_place_for_a_key_each_start_has_its_own() {
    let start = || Signer::new(&SignedStateConfig::default(), None, memory(), MIB).unwrap();
    let (one, two) = (start(), start());
    let text = signed(&one, None, "{}");
    assert!(accept(&two, &text, None).is_err());
    assert!(accept(&one, &text, None).is_ok());
}

#[test]
fn a_key_is_made_once_and_for_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    in_directory(directory.path()).unwrap();
    let path = directory.path().join("signing.key");
    let made = std::fs::read_to_string(&path).unwrap();
    assert_eq!(made.trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    in_directory(directory.path()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), made);
    // Nothing half-made stays.
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_kept_key_can_be_named_as_a_previous_one() {
    let directory = tempfile::tempdir().unwrap();
    let text = signed(&in_directory(directory.path()).unwrap(), None, "{}");
    let signer = signer_with(|config| {
        config.previous_keys = vec![PreviousKey {
            key: SecretSource::File {
                file: directory.path().join("signing.key"),
            },
            until: at_ms(NOW + 5000),
        }];
    });
    assert!(accept(&signer, &text, None).is_ok());
}

#[test]
fn a_damaged_key_file_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("signing.key");
    for damaged in ["", "0123"] {
        std::fs::write(&path, damaged).unwrap();
        let error = in_directory(directory.path()).unwrap_err();
        assert!(
            matches!(error, SigningConfigError::KeyFile { .. }),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let error = in_directory(Path::new("/nowhere")).unwrap_err().to_string();
    assert!(error.contains("`/nowhere/signing.key`"), "{error}");
}

#[test]
fn no_key_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let signer = in_directory(directory.path()).unwrap();
    let kept = std::fs::read_to_string(directory.path().join("signing.key")).unwrap();
    let shown = format!("{signer:?}{:?}", signer_with(|_| {}));
    assert!(
        !shown.contains(kept.trim()) && !shown.contains(KEY),
        "{shown}"
    );
    assert_eq!(shown.matches("Key(..)").count(), 2, "{shown}");
}
