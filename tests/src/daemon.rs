//! A daemon as a process of its own, on a free port, with a directory of modules of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::client::Client;
use crate::http::HttpRequest;
use crate::paths::{binary, module};

/// How long anything may take on a busy machine before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A daemon that is to be started.
pub struct DaemonBuilder {
    directory: TempDir,
    development: bool,
    config: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    recovers: bool,
    /// How long it may take to listen.
    patience: Duration,
}

/// A daemon that runs; it is killed when this is dropped.
pub struct Daemon {
    /// What it was started from, to start it again.
    builder: DaemonBuilder,
    child: Child,
    scheme: String,
    address: String,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Daemon {
    /// A daemon with these modules, with a rate limit that tests do not reach.
    #[must_use]
    pub fn with(modules: &[&str]) -> DaemonBuilder {
        let directory = TempDir::new().unwrap();
        for folder in ["components", "sources"] {
            std::fs::create_dir(directory.path().join(folder)).unwrap();
        }
        for name in modules {
            std::fs::copy(
                module(name),
                directory.path().join(format!("components/{name}.wasm")),
            )
            .unwrap();
        }
        DaemonBuilder {
            directory,
            development: false,
            config: String::new(),
            arguments: Vec::new(),
            variables: Vec::new(),
            recovers: false,
            patience: PATIENCE,
        }
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// `127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where its modules are.
    #[must_use]
    pub fn components(&self) -> PathBuf {
        self.builder.directory.path().join("components")
    }

    /// Where the sources of its guests are, in development mode.
    #[must_use]
    pub fn sources(&self) -> PathBuf {
        self.builder.directory.path().join("sources")
    }

    /// Puts a built module in place of another, in one step.
    pub fn replace(&self, file: &str, with: &str) {
        let temporary = self.components().join(format!(".{file}.tmp"));
        std::fs::copy(module(with), &temporary).unwrap();
        std::fs::rename(temporary, self.components().join(file)).unwrap();
    }

    /// Puts a module in its own place as another file: the same but for a note in it that names the round.
    pub fn renew(&self, file: &str, round: usize) {
        let path = self.components().join(file);
        let name = file.strip_suffix(".wasm").unwrap_or(file);
        let mut bytes = std::fs::read(module(name)).unwrap();
        // A custom section: its kind, its length, the length of its name, its name.
        let note = format!("round-{round:05}");
        let length = u8::try_from(note.len()).unwrap();
        bytes.extend([0, length + 1, length]);
        bytes.extend(note.bytes());
        let temporary = self.components().join(format!(".{file}.tmp"));
        std::fs::write(&temporary, bytes).unwrap();
        std::fs::rename(temporary, path).unwrap();
    }

    /// Everything that it has logged.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log holds `text`.
    pub async fn logged(&self, text: &str) {
        self.logged_times(text, 1).await;
    }

    /// Waits until the log holds `text` so many times.
    pub async fn logged_times(&self, text: &str, times: usize) {
        let seen = async {
            while self.log.lock().unwrap().matches(text).count() < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, seen).await;
        waited.unwrap_or_else(|_| panic!("{text:?} was not logged, but:\n{}", self.log()));
    }

    /// A request to it.
    #[must_use]
    pub fn http(&self, method: &str, path: &str) -> HttpRequest {
        HttpRequest::new(&self.address, method, path)
    }

    /// A new connection, past its greeting.
    pub async fn connect(&self) -> Client {
        Client::connect(&self.address, &[])
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", self.log()))
    }

    /// The same for one that speaks MessagePack.
    pub async fn connect_packed(&self) -> Client {
        Client::connect(&self.address, &[("sec-websocket-protocol", "live.msgpack")])
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", self.log()))
    }

    /// Sends SIGTERM.
    pub async fn terminate(&self) {
        let pid = self.child.id().expect("the daemon runs").to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait())
            .await
            .expect("the daemon does not end")
            .unwrap()
    }

    /// Sends SIGKILL, and waits for the end.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the daemon can be killed");
    }

    /// Starts it again once it has ended, with the same settings and directories; its log begins anew.
    pub async fn restart(self) -> Self {
        self.into_builder().await.start().await
    }

    /// Everything that it has logged, once it has ended.
    pub async fn whole_log(mut self) -> String {
        self.ended().await;
        // The end of the process is the end of its stderr.
        (&mut self.reader).await.unwrap();
        self.log()
    }

