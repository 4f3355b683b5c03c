//! The migration, with persistent data as other mounts have left it.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::Migration;

#[test]
fn a_key_is_run_once() {
    let mut migration = Harness::<Migration>::mount();
    assert_eq!(
        migration.state(),
        json!({"status": "idle", "lastResult": ""})
    );

    let first = migration
        .call("runMigration", json!({"key": "users"}))
        .unwrap();
    assert_eq!(
        first,
        json!({"cached": false, "result": "users migrated (run 1)"})
    );
    assert_eq!(
        migration.delta(),
        json!({"status": "done", "lastResult": "users migrated (run 1)"})
    );
    assert_eq!(migration.persistent("runCount"), Some(json!(1)));

    let second = migration
        .call("runMigration", json!({"key": "users"}))
        .unwrap();
    assert_eq!(
        second,
        json!({"cached": true, "result": "users migrated (run 1)"})
    );
    assert_eq!(migration.state()["status"], "cached");
    assert_eq!(migration.persistent("runCount"), Some(json!(1)));
}

#[test]
fn what_another_mount_ran_is_not_run_again() {
    let cache = json!({"users": "users migrated (run 9)"});
    let mut migration = Harness::<Migration>::setup()
        .persistent("cache", cache)
        .persistent("runCount", 9)
        .mount();
    let answer = migration
        .call("runMigration", json!({"key": "users"}))
        .unwrap();
    assert_eq!(
        answer,
        json!({"cached": true, "result": "users migrated (run 9)"})
    );
    migration
        .call("runMigration", json!({"key": "orders"}))
        .unwrap();
    assert_eq!(migration.persistent("runCount"), Some(json!(10)));
}

#[test]
fn a_key_is_needed() {
    let mut migration = Harness::<Migration>::mount();
    assert_eq!(
        migration.call("runMigration", ()).unwrap_err().message(),
        "The payload needs `key`"
    );
    assert_eq!(
        migration
            .call("runMigration", json!({"key": " "}))
            .unwrap_err()
            .message(),
        "A migration needs a key."
    );
}

#[test]
fn results_are_bounded() {
    let mut migration = Harness::<Migration>::mount();
    for key in 0..150 {
        migration
            .call("runMigration", json!({"key": key.to_string()}))
            .unwrap();
    }
    let cache = migration.persistent("cache").unwrap();
    assert_eq!(cache.as_object().unwrap().len(), 50);
}
