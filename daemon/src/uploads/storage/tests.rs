//! What holds for every storage.

use std::sync::Arc;

use futures_util::TryStreamExt as _;
use object_store::memory::InMemory;
use proptest::prelude::*;

use super::*;

async fn read(storage: &dyn Storage, name: &FileName, range: Range<u64>) -> Vec<u8> {
    let parts = storage.read(name.clone(), range).await.unwrap();
    let parts: Vec<Bytes> = parts.try_collect().await.unwrap();
    parts.concat()
}

fn file(content: &[u8]) -> TempPath {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    file.into_temp_path()
}

async fn keeps_files(storage: &dyn Storage) {
    // More than one part on the way to a bucket.
    let content: Vec<u8> = (0..20 << 20).map(|at: u32| (at % 253) as u8).collect();
    let (name, empty) = (FileName::new(Some("png")), FileName::new(None));
    assert_eq!(storage.find(name.clone()).await.unwrap(), None);
    storage.adopt(file(&content), name.clone()).await.unwrap();
    storage.adopt(file(b""), empty.clone()).await.unwrap();

    let found = storage.find(name.clone()).await.unwrap().unwrap();
    assert_eq!(found.size, content.len() as u64);
    assert_eq!(storage.find(empty.clone()).await.unwrap().unwrap().size, 0);
    assert!(read(storage, &name, 0..found.size).await == content);
    assert_eq!(
        read(storage, &name, 9_000_000..9_000_010).await,
        content[9_000_000..9_000_010]
    );
    assert!(read(storage, &empty, 0..0).await.is_empty());

    storage.remove(name.clone()).await.unwrap();
    assert_eq!(storage.find(name.clone()).await.unwrap(), None);
    storage.remove(name).await.unwrap();
}

#[tokio::test]
async fn a_directory_keeps_files() {
    let directory = tempfile::tempdir().unwrap();
    keeps_files(&Directory::new(directory.path())).await;
}

#[tokio::test]
async fn a_bucket_keeps_files() {
    keeps_files(&Bucket::new(Arc::new(InMemory::new()), "some/prefix/")).await;
}

#[tokio::test]
async fn no_file_takes_the_place_of_another() {
    let directory = tempfile::tempdir().unwrap();
    let storage = Directory::new(directory.path());
    let name = FileName::new(None);
    storage.adopt(file(b"first"), name.clone()).await.unwrap();
    assert!(storage.adopt(file(b"second"), name.clone()).await.is_err());
    assert_eq!(read(&storage, &name, 0..5).await, b"first");
}

#[tokio::test]
async fn what_is_no_file_is_not_found() {
    let directory = tempfile::tempdir().unwrap();
    let name = FileName::new(None);
    std::fs::create_dir(directory.path().join(name.as_str())).unwrap();
    let storage = Directory::new(directory.path());
    assert_eq!(storage.find(name).await.unwrap(), None);
}

#[test]
fn names_are_new_each_time_and_read_back() {
    let (a, b) = (FileName::new(Some("png")), FileName::new(None));
    assert_ne!(a, FileName::new(Some("png")));
    assert_eq!(FileName::parse(a.as_str()), Some(a.clone()));
    assert_eq!(FileName::parse(b.as_str()), Some(b));
    assert_eq!(a.media_type(), "image/png");
}

proptest! {
    #[test]
    fn nothing_that_is_read_as_a_name_leads_elsewhere(text in "[a-z0-9./%\\\\A-Z-]{0,40}|[a-z0-9]{24}\\PC{0,6}") {
        if let Some(name) = FileName::parse(&text) {
            prop_assert!(!name.as_str().contains(['/', '\\', '%']));
            prop_assert!(!name.as_str().contains(".."));
            prop_assert!(!name.as_str().starts_with('.'));
        }
    }
}
