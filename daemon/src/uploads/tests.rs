use super::storage::Found;
use super::*;

fn config(directory: &Path) -> UploadsConfig {
    UploadsConfig {
        dir: Some(directory.to_owned()),
        file_bytes: 1000,
        user_bytes_per_day: 1500,
        under_way: 2,
        ..UploadsConfig::default()
    }
}

fn text(name: &str, size: u64) -> Announcement {
    Announcement {
        filename: name.to_owned(),
        media_type: "text/plain".to_owned(),
        size,
    }
}

fn files(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != INCOMING)
        .collect();
    names.sort();
    names
}

struct Place {
    directory: tempfile::TempDir,
    uploads: Uploads,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let uploads = Uploads::open(&config(directory.path()), None, false)
        .unwrap()
        .unwrap();
    Place { directory, uploads }
}

impl Place {
    fn incoming(&self) -> Vec<String> {
        files(&self.directory.path().join(INCOMING))
    }

    async fn upload(&self, name: &str, content: &str) -> (Upload, Stored) {
        let announced = text(name, content.len() as u64);
        let upload = self.uploads.announce("ada", announced).unwrap();
        self.uploads.begin(&upload).await.unwrap();
        upload
            .take(0, Bytes::from(content.to_owned()))
            .await
            .unwrap();
        let stored = self.uploads.finish(&upload).await.unwrap();
        (upload, stored)
    }
}

#[tokio::test]
async fn a_finished_file_is_in_its_place_and_nothing_else_is() {
    let place = place();
    let (upload, stored) = place.upload("note.md", "hello").await;
    assert_eq!(files(place.directory.path()), [stored.name.as_str()]);
    assert_eq!(stored.url, format!("/uploads/{}", stored.name.as_str()));
    assert!(stored.name.as_str().ends_with(".txt"), "{stored:?}");
    assert!(place.incoming().is_empty());
    assert_eq!(place.uploads.under_way(), 0);
    // Asked again, the same; and nothing more is taken.
    assert_eq!(place.uploads.finish(&upload).await.unwrap(), stored);
    let position = upload.take(1, Bytes::from("more")).await.unwrap();
    assert_eq!(position.received, 5);
    // Nor is it cancelled any more.
    let late = upload.cancel("Never mind").await.unwrap_err();
    assert_eq!(late.to_string(), "The file is there already, and stays");
    let found = place
        .uploads
        .storage()
        .find(stored.name.clone())
        .await
        .unwrap();
    assert!(matches!(found, Some(Found { size: 5, .. })), "{found:?}");
}

#[tokio::test]
async fn a_file_that_breaks_a_rule_takes_nothing() {
    let place = place();
    let announce = |announced| place.uploads.announce("ada", announced);
    for (announced, expected) in [
        (text("a.exe", 1), "Files ending in `.exe` are not taken"),
        (
            text("a.txt", 1001),
            "The file has 1001 bytes, and no more than 1000 are allowed",
        ),
        (
            Announcement {
                media_type: "text/html".to_owned(),
                ..text("a.txt", 1)
            },
            "Files of the type `text/html` are not taken",
        ),
        (
            Announcement {
                media_type: String::new(),
                ..text("a", 1)
            },
            "Files of the type `application/octet-stream` are not taken",
        ),
    ] {
        assert_eq!(announce(announced).unwrap_err().to_string(), expected);
    }
    let first = announce(text("a.txt", 1000)).unwrap();
    assert_eq!(
        announce(text("b.txt", 501)).unwrap_err(),
        Rejected::Day { left: 500 }
    );
    let second = place.uploads.announce("bo", text("c.txt", 1)).unwrap();
    assert_eq!(
        place.uploads.announce("cy", text("d.txt", 1)).unwrap_err(),
        Rejected::Crowded
    );
    drop((first, second));
    assert_eq!(place.uploads.under_way(), 0);
    assert!(announce(text("b.txt", 1000)).is_ok());
}

