//! Uploads and the components that they belong to: which there are, what the logic hears of them, and their end.

mod hook;
mod sweep;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use compact_str::CompactString;
use parking_lot::Mutex;

use super::client::Client;
use super::event::Event;
use super::instance::Instance;
use super::refusal::Refusal;
use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::{Code, ServerMessage, Started, UploadReply};
use crate::uploads::{Announcement, Position, Upload, UploadError, Uploads};

/// The logic hears of progress no more often than this, or when another hundredth of the file is there.
const PROGRESS: Duration = Duration::from_millis(100);
/// Smallest chunk that a browser is asked for.
const SMALLEST_CHUNK: u64 = 1024;
/// What a browser gets that does not say.
const USUAL_CHUNK: u64 = 64 * 1024;

/// The uploads under way, and for a while those that have ended: their browser may not have heard of it.
pub struct UploadTable {
    service: Option<Arc<Uploads>>,
    entries: Mutex<HashMap<Key, Arc<UnderWay>>>,
}

/// What tells uploads apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    instance: InstanceId,
    /// Of a shared component, many browsers: what one has begun no other may go on with.
    connection: Option<ConnectionId>,
    id: Box<str>,
}

/// One upload to one component.
pub struct UnderWay {
    key: Key,
    upload: Upload,
    instance: Weak<Instance>,
    /// Who began it, if somebody was signed in: nobody else goes on with it.
    user: Option<Box<str>>,
    /// Where its news goes: to the connection that it came by last.
    client: Mutex<Arc<dyn Client>>,
    chunk: ChunkSizes,
    /// When the logic last heard of progress, and of how many hundredths.
    told: Mutex<(Instant, u64)>,
    /// Bytes of chunks that were not counted as messages.
    free: AtomicU64,
    /// Whether progress waits to be heard.
    is_telling: AtomicBool,
    /// Whether the logic has heard of the end.
    has_ended: AtomicBool,
}

/// How large chunks are.
#[derive(Debug, Clone, Copy)]
pub struct ChunkSizes {
    /// As the browser would like them.
    pub wanted: Option<u64>,
    /// As large as they may be.
    pub largest: u64,
}

/// Somebody who uploads.
pub struct Uploader<'a> {
    /// The connection.
    pub client: Arc<dyn Client>,
    /// Who is signed in.
    pub user: Option<&'a str>,
    /// Who it counts for: the user, or else the address.
    pub payer: &'a str,
}

/// Something that happens to an upload, for its component.
#[derive(Debug)]
pub struct UploadEvent {
    upload: Arc<UnderWay>,
    news: News,
}

/// What happens to it.
#[derive(Debug)]
enum News {
    /// It is about to begin.
    Begin {
        /// `requestId` as JSON text.
        request: Option<CompactString>,
    },
    /// So many bytes are there.
    Progress(u64),
    /// The browser has sent everything.
    Complete {
        /// `requestId` as JSON text.
        request: Option<CompactString>,
    },
    /// It did not work.
    Failed(String),
}

impl UploadEvent {
    /// `requestId` as JSON text.
    pub(super) fn request(&self) -> Option<&CompactString> {
        match &self.news {
            News::Begin { request } | News::Complete { request } => request.as_ref(),
            News::Progress(_) | News::Failed(_) => None,
        }
    }

    /// What the browser calls the file.
    pub(super) fn file(&self) -> &str {
        &self.upload.upload.announced().filename
    }

    /// Whether it may be refused when too many wait. The end of an upload may not.
    pub(super) fn is_droppable(&self) -> bool {
        matches!(self.news, News::Begin { .. } | News::Progress(_))
    }

    /// Answers an event that will not run.
    pub(super) fn refuse(&self, uploads: &UploadTable, refusal: &Refusal) {
        if matches!(self.news, News::Begin { .. }) {
            // It never began: its id and its place are free again.
            self.upload.upload.give_up(&refusal.message);
            uploads.forget(&self.upload);
        }
        self.upload.tell_refused(&self.news, refusal);
    }
}

impl UploadTable {
    pub(super) fn new(service: Option<Arc<Uploads>>) -> Self {
        Self {
            service,
            entries: Mutex::default(),
        }
    }

    /// What takes the files; `None`, if nothing does.
    #[must_use]
    pub fn service(&self) -> Option<&Arc<Uploads>> {
        self.service.as_ref()
    }

    /// A new upload, which is to be begun by [`UnderWay::begin`], or one that goes on (`true`).
    ///
    /// # Errors
    /// If the file breaks a rule, or another upload has this id.
    pub fn announce(
        &self,
        instance: &Arc<Instance>,
        by: Uploader<'_>,
        id: &str,
        announced: Announcement,
        chunk: ChunkSizes,
    ) -> Result<(Arc<UnderWay>, bool), Refusal> {
        let service = self.service.as_ref().ok_or_else(|| {
            let message = "This daemon takes no files: give it a place for them, with `[uploads] dir` or --data-dir";
            Refusal::new(Code::UploadRejected, message)
        })?;
        // Nobody fills the disk by way of a component that knows nothing of files.
        if !instance.slot.current().definition.hooks.upload {
            let message = format!(
                "{} takes no files: it has no `on_upload`",
                instance.slot.name()
            );
            return Err(Refusal::new(Code::UploadRejected, message));
        }
        let key = Key {
            instance: instance.id().clone(),
            connection: instance.is_shared().then(|| by.client.connection().clone()),
            id: id.into(),
        };
        if let Some(known) = self.entries.lock().get(&key).cloned() {
            if *known.upload.announced() != announced || known.user.as_deref() != by.user {
                let message = "Another file is on its way with this uploadId; take a new one";
                return Err(Refusal::new(Code::UploadRejected, message));
            }
            *known.client.lock() = by.client;
            return Ok((known, true));
        }
        let upload = service
            .announce(by.payer, announced)
            .map_err(|rejected| Refusal::from(UploadError::from(rejected)))?;
        let under_way = Arc::new(UnderWay {
            key: key.clone(),
            upload,
            instance: Arc::downgrade(instance),
            user: by.user.map(Into::into),
            client: Mutex::new(by.client),
            chunk,
            told: Mutex::new((Instant::now(), 0)),
            free: AtomicU64::new(0),
            is_telling: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
        });
        self.entries.lock().insert(key, under_way.clone());
        Ok((under_way, false))
    }

