//! Pointers that come, move and go, without a browser.

use liveside_guest::json;
use liveside_guest::prelude::Client;
use liveside_guest::testing::{Effect, Harness};

use super::{Cursors, FRAME, Member};

/// One frame, and nobody in it.
const NOBODY: [[u8; 0]; 1] = [[]];

/// Not even a frame.
const NOTHING: [[u8; 0]; 0] = [];

fn client(name: &str, count: u32) -> Client {
    Client {
        connection_id: name.into(),
        count,
    }
}

/// With Ana and Bo, and the frame that their coming causes already sent.
fn two() -> Harness<Cursors> {
    let mut cursors = Harness::<Cursors>::mount();
    cursors.client_join(client("ana", 1)).unwrap();
    cursors.client_join(client("bo", 2)).unwrap();
    assert_eq!(next_frame(&mut cursors), NOBODY);
    cursors
}

fn move_to(cursors: &mut Harness<Cursors>, who: &str, x: u16, y: u16) {
    cursors.speak_from(who);
    cursors.call("move", json!({"x": x, "y": y})).unwrap();
}

/// What is pushed when the next frame is due: nothing, or one frame.
fn next_frame(cursors: &mut Harness<Cursors>) -> Vec<Vec<u8>> {
    // An empty event of its own, so that no effect of an earlier one is taken for a frame.
    cursors.call("enter", ()).ok();
    cursors.advance(FRAME).unwrap();
    let frames = cursors.effects().into_iter().map(|effect| match effect {
        Effect::Binary { name, bytes } if name == "pointers" => bytes,
        other => panic!("{other:?}"),
    });
    frames.collect()
}

#[test]
fn who_is_there_is_state() {
    let mut cursors = two();
    let ana = json!({"id": 0, "label": "Otter", "hue": 0});
    let bo = json!({"id": 1, "label": "Heron", "hue": 137});
    assert_eq!(cursors.state(), json!({"members": [ana, bo]}));
    assert_eq!(cursors.call("enter", ()).unwrap(), json!({"id": 1}));
    cursors.client_leave(client("ana", 1)).unwrap();
    assert_eq!(cursors.state(), json!({"members": [bo]}));
    cursors.client_join(client("cy", 2)).unwrap();
    assert_eq!(cursors.state(), json!({"members": [ana, bo]}));
}

#[test]
fn a_move_touches_no_state() {
    let mut cursors = two();
    move_to(&mut cursors, "ana", 1, 2);
    assert_eq!(cursors.loaded(), [] as [&str; 0]);
    assert_eq!(cursors.delta(), json!({}));
}

#[test]
fn many_moves_are_one_frame_with_everybody_in_it() {
    let mut cursors = two();
    for x in 0..10 {
        move_to(&mut cursors, "ana", x, 1);
    }
    move_to(&mut cursors, "bo", 65_535, 256);
    let ana = [0, 0, 9, 0, 1, 0];
    let bo = [1, 0, 255, 255, 0, 1];
    assert_eq!(next_frame(&mut cursors), [[ana, bo].concat()]);
    assert_eq!(next_frame(&mut cursors), NOTHING);

    move_to(&mut cursors, "bo", 0, 0);
    assert_eq!(
        next_frame(&mut cursors),
        [[ana, [1, 0, 0, 0, 0, 0]].concat()]
    );
}

#[test]
fn a_pointer_goes_when_it_hides_and_when_its_member_leaves() {
    let mut cursors = two();
    move_to(&mut cursors, "ana", 1, 1);
    move_to(&mut cursors, "bo", 2, 2);
    cursors.call("hide", ()).unwrap();
    assert_eq!(next_frame(&mut cursors), [[0, 0, 1, 0, 1, 0]]);
    cursors.client_leave(client("ana", 1)).unwrap();
    assert_eq!(cursors.private("at:ana"), None);
    assert_eq!(next_frame(&mut cursors), NOBODY);
}

#[test]
fn only_members_have_pointers_and_only_on_the_page() {
    let mut cursors = two();
    let error = cursors.call("move", json!({"x": 65_536, "y": 0}));
    assert!(error.unwrap_err().message().contains("`x`"));
    cursors.speak_from("stranger");
    assert!(cursors.call("enter", ()).is_err());
}

#[test]
fn labels_and_colours_last_for_everybody() {
    assert_eq!(Member::new(12).label, "Otter 2");
    assert!(Member::new(u16::MAX).hue < 360);
}
