//! A new version of a module taking over from the running one, while everything stays mounted.
//!
//! First the new version is tried: it must be able to take over the state of what is mounted. Then the slots change
//! in one step, and every instance is given an empty event, so that idle ones move at once; a busy one moves before its
//! next event. An instance whose state cannot be taken over after all stays with the old version.

use std::sync::Arc;
use std::time::Instant;

use super::Live;
use super::event::Event;
use super::instance::{Instance, Resident};
use super::persistent::PersistentMap;
use super::refusal::Refusal;
use super::slot::{Slot, Version};
use super::transaction::Tell;
use crate::config::LogTopics;
use crate::state::{Delta, Document};
use crate::store::{Space, StoreError};
use crate::wasm::subject::Shared;
use crate::wasm::{CallError, Definition, Module};

/// A module was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The new version cannot take over the state of something that is mounted.
    #[error("{component} {to} could not migrate the state of an instance from {from}: {reason}")]
    Migrate {
        /// The component.
        component: String,
        /// The version that runs.
        from: String,
        /// The version that does not.
        to: String,
        /// Why not.
        reason: String,
    },
    /// What the component keeps cannot be reached.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
}

/// A component that got a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swapped {
    /// Its name.
    pub component: Arc<str>,
    /// The version.
    pub version: Arc<str>,
    /// Whether there was none before.
    pub is_new: bool,
    /// What was mounted at that moment.
    pub instances: usize,
}

impl Live {
    /// Makes a module's components the current ones.
    ///
    /// # Errors
    /// If the state of something that is mounted cannot be taken over: then nothing has changed.
    pub async fn publish(&self, module: Arc<Module>) -> Result<Vec<Swapped>, SwapError> {
        let begun = Instant::now();
        let published = self.try_publish(module).await;
        if let Some(telemetry) = &self.services.telemetry {
            telemetry.swapped(published.is_ok(), begun.elapsed());
        }
        published
    }

    async fn try_publish(&self, module: Arc<Module>) -> Result<Vec<Swapped>, SwapError> {
        for definition in module.definitions() {
            if let Some(slot) = self.slot(&definition.name) {
                rehearse(&slot, &module, definition).await?;
            }
        }
        let mut swapped = Vec::new();
        let mut moving = Vec::new();
        let mut retired = Vec::new();
        for definition in module.definitions() {
            let (slot, old) = self.put(definition, &module)?;
            let instances = if old.is_some() {
                slot.instances()
            } else {
                Vec::new()
            };
            swapped.push(Swapped {
                component: definition.name.clone(),
                version: definition.version.clone(),
                is_new: old.is_none(),
                instances: instances.len(),
            });
            moving.extend(instances);
            retired.extend(old);
        }
        for instance in moving {
            self.run(instance.submit(Event::Refresh)).await;
        }
        for version in retired {
            version.module.retire();
        }
        Ok(swapped)
    }

    /// The module's file is gone: its components are not mounted any more. What is mounted goes on.
    pub fn withdraw(&self, module: &Module) {
        for definition in module.definitions() {
            if let Some(slot) = self.slot(&definition.name) {
                slot.withdraw();
            }
        }
    }

    /// Withdraws the components that a module's new version does not have any more.
    pub fn withdraw_missing(&self, old: &Module, new: &Module) {
        let is_kept = |name: &str| {
            new.definitions()
                .iter()
                .any(|definition| &*definition.name == name)
        };
        for definition in old
            .definitions()
            .iter()
            .filter(|definition| !is_kept(&definition.name))
        {
            if let Some(slot) = self.slot(&definition.name) {
                slot.withdraw();
            }
        }
    }

    fn log_topics(&self, definition: &Definition) -> LogTopics {
        let settings = self.settings.get(&*definition.name);
        let chosen = settings.and_then(|settings| settings.logging.as_ref());
        chosen.map_or(definition.logs, |topics| topics.iter().copied().collect())
    }

    fn slot(&self, name: &str) -> Option<Arc<Slot>> {
        self.slots.read().get(name).cloned()
    }

    /// Puts a definition into its slot, which is made if there is none. Gives the version before.
    fn put(
        &self,
        definition: &Definition,
        module: &Arc<Module>,
    ) -> Result<(Arc<Slot>, Option<Arc<Version>>), StoreError> {
        let mut slots = self.slots.write();
        let store = &self.services.store;
        let persistent = match slots.get(&definition.name) {
            Some(slot) => slot.persistent.clone(),
            None => {
                let (name, limit) = (&definition.name, self.limits.state_bytes);
                Arc::new(PersistentMap::new(store.clone(), name, limit)?)
            }
        };
        persistent.add_defaults(&definition.persistent_defaults)?;
        let grants = self.grants(&definition.name);
        let shared = Shared {
            component: definition.name.clone(),
            persistent: persistent.clone(),
            is_room: definition.room.is_some(),
            config: grants.config.clone(),
            secrets: grants.secrets.clone(),
            fetcher: self.services.fetcher.clone(),
            policy: grants.policy.clone(),
            store: store.clone(),
            space: Space::new("store", &definition.name)?.with_max_bytes(self.limits.store_bytes),
            default_state: definition.default_state.clone(),
            max_state_bytes: self.limits.state_bytes,
            max_log_lines: self.limits.log_lines,
            max_message_bytes: self.limits.message_bytes,
            rooms: self.services.rooms.clone(),
            timer_limits: self.limits.timers,
            uploads: self.services.uploads.service().cloned(),
        };
        let version = Arc::new(Version {
            definition: definition.clone(),
            module: module.clone(),
            shared: Arc::new(shared),
            logs: self.log_topics(definition),
        });
        let (slot, old) = match slots.get(&definition.name) {
            Some(slot) => (slot.clone(), Some(slot.publish(version))),
            None => {
                let slot = Arc::new(Slot::new(version, persistent, self.services.clone()));
                slots.insert(definition.name.clone(), slot.clone());
                (slot, None)
            }
        };
        if let Some(kind) = &definition.room {
            self.services.rooms.put_kind(kind, &slot);
        }
        Ok((slot, old))
    }
}

