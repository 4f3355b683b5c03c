//! What can be read as a certificate, and what a change of its files does.

use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A directory with `cert.pem` and `key.pem` of a new certificate.
fn issue(directory: &Path) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(directory.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(directory.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

fn issued() -> TempDir {
    let directory = TempDir::new().unwrap();
    issue(directory.path());
    directory
}

fn load(directory: &Path) -> Result<Tls, TlsError> {
    Tls::load(&directory.join("cert.pem"), &directory.join("key.pem"))
}

fn refused(directory: &Path) -> String {
    load(directory).err().expect("a refusal").to_string()
}

#[test]
fn a_certificate_and_its_key_are_taken() {
    assert!(load(issued().path()).is_ok());
}

#[test]
fn what_cannot_be_used_is_named_with_its_file() {
    let (one, other) = (issued(), issued());
    std::fs::copy(other.path().join("key.pem"), one.path().join("key.pem")).unwrap();
    let mixed = refused(one.path());
    assert!(
        mixed.starts_with("tls: ") && mixed.contains("cannot be used with"),
        "{mixed}"
    );

    std::fs::write(one.path().join("key.pem"), "no key").unwrap();
    let no_key = refused(one.path());
    assert!(
        no_key.starts_with("tls.key: ") && no_key.contains("holds no private key"),
        "{no_key}"
    );

    std::fs::write(one.path().join("cert.pem"), "").unwrap();
    let empty = refused(one.path());
    assert!(
        empty.starts_with("tls.cert: ") && empty.contains("holds no certificate"),
        "{empty}"
    );

    std::fs::remove_file(one.path().join("cert.pem")).unwrap();
    let gone = refused(one.path());
    assert!(
        gone.starts_with("tls.cert: ") && gone.contains("cannot be read"),
        "{gone}"
    );
}

#[test]
fn a_file_that_is_replaced_behind_a_link_is_another() {
    let directory = TempDir::new().unwrap();
    for version in ["one", "two"] {
        std::fs::create_dir(directory.path().join(version)).unwrap();
        issue(&directory.path().join(version));
    }
    // As mounted secrets are renewed: the files are links into a folder that is itself a link, and only that changes.
    let at = |name: &str| directory.path().join(name);
    std::os::unix::fs::symlink("one", at("now")).unwrap();
    std::os::unix::fs::symlink("now/cert.pem", at("cert.pem")).unwrap();
    std::os::unix::fs::symlink("now/key.pem", at("key.pem")).unwrap();
    let files = Files::new(&at("cert.pem"), &at("key.pem"));
    let before = files.stamp();
    assert_eq!(files.stamp(), before);
    std::os::unix::fs::symlink("two", at("next")).unwrap();
    std::fs::rename(at("next"), at("now")).unwrap();
    assert_ne!(files.stamp(), before);
}

#[test]
fn the_answer_to_plain_http_is_whole() {
    let (head, body) = PLAIN_ANSWER.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("Content-Length: {}", body.len())),
        "{head}"
    );
}
