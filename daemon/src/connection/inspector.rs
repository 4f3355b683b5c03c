//! The inspector: a component that is native to the daemon, `$inspector`, for its page and for the terminal.
//!
//! It is mounted, called and kept in step as every component is, by the same messages. Its state is what the daemon
//! knows of itself; its actions look at something more closely, or change it. Who may mount it is asked at the mount:
//! whoever has the API key, or, in development without one, whoever is on this machine.
//!
//! - `tables`: connections, instances, rooms, modules. `show`: events, and what is not to be shown.
//! - `view`: what one inspector looks at. `actions`: what it can be asked.

mod actions;
mod show;
mod tables;
mod view;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;
use subtle::ConstantTimeEq;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::dispatch::Dispatcher;
use crate::ids::InstanceId;
use crate::live::{Client as _, Refusal};
use crate::protocol::incoming::{Action, Mount};
use crate::protocol::{ClientMessage, Code, Mounted, Request, ServerMessage};
use crate::state::{Document, Json};
use view::View;

/// What pages mount. No module's component can have such a name.
const NAME: &str = "$inspector";

/// Who may look into the daemon.
#[derive(Debug, Clone, Default)]
pub struct Inspection {
    /// Whether there is an inspector at all.
    pub enabled: bool,
    /// The API key, if there is one.
    pub key: Option<Arc<str>>,
    /// Whether states and private data may be changed and shown.
    pub development: bool,
}

/// An inspector that is mounted. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Inspector {
    id: InstanceId,
    view: Arc<View>,
    _ends_with_it: DropGuard,
}

impl Dispatcher {
    /// Whether a message is to be looked at more closely.
    pub(super) fn may_be_inspectors(&self, request: &Request<'_>) -> bool {
        match &request.message {
            ClientMessage::Mount(mount) => mount.name == NAME,
            _ => self.inspector.is_some(),
        }
    }

    /// Takes a message that is the inspector's, and passes on what is not.
    pub(super) async fn inspect(&mut self, request: Request<'_>, bytes: Option<Bytes>) {
        if let Some(request) = self.try_inspect(request).await {
            self.request(request, bytes).await;
        }
    }

    /// Gives back what is not the inspector's.
    async fn try_inspect<'r>(&mut self, request: Request<'r>) -> Option<Request<'r>> {
        if let ClientMessage::Mount(mount) = &request.message {
            if mount.name != NAME {
                return Some(request);
            }
            self.mount_inspector(mount, request.component.as_deref(), request.id);
            return None;
        }
        let component = request.component.as_deref().unwrap_or_default();
        let inspector = self.inspector.as_ref();
        let Some(inspector) = inspector.filter(|inspector| inspector.id.as_str() == component)
        else {
            return Some(request);
        };
        match &request.message {
            ClientMessage::Action(action) => {
                let view = inspector.view.clone();
                self.call_inspector(&view, action, component, request.id)
                    .await;
            }
            ClientMessage::Ping => self.outbox.send(&ServerMessage::Pong {
                component,
                alive: true,
                request: request.id,
            }),
            ClientMessage::Unmount => {
                self.outbox.send(&ServerMessage::Unmounted {
                    component,
                    outcome: Ok(()),
                    request: request.id,
                });
                self.inspector = None;
            }
            _ => self.outbox.send(&ServerMessage::Refused {
                code: Code::InvalidMessage,
                error: "The inspector takes actions only",
                request: request.id,
                component: request.component_json,
                original_type: None,
            }),
        }
        None
    }

    fn mount_inspector(
        &mut self,
        mount: &Mount<'_>,
        reference: Option<&str>,
        request: Option<&str>,
    ) {
        if let Err(refusal) = self.admit_inspector(mount.props) {
            return self.outbox.send(&ServerMessage::Mounted {
                reference,
                outcome: Err(refusal.as_error()),
                request,
            });
        }
        let id = self.hub.new_instance_id();
        let view = Arc::new(View::new(self.hub.clone(), self.outbox.clone(), id.clone()));
        let mut state = Document::default();
        view.draw(&mut state, true);
        state.commit();
        let mounted = Mounted {
            component: &id,
            state: &state,
            signed: None,
        };
        self.outbox.send(&ServerMessage::Mounted {
            reference,
            outcome: Ok(mounted),
            request,
        });
        let stop = CancellationToken::new();
        let keep_in_step = view.clone().keep_in_step(state, stop.clone());
        self.hub.tasks.spawn(keep_in_step);
        if let Some(before) = &self.inspector {
            self.outbox.send(&ServerMessage::Ended {
                component: &before.id,
                code: Code::LimitExceeded,
                error: "A connection has one inspector, and this one was mounted again",
            });
        }
        self.inspector = Some(Box::new(Inspector {
            id,
            view,
            _ends_with_it: stop.drop_guard(),
        }));
    }

    /// Whether the inspector may be mounted with these props.
    fn admit_inspector(&self, props: Option<&RawValue>) -> Result<(), Refusal> {
        let rules = &self.hub.config.inspection;
        let refuse = |why: &str| Err(Refusal::new(Code::AuthDenied, why));
        if !rules.enabled || self.hub.live.observer().is_none() {
            return refuse("The inspector is switched off: set `inspector = true`");
        }
        let Some(key) = &rules.key else {
            if self.is_developer {
                return Ok(());
            }
            return refuse(
                "The inspector needs the daemon's API key, and none is configured: set `api-key`",
            );
        };
        #[derive(serde::Deserialize)]
        struct Props {
            key: Option<String>,
        }
        let props = props.and_then(|props| serde_json::from_str::<Props>(props.get()).ok());
        let given = props.and_then(|props| props.key).unwrap_or_default();
        if !given.is_empty() && given.as_bytes().ct_eq(key.as_bytes()).into() {
            return Ok(());
        }
        if !given.is_empty() {
            let connection = self.outbox.connection();
            tracing::warn!(%connection, "somebody asked for the inspector with a wrong key");
        }
        refuse("The inspector needs the daemon's API key")
    }

    async fn call_inspector(
        &self,
        view: &Arc<View>,
        action: &Action<'_>,
        component: &str,
        request: Option<&str>,
    ) {
        let payload = action.payload.map_or_else(Json::null, Json::from);
        let outcome = view.act(&action.name, payload.as_str()).await;
        if action.wants_reply {
            self.outbox.send(&ServerMessage::ActionResponse {
                original_type: action.original_type,
                component,
                outcome: outcome.as_ref().map(Some).map_err(Refusal::as_error),
                request,
            });
        }
    }
}
