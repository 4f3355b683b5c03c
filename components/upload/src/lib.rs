//! A file on its way from a browser: the daemon takes the bytes and tells this component how far they are. It has a say
//! before the first of them, and reads the file once it is whole.
//!
//! One file is followed at a time. Which one, is private: events of any other are not taken.

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

mod preview;
mod rules;

/// The private key of the upload that is under way, if the daemon takes it.
const FOLLOWED: &str = "upload";

/// In characters. The page shows it in a line or two.
const LONGEST_ERROR: usize = 300;

/// What the browser sees.
#[derive(State)]
pub struct FileUpload {
    status: Status,
    /// In percent.
    progress: u8,
    file_name: Option<String>,
    /// In bytes.
    file_size: Option<u64>,
    /// The media type, in lower case and without parameters.
    file_type: Option<String>,
    /// Where the file is served from, once it is whole.
    file_url: Option<String>,
    bytes_uploaded: u64,
    total_bytes: u64,
    /// A sentence, where it did not work.
    error: Option<String>,
    /// The first line, where the file is text.
    preview: Option<String>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[default]
    Idle,
    Uploading,
    Complete,
    Error,
}

/// What actions answer.
#[derive(Serialize)]
struct Done {
    success: bool,
}

/// What `updateProgress` answers.
#[derive(Serialize)]
struct Progressed {
    success: bool,
    progress: u8,
}

const DONE: Done = Done { success: true };

// No props: what is there is the daemon's to say.
#[component(name = "LiveUpload", version = "1.0.0", props = "none")]
impl FileUpload {
    /// All that a new component needs. The actions below are for pages that take their files elsewhere.
    fn on_upload(&mut self, cx: &Context, upload: &Upload) -> Result<()> {
        let followed = cx.private().get::<String>(FOLLOWED)?;
        match &upload.stage {
            // What is refused replaces nothing.
            UploadStage::Start => {
                self.begin(&upload.filename, upload.size, &upload.content_type)?;
                cx.private().set(FOLLOWED, &upload.id)?;
            }
            // A later file has taken its place, or the page has let go of it.
            _ if followed.as_ref() != Some(&upload.id) => {}
            UploadStage::Progress(bytes) => {
                self.bytes_uploaded = (*bytes).min(upload.size);
                self.progress = percent(self.bytes_uploaded, upload.size);
            }
            UploadStage::Complete(url) => {
                self.finish(cx, url);
                if self.file_type.as_deref() == Some("text/plain") {
                    self.preview = preview::of(cx, &upload.id);
                }
            }
            UploadStage::Failed(reason) => self.fail(cx, reason),
        }
        Ok(())
    }

    /// The state has come back without what was under way.
    fn on_rehydrate(&mut self, cx: &Context) {
        if self.status == Status::Uploading {
            self.fail(cx, "The upload was interrupted.");
        }
    }

    #[action]
    fn start_upload(
        &mut self,
        cx: &Context,
        file_name: &str,
        file_size: u64,
        file_type: &str,
    ) -> Result<Done> {
        self.begin(file_name, file_size, file_type)?;
        cx.private().delete(FOLLOWED);
        Ok(DONE)
    }

    #[action]
    fn update_progress(
        &mut self,
        progress: f64,
        bytes_uploaded: u64,
        total_bytes: u64,
    ) -> Result<Progressed> {
        ensure!(
            self.status == Status::Uploading,
            "No file is being uploaded."
        );
        self.progress = progress.round().clamp(0.0, 100.0) as u8;
        self.bytes_uploaded = bytes_uploaded.min(total_bytes);
        self.total_bytes = total_bytes;
        Ok(Progressed {
            success: true,
            progress: self.progress,
        })
    }

    #[action]
    fn complete_upload(&mut self, cx: &Context, file_url: &str) -> Result<Done> {
        rules::check_url(file_url)?;
        // A page may say what the daemon has said already.
        let known = self.file_url.as_deref() == Some(file_url);
        ensure!(
            known || self.status == Status::Uploading,
            "No file is being uploaded."
        );
        self.finish(cx, file_url);
        Ok(DONE)
    }

    /// At any time: also what never began can fail.
    #[action]
    fn fail_upload(&mut self, cx: &Context, error: &str) -> Done {
        self.fail(cx, error);
        DONE
    }

    #[action]
    fn reset(&mut self, cx: &Context) -> Done {
        cx.private().delete(FOLLOWED);
        *self = Self::initial();
        DONE
    }

    fn begin(&mut self, name: &str, size: u64, content_type: &str) -> Result<()> {
        let name = rules::checked_name(name)?;
        let content_type = rules::checked_type(content_type)?;
        rules::check_size(size)?;
        *self = Self {
            status: Status::Uploading,
            file_name: Some(name),
            file_size: Some(size),
            file_type: Some(content_type),
            total_bytes: size,
            ..Self::initial()
        };
        Ok(())
    }

    fn finish(&mut self, cx: &Context, url: &str) {
        cx.private().delete(FOLLOWED);
        self.status = Status::Complete;
        self.progress = 100;
        self.bytes_uploaded = self.total_bytes;
        self.file_url = Some(url.to_owned());
    }

    /// The file's name stays: the page says what has failed. Whatever of it is there is not to be had.
    fn fail(&mut self, cx: &Context, error: &str) {
        cx.private().delete(FOLLOWED);
        let error = match error.trim() {
            "" => "The upload failed.",
            error => error,
        };
        self.status = Status::Error;
        self.error = Some(error.chars().take(LONGEST_ERROR).collect());
        self.file_url = None;
        self.preview = None;
    }
}

/// How much of the whole that is. A whole of nothing has no parts.
fn percent(part: u64, whole: u64) -> u8 {
    let percent = part.saturating_mul(100).checked_div(whole).unwrap_or(0);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests;
