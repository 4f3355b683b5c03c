//! What a component hears of an upload, and what comes of that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::{News, UnderWay, UploadEvent, UploadTable};
use crate::live::instance::{Instance, Resident};
use crate::live::refusal::Refusal;
use crate::live::transaction::Tell;
use crate::protocol::{Code, Completed, UploadReply};
use crate::uploads::{Position, Stored};
use crate::wasm::{GuestEvent, UploadStage};

impl Instance {
    pub(in crate::live) async fn upload(
        self: &Arc<Self>,
        resident: &mut Resident,
        event: UploadEvent,
    ) {
        let UploadEvent { upload, news } = event;
        let outcome = match &news {
            News::Begin { request } => {
                self.begin_upload(resident, &upload, request.as_deref())
                    .await
            }
            News::Complete { request } => {
                self.complete_upload(resident, &upload, request.as_deref())
                    .await
            }
            News::Progress(received) => {
                upload.is_telling.store(false, Ordering::Relaxed);
                *upload.told.lock() = (Instant::now(), upload.hundredths(*received));
                self.tell_logic(resident, &upload, UploadStage::Progress(*received))
                    .await;
                Ok(())
            }
            News::Failed(why) => {
                self.count_upload("failed", 0);
                self.tell_logic(resident, &upload, UploadStage::Failed(why))
                    .await;
                Ok(())
            }
        };
        if let Err(refusal) = outcome {
            upload.tell_refused(&news, &refusal);
        }
    }

    async fn begin_upload(
        self: &Arc<Self>,
        resident: &mut Resident,
        upload: &UnderWay,
        request: Option<&str>,
    ) -> Result<(), Refusal> {
        let begun = async {
            let service = self.uploads().service().cloned();
            let service = service.ok_or_else(|| self.uploads_are_off())?;
            self.ask_logic(resident, upload, UploadStage::Start).await?;
            service.begin(&upload.upload).await.map_err(Refusal::from)
        };
        if let Err(refusal) = begun.await {
            // It has not begun: there is no file that would stay.
            let _ = upload.upload.cancel(&refusal.message).await;
            self.uploads().forget(upload);
            self.count_upload("refused", 0);
            return Err(refusal);
        }
        let started = upload.started(Position {
            received: 0,
            next: 0,
        });
        upload.tell(UploadReply::Started(Ok(started)), request);
        Ok(())
    }

    async fn complete_upload(
        self: &Arc<Self>,
        resident: &mut Resident,
        upload: &UnderWay,
        request: Option<&str>,
    ) -> Result<(), Refusal> {
        let service = self.uploads().service().cloned();
        let service = service.ok_or_else(|| self.uploads_are_off())?;
        let stored = match service.finish(&upload.upload).await {
            Ok(stored) => stored,
            Err(error) => {
                if error.is_fatal() && !upload.has_ended.swap(true, Ordering::Relaxed) {
                    self.count_upload("failed", 0);
                    let why = error.to_string();
                    self.tell_logic(resident, upload, UploadStage::Failed(&why))
                        .await;
                }
                return Err(error.into());
            }
        };
        // A browser that has not heard the answer asks again; the logic has heard of it once.
        if !upload.has_ended.swap(true, Ordering::Relaxed) {
            if let Some(subject) = &mut resident.subject {
                subject.add_file(upload.id(), stored.name.clone());
            }
            let told = UploadStage::Complete(&stored.url);
            if let Err(refusal) = self.ask_logic(resident, upload, told).await {
                if let Some(subject) = &mut resident.subject {
                    subject.remove_file(upload.id());
                }
                service.discard(&upload.upload, &refusal.message).await;
                self.count_upload("refused", 0);
                return Err(refusal);
            }
            self.count_upload("complete", stored.size);
        }
        let Stored {
            url, size, sha256, ..
        } = &stored;
        let completed = Completed {
            filename: &upload.upload.announced().filename,
            url,
            size: *size,
            sha256,
        };
        upload.tell(UploadReply::Completed(Ok(completed)), request);
        Ok(())
    }

    fn count_upload(&self, outcome: &'static str, bytes: u64) {
        if let Some(telemetry) = &self.slot.services.telemetry {
            telemetry.uploaded(outcome, bytes);
        }
    }

    /// Lets the logic decide.
    async fn ask_logic(
        self: &Arc<Self>,
        resident: &mut Resident,
        upload: &UnderWay,
        stage: UploadStage<'_>,
    ) -> Result<(), Refusal> {
        if !resident.version.definition.hooks.upload {
            return Ok(());
        }
        let event = upload.guest_event(stage);
        let asked = self.transact(resident, "upload", Tell::Delta, async |lease, component| {
            Ok(lease.handle(component, event).await?)
        });
        match asked.await {
            Ok(_) => Ok(()),
            // Its own word, and not that an action has failed.
            Err(refusal) if refusal.code == Code::ActionFailed => {
                Err(Refusal::new(Code::UploadRejected, refusal.message))
            }
            Err(refusal) => Err(refusal),
        }
    }

    async fn tell_logic(
        self: &Arc<Self>,
        resident: &mut Resident,
        upload: &UnderWay,
        stage: UploadStage<'_>,
    ) {
        if resident.version.definition.hooks.upload {
            let event = upload.guest_event(stage);
            self.hook(resident, "upload", event, Tell::Delta).await;
        }
    }

    fn uploads(&self) -> &UploadTable {
        &self.slot.services.uploads
    }

    fn uploads_are_off(&self) -> Refusal {
        Refusal::new(Code::UploadRejected, "This daemon takes no files")
    }
}

impl UnderWay {
    fn guest_event<'a>(&'a self, stage: UploadStage<'a>) -> GuestEvent<'a> {
        GuestEvent::Upload {
            id: self.id(),
            stage,
            filename: &self.upload.announced().filename,
            media_type: self.upload.media_type(),
            size: self.size(),
        }
    }
}
