//! What a document promises: writes that can be taken back, and deltas that say no more than what changed.

use super::*;
use proptest::prelude::*;

fn document() -> Document {
    Document::parse(r#"{"count":1,"name":"Ann","tags":[1, 2]}"#).unwrap()
}

fn value(doc: &Document) -> serde_json::Value {
    serde_json::from_str(&doc.to_text(None)).unwrap()
}

fn text(delta: &Delta) -> Vec<(String, Option<String>)> {
    delta
        .iter()
        .map(|(k, v)| (k.to_string(), v.as_ref().map(|v| v.as_str().to_owned())))
        .collect()
}

#[test]
fn a_patch_is_seen_at_once_and_told_at_commit() {
    let mut doc = document();
    doc.patch(r#"{"count": 2, "new": {"a": 1}}"#, 1000, |_| true)
        .unwrap();
    assert_eq!(
        doc.to_text(None),
        r#"{"count":2,"name":"Ann","tags":[1,2],"new":{"a":1}}"#
    );
    let delta = doc.commit();
    assert_eq!(
        text(&delta),
        [
            ("count".into(), Some("2".into())),
            ("new".into(), Some(r#"{"a":1}"#.into()))
        ]
    );
    assert!(doc.commit().is_empty());
}

#[test]
fn a_write_of_the_same_value_is_no_change() {
    let mut doc = document();
    doc.patch(r#"{"tags": [1,2], "count": 1}"#, 1000, |_| true)
        .unwrap();
    assert!(doc.changed_keys().is_empty());
    doc.patch(r#"{"count": 2}"#, 1000, |_| true).unwrap();
    doc.patch(r#"{"count": 1}"#, 1000, |_| true).unwrap();
    assert!(doc.commit().is_empty());
}

#[test]
fn only_the_asked_keys_are_loaded() {
    let keys = ["tags".to_owned(), "missing".to_owned(), "count".to_owned()];
    assert_eq!(
        document().to_text(Some(&keys)),
        r#"{"tags":[1,2],"count":1}"#
    );
}

#[test]
fn null_removes_what_need_not_be_kept() {
    let mut doc = document();
    doc.patch(r#"{"name": null, "count": null}"#, 1000, |key| {
        key == "name"
    })
    .unwrap();
    assert_eq!(doc.to_text(None), r#"{"name":null,"tags":[1,2]}"#);
    assert_eq!(
        text(&doc.commit()),
        [("name".into(), Some("null".into())), ("count".into(), None)]
    );
}

#[test]
fn a_patch_over_the_limit_changes_nothing() {
    let mut doc = document();
    let before = doc.to_text(None);
    let error = doc
        .patch(
            &format!(r#"{{"count":2,"name":"{}"}}"#, "x".repeat(100)),
            60,
            |_| true,
        )
        .unwrap_err();
    assert!(matches!(error, PatchError::TooLarge { limit: 60, .. }));
    assert!(doc.patch("[1]", 60, |_| true).is_err());
    assert_eq!(doc.to_text(None), before);
    assert!(doc.changed_keys().is_empty());
}

#[test]
fn keys_are_escaped() {
    let doc = Document::parse(r#"{"a\"b": 1, "c\n": 2}"#).unwrap();
    assert_eq!(doc.to_text(None), r#"{"a\"b":1,"c\n":2}"#);
}

proptest! {
    #[test]
    fn rollback_restores_content_and_size(patches in prop::collection::vec(("[a-d]", prop::option::of(0..5u8)), 0..12)) {
        let mut doc = Document::parse(r#"{"a":1,"b":2}"#).unwrap();
        let (before, bytes) = (value(&doc), doc.bytes());
        for (key, value) in patches {
            match value {
                Some(n) => doc.set(&key, Json::parse(&n.to_string()).unwrap()),
                None => doc.remove(&key),
            }
        }
        doc.rollback();
        prop_assert_eq!(value(&doc), before);
        prop_assert_eq!(doc.bytes(), bytes);
    }

    #[test]
    fn merging_deltas_gives_the_state(patches in prop::collection::vec(prop::collection::vec(("[a-d]", prop::option::of(0..5u8)), 0..4), 0..6)) {
        let mut doc = Document::parse(r#"{"a":1,"b":2}"#).unwrap();
        let mut copy = value(&doc);
        for event in patches {
            for (key, value) in event {
                match value {
                    Some(n) => doc.set(&key, Json::parse(&n.to_string()).unwrap()),
                    None => doc.remove(&key),
                }
            }
            for (key, value) in doc.commit() {
                match value {
                    Some(value) => copy[&*key] = serde_json::from_str(value.as_str()).unwrap(),
                    None => drop(copy.as_object_mut().unwrap().remove(&*key)),
                }
            }
        }
        prop_assert_eq!(value(&doc), copy);
        prop_assert_eq!(doc.bytes(), doc.iter().map(|(k, v)| k.len() + v.as_str().len()).sum::<usize>());
    }
}
