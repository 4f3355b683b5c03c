//! `uploads`: files that browsers have sent to the mounted component.

use futures_util::TryStreamExt as _;

use super::{GuestStore, error};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};
use crate::wasm::bindings::liveside::component::uploads::Host;

impl Host for GuestStore {
    async fn read(&mut self, upload: String, offset: u64, length: u32) -> Result<Vec<u8>, Error> {
        let subject = self.subject()?;
        let name = subject.file(&upload).cloned();
        let (Some(name), Some(uploads)) = (name, subject.shared.uploads.clone()) else {
            let message = format!("there is no finished upload `{upload}` of this component");
            return Err(error(ErrorCode::Invalid, message));
        };
        let limit = subject.shared.max_message_bytes;
        if length as usize > limit {
            let message =
                format!("{length} bytes are more than the {limit} that may be read at once");
            return Err(error(ErrorCode::Limit, message));
        }
        let read = async {
            let storage = uploads.storage();
            let size = storage
                .find(name.clone())
                .await?
                .map_or(0, |file| file.size);
            let end = offset.saturating_add(length.into()).min(size);
            if offset >= end {
                return Ok(Vec::new());
            }
            let parts: Vec<_> = storage
                .read(name.clone(), offset..end)
                .await?
                .try_collect()
                .await?;
            Ok::<_, std::io::Error>(parts.concat())
        };
        self.cpu.waiting(read).await.map_err(|reason| {
            tracing::error!(error = %reason, file = name.as_str(), "an uploaded file cannot be read");
            error(ErrorCode::Failed, "the file cannot be read".to_owned())
        })
    }
}
