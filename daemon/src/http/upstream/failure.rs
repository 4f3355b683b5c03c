//! What a browser is told when the app does not answer.

use std::error::Error as _;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use hyper_util::client::legacy::Error;

/// Why there is no answer of the app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Failure {
    #[error("This request cannot be passed on: its target is no path")]
    Unreadable,
    #[error("The request broke off before it was whole")]
    Aborted,
    #[error("The app does not answer: it is not running, or not where the daemon looks for it")]
    Down,
    #[error("The app gave no proper answer: it closed the connection or did not speak HTTP")]
    Broken,
    #[error("The app did not begin to answer in time")]
    Slow,
}

impl Failure {
    pub(super) fn of(error: Error) -> Self {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the app did not answer"
        );
        let cause = error
            .source()
            .and_then(|cause| cause.downcast_ref::<hyper::Error>());
        if error.is_connect() {
            Self::Down
        } else if cause.is_some_and(hyper::Error::is_user) {
            // Of the browser's body, which is all that hyper cannot see through.
            Self::Aborted
        } else {
            Self::Broken
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Unreadable | Self::Aborted => StatusCode::BAD_REQUEST,
            Self::Down | Self::Broken => StatusCode::BAD_GATEWAY,
            Self::Slow => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// A page for somebody who looks at it, a line for a program.
    pub(super) fn into_response(self, as_page: bool) -> Response {
        let (status, sentence) = (self.status(), self.to_string());
        let no_store = [(header::CACHE_CONTROL, "no-store")];
        if as_page {
            let page = include_str!("failure.html").replace("{sentence}", &sentence);
            (status, no_store, Html(page)).into_response()
        } else {
            (status, no_store, format!("{sentence}\n")).into_response()
        }
    }
}

/// Whether who asks would rather have a page: browsers name HTML when they go somewhere, scripts do not.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}
