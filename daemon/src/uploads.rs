//! Files that browsers upload: the rules, what has come so far, and where finished files are kept.
//!
//! A file goes to a temporary file as it comes, and gets a name of our making once it is all there and is what it was
//! said to be. Nothing of it stays where that does not happen: the temporary file goes with its [`Upload`], and what a
//! crash has left is removed later.
//!
//! - [`rules`]: what a file may be called. [`media`]: whether it is what it is said to be. `quota`: how much a day.
//! - `receiver`: chunks in any order become a file.
//! - [`storage`]: where finished files are.
//!
//! This module knows neither sockets nor components.

mod error;
pub mod media;
mod quota;
mod receiver;
pub mod rules;
pub mod storage;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::config::UploadsConfig;
pub use error::{Rejected, UploadError, UploadsError};
use quota::{DayQuota, Reservation};
pub use receiver::Position;
use receiver::Receiver;
use storage::{Bucket, Directory, FileName, Storage};

/// Files under way are in this directory of `dir`, so that a rename puts them in their place.
const INCOMING: &str = ".incoming";
/// How their names begin and end: nothing else is ever removed there.
const PREFIX: &str = "upload-";
const SUFFIX: &str = ".part";
/// What a crash has left is removed when it is this much older than what is given up anyway: another daemon may be at
/// work in the same directory.
const LEFTOVER_FACTOR: u32 = 10;

/// Takes files.
#[derive(Debug)]
pub struct Uploads {
    config: UploadsConfig,
    storage: Arc<dyn Storage>,
    incoming: PathBuf,
    quota: DayQuota,
    under_way: Arc<AtomicUsize>,
}

/// What a browser says of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// As the browser calls it.
    pub filename: String,
    /// Its media type, as the browser says.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// One file under way.
#[derive(Debug)]
pub struct Upload {
    announced: Announcement,
    /// The type by its usual name.
    media_type: String,
    state: tokio::sync::Mutex<State>,
    /// When something of it last came.
    heard: Mutex<Instant>,
    /// What it takes while it is under way.
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    reserved: Reservation,
    /// One among those under way.
    _place: Place,
}

#[derive(Debug)]
enum State {
    /// Whether it may begin is not yet decided.
    Announced,
    Receiving(Box<Receiver>),
    Stored(Stored),
    /// It is over, and why.
    Over(String),
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name in the storage.
    pub name: FileName,
    /// Where it is served.
    pub url: String,
    /// Bytes.
    pub size: u64,
    /// In hex.
    pub sha256: String,
}

impl Uploads {
    /// Sets uploads up; `None` if they are off, or have nowhere to go. In development they may go where temporary
    /// files do.
    ///
    /// # Errors
    /// If the directory cannot be used, or the settings of the bucket are wrong.
    pub fn open(
        config: &UploadsConfig,
        data_dir: Option<&Path>,
        development: bool,
    ) -> Result<Option<Self>, UploadsError> {
        if !config.enabled {
            return Ok(None);
        }
        let in_data = || data_dir.map(|data| data.join("uploads"));
        let in_temp = || {
            let temp = std::env::temp_dir().join("liveside-uploads");
            (development || config.s3.is_some()).then_some(temp)
        };
        let Some(directory) = config.dir.clone().or_else(in_data).or_else(in_temp) else {
            return Ok(None);
        };
        let incoming = directory.join(INCOMING);
        let wrong = |reason| UploadsError::Directory {
            directory: directory.clone(),
            reason,
        };
        std::fs::create_dir_all(&incoming).map_err(wrong)?;
        // Better now than at the first file.
        tempfile::tempfile_in(&incoming).map_err(wrong)?;
        let storage: Arc<dyn Storage> = match &config.s3 {
            Some(s3) => Arc::new(Bucket::s3(s3).map_err(UploadsError::Bucket)?),
            None => Arc::new(Directory::new(&directory)),
        };
        Ok(Some(Self {
            quota: DayQuota::new(config.user_bytes_per_day),
            config: config.clone(),
            storage,
            incoming,
            under_way: Arc::default(),
        }))
    }

    /// Where finished files are.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Files of one connection under way at a time.
    #[must_use]
    pub fn per_connection(&self) -> usize {
        self.config.per_connection
    }

