//! State: what is loaded, what is found to have changed, defaults and migration.

use std::collections::BTreeMap;

use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;
use serde::{Deserialize, Serialize};

#[derive(State)]
struct Board {
    title: String,
    cells: Vec<u8>,
    scores: BTreeMap<String, i32>,
    #[state(default = 0.5)]
    zoom: f32,
    theme: Option<Theme>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    #[default]
    Light,
    Dark,
}

#[component(version = "2.0.0", props = "any")]
impl Board {
    #[action]
    fn rename(&mut self, title: String) {
        self.title = title;
    }

    #[action]
    fn score(&mut self, who: String, by: i32) {
        let score = self.scores.entry(who).or_default();
        *score += by;
    }

    #[action]
    fn flip(&mut self, at: usize) -> Result<()> {
        let Some(cell) = self.cells.get_mut(at) else {
            bail!("there is no cell {at}")
        };
        *cell ^= 1;
        Ok(())
    }

    #[action]
    fn there_and_back(&mut self) {
        self.zoom += 1.0;
        self.theme = Some(Theme::Dark);
        self.zoom -= 1.0;
    }

    #[action]
    fn describe(&self) -> String {
        format!("{} at {}", self.title, self.zoom)
    }

    #[action]
    fn clear(&mut self) {
        *self = Self::initial();
    }

    #[action]
    fn through_a_helper(&mut self) {
        grow(self);
    }

    #[action]
    fn nothing(&self) -> u8 {
        7
    }

    #[action]
    fn not_a_number(&mut self) {
        self.zoom = f32::NAN;
    }

    /// Version 1 had `name` instead of `title`.
    fn migrate(from: &str, state: &mut Map) -> Result<()> {
        ensure!(from.starts_with("1."), "there is no way from {from}");
        if let Some(name) = state.remove("name") {
            state.insert("title".into(), name);
        }
        Ok(())
    }
}

fn grow(board: &mut Board) {
    board.cells.push(9);
}

fn board() -> Harness<Board> {
    Harness::setup()
        .props(json!({"title": "Go", "cells": [0, 1], "extra": true}))
        .mount()
}

#[test]
fn a_mount_starts_with_the_defaults() {
    let state = json!({"title": "", "cells": [], "scores": {}, "zoom": 0.5, "theme": null});
    assert_eq!(Harness::<Board>::mount().state(), state);
    assert_eq!(board().state()["extra"], true);
}

#[test]
fn only_what_is_mentioned_is_loaded_and_only_what_changed_is_told() {
    let mut board = board();
    board.call("rename", json!({"title": "Chess"})).unwrap();
    assert_eq!(
        (board.loaded(), board.delta()),
        (vec!["title".into()], json!({"title": "Chess"}))
    );
    board.call("rename", json!({"title": "Chess"})).unwrap();
    assert_eq!(board.delta(), json!({}));
    board.call("score", json!({"who": "ana", "by": 3})).unwrap();
    assert_eq!(
        (board.loaded(), board.delta()),
        (vec!["scores".into()], json!({"scores": {"ana": 3}}))
    );
    board.call("thereAndBack", ()).unwrap();
    assert_eq!(board.loaded(), ["theme", "zoom"]);
    assert_eq!(board.delta(), json!({"theme": "dark"}));
    board.call("describe", ()).unwrap();
    assert_eq!(board.loaded(), ["title", "zoom"]);
    assert_eq!(board.call("nothing", ()).unwrap(), 7);
    assert!(board.loaded().is_empty());
}

#[test]
fn where_self_is_handed_on_everything_is_loaded() {
    let mut board = board();
    board.call("throughAHelper", ()).unwrap();
    assert_eq!(
        board.loaded().len(),
        6,
        "also the key that the struct does not have"
    );
    assert_eq!(board.delta(), json!({"cells": [0, 1, 9]}));
    board.call("clear", ()).unwrap();
    assert_eq!(board.delta(), json!({"cells": [], "title": ""}));
    assert_eq!(board.state()["extra"], true);
}

