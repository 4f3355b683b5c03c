//! A state is taken once: by one of many who try, through restarts, and by nobody past the bound.

use std::sync::Barrier;

use super::*;
use crate::store::Usage;

/// With its used states in the store under `directory`, and the system's clock: the store judges expiry by it.
fn open(directory: &Path, max_used: usize) -> (Signer, Store) {
    let store = Store::open(StoreConfig {
        directory: Some(directory.to_owned()),
        ..StoreConfig::default()
    })
    .unwrap();
    let config = SignedStateConfig {
        max_used,
        ..SignedStateConfig::default()
    };
    let signer = Signer::new(&config, Some(directory), store.clone(), MIB).unwrap();
    (signer, store)
}

fn sign_now(signer: &Signer) -> String {
    let what = Signed {
        component: "LiveCounter",
        version: "1.2.0",
        instance: &InstanceId::from("0190-abc".to_owned()),
        user: Some("ada"),
        state: &Document::parse(r#"{"count":1}"#).unwrap(),
    };
    signer.sign(&what).as_str().to_owned()
}

fn accept_now(signer: &Signer, text: &str) -> Result<Accepted, SigningError> {
    signer.accept(text, "LiveCounter", Some("ada"))
}

#[test]
fn a_state_is_taken_once() {
    let directory = tempfile::tempdir().unwrap();
    for signer in [signer(), open(directory.path(), 10).0] {
        let text = sign_now(&signer);
        assert!(accept_now(&signer, &text).is_ok());
        assert_eq!(
            accept_now(&signer, &text).unwrap_err(),
            SigningError::Replayed
        );
        assert!(accept_now(&signer, &sign_now(&signer)).is_ok());
    }
}

#[test]
fn of_many_who_bring_the_same_state_at_once_one_gets_it() {
    const THREADS: usize = 8;
    let directory = tempfile::tempdir().unwrap();
    for signer in [signer(), open(directory.path(), 1000).0] {
        for _ in 0..20 {
            let text = sign_now(&signer);
            let barrier = Barrier::new(THREADS);
            let taken = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS)
                    .map(|_| {
                        scope.spawn(|| {
                            // All of them have found it good before the first uses it up.
                            let verified = signer.verify(&text, "LiveCounter", Some("ada"));
                            barrier.wait();
                            signer.consume(verified.unwrap())
                        })
                    })
                    .collect();
                let results = threads.into_iter().map(|thread| thread.join().unwrap());
                results
                    .filter(|result| match result {
                        Ok(_) => true,
                        Err(error) => {
                            assert_eq!(*error, SigningError::Replayed);
                            false
                        }
                    })
                    .count()
            });
            assert_eq!(taken, 1);
        }
    }
}

#[test]
fn a_check_that_fails_uses_nothing_up() {
    let signer = signer();
    let text = signed(&signer, Some("ada"), "{}");
    let attempts = [
        ("LiveCounter", Some("bob"), NOW),
        ("LiveX", Some("ada"), NOW),
        ("LiveCounter", Some("ada"), NOW + 24 * 60 * 60 * 1000),
        ("LiveCounter", Some("ada"), 0),
    ];
    for (component, user, now_ms) in attempts {
        assert!(signer.accept_at(&text, component, user, now_ms).is_err());
    }
    let changed = text.replace("1.2.0", "1.2.1");
    assert!(accept(&signer, &changed, Some("ada")).is_err());
    let verified = signer.verify_at(&text, "LiveCounter", Some("ada"), NOW);
    assert_eq!(verified.unwrap().peek().version, "1.2.0");
    assert!(accept(&signer, &text, Some("ada")).is_ok());
}

#[test]
fn a_restart_keeps_the_key_and_what_was_used() {
    let directory = tempfile::tempdir().unwrap();
    let (signer, store) = open(directory.path(), 10);
    let (used, unused) = (sign_now(&signer), sign_now(&signer));
    assert!(accept_now(&signer, &used).is_ok());
    drop((signer, store));

    let (signer, _store) = open(directory.path(), 10);
    assert_eq!(
        accept_now(&signer, &used).unwrap_err(),
        SigningError::Replayed
    );
    assert!(accept_now(&signer, &unused).is_ok());
}

#[test]
fn past_the_bound_nothing_is_taken_and_nothing_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let bounded = signer_with(|config| config.max_used = 3);
    for signer in [bounded, open(directory.path(), 3).0] {
        let texts: Vec<_> = (0..3).map(|_| sign_now(&signer)).collect();
        for text in &texts {
            accept_now(&signer, text).unwrap();
        }
        let late = sign_now(&signer);
        for _ in 0..3 {
            assert_eq!(
                accept_now(&signer, &late).unwrap_err(),
                SigningError::TooManyUsed
            );
        }
        for text in &texts {
            assert_eq!(
                accept_now(&signer, text).unwrap_err(),
                SigningError::Replayed
            );
        }
    }
}

#[test]
fn what_would_be_too_old_anyway_makes_room() {
    let signer = signer_with(|config| {
        config.max_used = 2;
        config.max_age = Duration::from_secs(60);
    });
    let at = |now_ms| {
        let what = Signed {
            component: "LiveCounter",
            version: "1",
            instance: &InstanceId::from("i".to_owned()),
            user: None,
            state: &Document::default(),
        };
        let text = signer.sign_at(&what, now_ms);
        signer.accept_at(text.as_str(), "LiveCounter", None, now_ms)
    };
    assert!(at(NOW).is_ok() && at(NOW + 1).is_ok());
    assert!(at(NOW + 2).is_err());
    // A minute of age, and one of margin.
    assert!(at(NOW + 119_999).is_err());
    assert!(at(NOW + 120_000).is_ok());
    assert!(at(NOW + 120_000).is_err());
}

#[test]
fn in_the_store_a_used_state_counts_as_much_as_the_bound_reckons_with() {
    let directory = tempfile::tempdir().unwrap();
    let (signer, store) = open(directory.path(), 10);
    accept_now(&signer, &sign_now(&signer)).unwrap();
    let space = crate::store::Space::new("signing", "used").unwrap();
    assert_eq!(store.usage(&space).unwrap(), Usage { keys: 1, bytes: 64 });
}

#[test]
fn a_store_that_takes_nothing_refuses_and_forgets_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (signer, store) = open(directory.path(), 10);
    let text = sign_now(&signer);
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.close())
        .unwrap();
    assert!(matches!(
        accept_now(&signer, &text),
        Err(SigningError::NotRemembered(_))
    ));
}
