//! How a browser gets a component: a new one, the one that all share, or its own back.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::audience::{Audience, Caller};
use super::client::Client;
use super::event::{Event, MountRequest};
use super::instance::{By, Instance, Sharing};
use super::recovery::{Attach, RehydrateRequest, Revival};
use super::refusal::Refusal;
use super::slot::{Slot, Version};
use super::{Live, Turn, admission};
use crate::protocol::Code;
use crate::state::Document;
use crate::wasm::definition::Props;
use crate::wasm::{Session, Subject};

impl Live {
    /// Mounts a component. The instance is there when this returns; its turn runs the hooks and sends the reply.
    ///
    /// # Errors
    /// If there is no such component, or it may not be mounted by this client.
    pub fn mount(
        &self,
        client: Arc<dyn Client>,
        session: Arc<Session>,
        name: &str,
        props: Option<&RawValue>,
        request: MountRequest,
    ) -> Result<(Arc<Instance>, Turn), Refusal> {
        let slot = self
            .find(name)
            .ok_or_else(|| self.unknown_component(name))?;
        let version = slot.current();
        admission::check_mount(&version.definition, &session)?;
        if version.definition.singleton.is_some() {
            return self.mount_singleton(
                &slot,
                &version,
                props,
                Caller { client, session },
                request,
            );
        }
        let subject = self.subject(&version, props, &request, session)?;
        let mount = Event::Mount(Box::new(request));
        Ok(self.begin(slot, version, client, subject, mount))
    }

    /// Gives a browser the component back that it has kept the signed state of: the living one, if it is there, else a
    /// new one with that state.
    ///
    /// # Errors
    /// If there is no such component, it may not be mounted by this client, or the signed state is not accepted.
    pub fn rehydrate(
        &self,
        client: Arc<dyn Client>,
        session: Arc<Session>,
        name: &str,
        signed: &RawValue,
        request: RehydrateRequest,
    ) -> Result<(Arc<Instance>, Turn), Refusal> {
        let slot = self
            .find(name)
            .ok_or_else(|| self.unknown_component(name))?;
        let version = slot.current();
        if version.definition.singleton.is_some() {
            let message = format!("{} is shared by all: mount it", slot.name());
            return Err(Refusal::new(Code::InvalidMessage, message));
        }
        admission::check_mount(&version.definition, &session)?;
        let signer = self.services.signer.as_ref().ok_or_else(|| {
            let message =
                "This daemon gives nothing back: signed states are off (`[signed-state]`)";
            Refusal::new(Code::InvalidSignature, message)
        })?;
        let user = session.identity();
        let user = user.as_deref().map(|user| &*user.user_id);
        let kept = signer.verify(signed.get(), slot.name(), user)?;
        let (nonce, living) = (kept.nonce(), slot.instance(kept.peek().instance.as_str()));
        let in_vain = |instance: &Arc<Instance>| {
            instance.was_brought_by(nonce) && self.services.lost.holds(instance.id())
        };
        let kept = if living.as_ref().is_some_and(in_vain) {
            kept.used_in_vain()
        } else {
            signer.consume(kept)?
        };
        let request = match living {
            None => request,
            Some(instance) => {
                let attach = Attach {
                    client: client.clone(),
                    session: session.clone(),
                    nonce,
                    request,
                };
                match instance.try_submit(Event::Attach(Box::new(attach)), By::Daemon) {
                    Ok(turn) => return Ok((instance, turn)),
                    // It has just been given up.
                    Err(back) => match *back {
                        (Event::Attach(attach), _) => attach.request,
                        _ => return Err(Refusal::rehydration_required(instance.id().as_str())),
                    },
                }
            }
        };
        let mut subject = self.subject(&version, None, &MountRequest::from(&request), session)?;
        subject.owner = kept.user.map(Into::into);
        let revive = Event::Revive(Box::new(Revival {
            state: kept.state,
            from_version: kept.version,
            request,
        }));
        Ok(self.begin(slot, version, client, subject, revive))
    }

    /// A new instance of one browser, with its first event.
    fn begin(
        &self,
        slot: Arc<Slot>,
        version: Arc<Version>,
        client: Arc<dyn Client>,
        subject: Subject,
        first: Event,
    ) -> (Arc<Instance>, Turn) {
        let instance = Instance::new(
            slot.clone(),
            client,
            Sharing::Own,
            version,
            subject,
            self.limits.event_queue,
        );
        slot.add(instance.clone());
        let turn = instance.submit(first);
        (instance, turn)
    }

