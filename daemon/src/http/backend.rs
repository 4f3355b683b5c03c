//! What the app's back end asks for: `POST` with JSON, for those who hold the API key.
//!
//! Apart from `routes`, which change nothing. The rules for who may, how large and what type a body is, are in one
//! extractor ([`Asked`]); errors become answers in `problem`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{
    DefaultBodyLimit, Extension, FromRequest, Path, Query, RawQuery, Request, State,
};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Json as AsJson;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::answers::{ActionResult, Refused, Rendered, Told};
use super::problem::Problem;
use super::request_id::RequestId;
use super::{Http, Peer};
use crate::clock::now_ms;
use crate::live::AppTarget;
use crate::protocol::{Code, SharedMessage, names, nests_deeper_than};
use crate::state::Json;

/// The event that `POST rooms/:id/messages` emits.
const MESSAGE_EVENT: &str = "message:new";

/// The body of a request that may be done. It is not read before that is known.
pub(super) struct Asked(String);

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

/// What `emit` takes, for the document.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what is read piece by piece")]
pub(super) struct EmitBody {
    /// The event.
    event: String,
    /// Its data, any JSON.
    data: Option<Value>,
}

/// What `broadcast` takes, for the document.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what is read piece by piece")]
pub(super) struct BroadcastBody {
    /// What it is called.
    r#type: String,
    /// Any JSON.
    data: Option<Value>,
    /// Only the browsers of this room.
    room: Option<String>,
}

#[derive(Deserialize)]
struct Emit<'a> {
    event: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Emits an event in a room.
#[utoipa::path(post, path = "/api/live/rooms/{room}/emit", tag = "back end", security(("apiKey" = [])),
    params(("room" = String, Path, description = "The room's name")),
    request_body = EmitBody,
    responses((status = 200, body = Told), (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused), (status = 413, body = Refused), (status = 415, body = Refused)))]
pub(super) async fn emit(
    State(http): State<Arc<Http>>,
    room: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<AsJson<Told>, Problem> {
    let Path(room) = room?;
    let Emit { event, data } = asked.fields()?;
    let data = data.map_or_else(Json::null, Json::from);
    Ok(counted(http.hub.live.emit(&room, &event, data)?))
}

/// Emits `message:new` in a room: the body is the data.
#[utoipa::path(post, path = "/api/live/rooms/{room}/messages", tag = "back end", security(("apiKey" = [])),
    params(("room" = String, Path, description = "The room's name")),
    request_body = Value,
    responses((status = 200, body = Told), (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused), (status = 413, body = Refused), (status = 415, body = Refused)))]
pub(super) async fn message(
    State(http): State<Arc<Http>>,
    room: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<AsJson<Told>, Problem> {
    let Path(room) = room?;
    let data = asked.value()?;
    Ok(counted(http.hub.live.emit(&room, MESSAGE_EVENT, data)?))
}

/// With what a page is rendered.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Rendering {
    /// The room that the browser will mount it with.
    room: Option<String>,
    /// Its props, a JSON object.
    props: Option<String>,
}

/// The state that a component would begin with, for the first paint of a page. Nothing is mounted.
#[utoipa::path(get, path = "/api/live/render-state/{component}", tag = "back end", security(("apiKey" = [])),
    params(("component" = String, Path, description = "Its name"), Rendering),
    responses((status = 200, body = Rendered), (status = 401, body = Refused), (status = 404, body = Refused)))]
pub(super) async fn render_state(
    State(http): State<Arc<Http>>,
    Extension(peer): Extension<Peer>,
    Path(component): Path<String>,
    Query(with): Query<Rendering>,
    headers: HeaderMap,
) -> Result<AsJson<Rendered>, Problem> {
    // The hooks of a mount may write: no page of another site may have them run.
    http.check_change(&headers, Some(peer))?;
    if let Some(room) = &with.room {
        names::check_room(room).map_err(Problem::invalid)?;
    }
    let props: Option<&RawValue> = match &with.props {
        Some(props) => Some(serde_json::from_str(props).map_err(|error| not_json(&error))?),
        None => None,
    };
    let live = &http.hub.live;
    let (component, state) = live.render(&component, with.room.as_deref(), props).await?;
    let state = RawValue::from_string(state.to_text(None)).map_err(|error| not_json(&error))?;
    Ok(AsJson(Rendered { component, state }))
}

#[derive(Deserialize)]
struct Broadcast<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    room: Option<String>,
}

/// Tells the browsers of a room something, or every connection.
#[utoipa::path(post, path = "/api/live/broadcast", tag = "back end", security(("apiKey" = [])),
    request_body = BroadcastBody,
    responses((status = 200, body = Told), (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused), (status = 413, body = Refused), (status = 415, body = Refused)))]
pub(super) async fn broadcast(
    State(http): State<Arc<Http>>,
    asked: Asked,
) -> Result<AsJson<Told>, Problem> {
    let Broadcast { kind, data, room } = asked.fields()?;
    let data = data.map_or_else(Json::null, Json::from);
    if let Some(room) = room {
        return Ok(counted(http.hub.live.broadcast(&room, &kind, &data)?));
    }
    names::check_event(&kind).map_err(Problem::invalid)?;
    let message = SharedMessage::broadcast(None, None, &kind, data.as_str(), now_ms());
    Ok(counted(http.hub.share(message).await))
}

/// Calls an action: the body, if there is one, is the payload.
#[utoipa::path(post, path = "/api/live/components/{component}/actions/{action}", tag = "back end", security(("apiKey" = [])),
    params(
        ("component" = String, Path, description = "Its name"),
        ("action" = String, Path, description = "One of its public actions"),
        ("instance" = Option<String>, Query, description = "Which one; a singleton needs none"),
    ),
    request_body = Option<Value>,
    responses((status = 200, body = ActionResult), (status = 400, body = Refused), (status = 401, body = Refused), (status = 403, body = Refused), (status = 413, body = Refused), (status = 415, body = Refused), (status = 404, body = Refused), (status = 422, description = "The component said no", body = Refused), (status = 500, description = "It crashed", body = Refused), (status = 504, description = "It took too long", body = Refused)))]
pub(super) async fn call(
    State(http): State<Arc<Http>>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
    id: Option<Extension<RequestId>>,
    asked: Asked,
) -> Result<AsJson<ActionResult>, Problem> {
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
        request: id.as_ref().map(|Extension(id)| id.as_str()),
    };
    let live = &http.hub.live;
    let result = live.call(target, payload, http.call_patience).await?;
    let result = result.unwrap_or_else(Json::null);
    let result =
        RawValue::from_string(result.as_str().to_owned()).map_err(|error| not_json(&error))?;
    Ok(AsJson(ActionResult {
        success: true,
        result,
    }))
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

fn counted(count: usize) -> AsJson<Told> {
    AsJson(Told {
        success: true,
        count,
    })
}
