//! A bucket of an object store: S3, or what speaks as it does.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, PutMultipartOptions, WriteMultipart,
};
use tempfile::TempPath;
use tokio::io::AsyncReadExt as _;

use super::{FileName, Found, Storage};
use crate::config::S3Config;

/// One part of a file on its way. S3 takes none smaller but the last, and no more than 10,000 of them: 80 GB.
const PART_BYTES: usize = 8 << 20;
/// Parts on their way at a time.
const PARTS: usize = 2;

/// Objects in a bucket.
#[derive(Debug)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    prefix: String,
}

impl Bucket {
    /// A bucket as the configuration says. Nothing is asked of it yet.
    ///
    /// # Errors
    /// A sentence, if that does not fit together or a key cannot be read.
    pub fn s3(config: &S3Config) -> Result<Self, String> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region);
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(
                endpoint.starts_with("http://127.0.0.1")
                    || endpoint.starts_with("http://localhost"),
            );
        }
        if let (Some(id), Some(secret)) = (&config.access_key, &config.secret_key) {
            builder = builder
                .with_access_key_id(id.read()?)
                .with_secret_access_key(secret.read()?);
        }
        let store = builder.build().map_err(|error| error.to_string())?;
        Ok(Self::new(Arc::new(store), &config.prefix))
    }

    /// Any object store.
    pub fn new(store: Arc<dyn ObjectStore>, prefix: &str) -> Self {
        Self {
            store,
            prefix: prefix.to_owned(),
        }
    }

    fn path(&self, name: &FileName) -> Path {
        Path::from(format!("{}{}", self.prefix, name.as_str()))
    }
}

impl Storage for Bucket {
    fn adopt(&self, file: TempPath, name: FileName) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path(&name);
        Box::pin(async move {
            // As it would be served from the bucket itself.
            let attributes = Attributes::from_iter([(Attribute::ContentType, name.media_type())]);
            let options = PutMultipartOptions {
                attributes,
                ..PutMultipartOptions::default()
            };
            let upload = self.store.put_multipart_opts(&path, options).await?;
            let mut parts = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
            let mut from = tokio::fs::File::open(&file).await?;
            let copied: io::Result<()> = async {
                loop {
                    parts.wait_for_capacity(PARTS).await?;
                    let mut part = Vec::with_capacity(PART_BYTES);
                    (&mut from)
                        .take(PART_BYTES as u64)
                        .read_to_end(&mut part)
                        .await?;
                    if part.is_empty() {
                        return Ok(());
                    }
                    parts.put(part.into());
                }
            }
            .await;
            match copied {
                // It is there from now on, and not before.
                Ok(()) => parts.finish().await.map(|_| ()).map_err(io::Error::from),
                Err(error) => {
                    // What has come is the bucket's to forget; that it does not is no reason to hide the other error.
                    let _ = parts.abort().await;
                    Err(error)
                }
            }
        })
    }

    fn find(&self, name: FileName) -> BoxFuture<'_, io::Result<Option<Found>>> {
        let path = self.path(&name);
        Box::pin(async move {
            match self.store.head(&path).await {
                Ok(object) => Ok(Some(Found {
                    size: object.size,
                    modified: object.last_modified.into(),
                })),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error.into()),
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
            if range.is_empty() {
                return Ok(futures_util::stream::empty().boxed());
            }
            let options = GetOptions {
                range: Some(range.into()),
                ..GetOptions::default()
            };
            let object = self.store.get_opts(&path, options).await?;
            Ok(object.into_stream().map_err(io::Error::from).boxed())
        })
    }

    fn remove(&self, name: FileName) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path(&name);
        Box::pin(async move {
            match self.store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        })
    }
}
