//! Uploads as a browser makes them.

use serde_json::{Value, json};

use crate::client::{Client, Mounted};

/// One file, on its way to a component.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The component.
    pub component: String,
    /// `uploadId`.
    pub id: String,
    /// As the browser calls it.
    pub filename: String,
    /// Its media type.
    pub media_type: String,
    /// What is in it.
    pub content: Vec<u8>,
}

impl Outgoing {
    /// A text file with an id of its name.
    #[must_use]
    pub fn text(component: &Mounted, filename: &str, content: &str) -> Self {
        Self {
            component: component.id.clone(),
            id: filename.replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            filename: filename.to_owned(),
            media_type: "text/plain".to_owned(),
            content: content.into(),
        }
    }

    /// Announces it; gives the reply.
    pub async fn start(&self, client: &mut Client) -> Value {
        let start = json!({
            "type": "FILE_UPLOAD_START", "componentId": self.component, "uploadId": self.id,
            "filename": self.filename, "fileType": self.media_type, "fileSize": self.content.len(),
        });
        client.request(start).await.1
    }

    /// Sends a part of it; gives the reply.
    pub async fn chunk(&self, client: &mut Client, index: u32, bytes: &[u8]) -> Value {
        let chunk = json!({"type": "FILE_UPLOAD_CHUNK", "uploadId": self.id, "chunkIndex": index});
        client.request_with_bytes(chunk, bytes).await.1
    }

    /// Says that it is all there; gives the reply.
    pub async fn complete(&self, client: &mut Client) -> Value {
        let complete = json!({"type": "FILE_UPLOAD_COMPLETE", "uploadId": self.id});
        client.request(complete).await.1
    }

    /// All of it, in one chunk; gives the last reply.
    pub async fn send(&self, client: &mut Client) -> Value {
        let started = self.start(client).await;
        assert_eq!(started["success"], true, "{started}");
        if !self.content.is_empty() {
            let progress = self.chunk(client, 0, &self.content).await;
            assert_eq!(progress["type"], "FILE_UPLOAD_PROGRESS", "{progress}");
        }
        self.complete(client).await
    }
}
