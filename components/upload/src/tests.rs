//! Files on their way, without a daemon and without files.

mod page;
mod preview;
mod rules;

use liveside_guest::prelude::*;
use liveside_guest::testing::Harness;

use super::FileUpload;

const URL: &str = "/uploads/7f3a.png";

/// A file that a browser sends, and the daemon's word of it.
struct File(Upload);

impl File {
    fn new(id: &str, name: &str, content_type: &str, size: u64) -> Self {
        Self(Upload {
            id: id.to_owned(),
            stage: UploadStage::Start,
            filename: name.to_owned(),
            content_type: content_type.to_owned(),
            size,
        })
    }

    fn at(&self, stage: UploadStage) -> Upload {
        Upload {
            stage,
            ..self.0.clone()
        }
    }

    fn start(&self, component: &mut Harness<FileUpload>) {
        component.upload(self.at(UploadStage::Start)).unwrap();
    }

    fn progress(&self, component: &mut Harness<FileUpload>, bytes: u64) {
        let stage = UploadStage::Progress(bytes);
        component.upload(self.at(stage)).unwrap();
    }

    fn complete(&self, component: &mut Harness<FileUpload>) {
        let stage = UploadStage::Complete(URL.to_owned());
        component.upload(self.at(stage)).unwrap();
    }

    fn fail(&self, component: &mut Harness<FileUpload>, reason: &str) {
        let stage = UploadStage::Failed(reason.to_owned());
        component.upload(self.at(stage)).unwrap();
    }
}

fn cat() -> File {
    File::new("u1", "cat.png", "image/png", 3_000)
}

fn dog() -> File {
    File::new("u2", "dog.png", "image/png", 100)
}

fn nothing() -> Value {
    json!({
        "status": "idle", "progress": 0, "fileName": null, "fileSize": null, "fileType": null, "fileUrl": null,
        "bytesUploaded": 0, "totalBytes": 0, "error": null, "preview": null,
    })
}

fn started(payload: Value) -> Harness<FileUpload> {
    let mut component = Harness::<FileUpload>::mount();
    component.call("startUpload", payload).unwrap();
    component
}

fn refusal(component: &mut Harness<FileUpload>, action: &str, payload: Value) -> String {
    let before = component.state();
    let error = component.call(action, payload).unwrap_err();
    assert_eq!(component.state(), before, "what is refused changes nothing");
    error.message().to_owned()
}

#[test]
fn it_begins_with_nothing_whatever_a_browser_says() {
    let props = json!({"status": "complete", "fileUrl": "https://example.org/", "progress": 100});
    let component = Harness::<FileUpload>::setup().props(props).mount();
    assert_eq!(component.state(), nothing());
}

#[test]
fn a_file_is_followed_from_its_start_to_its_end() {
    let mut component = Harness::<FileUpload>::mount();
    let cat = cat();
    cat.start(&mut component);
    let begun = json!({
        "status": "uploading", "fileName": "cat.png", "fileSize": 3_000, "fileType": "image/png", "totalBytes": 3_000,
    });
    assert_eq!(component.delta(), begun);
    cat.progress(&mut component, 1_999);
    assert_eq!(
        component.delta(),
        json!({"progress": 66, "bytesUploaded": 1_999})
    );
    cat.progress(&mut component, 3_001);
    assert_eq!(
        component.delta(),
        json!({"progress": 100, "bytesUploaded": 3_000})
    );
    cat.progress(&mut component, 1_999);
    cat.complete(&mut component);
    let ended =
        json!({"status": "complete", "progress": 100, "bytesUploaded": 3_000, "fileUrl": URL});
    assert_eq!(component.delta(), ended);
}

#[test]
fn its_id_is_private_and_forgotten_at_the_end() {
    let mut component = Harness::<FileUpload>::setup().uploaded("u1", "").mount();
    for end in [File::complete, |file: &File, component: &mut _| {
        file.fail(component, "Too slow.");
    }] {
        let file = File::new("u1", "a.txt", "text/plain", 0);
        file.start(&mut component);
        assert_eq!(component.private("upload"), Some(json!("u1")));
        assert!(!component.state().to_string().contains("u1"));
        end(&file, &mut component);
        assert_eq!(component.private("upload"), None);
    }
}

#[test]
fn a_later_file_takes_the_place_of_the_one_under_way() {
    let mut component = Harness::<FileUpload>::mount();
    cat().start(&mut component);
    cat().progress(&mut component, 1_500);
    dog().start(&mut component);
    let state = component.state();
    assert_eq!(
        (&state["fileName"], &state["progress"]),
        (&json!("dog.png"), &json!(0))
    );
    // Nothing that happens to the earlier one is taken.
    cat().progress(&mut component, 3_000);
    assert_eq!(component.delta(), json!({}));
    cat().complete(&mut component);
    assert_eq!(component.delta(), json!({}));
    cat().fail(&mut component, "Too slow.");
    assert_eq!(component.delta(), json!({}));
    dog().progress(&mut component, 50);
    assert_eq!(
        component.delta(),
        json!({"progress": 50, "bytesUploaded": 50})
    );
}

#[test]
fn a_file_that_is_refused_takes_nobodys_place() {
    let mut component = Harness::<FileUpload>::mount();
    cat().start(&mut component);
    let huge = File::new("u2", "dog.png", "image/png", 21 << 20);
    assert!(component.upload(huge.at(UploadStage::Start)).is_err());
    cat().progress(&mut component, 300);
    let state = component.state();
    assert_eq!(
        (&state["fileName"], &state["progress"]),
        (&json!("cat.png"), &json!(10))
    );
}

#[test]
fn what_comes_after_the_end_is_not_taken() {
    let mut component = Harness::<FileUpload>::mount();
    cat().start(&mut component);
    cat().complete(&mut component);
    cat().progress(&mut component, 1);
    assert_eq!(component.delta(), json!({}));
    cat().fail(&mut component, "Too slow.");
    assert_eq!(component.delta(), json!({}));
}

#[test]
fn what_went_wrong_is_a_sentence_beside_the_files_name() {
    let mut component = Harness::<FileUpload>::mount();
    cat().start(&mut component);
    cat().progress(&mut component, 300);
    cat().fail(&mut component, "The content is not a PNG picture.");
    assert_eq!(
        component.delta(),
        json!({"status": "error", "error": "The content is not a PNG picture."})
    );
    assert_eq!(component.state()["fileName"], "cat.png");
    // The next one has nothing of it.
    dog().start(&mut component);
    assert_eq!(component.state()["error"], json!(null));
}

#[test]
fn a_state_that_comes_back_has_nothing_under_way() {
    let mut component = Harness::<FileUpload>::mount();
    cat().start(&mut component);
    component.rehydrate("1.0.0").unwrap();
    assert_eq!(
        component.delta(),
        json!({"status": "error", "error": "The upload was interrupted."})
    );
    cat().progress(&mut component, 300);
    assert_eq!(component.delta(), json!({}));
    // What was complete is so still.
    dog().start(&mut component);
    dog().complete(&mut component);
    component.rehydrate("1.0.0").unwrap();
    assert_eq!(component.delta(), json!({}));
}
