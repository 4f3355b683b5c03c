//! A directory on this machine.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use tempfile::TempPath;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{FileName, Found, Storage};

/// What is read at a time.
const READ_BYTES: usize = 64 * 1024;

/// Files in a directory, which those under way share a file system with.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory, which is there.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    fn path(&self, name: &FileName) -> PathBuf {
        self.path.join(name.as_str())
    }
}

impl Storage for Directory {
    fn adopt(&self, file: TempPath, name: FileName) -> BoxFuture<'_, io::Result<()>> {
        let (directory, to) = (self.path.clone(), self.path(&name));
        Box::pin(blocking(move || {
            set_readable(&file)?;
            // It never takes the place of another.
            file.persist_noclobber(to).map_err(|error| error.error)?;
            // The name itself is safe only with the directory.
            std::fs::File::open(directory)?.sync_all()
        }))
    }

    fn find(&self, name: FileName) -> BoxFuture<'_, io::Result<Option<Found>>> {
        let path = self.path(&name);
        Box::pin(async move {
            match tokio::fs::symlink_metadata(path).await {
                Ok(file) if file.is_file() => Ok(Some(Found {
                    size: file.len(),
                    modified: file.modified()?,
                })),
                Ok(_) => Ok(None),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn read(
        &self,
        name: FileName,
        range: Range<u64>,
    ) -> BoxFuture<'_, io::Result<BoxStream<'static, io::Result<Bytes>>>> {
        let path = self.path(&name);
        Box::pin(async move {
            let mut file = tokio::fs::File::open(path).await?;
            file.seek(io::SeekFrom::Start(range.start)).await?;
            let part = file.take(range.end.saturating_sub(range.start));
            Ok(ReaderStream::with_capacity(part, READ_BYTES).boxed())
        })
    }

    fn remove(&self, name: FileName) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path(&name);
        Box::pin(async move {
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        })
    }
}

/// A file under way is for the daemon alone; a finished one may be read by what else serves the directory.
#[cfg(unix)]
fn set_readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_readable(_path: &Path) -> io::Result<()> {
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .flatten()
}
