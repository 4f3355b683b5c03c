//! A server that counts what it is asked and keeps it.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What came in.
#[derive(Clone)]
pub(in crate::auth) struct Asked {
    pub(in crate::auth) uri: Uri,
    pub(in crate::auth) headers: HeaderMap,
    pub(in crate::auth) body: Bytes,
}

pub(in crate::auth) struct Server {
    pub(in crate::auth) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: watch::Receiver<usize>,
    _task: JoinSet<()>,
}

impl Server {
    /// Answers the first request by `answer(1)`, and so on.
    pub(in crate::auth) async fn start<F>(
        answer: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (counting, count) = watch::channel(0);
        let (log, counting) = (asked.clone(), Arc::new(counting));
        let handler = move |request: Request| {
            let (log, counting, answer) = (log.clone(), counting.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let number = {
                    let mut log = log.lock();
                    log.push(Asked {
                        uri: parts.uri,
                        headers: parts.headers,
                        body,
                    });
                    log.len()
                };
                counting.send_replace(number);
                answer(number).await
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/asked?secret=1", listener.local_addr().unwrap());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let _ = axum::serve(listener, Router::new().fallback(handler)).await;
        });
        Self {
            url,
            asked,
            count,
            _task: task,
        }
    }

    pub(in crate::auth) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    pub(in crate::auth) fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Until it has been asked so often.
    pub(in crate::auth) async fn asked_times(&self, times: usize) {
        let mut count = self.count.clone();
        count.wait_for(|count| *count >= times).await.unwrap();
    }
}

pub(in crate::auth) fn json(value: &Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}

pub(in crate::auth) fn status(code: u16) -> Response {
    StatusCode::from_u16(code).unwrap().into_response()
}

/// An answer that never comes.
pub(in crate::auth) async fn never() -> Response {
    std::future::pending().await
}
