//! HTTP requests as bytes, one connection each.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::daemon::PATIENCE;

/// A request that is to be sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    address: String,
    head: String,
    host: Option<String>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// Names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: String,
}

impl HttpRequest {
    /// A request to `address`.
    #[must_use]
    pub fn new(address: &str, method: &str, path: &str) -> Self {
        Self {
            address: address.to_owned(),
            head: format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n"),
            host: None,
            body: Vec::new(),
        }
    }

    /// A header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("host") {
            self.host = Some(value.to_owned());
        } else {
            self.head.push_str(&format!("{name}: {value}\r\n"));
        }
        self
    }

    /// A body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// A body of JSON, with its type.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("Content-Type", "application/json")
            .body(body.to_string())
    }

    /// Sends it and reads the answer to its end.
    pub async fn send(self) -> HttpAnswer {
        let answer = tokio::time::timeout(PATIENCE, self.exchange()).await;
        answer.expect("an answer in time")
    }

    async fn exchange(self) -> HttpAnswer {
        let mut stream = self.open().await;
        let mut answer = Vec::new();
        // A daemon that refuses a body before it has read it may reset the connection behind its answer.
        let end = stream.read_to_end(&mut answer).await;
        assert!(end.is_ok() || !answer.is_empty(), "{end:?}");
        HttpAnswer::parse(&answer)
    }

    /// Sends it and leaves the answer to the caller.
    pub async fn open(self) -> TcpStream {
        let Self {
            address,
            head,
            host,
            body,
        } = self;
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let host = host.as_deref().unwrap_or(&address);
        let length = body.len();
        let head = format!("{head}Host: {host}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // It may be refused before it is read.
        let _ = stream.write_all(&body).await;
        stream
    }
}

impl HttpAnswer {
    fn parse(answer: &[u8]) -> Self {
        let text = String::from_utf8_lossy(answer);
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let chunked = headers
            .iter()
            .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        Self {
            status: status.expect("a status").parse().unwrap(),
            body: if chunked {
                unchunk(body)
            } else {
                body.to_owned()
            },
            headers,
        }
    }

    /// All values of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<&str> {
        let values = self.headers.iter().filter(|(found, _)| found == name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }
}

fn unchunk(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("the size of a chunk");
        whole.push_str(&rest[..size]);
        body = &rest[size..];
        body = body.strip_prefix("\r\n").unwrap_or(body);
    }
    whole
}