    /// Joins the one instance, which the first mount makes.
    fn mount_singleton(
        &self,
        slot: &Arc<Slot>,
        version: &Arc<Version>,
        props: Option<&RawValue>,
        caller: Caller,
        request: MountRequest,
    ) -> Result<(Arc<Instance>, Turn), Refusal> {
        let mut singleton = slot.singleton.lock();
        let (request, caller) = match &*singleton {
            None => (request, caller),
            Some(instance) => {
                let join = Event::Join(Box::new(request));
                match instance.try_submit(join, By::Caller(Box::new(caller))) {
                    Ok(turn) => return Ok((instance.clone(), turn)),
                    // It is about to end: this is the first mount of the next.
                    Err(back) => match *back {
                        (Event::Join(request), By::Caller(caller)) => (*request, *caller),
                        _ => return Err(Refusal::rehydration_required(instance.id().as_str())),
                    },
                }
            }
        };
        let subject = self.subject(version, props, &request, caller.session.clone())?;
        let audience = Audience::new(
            subject.instance.as_str().to_owned().into(),
            subject.instance.clone(),
            self.tasks.clone(),
        );
        let instance = Instance::new(
            slot.clone(),
            Arc::new(audience.clone()),
            Sharing::Many(audience),
            version.clone(),
            subject,
            self.limits.event_queue,
        );
        slot.add(instance.clone());
        *singleton = Some(instance.clone());
        let mount = Event::Mount(Box::new(request));
        let turn = instance.submit_by(mount, By::Caller(Box::new(caller)));
        Ok((instance, turn))
    }

    /// What a new mount begins with.
    pub(super) fn subject(
        &self,
        version: &Version,
        props: Option<&RawValue>,
        request: &MountRequest,
        session: Arc<Session>,
    ) -> Result<Subject, Refusal> {
        Ok(Subject::new(
            self.ids.instance(),
            initial_state(version, props, self.limits.state_bytes)?,
            request.room.as_deref().map(Into::into),
            session,
            version.shared.clone(),
        ))
    }

    /// Name lookup: exact, then with `Component` added, then with the first letter upper-case, then both.
    pub(super) fn find(&self, name: &str) -> Option<Arc<Slot>> {
        let slots = self.slots.read();
        let get = |name: &str| slots.get(name).filter(|slot| slot.is_mountable()).cloned();
        get(name)
            .or_else(|| get(&format!("{name}Component")))
            .or_else(|| {
                let mut letters = name.chars();
                let upper: String = letters.next()?.to_uppercase().chain(letters).collect();
                get(&upper).or_else(|| get(&format!("{upper}Component")))
            })
    }

    pub(super) fn unknown_component(&self, name: &str) -> Refusal {
        let slots = self.slots.read();
        let nearest = slots
            .values()
            .filter(|slot| slot.is_mountable())
            .map(|slot| (strsim::jaro_winkler(name, slot.name()), slot.name()))
            .filter(|(near, _)| *near > 0.85)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let advice =
            nearest.map_or_else(String::new, |(_, name)| format!(", did you mean `{name}`?"));
        Refusal::new(
            Code::ComponentNotFound,
            format!("There is no component `{name}`{advice}"),
        )
    }
}

/// The default state with the props that the component takes.
fn initial_state(
    version: &Version,
    props: Option<&RawValue>,
    limit: usize,
) -> Result<Document, Refusal> {
    let definition = &version.definition;
    let mut state = definition.default_state.clone();
    let Some(props) = props.filter(|_| definition.props != Props::None) else {
        return Ok(state);
    };
    let entries = crate::state::entries(props.get())
        .map_err(|error| Refusal::new(Code::InvalidPayload, format!("payload.props: {error}")))?;
    let is_taken =
        |key: &str| definition.props == Props::Any || definition.default_state.contains(key);
    let taken = entries.into_iter().filter(|(key, _)| is_taken(key));
    match &definition.state_schema {
        None => taken.for_each(|(key, value)| state.set(&key, value.into())),
        Some(schema) => {
            let mut props = Document::default();
            taken.for_each(|(key, value)| props.set(&key, value.into()));
            let checked = schema.check("payload.props", &props.to_text(None));
            checked.map_err(admission::invalid)?;
            props
                .iter()
                .for_each(|(key, value)| state.set(key, value.clone()));
        }
    }
    if state.bytes() > limit {
        let message = format!(
            "The state would be {} bytes, {limit} are allowed",
            state.bytes()
        );
        return Err(Refusal::new(Code::LimitExceeded, message));
    }
    state.commit();
    Ok(state)
}
