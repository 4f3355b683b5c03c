//! Messages about uploads, on one connection.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::dispatch::Dispatcher;
use crate::live::{ById, ChunkSizes, Client as _, Event, Refusal, UnderWay, Uploader};
use crate::protocol::{Code, ServerMessage, UploadMessage, UploadReply, UploadStep};
use crate::uploads::Announcement;

/// Bytes around those of a chunk in its frame: its header.
const HEADER_BYTES: usize = 4096;
/// Largest chunk: more would not be faster, and a chunk that is lost is sent again.
const LARGEST_CHUNK: usize = 1 << 20;
/// A chunk of at least so many bytes is bounded by the size of its file, and not counted as a message.
const FREE_CHUNK: usize = 8 * 1024;

/// The uploads of one connection: those under way, and some that were.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    by_id: HashMap<Box<str>, Arc<UnderWay>>,
}

impl Uploads {
    /// Whether a chunk of so many bytes is one that is waited for.
    pub(super) fn awaits(&self, message: &UploadMessage<'_>, bytes: usize) -> bool {
        bytes >= FREE_CHUNK
            && matches!(message.step, UploadStep::Chunk { .. })
            && self.find(message).is_some_and(|upload| upload.frees(bytes))
    }

    fn find(&self, message: &UploadMessage<'_>) -> Option<Arc<UnderWay>> {
        self.by_id.get(message.upload.as_deref()?).cloned()
    }

    /// A place for one more; those that are over give theirs up.
    fn make_room(&mut self, limit: usize) -> Result<(), Refusal> {
        if self.by_id.len() >= limit {
            self.by_id.retain(|_, upload| upload.is_under_way());
        }
        if self.by_id.len() >= limit {
            let message = format!(
                "{limit} uploads of this connection are under way, and no more are allowed"
            );
            return Err(Refusal::new(Code::LimitExceeded, message));
        }
        Ok(())
    }
}

impl Dispatcher {
    /// `bytes`: those that came beside the message.
    pub(super) async fn upload(
        &mut self,
        message: UploadMessage<'_>,
        bytes: Option<Bytes>,
        component: Option<&str>,
        request: Option<&str>,
    ) {
        match &message.step {
            UploadStep::Start { .. } => {
                let id = match &message.upload {
                    Some(id) => id.clone().into_owned(),
                    None => nanoid::nanoid!(),
                };
                let component = component.unwrap_or_default();
                if let Err(refusal) = self.start_upload(&id, message, component, request).await {
                    let started = UploadReply::Started(Err(refusal.as_error()));
                    self.tell_of_upload(component, &id, started, request);
                }
            }
            UploadStep::Chunk { .. } => self.chunk(message, bytes, request).await,
            UploadStep::Complete => {
                let upload = self.uploads.find(&message);
                // Nobody would answer for a component that is gone.
                let Some(upload) = upload.filter(|upload| upload.instance().is_some()) else {
                    return self.unknown_upload(&message, request);
                };
                self.submit_upload(&upload, upload.complete(request)).await;
            }
            UploadStep::Cancel => {
                let upload = self.uploads.find(&message);
                let cancelled = match &upload {
                    Some(upload) => upload.cancel("The upload was cancelled").await,
                    // One that is not there any more is as good as cancelled.
                    None => Ok(None),
                };
                let reply = match &cancelled {
                    Ok(_) => UploadReply::Cancelled(Ok(())),
                    Err(refusal) => UploadReply::Cancelled(Err(refusal.as_error())),
                };
                let id = message.upload.as_deref().unwrap_or_default();
                let component = upload
                    .as_ref()
                    .map_or(component.unwrap_or_default(), |upload| {
                        upload.component().as_str()
                    });
                self.tell_of_upload(component, id, reply, request);
                if let (Some(upload), Ok(event)) = (upload, cancelled) {
                    self.submit_upload(&upload, event).await;
                }
            }
        }
    }

