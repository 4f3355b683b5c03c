//! All connections: for pings, idle time-outs, counts, messages to developers, and the end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::inspector::Inspection;
use super::outbox::{CloseReason, Outbox};
use super::quota::Quota;
use crate::auth::Auth;
use crate::config::{Config, RateLimit};
use crate::identity::Identity;
use crate::ids::{ConnectionId, IdGenerator, InstanceId};
use crate::live::{Client, Live};
use crate::protocol::{Features, ServerMessage, SharedMessage};

/// How often the sweep looks for connections to ping or to close.
const SWEEP: Duration = Duration::from_secs(1);
/// After so many connections a message to all lets other tasks run.
const SLICE: usize = 32;

/// What connections obey.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// Largest text frame.
    pub text_frame_bytes: usize,
    /// Largest binary frame.
    pub binary_frame_bytes: usize,
    /// How deep JSON may nest.
    pub json_depth: usize,
    /// Mounts of one connection.
    pub components_per_connection: usize,
    /// Connections altogether.
    pub connections: usize,
    /// Of one user.
    pub connections_per_user: usize,
    /// Mounts of one user.
    pub mounts_per_user: usize,
    /// Mounts of one address.
    pub mounts_per_address: usize,
    /// What may wait for one browser.
    pub outbox_bytes: usize,
    /// Messages of one connection.
    pub rate_limit: RateLimit,
    /// How often the daemon pings.
    pub ping: Duration,
    /// Silence after which a connection is closed.
    pub idle: Duration,
    /// How long components wait for a lost connection.
    pub grace: Duration,
    /// The same, where the page said that it goes away.
    pub reload_grace: Duration,
    /// How long components that need a user stay after the identity has expired.
    pub renewal_grace: Duration,
    /// Who may look into the daemon.
    pub inspection: Inspection,
}

impl From<&Config> for HubConfig {
    fn from(config: &Config) -> Self {
        Self {
            text_frame_bytes: config.limits.text_frame_bytes,
            binary_frame_bytes: config.limits.binary_frame_bytes,
            json_depth: config.limits.json_depth,
            components_per_connection: config.limits.components_per_connection,
            connections: config.limits.connections,
            connections_per_user: config.limits.connections_per_user,
            mounts_per_user: config.limits.mounts_per_user,
            mounts_per_address: config.limits.mounts_per_address,
            outbox_bytes: config.limits.outbox_bytes,
            rate_limit: config.rate_limit,
            ping: config.heartbeat.ping,
            idle: config.heartbeat.idle,
            grace: config.recovery.grace,
            reload_grace: config.recovery.reload_grace,
            renewal_grace: config.auth.renewal_grace,
            inspection: Inspection {
                enabled: config.inspector,
                key: config.api_key.as_deref().map(Into::into),
                development: false,
            },
        }
    }
}

/// What all connections share.
pub struct Hub {
    /// What they obey.
    pub config: HubConfig,
    /// What this daemon can do.
    pub features: Features,
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// The connections of each user.
    pub(super) user_connections: Quota,
    /// What each user has mounted.
    pub(super) user_mounts: Quota,
    /// What is mounted from each address.
    pub(super) address_mounts: Quota,
    /// What they mount.
    pub live: Arc<Live>,
    ids: IdGenerator,
    members: Mutex<HashMap<ConnectionId, Member>>,
    open: AtomicUsize,
    accepted: AtomicU64,
    messages: AtomicU64,
    started: Instant,
    /// Seconds since the start, set by the sweep: cheaper to read than a clock.
    now: AtomicU32,
    stopping: AtomicBool,
    /// Owns the connections' tasks.
    pub tasks: TaskTracker,
}

/// A connection, as the hub knows it.
struct Member {
    outbox: Arc<Outbox>,
    /// Seconds since the daemon's start, by its coarse clock.
    since: u32,
    /// Whose it is; `None` until that was looked at.
    user: Option<Arc<ArcSwapOption<Identity>>>,
}

/// A connection, for operators.
#[derive(Debug, Clone)]
pub struct Connected {
    /// Its id.
    pub id: ConnectionId,
    /// Who is signed in.
    pub user: Option<Arc<str>>,
    /// How long it is there, in whole seconds.
    pub age: Duration,
    /// How long nothing came from it, in whole seconds.
    pub silent: Duration,
    /// What waits to be written.
    pub waiting_bytes: usize,
}

/// A connection's place in the hub, given up when it is dropped.
pub struct Membership {
    hub: Arc<Hub>,
    id: ConnectionId,
}

/// Numbers for people and dashboards.
#[derive(Debug, Clone, Copy)]
pub struct HubStats {
    /// Connections open now.
    pub open: usize,
    /// Connections since the start.
    pub accepted: u64,
    /// Messages since the start.
    pub messages: u64,
    /// Time since the start.
    pub uptime: Duration,
}

/// Bytes that wait in outboxes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    /// Of all connections.
    pub sum: u64,
    /// Of the one that is furthest behind.
    pub largest: u64,
}

impl Hub {
    /// No connections yet.
    #[must_use]
    pub fn new(
        config: HubConfig,
        features: Features,
        auth: Arc<Auth>,
        live: Arc<Live>,
        ids: IdGenerator,
    ) -> Arc<Self> {
        Arc::new(Self {
            user_connections: Quota::new(config.connections_per_user),
            user_mounts: Quota::new(config.mounts_per_user),
            address_mounts: Quota::new(config.mounts_per_address),
            config,
            features,
            auth,
            live,
            ids,
            members: Mutex::default(),
            open: AtomicUsize::new(0),
            accepted: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            started: Instant::now(),
            now: AtomicU32::new(0),
            stopping: AtomicBool::new(false),
            tasks: TaskTracker::new(),
        })
    }

