//! What a component would begin with, for a page that the app renders before the browser has mounted anything.
//!
//! The hooks of a mount run in a worker as for a browser, but nothing is mounted: no room, no timer and no message comes
//! of it. What the logic writes into its persistent map or its store stays written, as it does from an event that fails.

use serde_json::value::RawValue;

use super::Live;
use super::admission::check_mount;
use super::event::MountRequest;
use super::refusal::Refusal;
use crate::state::Document;
use crate::wasm::{GuestEvent, Session};

impl Live {
    /// The state that a mount by an anonymous visitor would begin with; of a singleton that is mounted, its state.
    /// A hook that fails leaves what it had changed before.
    ///
    /// # Errors
    /// If there is no such component, anonymous visitors may not mount it, or its logic breaks down.
    pub async fn render(
        &self,
        name: &str,
        room: Option<&str>,
        props: Option<&RawValue>,
    ) -> Result<(String, Document), Refusal> {
        let slot = self
            .find(name)
            .ok_or_else(|| self.unknown_component(name))?;
        let component = slot.name().to_owned();
        // What an anonymous visitor may not mount must not be in a page that anybody gets.
        let version = slot.current();
        check_mount(&version.definition, &Session::nobody())?;
        let mounted = slot.singleton.lock().clone();
        if let Some(inside) = mounted.and_then(|instance| instance.inside()) {
            return Ok((component, inside.state));
        }
        let definition = &version.definition;
        let request = MountRequest {
            room: room.map(Into::into),
            ..MountRequest::default()
        };
        let subject = self.subject(&version, props, &request, Session::nobody())?;
        let module = &version.module;
        let mut lease = module
            .lease(&definition.name, None, definition.fresh, 0)
            .await?;
        lease.enter(subject);
        let mount = GuestEvent::Mount {
            room,
            debug_label: None,
        };
        for (has, event) in [
            (definition.hooks.connect, GuestEvent::Connect),
            (definition.hooks.mount, mount),
        ] {
            if !has {
                continue;
            }
            match lease.handle(&definition.name, event).await {
                Ok(_) => {}
                Err(crate::wasm::CallError::Failure(failure)) => {
                    tracing::debug!(component, error = %failure, "a hook failed while a page was rendered");
                }
                Err(crate::wasm::CallError::Fault(fault)) => return Err(fault.into()),
            }
        }
        let subject = lease.leave();
        Ok((
            component,
            subject.map_or_else(Document::default, |subject| subject.state),
        ))
    }
}
