//! The first line of a text.

use liveside_guest::prelude::*;
use liveside_guest::testing::{Harness, Level};

use super::{File, FileUpload};

#[test]
fn the_first_line_of_a_text_is_kept() {
    // As much as is read, with the last character cut in two.
    let mut cut = "a\n".repeat(255).into_bytes();
    cut.extend("aé and more".bytes());
    // What is behind the first 512 bytes is not looked at.
    let mut bad_later = vec![b'b'; 512];
    bad_later.push(0xff);
    let mut bad_last = vec![b'b'; 511];
    bad_last.push(0xff);
    for (bytes, line) in [
        (b"Dear Ana,\r\nhow are you?\n".to_vec(), json!("Dear Ana,")),
        ("\u{feff}Olá\tBo  \n".into(), json!("Olá\tBo")),
        ("é".repeat(300).into_bytes(), json!("é".repeat(120))),
        (cut, json!("a")),
        (bad_later, json!("b".repeat(120))),
        (b"".to_vec(), json!(null)),
        (b"\nsecond".to_vec(), json!(null)),
        // No text, whatever it says that it is.
        (bad_last, json!(null)),
        (b"a\xff\n".to_vec(), json!(null)),
        (b"first\n\xff".to_vec(), json!(null)),
        (b"ends within a letter \xc3".to_vec(), json!(null)),
        (b"a\x1b[31m\n".to_vec(), json!(null)),
    ] {
        let size = bytes.len() as u64;
        let mut component = Harness::<FileUpload>::setup().uploaded("u1", bytes).mount();
        let file = File::new("u1", "a.txt", "text/plain;charset=utf-8", size);
        file.start(&mut component);
        file.complete(&mut component);
        let state = component.state();
        assert_eq!(
            (&state["status"], &state["preview"]),
            (&json!("complete"), &line)
        );
        assert_eq!(component.logs(), []);
    }
}

#[test]
fn only_of_text_is_there_a_first_line() {
    let mut component = Harness::<FileUpload>::setup()
        .uploaded("u1", "<svg/>")
        .mount();
    let picture = File::new("u1", "a.svg", "image/svg+xml", 6);
    picture.start(&mut component);
    picture.complete(&mut component);
    assert_eq!(component.state()["preview"], json!(null));
}

#[test]
fn a_text_that_cannot_be_read_is_there_all_the_same() {
    let mut component = Harness::<FileUpload>::mount();
    let file = File::new("u1", "a.txt", "text/plain", 6);
    file.start(&mut component);
    file.complete(&mut component);
    let state = component.state();
    assert_eq!(
        (&state["status"], &state["preview"], &state["error"]),
        (&json!("complete"), &json!(null), &json!(null))
    );
    assert_eq!(component.logs()[0].level, Level::Warn);
}