impl Instance {
    /// Moves the instance to the version that runs now, if it is another one.
    pub(super) async fn take_current_version(self: &Arc<Self>, resident: &mut Resident) {
        if self.slot.is_current(&resident.version) {
            return;
        }
        let current = self.slot.current();
        if resident
            .refused
            .as_ref()
            .is_some_and(|refused| Arc::ptr_eq(refused, &current))
        {
            return;
        }
        let Some(subject) = &mut resident.subject else {
            return;
        };
        let old = resident.version.clone();
        let migrated = match migrated(
            &old.definition,
            &current.module,
            &current.definition,
            &subject.state,
        )
        .await
        {
            Ok(migrated) => migrated,
            Err(error) => {
                tracing::error!(
                    component = self.slot.name(), instance = %self.id(), %error,
                    "the state cannot be taken over: the instance stays with version {}", old.definition.version
                );
                self.report("migrate", &Refusal::from(error));
                resident.refused = Some(current);
                return;
            }
        };
        replace(&mut subject.state, migrated);
        subject.shared = current.shared.clone();
        resident.version = current;
        resident.refused = None;
        resident.worker = None;
        self.commit(resident, Tell::Delta);
        self.reload_hook(resident, &old.definition.version).await;
    }
}

impl Instance {
    /// Gives an instance back what was kept of it, migrated if an older version has kept it.
    pub(super) async fn restore(self: &Arc<Self>, resident: &mut Resident) {
        let Some(durable) = &self.durable else { return };
        let kept = match durable.load() {
            Ok(Some(kept)) => kept,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(
                    component = self.slot.name(), %error,
                    "what was kept cannot be read; it begins anew, and is not kept until a restart"
                );
                durable.leave_alone();
                return;
            }
        };
        let definition = &resident.version.definition;
        let mut older = definition.clone();
        older.version = kept.version.as_str().into();
        let taken = migrated(&older, &resident.version.module, definition, &kept.state).await;
        match (taken, &mut resident.subject) {
            (Ok(state), Some(subject)) => {
                if *kept.version != *definition.version {
                    // The instance tells the store what differs from its default; a migration also changes what does not.
                    let mut changed = kept.state;
                    replace(&mut changed, state.clone());
                    durable.save(&definition.version, &changed.commit(), &Delta::new());
                }
                replace(&mut subject.state, state);
                let private = subject.private_mut();
                for (key, value) in kept.private.iter() {
                    private.set(key, value.clone());
                }
            }
            (Err(error), _) => {
                tracing::error!(
                    component = self.slot.name(), from = kept.version, %error,
                    "what was kept cannot be migrated; it begins anew, and is not kept until a restart"
                );
                durable.leave_alone();
            }
            (Ok(_), None) => {}
        }
    }
}

/// Tries the migration of everything that is mounted, on copies.
async fn rehearse(slot: &Slot, module: &Module, new: &Definition) -> Result<(), SwapError> {
    if slot.current().definition.version == new.version {
        return Ok(());
    }
    for instance in slot.instances() {
        // One that is busy right now is tried when it moves.
        let Some((version, state)) = instance.peek_state() else {
            continue;
        };
        let from = &version.definition.version;
        if *from == new.version {
            continue;
        }
        migrate(module, new, from, &state)
            .await
            .map_err(|error| SwapError::Migrate {
                component: new.name.to_string(),
                from: from.to_string(),
                to: new.version.to_string(),
                reason: error.to_string(),
            })?;
    }
    Ok(())
}

async fn migrate(
    module: &Module,
    new: &Definition,
    from: &str,
    state: &str,
) -> Result<Document, CallError> {
    module
        .lease(&new.name, None, new.fresh, 0)
        .await?
        .migrate(&new.name, from, state)
        .await
}

/// The state as the new version wants it: migrated if the version differs, with the keys of its default state.
pub(super) async fn migrated(
    old: &Definition,
    module: &Module,
    new: &Definition,
    state: &Document,
) -> Result<Document, CallError> {
    let mut result = if old.version == new.version {
        state.clone()
    } else {
        migrate(module, new, &old.version, &state.to_text(None)).await?
    };
    for (key, value) in new.default_state.iter() {
        if !result.contains(key) {
            result.set(key, value.clone());
        }
    }
    for (key, _) in old.default_state.iter() {
        if !new.default_state.contains(key) {
            result.remove(key);
        }
    }
    Ok(result)
}

/// Makes `state` say what `target` says, in changes that can be told as a delta.
pub(super) fn replace(state: &mut Document, target: Document) {
    let gone: Vec<_> = state
        .iter()
        .filter(|(key, _)| !target.contains(key))
        .map(|(key, _)| key.clone())
        .collect();
    gone.iter().for_each(|key| state.remove(key));
    for (key, value) in target.iter() {
        state.set(key, value.clone());
    }
}
