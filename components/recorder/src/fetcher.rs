//! Sends the requests that it is told to send, and answers with what came.

use std::collections::BTreeMap;
use std::time::Duration;

use liveside_guest::prelude::*;
use serde::Deserialize;

use super::refusal::told;

/// It needs none.
#[derive(State)]
pub(crate) struct Fetcher {}

/// A request as a test writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    method: Option<String>,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Sent as JSON.
    json: Option<Value>,
    timeout_ms: Option<u64>,
    /// A key of the configuration whose value is sent as the header `authorization` and as the query.
    credential: Option<String>,
}

#[component(name = "LiveFetcher", version = "1.0.0")]
impl Fetcher {
    #[action]
    fn fetch(&self, cx: &Context, order: Order) -> Value {
        send(cx, order)
    }

    #[action]
    fn ping(&self) -> &'static str {
        "pong"
    }
}

/// The same without any grant.
#[derive(State)]
pub(crate) struct Stranger {}

#[component(name = "LiveStranger", version = "1.0.0")]
impl Stranger {
    #[action]
    fn fetch(&self, cx: &Context, order: Order) -> Value {
        send(cx, order)
    }
}

fn send(cx: &Context, order: Order) -> Value {
    let credential = order.credential.and_then(|key| cx.config().get(&key));
    let url = match &credential {
        Some(credential) => format!("{}?key={credential}", order.url),
        None => order.url,
    };
    let method = order.method.unwrap_or_else(|| "GET".to_owned());
    let mut request = cx.http().request(method, url);
    for (name, value) in order.headers {
        request = request.header(name, value);
    }
    if let Some(credential) = credential {
        request = request.header("authorization", format!("Bearer {credential}"));
    }
    if let Some(json) = order.json {
        request = request.json(&json);
    }
    if let Some(ms) = order.timeout_ms {
        request = request.timeout(Duration::from_millis(ms));
    }
    let answer = request.send();
    told(answer.map(|answer| {
        let headers: BTreeMap<&str, &str> = answer
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        json!({"status": answer.status, "headers": headers, "body": answer.text()})
    }))
}