    fn forget(&self, upload: &UnderWay) {
        self.entries.lock().remove(&upload.key);
    }

    fn all(&self) -> Vec<Arc<UnderWay>> {
        self.entries.lock().values().cloned().collect()
    }
}

impl UnderWay {
    /// `uploadId`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.key.id
    }

    /// The component's id.
    #[must_use]
    pub fn component(&self) -> &InstanceId {
        &self.key.instance
    }

    /// The component, if it is there.
    #[must_use]
    pub fn instance(&self) -> Option<Arc<Instance>> {
        self.instance.upgrade()
    }

    /// Whether more of it may come.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.upload.is_under_way()
    }

    /// Whether a chunk of so many bytes need not count as a message: all of them together are bounded by the file, twice
    /// for what is sent again after a lost connection.
    #[must_use]
    pub fn frees(&self, bytes: usize) -> bool {
        let most = self.size().saturating_mul(2);
        let more = |free: u64| free.checked_add(bytes as u64).filter(|sum| *sum <= most);
        self.is_under_way()
            && self
                .free
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
                .is_ok()
    }

    /// Bytes of the file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.upload.announced().size
    }

    /// Its first event: the component decides, and the browser is told.
    #[must_use]
    pub fn begin(self: &Arc<Self>, request: Option<&str>) -> Event {
        let request = request.map(Into::into);
        self.event(News::Begin { request })
    }

    /// The browser has sent everything.
    #[must_use]
    pub fn complete(self: &Arc<Self>, request: Option<&str>) -> Event {
        let request = request.map(Into::into);
        self.event(News::Complete { request })
    }

    /// Tells a browser that comes back where to go on.
    ///
    /// # Errors
    /// If it is over.
    pub async fn resumed(&self) -> Result<Started, Refusal> {
        Ok(self.started(self.upload.resume().await?))
    }

    /// Takes a chunk, and gives what the component is to hear of it.
    ///
    /// # Errors
    /// If it is not taken. Where the upload is over with that, the event says so to the component.
    pub async fn take(
        self: &Arc<Self>,
        index: u32,
        bytes: Bytes,
    ) -> (Result<Position, UploadError>, Option<Event>) {
        let taken = self.upload.take(index, bytes).await;
        let event = match &taken {
            Ok(position) => self.progress(position.received),
            Err(error) if error.is_fatal() => self.failed(error.to_string()),
            Err(_) => None,
        };
        (taken, event)
    }

    /// Ends it, and gives what the component is to hear of that.
    ///
    /// # Errors
    /// If the file is in its place already.
    pub async fn cancel(self: &Arc<Self>, why: &str) -> Result<Option<Event>, Refusal> {
        let was_under_way = self.upload.cancel(why).await?;
        Ok(was_under_way.then(|| self.failed(why.to_owned())).flatten())
    }

    fn event(self: &Arc<Self>, news: News) -> Event {
        Event::Upload(Box::new(UploadEvent {
            upload: self.clone(),
            news,
        }))
    }

    /// The logic hears of progress now and then, and never of two steps at once.
    fn progress(self: &Arc<Self>, received: u64) -> Option<Event> {
        let (at, hundredths) = *self.told.lock();
        let is_due = at.elapsed() >= PROGRESS || self.hundredths(received) != hundredths;
        if !is_due || self.is_telling.swap(true, Ordering::Relaxed) {
            return None;
        }
        Some(self.event(News::Progress(received)))
    }

    fn hundredths(&self, received: u64) -> u64 {
        (received * 100).checked_div(self.size()).unwrap_or(100)
    }

    fn failed(self: &Arc<Self>, why: String) -> Option<Event> {
        let is_first = !self.has_ended.swap(true, Ordering::Relaxed);
        is_first.then(|| self.event(News::Failed(why)))
    }

    fn started(&self, position: Position) -> Started {
        let largest = self.chunk.largest.max(SMALLEST_CHUNK);
        let wanted = self.chunk.wanted.unwrap_or(USUAL_CHUNK);
        let chunk_size = wanted.clamp(SMALLEST_CHUNK, largest);
        Started {
            chunk_size,
            max_chunk_size: largest,
            total_chunks: self.size().div_ceil(chunk_size),
            received: position.received,
            next: position.next,
        }
    }

    /// Tells the browser something.
    fn tell(&self, reply: UploadReply<'_>, request: Option<&str>) {
        let client = self.client.lock().clone();
        client.send(&ServerMessage::Upload {
            component: self.key.instance.as_str(),
            upload: self.id(),
            reply,
            request,
        });
        client.flush();
    }

    fn tell_refused(&self, news: &News, refusal: &Refusal) {
        match news {
            News::Begin { request } => {
                let outcome = Err(refusal.as_error());
                self.tell(UploadReply::Started(outcome), request.as_deref());
            }
            News::Complete { request } => {
                let outcome = Err(refusal.as_error());
                self.tell(UploadReply::Completed(outcome), request.as_deref());
            }
            News::Progress(_) => self.is_telling.store(false, Ordering::Relaxed),
            News::Failed(_) => {}
        }
    }
}

impl fmt::Debug for UnderWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnderWay")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
