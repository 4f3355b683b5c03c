//! Takes uploads: keeps what it hears of them, and refuses some.

use liveside_guest::prelude::*;

/// What the browser sees.
#[derive(State)]
pub(crate) struct Taker {
    /// Uploads by their stage, in order. Progress is told once an upload.
    heard: Vec<String>,
    /// Bytes, as progress last told.
    bytes: u64,
}

#[component(name = "LiveTaker", version = "1.0.0")]
impl Taker {
    /// Refuses at the start what is called so, and in the end what begins so.
    fn on_upload(&mut self, cx: &Context, upload: &Upload) -> Result<()> {
        let name = &upload.filename;
        match &upload.stage {
            UploadStage::Start => {
                ensure!(!name.starts_with("unwanted"), "{name} is not wanted here");
                let (kind, size) = (&upload.content_type, upload.size);
                self.heard.push(format!("start {name} {kind} {size}"));
            }
            UploadStage::Progress(bytes) => {
                ensure!(!name.starts_with("trap"), "progress cannot be refused");
                self.bytes = *bytes;
            }
            UploadStage::Complete(url) => {
                self.heard.push(format!("complete {name} {url}"));
                let head = cx.uploads().read(&upload.id, 0, 6)?;
                ensure!(head != b"secret", "{name} holds a secret");
                assert!(!name.starts_with("trap"), "as asked");
            }
            UploadStage::Failed(why) => self.heard.push(format!("failed {name}: {why}")),
        }
        Ok(())
    }

    /// A part of a finished upload, as text.
    #[action]
    fn read(&self, cx: &Context, upload: &str, offset: u64, length: u32) -> Result<String> {
        let bytes = cx.uploads().read(upload, offset, length)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