    /// Silence after which an upload is given up.
    #[must_use]
    pub fn abandoned_after(&self) -> Duration {
        self.config.abandoned_after
    }

    /// How many are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// Checks what a browser says of its file, and sets aside what it takes. `user`: who it counts for.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn announce(&self, user: &str, announced: Announcement) -> Result<Upload, Rejected> {
        rules::check_name(&announced.filename, &self.config.blocked_extensions)?;
        let media_type = media::announced(&announced.media_type, &announced.filename)
            .ok_or_else(|| Rejected::Type(announced.media_type.clone()))?;
        if !rules::is_listed(&media_type, &self.config.types) {
            return Err(Rejected::Type(media_type));
        }
        if announced.size > self.config.file_bytes {
            return Err(Rejected::Size {
                size: announced.size,
                limit: self.config.file_bytes,
            });
        }
        let place = Place::take(&self.under_way, self.config.under_way).ok_or(Rejected::Crowded)?;
        let now = Instant::now();
        let reserved = self
            .quota
            .reserve(user, announced.size, now)
            .map_err(|left| Rejected::Day { left })?;
        Ok(Upload {
            announced,
            media_type,
            state: tokio::sync::Mutex::new(State::Announced),
            heard: Mutex::new(now),
            held: Mutex::new(Some(Held {
                reserved,
                _place: place,
            })),
        })
    }

    /// Makes the temporary file: from now on chunks are taken.
    ///
    /// # Errors
    /// If it has begun already, or there is no making a file.
    pub async fn begin(&self, upload: &Upload) -> Result<(), UploadError> {
        let mut state = upload.state.lock().await;
        if !matches!(*state, State::Announced) {
            return Err(UploadError::Over("The upload has begun already".to_owned()));
        }
        let incoming = self.incoming.clone();
        let made = tokio::task::spawn_blocking(move || {
            tempfile::Builder::new()
                .prefix(PREFIX)
                .suffix(SUFFIX)
                .tempfile_in(incoming)
        });
        let (file, path) = made.await.map_err(io::Error::other).flatten()?.into_parts();
        let (media_type, size) = (upload.media_type.clone(), upload.announced.size);
        *state = State::Receiving(Box::new(Receiver::new(file, path, media_type, size)));
        Ok(())
    }

    /// Puts a file that is all there in its place. Asked again, it gives the same answer.
    ///
    /// # Errors
    /// If something is missing yet, or it cannot be stored; then the upload is over.
    pub async fn finish(&self, upload: &Upload) -> Result<Stored, UploadError> {
        upload.touch();
        let mut state = upload.state.lock().await;
        match &*state {
            State::Announced => return Err(UploadError::NotBegun),
            State::Stored(stored) => return Ok(stored.clone()),
            State::Over(why) => return Err(UploadError::Over(why.clone())),
            State::Receiving(receiver) => receiver.check_complete()?,
        }
        let unfinished = State::Over("The upload was given up while it was stored".to_owned());
        let State::Receiving(receiver) = std::mem::replace(&mut *state, unfinished) else {
            return Err(UploadError::NotBegun);
        };
        let stored = self.store(upload, *receiver).await;
        *state = match &stored {
            Ok(stored) => State::Stored(stored.clone()),
            Err(error) => State::Over(error.to_string()),
        };
        upload.held.lock().take();
        stored
    }

    async fn store(&self, upload: &Upload, receiver: Receiver) -> Result<Stored, UploadError> {
        let received = receiver.finish().await?;
        let extension = media::extension(&upload.media_type, &upload.announced.filename);
        let name = FileName::new(extension.as_deref());
        self.storage.adopt(received.path, name.clone()).await?;
        Ok(Stored {
            url: format!(
                "{}/{}",
                self.config.url.trim_end_matches('/'),
                name.as_str()
            ),
            name,
            size: upload.announced.size,
            sha256: received.sha256,
        })
    }

    /// Removes a finished file that is not wanted after all.
    pub async fn discard(&self, upload: &Upload, why: &str) {
        let stored = {
            let mut state = upload.state.lock().await;
            match std::mem::replace(&mut *state, State::Over(why.to_owned())) {
                State::Stored(stored) => Some(stored),
                _ => None,
            }
        };
        upload.held.lock().take();
        if let Some(stored) = stored
            && let Err(error) = self.storage.remove(stored.name).await
        {
            tracing::warn!(%error, "a file that a component has refused could not be removed");
        }
    }

    /// Removes what crashes have left. Call it now and then, where waiting for the disk does no harm.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn remove_leftovers(&self, now: SystemTime) -> io::Result<usize> {
        let oldest = self.config.abandoned_after * LEFTOVER_FACTOR;
        let mut removed = 0;
        for entry in std::fs::read_dir(&self.incoming)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_ours = name
                .to_str()
                .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
            // What cannot be looked at is gone by itself, most likely.
            let age = entry
                .metadata()
                .and_then(|file| file.modified())
                .ok()
                .and_then(|modified| now.duration_since(modified).ok());
            if is_ours
                && age.is_some_and(|age| age > oldest)
                && std::fs::remove_file(entry.path()).is_ok()
            {
                removed += 1;
            }
        }
        Ok(removed)
    }
}

