//! What an operator can set: defaults, a TOML file, `LIVESIDE_*` variables and flags, each over the one before.
//!
//! A wrong configuration ends the program before it binds a port, with the key and, where one is near, the key that
//! was probably meant.

mod allowed_host;
mod auth;
mod fetch;
mod load;
mod logging;
mod recovery;
mod secret;
mod signing;
mod tls;
mod tracing;
mod uploads;
mod upstream;
mod wasi;
mod webhooks;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use self::tracing::TracingConfig;
pub use allowed_host::{AllowedHost, AllowedHostError, AllowedHostProblem, Naming};
pub use auth::{
    AuthConfig, AuthConfigError, AuthModuleConfig, AuthProblem, CallbackConfig, ClaimPaths,
    HeaderNames, JwtAlgorithm, JwtConfig, KeyFamily, ProviderConfig, ProviderUrl,
};
pub use fetch::FetchConfig;
pub use load::{ConfigError, load};
pub use logging::{LogTopic, LogTopics};
pub use recovery::RecoveryConfig;
pub use secret::SecretSource;
pub use signing::{PreviousKey, SignedStateConfig, SigningKey, SigningKeyError};
pub use tls::TlsConfig;
pub use uploads::{S3Config, UploadsConfig};
pub use upstream::{UpstreamUrl, UpstreamUrlError};
pub use wasi::{GrantedDirectory, WasiConfig};
pub use webhooks::{EventPattern, Secret, WebhookUrl, WebhooksConfig, WebhooksConfigError};

use crate::ids::IdScheme;

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen. Port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The directory of `.wasm` files.
    pub components: Option<PathBuf>,
    /// Path of the WebSocket.
    pub path: String,
    /// Origins, beside the page's own, that may open a socket: `https://app.example.org`.
    pub allowed_origins: Vec<String>,
    /// A directory of files to serve at `/`.
    #[serde(rename = "static")]
    pub static_dir: Option<PathBuf>,
    /// The app that gets every request that is not the daemon's own: `http://127.0.0.1:3000`.
    pub upstream: Option<UpstreamUrl>,
    /// Proxies in front of the daemon whose `X-Forwarded-*` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the store is kept. Without it, it is in memory and gone with the process.
    pub data_dir: Option<PathBuf>,
    /// What callers of the HTTP routes must send as `Authorization: Bearer KEY`. Without it they must be on this machine.
    #[serde(skip_serializing)]
    pub api_key: Option<String>,
    /// Whether events are counted and timed, for `GET /metrics`.
    pub metrics: bool,
    /// Whether there is an inspector, for those who have the API key, and in development for everybody on this machine.
    pub inspector: bool,
    /// Where spans go.
    pub tracing: TracingConfig,
    /// Where compiled modules are kept between starts. Default: the user's cache directory.
    pub cache_dir: Option<PathBuf>,
    /// The certificate with which the daemon speaks TLS.
    pub tls: TlsConfig,
    /// `BURST/PER_SECOND` messages of one connection, or `off`.
    pub rate_limit: RateLimit,
    /// How ids are made.
    pub ids: Ids,
    /// Sizes, counts and times.
    pub limits: Limits,
    /// Pings and idle connections.
    pub heartbeat: Heartbeat,
    /// Rooms.
    pub rooms: Rooms,
    /// Components whose connection was lost.
    pub recovery: RecoveryConfig,
    /// The store.
    pub store: StoreSettings,
    /// Files that browsers send.
    pub uploads: UploadsConfig,
    /// Outgoing requests of components.
    pub fetch: FetchConfig,
    /// The states that browsers keep.
    pub signed_state: SignedStateConfig,
    /// Who vouches for users.
    pub auth: AuthConfig,
    /// What the app is told by POST.
    pub webhooks: Option<WebhooksConfig>,
    /// Settings of single components, by name.
    #[serde(rename = "component-settings", alias = "component")]
    pub component_settings: BTreeMap<String, ComponentSettings>,
}

/// `[ids]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Ids {
    /// `uuidv7` or `nanoid`.
    pub generator: IdScheme,
    /// Put before every id.
    pub prefix: String,
}

/// `[limits]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// Largest text frame from a browser.
    pub text_frame_bytes: usize,
    /// Largest binary frame from a browser.
    pub binary_frame_bytes: usize,
    /// How deep JSON from a browser may nest.
    pub json_depth: usize,
    /// Mounts of one connection.
    pub components_per_connection: usize,
    /// Connections altogether.
    pub connections: usize,
    /// Connections of one address at a time.
    pub connections_per_address: usize,
    /// Mounts of one address, on all its connections together.
    pub mounts_per_address: usize,
    /// Connections of one user.
    pub connections_per_user: usize,
    /// Mounts of one user, on all connections together.
    pub mounts_per_user: usize,
    /// New connections of one address in a minute; as many may come at once.
    pub new_connections_per_address: u32,
    /// What may wait for a slow browser before it is cut off.
    pub outbox_bytes: usize,
    /// State and private data of one mount.
    pub state_bytes: usize,
    /// Result of an action.
    pub result_bytes: usize,
    /// Events that may wait for one mount.
    pub event_queue: usize,
    /// Log lines of one event.
    pub log_lines: usize,
    /// State of one room.
    pub room_state_bytes: usize,
    /// Rooms altogether.
    pub rooms: usize,
    /// Rooms of one mount.
    pub rooms_per_component: usize,
    /// Timers of one mount.
    pub timers: usize,
    /// Shortest time between two events of one timer.
    #[serde(with = "humantime_serde")]
    pub timer_interval: Duration,
    /// Linear memory of one worker.
    pub memory_bytes: usize,
    /// A worker whose memory has grown by more than this since it was made is replaced after its event.
    pub recycle_bytes: usize,
    /// Workers of one module.
    pub workers_per_module: usize,
    /// Processor time of one event.
    #[serde(with = "humantime_serde")]
    pub cpu_time: Duration,
    /// Time of one event, waiting included.
    #[serde(with = "humantime_serde")]
    pub wall_time: Duration,
    /// How long the app behind `upstream` may take to begin its answer.
    #[serde(with = "humantime_serde")]
    pub upstream_time: Duration,
    /// How long a stop waits for events under way and for clients to go.
    #[serde(with = "humantime_serde")]
    pub shutdown: Duration,
}

