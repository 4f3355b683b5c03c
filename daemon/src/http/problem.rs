//! The one place where an error becomes what the app's back end is told: a status, a code and a sentence, as JSON.

use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};

use super::access::Denied;
use super::answers::Refused;
use crate::live::Refusal;
use crate::protocol::Code;

/// Why a request of the back end was not done.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: Code,
    sentence: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: Code, sentence: impl Into<String>) -> Self {
        Self {
            status,
            code,
            sentence: sentence.into(),
        }
    }

    pub(super) fn invalid(sentence: impl Into<String>) -> Self {
        Refusal::new(Code::InvalidMessage, sentence).into()
    }
}

/// What a code means in HTTP.
fn status(code: Code) -> StatusCode {
    match code {
        Code::InvalidJson
        | Code::InvalidMessagePack
        | Code::InvalidMessage
        | Code::UnknownType
        | Code::InvalidPayload => StatusCode::BAD_REQUEST,
        Code::AuthDenied
        | Code::RoomDenied
        | Code::UploadRejected
        | Code::ActionCancelled
        | Code::InvalidSignature
        | Code::Replayed => StatusCode::FORBIDDEN,
        Code::StateExpired => StatusCode::GONE,
        Code::ComponentNotFound | Code::RehydrationRequired | Code::ActionNotCallable => {
            StatusCode::NOT_FOUND
        }
        Code::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        // The request was in order, and the component said no.
        Code::ActionFailed => StatusCode::UNPROCESSABLE_ENTITY,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::ComponentCrashed => StatusCode::INTERNAL_SERVER_ERROR,
        Code::ActionTimeout => StatusCode::GATEWAY_TIMEOUT,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(status(refusal.code), refusal.code, refusal.message)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::new(denied.status(), Code::AuthDenied, denied.to_string())
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::invalid(rejection.body_text())
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let sentence = "The body is larger than limits.text-frame-bytes";
            Refusal::new(Code::LimitExceeded, sentence).into()
        } else {
            Self::invalid("The body broke off before it was whole")
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Refused {
            success: false,
            error: self.sentence,
            code: self.code.as_str(),
        };
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}