    /// What it was started from, once it has ended.
    pub async fn into_builder(mut self) -> DaemonBuilder {
        self.ended().await;
        self.builder
    }

    /// Where its store is kept, see [`DaemonBuilder::data_dir`].
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.builder.directory.path().join("data")
    }

    /// Bytes that it has read so far, from files and sockets.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        let pid = self.child.id().expect("the daemon runs");
        let io = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("rchar: "));
        line.unwrap().parse().unwrap()
    }

    /// Memory in use, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let pid = self.child.id().expect("the daemon runs");
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<usize>()
            .unwrap()
            * 1024
    }
}

impl DaemonBuilder {
    /// Settings, as TOML.
    #[must_use]
    pub fn config(mut self, toml: &str) -> Self {
        self.config.push_str(toml);
        self
    }

    /// With signed states, as it is by default. Other tests look at exact frames, and at who is gone at once.
    #[must_use]
    pub fn recovering(mut self) -> Self {
        self.recovers = true;
        self
    }

    /// With modules that take minutes to compile where the cache does not have them.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.patience = PATIENCE * 10;
        self
    }

    /// In development mode. Its sources are what the test puts into [`Daemon::sources`].
    #[must_use]
    pub fn development(mut self) -> Self {
        self.development = true;
        self
    }

    /// A source of a guest, by its path below [`Daemon::sources`].
    #[must_use]
    pub fn source(self, path: &str, text: &str) -> Self {
        let path = self.directory.path().join("sources").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// A further argument.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// A variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Logs everything but the compiler's steps, which would take longer than the rest.
    #[must_use]
    pub fn verbose(self) -> Self {
        let all = "debug,cranelift=info,wasmtime=info,regalloc2=info,liveside=trace,guest=trace,hyper=trace,\
                   hyper_util=trace,reqwest=trace";
        self.env("LIVESIDE_LOG", all)
    }

    /// Keeps its store in a directory, `data` in the daemon's own.
    #[must_use]
    pub fn data_dir(self) -> Self {
        let directory = self.path("data");
        self.arg(&format!("--data-dir={}", directory.display()))
    }

    /// A path in the directory that goes with the daemon.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts it and waits until it listens.
    pub async fn start(self) -> Daemon {
        let patience = self.patience;
        let mut started = self.spawn();
        let mut stdout = BufReader::new(started.child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(patience, stdout.next_line()).await;
        let first = first.expect("the daemon does not listen").unwrap();
        let address = first
            .as_deref()
            .and_then(|line| line.strip_prefix("listening on ")?.split_once("://"));
        let Some((scheme, address)) = address else {
            panic!(
                "the daemon did not start: {first:?}\n{}",
                started.whole_log().await
            );
        };
        started.scheme = scheme.to_owned();
        started.address = address.to_owned();
        started
    }

    /// Starts it where it cannot start: what it says when it has ended.
    pub async fn refused(self) -> String {
        let mut started = self.spawn();
        assert!(!started.ended().await.success(), "{}", started.log());
        started.whole_log().await
    }

    /// A process that may not listen yet, or never will.
    fn spawn(self) -> Daemon {
        let file = self.path("liveside.toml");
        std::fs::write(&file, &self.config).unwrap();
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-cache");
        let components = self.path("components");
        let mut command = Command::new(binary());
        if self.development {
            let sources = self.path("sources");
            command.arg("dev").arg(sources).arg("--out").arg(components);
        } else {
            command.args(["serve", "--components"]).arg(components);
        }
        if !self
            .arguments
            .iter()
            .any(|argument| argument.starts_with("--rate-limit"))
        {
            command.arg("--rate-limit=off");
        }
        if !self.recovers {
            command.env("LIVESIDE_SIGNED_STATE__ENABLED", "false");
        }
        let mut child = command
            // The tests' own: the daemon would take it for a setting that it does not know.
            .env_remove("CONFORMANCE_LANGUAGES")
            .args(["--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .arg("--cache-dir")
            .arg(cache)
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (written, mut lines) = (
            log.clone(),
            BufReader::new(child.stderr.take().unwrap()).lines(),
        );
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Daemon {
            builder: self,
            child,
            scheme: String::new(),
            address: String::new(),
            log,
            reader,
        }
    }
}
