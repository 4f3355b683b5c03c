//! What the app's back end asks for: `POST` with JSON, for those who hold the API key.
//!
//! Apart from `routes`, which change nothing. The rules for who may, how large and what type a body is, are in one
//! extractor ([`Asked`]); errors become answers in `problem`.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::problem::Problem;
use super::{Http, Peer};
use crate::clock::now_ms;
use crate::live::AppTarget;
use crate::protocol::{Code, SharedMessage, names, nests_deeper_than};
use crate::state::Json;

/// The event that `POST rooms/:id/messages` emits.
const MESSAGE_EVENT: &str = "message:new";

/// The routes.
pub(super) fn router() -> Router<Arc<Http>> {
    Router::new()
        .route("/api/live/rooms/{room}/emit", post(emit))
        .route("/api/live/rooms/{room}/messages", post(message))
        .route("/api/live/broadcast", post(broadcast))
        .route(
            "/api/live/components/{component}/actions/{action}",
            post(call),
        )
}

/// The body of a request that may be done. It is not read before that is known.
struct Asked(String);

impl FromRequest<Arc<Http>> for Asked {
    type Rejection = Problem;

    async fn from_request(mut request: Request, http: &Arc<Http>) -> Result<Self, Problem> {
        let peer = request.extensions().get::<Peer>().copied();
        http.check_change(request.headers(), peer)?;
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::InvalidMessage,
                "The body must be JSON, with `Content-Type: application/json`",
            ));
        }
        DefaultBodyLimit::max(http.max_body_bytes).apply(&mut request);
        let body = Bytes::from_request(request, http).await?;
        let text = String::from_utf8(body.into())
            .map_err(|_| Problem::invalid("The body is not UTF-8"))?;
        if nests_deeper_than(&text, http.json_depth) {
            let sentence = format!("The body nests deeper than {} levels", http.json_depth);
            return Err(Problem::invalid(sentence));
        }
        Ok(Self(text))
    }
}

impl Asked {
    fn fields<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        serde_json::from_str(&self.0).map_err(|error| not_json(&error))
    }

    fn value(&self) -> Result<Json, Problem> {
        let raw: &RawValue = self.fields()?;
        Ok(raw.into())
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        return Problem::invalid(format!("The body is not what this takes: {error}"));
    }
    let sentence = format!("The body is not JSON: {error}");
    Problem::new(StatusCode::BAD_REQUEST, Code::InvalidJson, sentence)
}

/// Forms and plain text, which a page of another site may post without being asked, are not.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

#[derive(Deserialize)]
struct Emit<'a> {
    event: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// `POST rooms/:id/emit`
async fn emit(
    State(http): State<Arc<Http>>,
    room: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    let Path(room) = room?;
    let Emit { event, data } = asked.fields()?;
    let data = data.map_or_else(Json::null, Json::from);
    Ok(counted(http.hub.live.emit(&room, &event, data)?))
}

/// `POST rooms/:id/messages`: the body is the data.
async fn message(
    State(http): State<Arc<Http>>,
    room: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    let Path(room) = room?;
    let data = asked.value()?;
    Ok(counted(http.hub.live.emit(&room, MESSAGE_EVENT, data)?))
}

#[derive(Deserialize)]
struct Broadcast<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    room: Option<String>,
}

/// `POST broadcast`: to a room, or to every connection.
async fn broadcast(State(http): State<Arc<Http>>, asked: Asked) -> Result<Response, Problem> {
    let Broadcast { kind, data, room } = asked.fields()?;
    let data = data.map_or_else(Json::null, Json::from);
    if let Some(room) = room {
        return Ok(counted(http.hub.live.broadcast(&room, &kind, &data)?));
    }
    names::check_event(&kind).map_err(Problem::invalid)?;
    let message = SharedMessage::broadcast(None, None, &kind, data.as_str(), now_ms());
    Ok(counted(http.hub.share(message).await))
}

/// `POST components/:name/actions/:action`: the body, if there is one, is the payload.
async fn call(
    State(http): State<Arc<Http>>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
    asked: Asked,
) -> Result<Response, Problem> {
    let Path((component, action)) = path?;
    let instance = instance_of(query.as_deref().unwrap_or_default())?;
    let payload = if asked.0.trim_ascii().is_empty() {
        None
    } else {
        Some(asked.value()?)
    };
    let target = AppTarget {
        component: &component,
        instance: instance.as_deref(),
        action: &action,
    };
    let live = &http.hub.live;
    let result = live.call(target, payload, http.call_patience).await?;
    let result = result.as_ref().map_or("null", Json::as_str);
    Ok(json_text(format!(
        r#"{{"success":true,"result":{result}}}"#
    )))
}

/// `instance=ID` of a query that holds nothing else: a mistyped name must not reach another instance.
fn instance_of(query: &str) -> Result<Option<String>, Problem> {
    let mut instance = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name != "instance" {
            let sentence = format!("The query holds `{name}`; it takes `instance` only");
            return Err(Problem::invalid(sentence));
        }
        instance = Some(value.into_owned());
    }
    Ok(instance)
}

fn counted(count: usize) -> Response {
    json_text(format!(r#"{{"success":true,"count":{count}}}"#))
}

fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
