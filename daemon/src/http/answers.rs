//! What the routes answer, as types: the OpenAPI document is made of them.

use serde::Serialize;
use utoipa::ToSchema;

/// Counts of everything.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    /// Since the start, in milliseconds.
    pub(super) uptime_ms: u64,
    pub(super) connections: ConnectionCounts,
    /// Messages of browsers since the start.
    pub(super) messages: u64,
    /// Everything that is mounted.
    pub(super) instances: usize,
    pub(super) components: Vec<ComponentStats>,
    pub(super) rooms: RoomCounts,
    /// Timers that run.
    pub(super) timers: usize,
    pub(super) uploads: UploadCounts,
    pub(super) recovery: RecoveryCounts,
    pub(super) store: StoreStatus,
    /// `null` where the app is told of nothing.
    pub(super) webhooks: Option<WebhookCounts>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConnectionCounts {
    pub(super) open: usize,
    /// Since the start.
    pub(super) accepted: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComponentStats {
    pub(super) name: String,
    pub(super) version: String,
    /// The module's file.
    pub(super) module: String,
    pub(super) instances: usize,
    pub(super) workers: WorkerStats,
    /// Of a singleton that is mounted.
    pub(super) connections: Option<usize>,
    /// What its own map holds.
    pub(super) store: Option<Kept>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkerStats {
    pub(super) live: usize,
    /// Ever thrown away, for their size or for a fault.
    pub(super) recycled: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Kept {
    pub(super) keys: u64,
    pub(super) bytes: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoomCounts {
    pub(super) open: usize,
    /// Of all rooms: a component counts in each of its rooms.
    pub(super) members: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct UploadCounts {
    pub(super) under_way: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecoveryCounts {
    /// Components that wait for their connection.
    pub(super) waiting: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoreStatus {
    /// What is not on the disk yet.
    pub(super) pending_bytes: u64,
    /// Why it cannot be written to, if it cannot.
    pub(super) failure: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WebhookCounts {
    pub(super) delivered: u64,
    pub(super) dropped: u64,
    pub(super) given_up: u64,
    pub(super) waiting: u64,
}

/// How the daemon does.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HealthAnswer {
    /// `healthy`, `degraded` or `unhealthy`: of its components, the worst.
    pub(super) status: &'static str,
    pub(super) uptime_ms: u64,
    /// For those who have the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) components: Option<Vec<ComponentHealth>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ComponentHealth {
    pub(super) name: String,
    /// `healthy`, `degraded` or `unhealthy`.
    pub(super) status: &'static str,
    /// Lately.
    pub(super) events: u64,
    /// Those of them that crashed or took too long.
    pub(super) broken: u64,
    pub(super) mean_ms: f64,
    /// How long ago the last one was.
    pub(super) last_event_ms: Option<u64>,
}

/// What can be mounted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ComponentNames {
    pub(super) components: Vec<String>,
    pub(super) count: usize,
}

/// Where the socket is and what it speaks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SocketInfo {
    /// The path.
    pub(super) endpoint: String,
    /// The whole address, as far as the request shows it.
    pub(super) url: Option<String>,
    pub(super) protocol_version: u32,
    pub(super) subprotocols: Vec<&'static str>,
    pub(super) status: &'static str,
}

/// Who is there: a page of them, in the order of their ids.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Connections {
    /// Of all.
    pub(super) count: usize,
    pub(super) connections: Vec<ConnectionInfo>,
    /// Whether there are more behind the last one.
    pub(super) more: bool,
}

/// One connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionInfo {
    pub(super) id: String,
    /// Who is signed in.
    pub(super) user_id: Option<String>,
    pub(super) connected_ms: u64,
    /// How long nothing came from it.
    pub(super) silent_ms: u64,
    /// What waits to be written to it.
    pub(super) waiting_bytes: usize,
    /// What it has mounted; only where one connection is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) components: Option<Vec<MountedComponent>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MountedComponent {
    pub(super) component_id: String,
    pub(super) component: String,
}

/// How everything does.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dashboard {
    pub(super) uptime_ms: u64,
    pub(super) connections: usize,
    pub(super) messages: u64,
    pub(super) components: Vec<Performance>,
}

/// How one component does.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Performance {
    pub(super) component: String,
    /// `healthy`, `degraded` or `unhealthy`.
    pub(super) status: &'static str,
    /// Events, lately.
    pub(super) total_updates: u64,
    /// In milliseconds.
    pub(super) avg_update_time: f64,
    /// The share of them that broke down.
    pub(super) error_rate: f64,
    /// How long ago the last one was.
    pub(super) last_event_ms: Option<u64>,
    /// A sentence for each thing that is not as it should be.
    pub(super) alerts: Vec<String>,
}

/// How many were told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Told {
    pub(super) success: bool,
    pub(super) count: usize,
}

/// What an action gave.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActionResult {
    pub(super) success: bool,
    /// Any JSON.
    #[schema(value_type = Value)]
    pub(super) result: Box<serde_json::value::RawValue>,
}

/// What a component would begin with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rendered {
    /// Its whole name.
    pub(super) component: String,
    /// Its keys with their values.
    #[schema(value_type = Object)]
    pub(super) state: Box<serde_json::value::RawValue>,
}

/// Why something was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Refused {
    pub(super) success: bool,
    /// A sentence for people.
    pub(super) error: String,
    /// For programs.
    pub(super) code: &'static str,
}