#[tokio::test]
async fn an_upload_that_ends_early_leaves_nothing() {
    let place = place();
    let upload = place.uploads.announce("ada", text("a.txt", 10)).unwrap();
    assert!(upload.take(0, Bytes::from("early")).await.is_err());
    place.uploads.begin(&upload).await.unwrap();
    upload.take(0, Bytes::from("hello")).await.unwrap();
    assert_eq!(place.incoming().len(), 1);
    let early = place.uploads.finish(&upload).await.unwrap_err();
    assert_eq!(early.to_string(), "5 of 10 bytes have come");
    assert!(upload.cancel("It was cancelled").await.unwrap());
    assert!(!upload.cancel("Again").await.unwrap());
    assert!(place.incoming().is_empty());
    let after = upload.take(1, Bytes::from("world")).await.unwrap_err();
    assert_eq!(after.to_string(), "It was cancelled");
    assert_eq!(place.uploads.under_way(), 0);
}

#[tokio::test]
async fn content_that_is_not_what_was_said_ends_it() {
    let place = place();
    let upload = place
        .uploads
        .announce(
            "ada",
            Announcement {
                media_type: "image/png".to_owned(),
                ..text("a.png", 5)
            },
        )
        .unwrap();
    place.uploads.begin(&upload).await.unwrap();
    let error = upload.take(0, Bytes::from("hello")).await.unwrap_err();
    assert_eq!(error.to_string(), "The file's content is not image/png");
    assert!(place.incoming().is_empty());
    assert!(files(place.directory.path()).is_empty());
}

#[tokio::test]
async fn what_a_component_refuses_in_the_end_is_removed() {
    let place = place();
    let (upload, _) = place.upload("a.txt", "hello").await;
    place.uploads.discard(&upload, "No greetings").await;
    assert!(files(place.directory.path()).is_empty());
    let again = place.uploads.finish(&upload).await.unwrap_err();
    assert_eq!(again.to_string(), "No greetings");
}

#[test]
fn what_a_crash_has_left_is_removed_when_it_is_old() {
    let place = place();
    let incoming = place.directory.path().join(INCOMING);
    for name in ["upload-abc.part", "notes.txt"] {
        std::fs::write(incoming.join(name), "x").unwrap();
    }
    let now = SystemTime::now();
    assert_eq!(place.uploads.remove_leftovers(now).unwrap(), 0);
    let later = now + Duration::from_secs(601);
    assert_eq!(place.uploads.remove_leftovers(later).unwrap(), 1);
    assert_eq!(place.incoming(), ["notes.txt"]);
}

#[test]
fn without_a_place_for_files_there_are_no_uploads() {
    let none = UploadsConfig::default();
    assert!(Uploads::open(&none, None, false).unwrap().is_none());
    let data = tempfile::tempdir().unwrap();
    assert!(
        Uploads::open(&none, Some(data.path()), false)
            .unwrap()
            .is_some()
    );
    assert!(data.path().join("uploads").is_dir());
    let off = UploadsConfig {
        enabled: false,
        ..UploadsConfig::default()
    };
    assert!(
        Uploads::open(&off, Some(data.path()), false)
            .unwrap()
            .is_none()
    );
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let wrong = UploadsConfig {
        dir: Some(file.join("below")),
        ..UploadsConfig::default()
    };
    let error = Uploads::open(&wrong, None, false).unwrap_err().to_string();
    assert!(error.starts_with("uploads.dir: "), "{error}");
}

#[tokio::test]
async fn an_upload_that_never_began_gives_back_what_was_set_aside() {
    let place = place();
    let upload = place.uploads.announce("ada", text("a.txt", 1000)).unwrap();
    upload.give_up("Its component is busy");
    assert_eq!(place.uploads.under_way(), 0);
    assert!(place.uploads.announce("ada", text("a.txt", 1000)).is_ok());
    assert!(place.uploads.begin(&upload).await.is_err());
    let (stored, _) = place.upload("b.txt", "hello").await;
    stored.give_up("Too late");
    assert!(place.uploads.finish(&stored).await.is_ok());
}