    /// Whether there is room for one more connection.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.open.load(Ordering::Relaxed) < self.config.connections
    }

    /// From now on no more messages are read.
    pub fn stop_reading(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the daemon is about to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// An id for a new connection.
    pub(super) fn new_id(&self) -> ConnectionId {
        self.ids.connection()
    }

    /// An id for something that is mounted and no instance.
    pub(super) fn new_instance_id(&self) -> InstanceId {
        self.ids.instance()
    }

    pub(super) fn join(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Membership {
        let id = outbox.connection().clone();
        outbox.heard(self.now());
        let member = Member {
            outbox: outbox.clone(),
            since: self.now(),
            user: None,
        };
        self.members.lock().insert(id.clone(), member);
        self.open.fetch_add(1, Ordering::Relaxed);
        self.accepted.fetch_add(1, Ordering::Relaxed);
        Membership {
            hub: self.clone(),
            id,
        }
    }

    /// Whose a connection is, from now on.
    pub(super) fn introduce(&self, id: &ConnectionId, user: &Arc<ArcSwapOption<Identity>>) {
        if let Some(member) = self.members.lock().get_mut(id) {
            member.user = Some(user.clone());
        }
    }

    /// All connections, in the order of their ids.
    #[must_use]
    pub fn connected(&self) -> Vec<Connected> {
        let now = self.now();
        let ago = |then: u32| Duration::from_secs(now.saturating_sub(then).into());
        let mut all: Vec<Connected> = {
            let members = self.members.lock();
            let connected = members.iter().map(|(id, member)| Connected {
                id: id.clone(),
                user: member.user.as_ref().and_then(|user| {
                    let identity = user.load();
                    identity.as_ref().map(|identity| (*identity.user_id).into())
                }),
                age: ago(member.since),
                silent: ago(member.outbox.last_heard()),
                waiting_bytes: member.outbox.waiting_bytes(),
            });
            connected.collect()
        };
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// Seconds since the start, as of the last sweep.
    pub(super) fn now(&self) -> u32 {
        self.now.load(Ordering::Relaxed)
    }

    pub(super) fn count_messages(&self, number: u64) {
        self.messages.fetch_add(number, Ordering::Relaxed);
    }

    /// Sends a message to every connection.
    pub fn tell_all(&self, message: &ServerMessage<'_>) {
        for outbox in self.outboxes() {
            outbox.send(message);
            outbox.flush();
        }
    }

    /// Sends a message that names no member to every connection there is now. Gives how many that is.
    pub async fn share(self: &Arc<Self>, message: SharedMessage) -> usize {
        let outboxes = self.outboxes();
        let count = outboxes.len();
        let nobody = InstanceId::from(String::new());
        let message = Arc::new(message);
        // A task of its own: it goes to all of them, also if the caller waits no longer.
        let sent = self.tasks.spawn(async move {
            for (at, outbox) in outboxes.iter().enumerate() {
                if at % SLICE == SLICE - 1 {
                    tokio::task::yield_now().await;
                }
                outbox.share(&nobody, &message);
                outbox.flush();
            }
        });
        // It cannot fail but by ending with the daemon.
        let _ = sent.await;
        count
    }

    /// Asks every connection to end.
    pub fn close_all(&self, reason: CloseReason) {
        for outbox in self.outboxes() {
            outbox.close(reason);
        }
    }

    /// Numbers for people and dashboards.
    #[must_use]
    pub fn stats(&self) -> HubStats {
        HubStats {
            open: self.open.load(Ordering::Relaxed),
            accepted: self.accepted.load(Ordering::Relaxed),
            messages: self.messages.load(Ordering::Relaxed),
            uptime: self.started.elapsed(),
        }
    }

    /// What waits to be written.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        let mut waiting = Waiting::default();
        for outbox in self.outboxes() {
            let bytes = outbox.waiting_bytes() as u64;
            waiting.sum += bytes;
            waiting.largest = waiting.largest.max(bytes);
        }
        waiting
    }

    /// Pings connections and closes silent ones, until `stop`. One sweep for all: a timer for each connection would
    /// cost more memory than the rest of an idle connection's task.
    pub async fn sweep(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(SWEEP);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut next_ping = self.config.ping;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let uptime = self.started.elapsed();
            let now = u32::try_from(uptime.as_secs()).unwrap_or(u32::MAX);
            self.now.store(now, Ordering::Relaxed);
            let ping = uptime >= next_ping;
            if ping {
                next_ping = uptime + self.config.ping;
            }
            let idle = u32::try_from(self.config.idle.as_secs().max(1)).unwrap_or(u32::MAX);
            let members: Vec<_> = {
                let members = self.members.lock();
                members
                    .values()
                    .filter_map(|Member { outbox, .. }| {
                        let silent = now.saturating_sub(outbox.last_heard()) > idle;
                        (ping || silent).then(|| (outbox.clone(), silent))
                    })
                    .collect()
            };
            for (outbox, silent) in members {
                if silent {
                    outbox.close(CloseReason::Idle);
                } else {
                    outbox.ping();
                }
            }
        }
    }

    fn outboxes(&self) -> Vec<Arc<Outbox>> {
        let members = self.members.lock();
        members
            .values()
            .map(|member| member.outbox.clone())
            .collect()
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.members.lock().remove(&self.id);
        self.hub.open.fetch_sub(1, Ordering::Relaxed);
    }
}
