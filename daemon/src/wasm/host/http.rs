//! `http`: requests to the hosts that the configuration allows the component.

use std::time::Duration;

use super::{GuestStore, error};
use crate::fetch::{self, FetchError};
use crate::wasm::bindings::liveside::component::http::{Header, Host, Request, Response};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    async fn fetch(&mut self, request: Request) -> Result<Response, Error> {
        let shared = self.subject()?.shared.clone();
        let request = fetch::Request {
            method: request.method,
            url: request.url,
            headers: request
                .headers
                .into_iter()
                .map(|header| (header.name, header.value))
                .collect(),
            body: request.body,
            timeout: request
                .timeout_ms
                .map(|ms| Duration::from_millis(ms.into())),
        };
        let answer = shared.fetcher.fetch(&shared.policy, request);
        let answer = self.cpu.waiting(answer).await.map_err(refusal)?;
        let headers = answer.headers.into_iter();
        Ok(Response {
            status: answer.status,
            headers: headers
                .map(|(name, value)| Header { name, value })
                .collect(),
            body: answer.body,
        })
    }
}

/// Why there is no answer, as guests see it.
fn refusal(refused: FetchError) -> Error {
    let code = match refused {
        FetchError::Denied { .. } => ErrorCode::Denied,
        FetchError::Timeout { .. } => ErrorCode::Timeout,
        FetchError::TooLarge { .. } => ErrorCode::Limit,
        FetchError::Invalid(_) => ErrorCode::Invalid,
        FetchError::Failed { .. } => ErrorCode::Failed,
    };
    error(code, refused.to_string())
}