impl Upload {
    /// What the browser said of it.
    #[must_use]
    pub fn announced(&self) -> &Announcement {
        &self.announced
    }

    /// Its type, by its usual name.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Takes a chunk. One that came already counts once.
    ///
    /// # Errors
    /// If it is not taken; see [`UploadError::is_fatal`].
    pub async fn take(&self, index: u32, bytes: Bytes) -> Result<Position, UploadError> {
        let mut state = self.state.lock().await;
        let State::Receiving(receiver) = &mut *state else {
            return self.at_rest(&state);
        };
        let before = receiver.position().received;
        let taken = receiver.take(index, bytes).await;
        let after = receiver.position().received;
        if after > before {
            // What came already does not keep an upload from being given up.
            self.touch();
        }
        if let Some(held) = &mut *self.held.lock() {
            held.reserved.use_up(after - before);
        }
        if let Err(error) = &taken
            && error.is_fatal()
        {
            *state = State::Over(error.to_string());
            self.held.lock().take();
        }
        taken
    }

    /// Where a browser that comes back is to go on.
    ///
    /// # Errors
    /// If it has not begun, or is over.
    pub async fn resume(&self) -> Result<Position, UploadError> {
        self.touch();
        let mut state = self.state.lock().await;
        match &mut *state {
            State::Receiving(receiver) => Ok(receiver.resume()),
            other => self.at_rest(other),
        }
    }

    /// Where it is while nothing more of it is taken.
    fn at_rest(&self, state: &State) -> Result<Position, UploadError> {
        match state {
            State::Over(why) => Err(UploadError::Over(why.clone())),
            State::Stored(_) => Ok(Position {
                received: self.announced.size,
                next: u32::MAX,
            }),
            State::Announced | State::Receiving(_) => Err(UploadError::NotBegun),
        }
    }

    /// Ends it, and removes what has come. `Ok(false)`: it was over already.
    ///
    /// # Errors
    /// If the file is in its place: it stays there.
    pub async fn cancel(&self, why: &str) -> Result<bool, UploadError> {
        let mut state = self.state.lock().await;
        match *state {
            State::Announced | State::Receiving(_) => {
                *state = State::Over(why.to_owned());
                self.held.lock().take();
                Ok(true)
            }
            State::Over(_) => Ok(false),
            State::Stored(_) => Err(UploadError::Stored),
        }
    }

    /// Ends it before it has begun. Never waits.
    pub fn give_up(&self, why: &str) {
        if let Ok(mut state) = self.state.try_lock()
            && matches!(*state, State::Announced)
        {
            *state = State::Over(why.to_owned());
            self.held.lock().take();
        }
    }

    /// Whether more of it may come.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        self.held.lock().is_some()
    }

    /// How long nothing has come.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.heard.lock().elapsed()
    }

    fn touch(&self) {
        *self.heard.lock() = Instant::now();
    }
}

/// A place among those under way.
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        let one_more = |now: usize| (now < limit).then_some(now + 1);
        taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        Some(Self(taken.clone()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