    async fn start_upload(
        &mut self,
        id: &str,
        message: UploadMessage<'_>,
        component: &str,
        request: Option<&str>,
    ) -> Result<(), Refusal> {
        let UploadStep::Start {
            filename,
            media_type,
            size,
            chunk_size,
        } = message.step
        else {
            return Ok(());
        };
        let Some(ById(instance)) = self.mounted.get(component) else {
            return Err(Refusal::rehydration_required(component));
        };
        let table = self.hub.live.uploads();
        if let Some(known) = self.uploads.by_id.get(id) {
            // A chunk names nothing but its upload: on one connection there is one of a name.
            if known.component() != instance.id() {
                let message = "Another component's upload has this uploadId; take a new one";
                return Err(Refusal::new(Code::UploadRejected, message));
            }
        } else {
            let limit = table
                .service()
                .map_or(1, |service| service.per_connection());
            self.uploads.make_room(limit)?;
        }
        let identity = self.user.identity();
        let user = identity.as_deref().map(|identity| &*identity.user_id);
        let payer = self.user.payer();
        let config = &self.hub.config;
        let largest = LARGEST_CHUNK.min(config.binary_frame_bytes.saturating_sub(HEADER_BYTES));
        let uploader = Uploader {
            client: self.outbox.clone(),
            user,
            payer: &payer,
        };
        let announced = Announcement {
            filename: filename.into_owned(),
            media_type: media_type.into_owned(),
            size,
        };
        let chunk = ChunkSizes {
            wanted: chunk_size,
            largest: largest as u64,
        };
        let (upload, goes_on) = table.announce(instance, uploader, id, announced, chunk)?;
        self.uploads.by_id.insert(id.into(), upload.clone());
        if goes_on {
            let started = upload.resumed().await?;
            let reply = UploadReply::Started(Ok(started));
            self.tell_of_upload(component, id, reply, request);
        } else {
            self.submit_upload(&upload, upload.begin(request)).await;
        }
        Ok(())
    }

    async fn chunk(
        &mut self,
        message: UploadMessage<'_>,
        bytes: Option<Bytes>,
        request: Option<&str>,
    ) {
        let Some(upload) = self.uploads.find(&message) else {
            return self.unknown_upload(&message, request);
        };
        let UploadStep::Chunk { index, total, data } = message.step else {
            return;
        };
        let bytes = match (bytes, data) {
            (Some(bytes), _) => Ok(bytes),
            (None, Some(text)) => STANDARD.decode(&*text).map(Bytes::from).map_err(|_| {
                Refusal::new(Code::InvalidMessage, "data must be base64 with its padding")
            }),
            (None, None) => Err(Refusal::new(
                Code::InvalidMessage,
                "The chunk has no bytes: send them in a binary frame, or in base64 as data",
            )),
        };
        let (taken, event) = match bytes {
            Ok(bytes) => upload.take(index, bytes).await,
            Err(refusal) => return self.refuse_chunk(&upload, &refusal, false, index, request),
        };
        match taken {
            Ok(position) => {
                let progress = UploadReply::Progress {
                    index,
                    total_chunks: total,
                    received: position.received,
                    size: upload.size(),
                };
                self.tell_of_upload(upload.component().as_str(), upload.id(), progress, request);
            }
            Err(error) => {
                let is_over = error.is_fatal();
                self.refuse_chunk(&upload, &Refusal::from(error), is_over, index, request);
            }
        }
        self.submit_upload(&upload, event).await;
    }

    fn refuse_chunk(
        &self,
        upload: &UnderWay,
        refusal: &Refusal,
        failed: bool,
        index: u32,
        request: Option<&str>,
    ) {
        let reply = UploadReply::Refused {
            code: refusal.code,
            error: &refusal.message,
            failed,
            index: Some(index),
        };
        self.tell_of_upload(upload.component().as_str(), upload.id(), reply, request);
    }

    /// Answers what is about an upload that is not there.
    fn unknown_upload(&self, message: &UploadMessage<'_>, request: Option<&str>) {
        let id = message.upload.as_deref().unwrap_or_default();
        let error = (
            Code::UploadRejected,
            "No such upload is under way on this connection: begin it with FILE_UPLOAD_START",
        );
        let reply = match message.step {
            UploadStep::Complete => UploadReply::Completed(Err(error)),
            _ => UploadReply::Refused {
                code: error.0,
                error: error.1,
                failed: true,
                index: None,
            },
        };
        self.tell_of_upload("", id, reply, request);
    }

    fn tell_of_upload(
        &self,
        component: &str,
        upload: &str,
        reply: UploadReply<'_>,
        request: Option<&str>,
    ) {
        self.outbox.send(&ServerMessage::Upload {
            component,
            upload,
            reply,
            request,
        });
    }

    async fn submit_upload(&self, upload: &UnderWay, event: impl Into<Option<Event>>) {
        if let (Some(event), Some(instance)) = (event.into(), upload.instance()) {
            let turn = self.submit(&instance, event);
            self.hub.live.run(turn).await;
        }
    }
}
