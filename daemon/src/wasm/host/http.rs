//! `http`: requests to the hosts that the configuration allows the component or authenticator.

use std::time::Duration;

use super::{GuestStore, error};
use crate::fetch::{self, FetchError, Fetcher, Policy};
use crate::wasm::bindings::liveside::component::http::{Header, Host, Request, Response};
use crate::wasm::bindings::liveside::component::types::{Error, ErrorCode};

impl Host for GuestStore {
    async fn fetch(&mut self, request: Request) -> Result<Response, Error> {
        let (fetcher, policy) = self.outgoing()?;
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
        let answer = fetcher.fetch(&policy, request);
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

impl GuestStore {
    fn outgoing(&mut self) -> Result<(Fetcher, Policy), Error> {
        if let Some(grants) = &self.grants {
            return Ok((grants.fetcher.clone(), grants.policy.clone()));
        }
        let shared = &self.subject()?.shared;
        Ok((shared.fetcher.clone(), shared.policy.clone()))
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
