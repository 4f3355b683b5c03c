//! The signed state that a browser keeps: made at a mount, and again when changes have settled.

use std::sync::Arc;
use std::time::Duration;

use super::instance::{Instance, Resident};
use crate::protocol::ServerMessage;
use crate::signing::Signed;
use crate::state::Json;

/// The number of the timer that signs the state. Guests' own are far below.
pub(super) const SETTLE: u64 = u64::MAX - 1;

/// A component that never comes to rest is signed all the same, after so many times the time to settle.
const LONGEST: u8 = 10;
/// A state larger than this waits longer, in proportion: the whole of it is sent.
const LARGE_BYTES: usize = 64 << 10;

/// How far the state that the browser keeps is behind.
#[derive(Debug, Default)]
pub(super) struct Settling {
    /// Times to settle since the first change that is not signed. 0: all is.
    waited: u8,
    /// Whether there was a change since the timer was started.
    changed: bool,
}

impl Instance {
    /// The state as a browser may keep it. `None` where it has nothing to keep: what is shared lives without it.
    pub(super) fn sign(&self, resident: &mut Resident) -> Option<Json> {
        if self.is_shared() {
            return None;
        }
        let signer = self.slot.services.signer.as_ref()?;
        let subject = resident.subject.as_mut()?;
        if subject.owner.is_none() {
            // It was nobody's until somebody signed in, and is not given to another user from here on.
            let user = subject.session.identity();
            subject.owner = user.map(|user| user.user_id.clone());
        }
        subject.changed = false;
        resident.settling = Settling::default();
        Some(signer.sign(&Signed {
            component: self.slot.name(),
            version: &resident.version.definition.version,
            instance: self.id(),
            user: subject.owner.as_deref(),
            state: &subject.state,
        }))
    }

    /// The state has changed: it is signed again once changes have settled.
    pub(super) fn settle_later(self: &Arc<Self>, resident: &mut Resident) {
        if self.is_shared() || resident.version.definition.room.is_some() {
            return;
        }
        let Some(signer) = &self.slot.services.signer else {
            return;
        };
        resident.settling.changed = true;
        if resident.settling.waited == 0 && resident.lost_until.is_none() {
            self.settle_in(resident, signer.settle());
        }
    }

    fn settle_in(self: &Arc<Self>, resident: &mut Resident, settle: Duration) {
        let bytes = resident.subject.as_ref().map_or(0, |s| s.state.bytes());
        let times = u32::try_from(bytes.div_ceil(LARGE_BYTES).max(1)).unwrap_or(u32::MAX);
        let due = tokio::time::Instant::now() + settle.saturating_mul(times);
        resident.settling.waited += 1;
        resident.settling.changed = false;
        self.slot.services.timers.start(self, SETTLE, due);
    }

    /// The time to settle is over: the browser gets a fresh signed state, unless there were changes meanwhile.
    pub(super) fn settled(self: &Arc<Self>, resident: &mut Resident) {
        let Some(signer) = &self.slot.services.signer else {
            return;
        };
        if resident.settling.changed && resident.settling.waited < LONGEST {
            self.settle_in(resident, signer.settle());
        } else {
            self.refresh_signed(resident);
        }
    }

    /// Sends a fresh signed state if the browser's is behind.
    pub(super) fn refresh_signed(&self, resident: &mut Resident) {
        let is_behind = std::mem::take(&mut resident.settling).waited > 0;
        if !is_behind || resident.lost_until.is_some() {
            return;
        }
        let signed = self.sign(resident);
        if let (Some(signed), Some(subject)) = (&signed, &resident.subject) {
            resident.client.send(&ServerMessage::State {
                component: self.id(),
                state: &subject.state,
                signed: Some(signed),
            });
        }
    }
}
