//! Daemons: one that the behaviours of a language share, and others that a behaviour has for itself.
//!
//! A module of some languages takes long to load, so that a daemon for each behaviour would be most of the suite's time.
//! What behaviours share must not make them depend on each other: each has rooms and keys of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Weak};

use liveside_tests::{Daemon, DaemonBuilder, Server};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Mutex;

use super::language::Language;
use super::page::Page;
use super::users;

/// A daemon and a server that its components may send requests to. It ends with the last test that holds it.
pub(crate) struct Stage {
    pub(crate) daemon: Daemon,
    pub(crate) server: Server,
    probe: String,
}

/// One for each language and set of modules, while some test holds it: what a static owned would never be dropped, and
/// the daemon would outlive the tests. The lock is held during a start, so that no two compile the same module.
static STAGES: Mutex<BTreeMap<String, Weak<Stage>>> = Mutex::const_new(BTreeMap::new());

/// What a daemon's pipes and the server live on: each test has a runtime of its own, which ends with it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().unwrap()
});

impl Stage {
    /// With the module of the probe.
    pub(crate) async fn of_probe(language: &'static Language) -> Arc<Self> {
        Self::shared(language, &["probe"], &[]).await
    }

    /// With the examples, and what the counters count with.
    pub(crate) async fn of_examples(language: &'static Language) -> Arc<Self> {
        Self::shared(language, &["counter", "form", "chat"], &["tally"]).await
    }

    async fn shared(
        language: &'static Language,
        modules: &'static [&'static str],
        others: &'static [&'static str],
    ) -> Arc<Self> {
        let key = format!("{}-{}", language.name, modules[0]);
        let mut stages = STAGES.lock().await;
        if let Some(stage) = stages.get(&key).and_then(Weak::upgrade) {
            return stage;
        }
        let started = RUNTIME.spawn(async move {
            let server = Server::start().await;
            let probe = language.component("Probe");
            let config = format!(
                "{}[component.{probe}]\nallowed-hosts = [{:?}]\n[component.{probe}.config]\ngreeting = \"hello\"\n",
                users::CONFIG,
                server.url("")
            );
            let daemon = configured(language.daemon(modules, others).config(&config));
            Self {
                daemon: daemon.start().await,
                server,
                probe,
            }
        });
        let stage = Arc::new(started.await.unwrap_or_else(|error| {
            // What the start panics with, such as a module that is not built, is the test's failure.
            let reason = error.into_panic();
            let text = reason.downcast_ref::<String>().map(String::as_str);
            panic!(
                "{}",
                text.or(reason.downcast_ref().copied())
                    .unwrap_or("no start")
            )
        }));
        stages.insert(key, Arc::downgrade(&stage));
        stage
    }

    /// A probe on a connection of its own.
    pub(crate) async fn probe(&self) -> Page {
        Page::open(&self.daemon, &self.probe).await
    }

    /// The same with a default room.
    pub(crate) async fn probe_in(&self, room: &str) -> Page {
        Page::open_in(&self.daemon, room, &self.probe).await
    }
}

/// Starts a daemon for one behaviour alone.
pub(crate) async fn start(builder: DaemonBuilder) -> Daemon {
    let _one_at_a_time = STAGES.lock().await;
    configured(builder).start().await
}

/// With signed states and uploads; with time enough for an event on a busy machine, and a variable that no component may
/// see.
fn configured(builder: DaemonBuilder) -> DaemonBuilder {
    builder
        .recovering()
        .data_dir()
        .env("CONFORMANCE", "not for components")
        .config("[limits]\ncpu-time = \"3s\"\n")
}
