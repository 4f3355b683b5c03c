//! The daemon as a whole: everything is wired here, served, and brought to an end.

mod accept;
pub mod logging;

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use axum::Router;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::Auth;
use crate::config::Config;
use crate::connection::outbox::CloseReason;
use crate::connection::{Hub, HubConfig};
use crate::fetch::Fetcher;
use crate::http;
use crate::http::Upstream;
use crate::ids::IdGenerator;
use crate::live::{InstanceLimits, Live, Observer, Outside, RoomLimits};
use crate::protocol::{Features, ServerMessage};
use crate::registry::{Listener, News, Registry};
use crate::signing::Signer;
use crate::store::{Store, StoreConfig};
use crate::telemetry::Telemetry;
use crate::telemetry::spans::Exporter;
use crate::tls::Tls;
use crate::uploads::Uploads;
use crate::wasm::engine::{EngineConfig, GuestLimits};
use crate::wasm::subject::TimerLimits;
use crate::wasm::{AuthenticatorHost, Engine};
use crate::webhooks::Courier;

/// How long the app may take to hear the last of what happened.
const COURIER_TIME: Duration = Duration::from_secs(5);

/// Development mode.
pub struct Development {
    /// Where the guests' sources are.
    pub sources: PathBuf,
}

/// Runs the daemon until it is told to stop (SIGTERM or Ctrl-C).
///
/// # Errors
/// If it cannot be set up, or cannot go on.
pub fn run(config: Config, development: Option<Development>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let spans = Exporter::new(&config.tracing, runtime.handle().clone())?;
    logging::start(spans.as_ref());
    let result = runtime.block_on(async {
        let stop = CancellationToken::new();
        stop_on_signal(stop.clone())?;
        let is_development = development.is_some();
        let app = App::start(config, development).await?;
        let address = app.address()?;
        // The one line on stdout, for whoever started this and waits for it.
        let scheme = if app.tls.is_some() { "https" } else { "http" };
        println!("listening on {scheme}://{address}");
        if is_development && std::io::stdout().is_terminal() {
            println!(
                "open {scheme}://{address} in a browser; save a source file to swap its component"
            );
        }
        tell_systemd(NotifyState::Ready);
        app.serve(stop).await
    });
    if let Some(spans) = spans {
        spans.finish();
    }
    // What did not end in time is given up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// Where nobody listens, nothing happens.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}

fn stop_on_signal(stop: CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    // Ends with the runtime: it waits for nothing but the signal.
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}

/// A daemon that listens.
pub struct App {
    config: Config,
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    hub: Arc<Hub>,
    live: Arc<Live>,
    registry: Registry,
    development: Option<crate::dev::Builder>,
    upstream: Option<Upstream>,
    courier: Option<Courier>,
    store: Store,
}

impl App {
    /// Sets everything up, loads the components and binds the port.
    ///
    /// # Errors
    /// If the components directory cannot be read, the cache cannot be used or the port is taken.
    pub async fn start(config: Config, development: Option<Development>) -> anyhow::Result<Self> {
        let directory = config.components.clone().ok_or_else(|| {
            anyhow!("no components directory is given: use --components DIR, or `components` in the configuration")
        })?;
        if development.is_some() {
            std::fs::create_dir_all(&directory)
                .with_context(|| format!("{} cannot be made", directory.display()))?;
        }
        // Canonical: the watcher's paths are compared with it.
        let directory = directory.canonicalize().with_context(|| {
            format!(
                "the components directory {} cannot be read",
                directory.display()
            )
        })?;
        let tls = match config.tls.files() {
            Some((cert, key)) => Some(Tls::load(cert, key)?),
            None => None,
        };
        let ids = IdGenerator::new(config.ids.generator, &config.ids.prefix);
        let limits = InstanceLimits {
            state_bytes: config.limits.state_bytes,
            log_lines: config.limits.log_lines,
            event_queue: config.limits.event_queue,
            message_bytes: config.limits.result_bytes,
            store_bytes: config.store.component_bytes,
            timers: TimerLimits {
                shortest: config.limits.timer_interval,
                count: u32::try_from(config.limits.timers).unwrap_or(u32::MAX),
            },
            rooms: RoomLimits {
                state_bytes: config.limits.room_state_bytes,
                count: config.limits.rooms,
                per_component: config.limits.rooms_per_component,
                linger: config.rooms.linger,
                server_only: config.rooms.server_only.clone(),
            },
        };
        let engine = Engine::new(engine_config(&config))?;
        let store = Store::open(StoreConfig {
            directory: config.data_dir.clone(),
            sync_interval: config.store.sync_interval,
            max_value_bytes: config.store.value_bytes,
            max_space_bytes: config.store.component_bytes,
            ..StoreConfig::default()
        })?;
        let (webhooks, courier) = match &config.webhooks {
            Some(webhooks) => {
                let (webhooks, courier) = crate::webhooks::spawn(webhooks.clone())?;
                (Some(webhooks), Some(courier))
            }
            None => (None, None),
        };
        let upstream = match &config.upstream {
            Some(url) => {
                let front = http::Front::from(&config);
                Some(Upstream::new(url, config.limits.upstream_time, front)?)
            }
            None => None,
        };
        let fetcher = Fetcher::new()?;
        let host = AuthenticatorHost {
            engine: engine.clone(),
            fetcher: fetcher.clone(),
            fetch: config.fetch.clone(),
            log_lines: config.limits.log_lines,
        };
        let auth = Arc::new(Auth::new(&config.auth, &host).await?);
        let signer = if config.signed_state.enabled {
            let (kept, store, most) = (
                &config.signed_state,
                store.clone(),
                config.limits.state_bytes,
            );
            Some(Arc::new(Signer::new(
                kept,
                config.data_dir.as_deref(),
                store,
                most,
            )?))
        } else {
            None
        };
        let uploads = Uploads::open(
            &config.uploads,
            config.data_dir.as_deref(),
            development.is_some(),
        )?
        .map(Arc::new);
        let live = Arc::new(Live::new(
            ids.clone(),
            limits,
            config.component_settings.clone(),
            Outside {
                store: store.clone(),
                fetcher,
                fetch: config.fetch.clone(),
                webhooks,
                auth: auth.clone(),
                signer: signer.clone(),
                recovery: config.recovery.clone(),
                uploads: uploads.clone(),
                telemetry: config.metrics.then(Telemetry::new),
                observer: config
                    .inspector
                    .then(|| Observer::new(development.is_some())),
            },
        ));
        let features = Features {
            encryption: signer.is_some() && config.signed_state.encrypt,
            recovery: signer.is_some(),
            uploads: uploads.is_some(),
        };
        let mut rules = HubConfig::from(&config);
        rules.inspection.development = development.is_some();
        let hub = Hub::new(rules, features, auth, live.clone(), ids);
        let listener = if development.is_some() {
            tell_developers(&hub)
        } else {
            Arc::new(|_: &News| {})
        };
        let mut registry = Registry::new(engine, live.clone(), directory.clone(), listener.clone());
        let mut development = match development {
            Some(development) => Some(crate::dev::Builder::new(
                &development.sources,
                &directory,
                listener,
            )?),
            None => None,
        };
        if let Some(builder) = &mut development {
            builder.build_all().await;
        }
        registry
            .load_all()
            .await
            .with_context(|| format!("{} cannot be read", directory.display()))?;
        let router = http::router(
            &config,
            hub.clone(),
            upstream.clone(),
            development.is_some(),
        );
        let listener = accept::listen(config.listen)
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        Ok(Self {
            config,
            listener,
            tls,
            router,
            hub,
            live,
            registry,
            development,
            upstream,
            courier,
            store,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop`, then ends in order: no new connections, events under way finish, clients are told to come
    /// back (1012).
    ///
    /// # Errors
    /// If a directory cannot be watched.
    pub async fn serve(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self {
            config,
            listener,
            tls,
            router,
            hub,
            live,
            registry,
            development,
            upstream,
            courier,
            store,
        } = self;
        let background = TaskTracker::new();
        background.spawn(hub.clone().sweep(stop.clone()));
        background.spawn(live.rooms().clone().sweep(stop.clone()));
        background.spawn(live.timers().clone().turn(stop.clone()));
        background.spawn(live.clone().sweep_uploads(stop.clone()));
        if let Some(telemetry) = live.telemetry() {
            background.spawn(telemetry.clone().watch(stop.clone()));
        }
        let watching = background.spawn(registry.watch(stop.clone()));
        let building = development.map(|builder| background.spawn(builder.watch(stop.clone())));
        if let Some(tls) = &tls {
            background.spawn(tls.clone().watch(stop.clone()));
        }
        background.close();

        let requests = accept::accept(listener, tls, router, stop.clone()).await;

        tell_systemd(NotifyState::Stopping);
        tracing::info!("stopping: no new connections, events under way finish");
        let ended = tokio::time::timeout(config.limits.shutdown, async {
            if let Some(upstream) = &upstream {
                // Tunnels and streams of the app would not end by themselves.
                upstream.close().await;
            }
            hub.stop_reading();
            live.drain().await;
            live.sign_all().await;
            hub.close_all(CloseReason::Restart);
            hub.tasks.close();
            hub.tasks.wait().await;
            live.drain().await;
            live.end_uploads().await;
            requests.close();
            requests.wait().await;
            background.wait().await;
        });
        let in_time = ended.await.is_ok();
        if let Some(courier) = courier {
            courier.finish(COURIER_TIME).await;
        }
        if let Err(error) = store.close().await {
            tracing::error!(%error, "the store could not save the last changes");
        }
        if !in_time {
            tracing::warn!(
                "not everything ended within limits.shutdown ({:?})",
                config.limits.shutdown
            );
            return Ok(());
        }
        watching.await.context("the watching task ended early")??;
        if let Some(building) = building {
            building.await.context("the building task ended early")?;
        }
        Ok(())
    }
}

/// How the engine works under a configuration.
pub(crate) fn engine_config(config: &Config) -> EngineConfig {
    EngineConfig {
        // The cache wants a path that means the same wherever one is.
        cache_dir: config
            .cache_dir
            .as_deref()
            .map(|dir| std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned()))
            .or_else(default_cache_dir),
        limits: GuestLimits {
            memory_bytes: config.limits.memory_bytes,
            recycle_bytes: config.limits.recycle_bytes,
            cpu_time: config.limits.cpu_time,
            wall_time: config.limits.wall_time,
            result_bytes: config.limits.result_bytes,
            workers_per_module: config.limits.workers_per_module,
        },
        wasi: config
            .component_settings
            .iter()
            .filter(|(_, settings)| !settings.wasi.is_empty())
            .map(|(name, settings)| (name.clone(), settings.wasi.clone()))
            .collect(),
    }
}

/// `$XDG_CACHE_HOME/liveside`, else `~/.cache/liveside`; none without a home directory.
fn default_cache_dir() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    Some(base.join("liveside"))
}

/// Passes news on to every browser.
fn tell_developers(hub: &Arc<Hub>) -> Listener {
    let hub = hub.clone();
    Arc::new(move |news: &News| {
        hub.tell_all(&ServerMessage::DevReload {
            component: news.component.as_deref(),
            outcome: news.outcome.as_deref().map_err(String::as_str),
        });
    })
}