#[test]
fn an_error_before_a_change_changes_nothing() {
    let mut board = board();
    assert_eq!(
        board.call("flip", json!({"at": 5})).unwrap_err().message(),
        "there is no cell 5"
    );
    assert_eq!(board.delta(), json!({}));
}

#[test]
fn a_number_that_json_does_not_have_does_not_kill_the_component() {
    let mut board = board();
    board.call("notANumber", ()).unwrap();
    assert_eq!(board.state()["zoom"], Value::Null);
    assert_eq!(board.call("describe", ()).unwrap(), "Go at 0");
}

#[test]
fn the_authors_migration_turns_old_state_into_new() {
    let state = Harness::<Board>::migrate("1.4.0", json!({"name": "Go", "cells": [1]})).unwrap();
    assert_eq!(
        state,
        json!({"title": "Go", "cells": [1], "scores": {}, "zoom": 0.5, "theme": null})
    );
    let error = Harness::<Board>::migrate("0.9.0", json!({})).unwrap_err();
    assert_eq!(error.message(), "there is no way from 0.9.0");
    let error = Harness::<Board>::migrate("1.0.0", json!({"cells": "none"})).unwrap_err();
    assert!(
        error
            .message()
            .starts_with("After `migrate`: The state's `cells` cannot be read"),
        "{error}"
    );
}

#[derive(State)]
#[state(default)]
struct Plain {
    count: i64,
    #[state(rename = "the \"key\"")]
    label: String,
}

impl Default for Plain {
    fn default() -> Self {
        Self {
            count: 3,
            label: "own".into(),
        }
    }
}

#[component(props = "none", persistent = { started: 1_u8, "other key": Vec::<u8>::new(), })]
impl Plain {
    #[action]
    fn label(&self) -> &str {
        &self.label
    }

    #[action]
    fn add(&mut self) {
        self.count += 1;
    }
}

#[test]
fn without_a_migration_what_fits_is_kept() {
    let old = json!({"count": "many", "the \"key\"": "kept", "gone": 1});
    let state = Harness::<Plain>::migrate("0.1.0", old).unwrap();
    assert_eq!(state, json!({"count": 3, "the \"key\"": "kept"}));
}

#[test]
fn a_struct_may_bring_its_own_default() {
    let mut plain = Harness::<Plain>::setup().props(json!({"count": 9})).mount();
    assert_eq!(plain.state(), json!({"count": 3, "the \"key\"": "own"}));
    assert_eq!(plain.call("label", ()).unwrap(), "own");
    assert_eq!(plain.loaded(), ["the \"key\""]);
    assert_eq!(
        (plain.persistent("started"), plain.persistent("other key")),
        (Some(json!(1)), Some(json!([])))
    );
    plain.call("add", ()).unwrap();
    assert_eq!(plain.delta(), json!({"count": 4}));
}

/// A component without state.
#[derive(State)]
struct Empty;

#[component]
impl Empty {
    #[action]
    fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }
}

#[test]
fn a_component_needs_no_state() {
    let mut empty = Harness::<Empty>::mount();
    assert_eq!(empty.state(), json!({}));
    assert_eq!(empty.call("add", json!({"a": 1, "b": 2})).unwrap(), 3);
}

mod inner {
    use super::*;

    /// What the state dereferences to is not the state's own fields.
    #[derive(State)]
    pub(super) struct Outer {
        pub(super) inner: Inner,
        other: u8,
    }

    #[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
    pub(super) struct Inner {
        pub(super) deep: u8,
    }

    impl std::ops::Deref for Outer {
        type Target = Inner;
        fn deref(&self) -> &Inner {
            &self.inner
        }
    }

    #[component]
    impl Outer {
        #[action]
        fn deep(&self) -> u8 {
            self.deep
        }

        #[action]
        fn bump(&mut self) {
            self.other += 1;
        }
    }
}

#[test]
fn a_field_behind_a_deref_loads_everything() {
    let mut outer = Harness::<inner::Outer>::setup()
        .props(json!({"inner": {"deep": 4}}))
        .mount();
    assert_eq!(outer.call("deep", ()).unwrap(), 4);
    outer.call("bump", ()).unwrap();
    assert_eq!(outer.loaded(), ["other"]);
}