/// `[store]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct StoreSettings {
    /// What a crash may lose: writes are saved this long after they were made, or sooner.
    #[serde(with = "humantime_serde")]
    pub sync_interval: Duration,
    /// Largest value.
    pub value_bytes: usize,
    /// What one component may keep.
    pub component_bytes: u64,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            sync_interval: Duration::from_millis(100),
            value_bytes: 1 << 20,
            component_bytes: 64 << 20,
        }
    }
}

/// `[rooms]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rooms {
    /// How long a room and its state stay after its last member left.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,
    /// Rooms in which browsers may not emit or change the state: names, or beginnings with `*` behind them.
    pub server_only: Vec<String>,
}

impl Default for Rooms {
    fn default() -> Self {
        Self {
            linger: Duration::from_secs(5 * 60),
            server_only: Vec::new(),
        }
    }
}

/// `[heartbeat]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Heartbeat {
    /// How often the daemon pings.
    #[serde(with = "humantime_serde")]
    pub ping: Duration,
    /// A connection from which nothing came for this long is closed.
    #[serde(with = "humantime_serde")]
    pub idle: Duration,
}

/// `[component.NAME]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ComponentSettings {
    /// Values that the component may read.
    pub config: BTreeMap<String, String>,
    /// Values that the component may read and that are shown nowhere: in no log, no error and no state.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Hosts that the component may send requests to: `https://api.example.org`, `https://*.example.org`. None without it.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Directories and variables that the component finds there by the means of its language.
    pub wasi: WasiConfig,
    /// What the daemon logs of it, instead of what it says itself: `["lifecycle", "messages"]`.
    pub logging: Option<Vec<LogTopic>>,
}

/// How fast one connection may send messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// As fast as it likes.
    Off,
    /// A bucket of tokens.
    Limited {
        /// Messages that may come at once.
        burst: u32,
        /// Messages that become free again in a second.
        per_second: u32,
    },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            components: None,
            path: "/api/live/ws".to_owned(),
            allowed_origins: Vec::new(),
            static_dir: None,
            upstream: None,
            trusted_proxies: Vec::new(),
            data_dir: None,
            api_key: None,
            metrics: true,
            inspector: true,
            tracing: TracingConfig::default(),
            cache_dir: None,
            tls: TlsConfig::default(),
            rate_limit: RateLimit::default(),
            ids: Ids::default(),
            limits: Limits::default(),
            heartbeat: Heartbeat::default(),
            rooms: Rooms::default(),
            recovery: RecoveryConfig::default(),
            store: StoreSettings::default(),
            uploads: UploadsConfig::default(),
            fetch: FetchConfig::default(),
            signed_state: SignedStateConfig::default(),
            auth: AuthConfig::default(),
            webhooks: None,
            component_settings: BTreeMap::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        Self {
            text_frame_bytes: MIB,
            binary_frame_bytes: 2 * MIB,
            json_depth: 64,
            components_per_connection: 1000,
            connections: 100_000,
            // An office or a university is one address. After a restart all of it comes back at once.
            connections_per_address: 1_000,
            mounts_per_address: 100_000,
            connections_per_user: 100,
            mounts_per_user: 10_000,
            new_connections_per_address: 3_000,
            outbox_bytes: 4 * MIB,
            state_bytes: 10 * MIB,
            result_bytes: MIB,
            event_queue: 256,
            log_lines: 100,
            room_state_bytes: 10 * MIB,
            rooms: 100_000,
            rooms_per_component: 1_000,
            timers: 100,
            timer_interval: Duration::from_millis(10),
            memory_bytes: 64 * MIB,
            recycle_bytes: 16 * MIB,
            workers_per_module: 64,
            cpu_time: Duration::from_secs(1),
            wall_time: Duration::from_secs(30),
            upstream_time: Duration::from_secs(60),
            shutdown: Duration::from_secs(10),
        }
    }
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(30),
            idle: Duration::from_secs(120),
        }
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::Limited {
            burst: 100,
            per_second: 50,
        }
    }
}

impl std::str::FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let wrong =
            || format!("`{text}` is no rate limit: write BURST/PER_SECOND, such as 100/50, or off");
        let (burst, per_second) = text.split_once('/').ok_or_else(wrong)?;
        match (burst.trim().parse(), per_second.trim().parse()) {
            (Ok(burst), Ok(per_second)) if burst > 0 && per_second > 0 => {
                Ok(Self::Limited { burst, per_second })
            }
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Limited { burst, per_second } => write!(f, "{burst}/{per_second}"),
        }
    }
}

impl Serialize for RateLimit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RateLimit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
