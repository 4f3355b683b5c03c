//! Singletons: one instance for everybody who mounts the component.

use std::sync::Arc;
use std::time::Duration;

use super::audience::Audience;
use super::event::MountRequest;
use super::instance::{Instance, Resident};
use super::transaction::Tell;
use crate::wasm::GuestEvent;

/// The number of the timer that ends a singleton after its last member. Guests' own begin with 1.
pub(super) const LINGER: u64 = 0;

impl Instance {
    /// Takes a browser in: the logic hears of it, then the browser gets the state.
    pub(super) async fn join_audience(
        self: &Arc<Self>,
        resident: &mut Resident,
        request: &MountRequest,
    ) {
        if let (Some(audience), Some(client)) = (&self.audience, self.asking())
            && audience.join(&client)
            && resident.version.definition.hooks.client_join
        {
            self.client_hook(audience, resident, true).await;
        }
        self.tell_mounted(resident, request);
    }

    /// Lets the browser behind the event go. `false`: it was the last, and the instance has ended.
    pub(super) async fn leave_audience(
        self: &Arc<Self>,
        audience: &Arc<Audience>,
        resident: &mut Resident,
    ) -> bool {
        let Some(client) = self.asking() else {
            return true;
        };
        if !audience.leave(client.connection()) {
            return true;
        }
        if resident.version.definition.hooks.client_leave {
            self.client_hook(audience, resident, false).await;
        }
        let linger = resident.version.definition.singleton;
        match linger.map(|singleton| singleton.linger) {
            // It stays for ever.
            Some(None) => true,
            Some(Some(linger)) if linger > Duration::ZERO => {
                if audience.count() == 0 {
                    let due = tokio::time::Instant::now() + linger;
                    self.slot.services.timers.start(self, LINGER, due);
                    resident.lonely_until = Some(due);
                }
                true
            }
            _ => !self.ends_when_empty(resident).await,
        }
    }

    /// Ends the instance if nobody is there, and nobody is about to come. `true` if it did.
    pub(super) async fn ends_when_empty(self: &Arc<Self>, resident: &mut Resident) -> bool {
        let Some(audience) = &self.audience else {
            return false;
        };
        // An earlier timer: somebody has been there since.
        let too_early = resident
            .lonely_until
            .is_some_and(|due| due > tokio::time::Instant::now());
        if too_early || audience.count() > 0 || !self.close_unless_joined() {
            return false;
        }
        self.end(resident).await;
        true
    }

    async fn client_hook(
        self: &Arc<Self>,
        audience: &Audience,
        resident: &mut Resident,
        joined: bool,
    ) {
        let connection = resident
            .subject
            .as_ref()
            .map(|subject| subject.session.connection.clone());
        let event = GuestEvent::Client {
            joined,
            connection: connection.as_ref().map_or("", |id| id.as_str()),
            count: u32::try_from(audience.count()).unwrap_or(u32::MAX),
        };
        let name = if joined {
            "client-join"
        } else {
            "client-leave"
        };
        self.hook(resident, name, event, Tell::Delta).await;
    }
}
