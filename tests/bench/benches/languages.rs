//! `cargo bench -p liveside-bench --bench languages [-- LANGUAGE..]`: what a component costs in each language, as a row of a
//! table: the counter's module, its compilation, its events, a save, a worker.
//!
//! It needs the daemon as a release build (`cargo build --release -p liveside`) and the modules (`cargo xtask components`).
//! A language whose modules are not there is left out.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark: a panic is the report"
)]

mod daemon;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use daemon::{Daemon, Page, root};
use liveside_bench::statistics::{Latencies, micros};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Name, counter's module and component, probe's module and component.
const LANGUAGES: [(&str, &str, &str, &str, &str); 8] = [
    ("Rust", "counter", "LiveCounter", "rust-probe", "RustProbe"),
    ("C", "c-counter", "CCounter", "c-probe", "CProbe"),
    ("C++", "cpp-counter", "CppCounter", "cpp-probe", "CppProbe"),
    ("Zig", "zig-counter", "ZigCounter", "zig-probe", "ZigProbe"),
    ("Go", "go-counter", "GoCounter", "go-probe", "GoProbe"),
    (
        "JavaScript",
        "js-counter",
        "JsCounter",
        "js-probe",
        "JsProbe",
    ),
    (
        "TypeScript",
        "ts-counter",
        "TsCounter",
        "ts-probe",
        "TsProbe",
    ),
    (
        "Python",
        "python-counter",
        "PythonCounter",
        "python-probe",
        "PythonProbe",
    ),
];

const WARM_UP: usize = 500;
const CALLS: usize = 5_000;
const SAVES: u32 = 9;
/// Workers that are busy at the same time when their memory is read.
const WORKERS: usize = 8;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .map(|word| word.to_lowercase())
        .collect();
    println!(
        "| language | module | compile | cached | in the logic | round trip | save to swap | worker |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, counter, component, probe, probes) in LANGUAGES {
        if !asked.is_empty() && !asked.contains(&name.to_lowercase()) {
            continue;
        }
        let (Some(counter), Some(probe)) =
            (module("components", counter), module("fixtures", probe))
        else {
            println!("| {name} | not built | | | | | | |");
            continue;
        };
        let directory = tempfile::tempdir_in(root().join("target")).unwrap();
        let (compile, cached) = compile(directory.path(), &counter).await;
        let (logic, round_trip) = events(directory.path(), component).await;
        let swap = saves(directory.path(), &counter).await;
        let worker = worker(&probe, probes).await;
        println!(
            "| {name} | {} | {} | {} | {logic:.1} µs | {:.0} µs | {} | {:.1} MB |",
            size(counter.metadata().unwrap().len()),
            time(compile),
            time(cached),
            micros(round_trip),
            time(swap),
            worker / 1e6,
        );
    }
}

fn module(folder: &str, name: &str) -> Option<PathBuf> {
    let file = root()
        .join("target")
        .join(folder)
        .join(format!("{name}.wasm"));
    file.exists().then_some(file)
}

fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1e6 {
        format!("{:.0} KB", bytes / 1e3)
    } else {
        format!("{:.1} MB", bytes / 1e6)
    }
}

fn time(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1e3)
    } else {
        format!("{seconds:.1} s")
    }
}

/// A cache of its own, in memory and on the disk: nothing is found that was not compiled here.
fn settings(directory: &Path) -> String {
    let cache = directory.join("cache").display().to_string();
    format!("cache-dir = {cache:?}\nrate-limit = \"off\"\n")
}

/// Puts a module where the daemon sees it, and waits for the line that says that it runs.
async fn put(daemon: &mut Daemon, directory: &Path, bytes: &[u8], message: &str) -> Duration {
    let file = directory.join("components/measured.wasm");
    let beside = directory.join("components/.measured.wasm");
    std::fs::write(&beside, bytes).unwrap();
    let begun = Instant::now();
    std::fs::rename(beside, file).unwrap();
    daemon.logged(message).await;
    begun.elapsed()
}

/// How long a module takes that nobody has seen, and one that is in the cache.
async fn compile(directory: &Path, counter: &Path) -> (Duration, Duration) {
    let components = directory.join("components");
    std::fs::create_dir_all(&components).unwrap();
    let bytes = std::fs::read(counter).unwrap();
    let mut took = Vec::new();
    for _ in 0..2 {
        let mut daemon = Daemon::start(directory, &settings(directory)).await;
        took.push(put(&mut daemon, directory, &bytes, "loaded").await);
        // The cache is written by a thread of its own.
        written(&directory.join("cache")).await;
        daemon.stop().await;
        std::fs::remove_file(components.join("measured.wasm")).unwrap();
    }
    std::fs::write(components.join("measured.wasm"), bytes).unwrap();
    (took[0], took[1])
}

/// Waits until a directory does not grow any more.
async fn written(directory: &Path) {
    let mut before = u64::MAX;
    loop {
        let now = bytes_in(directory);
        if now == before && now > 0 {
            return;
        }
        before = now;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn bytes_in(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    let sizes = entries.filter_map(Result::ok).map(|entry| {
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            bytes_in(&entry.path())
        } else {
            metadata.len()
        }
    });
    sizes.sum()
}

/// Microseconds of an event inside of the module, the mean; and a call's way over the socket and back, the median.
async fn events(directory: &Path, component: &str) -> (f64, Duration) {
    let daemon = Daemon::start(directory, &settings(directory)).await;
    let mut page = Page::open(daemon.address, component).await;
    let call = json!({"type": "CALL_ACTION", "componentId": page.component, "action": "increment",
        "payload": {}, "requestId": "c"});
    let mut latencies = Latencies::default();
    let mut before = (0.0, 0.0);
    for number in 0..WARM_UP + CALLS {
        if number == WARM_UP {
            before = spent(&daemon, component).await;
        }
        let begun = Instant::now();
        let answer = page.ask(&call, "ACTION_RESPONSE").await;
        assert_eq!(answer["success"], true, "{answer}");
        if number >= WARM_UP {
            latencies.push(begun.elapsed());
        }
    }
    let after = spent(&daemon, component).await;
    daemon.stop().await;
    let logic = (after.0 - before.0) / (after.1 - before.1) * 1e6;
    (logic, latencies.percentile(50.0).unwrap())
}

/// Seconds in the component's logic, and events.
async fn spent(daemon: &Daemon, component: &str) -> (f64, f64) {
    let text = metrics(daemon).await;
    let figure = |what: &str| {
        let name = format!("liveside_guest_duration_seconds_{what}{{component=\"{component}\"");
        let line = text.lines().find(|line| line.starts_with(&name));
        let value = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
        value.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    (figure("sum"), figure("count"))
}

async fn metrics(daemon: &Daemon) -> String {
    let mut stream = TcpStream::connect(daemon.address).await.unwrap();
    let request = format!(
        "GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        daemon.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// From a changed file to the new version in everybody's hands, the median.
async fn saves(directory: &Path, counter: &Path) -> Duration {
    let mut daemon = Daemon::start(directory, &settings(directory)).await;
    let bytes = std::fs::read(counter).unwrap();
    let mut latencies = Latencies::default();
    for number in 0..=SAVES {
        let took = put(&mut daemon, directory, &edited(&bytes, number), "swapped").await;
        // The first one after a start, as a developer's first save, compiles what the cache on the disk has whole only.
        if number > 0 {
            latencies.push(took);
        }
    }
    daemon.stop().await;
    latencies.percentile(50.0).unwrap()
}

/// The module with a section more that means nothing: another file, as after an edit.
fn edited(module: &[u8], number: u32) -> Vec<u8> {
    let mut edited = module.to_vec();
    edited.extend([0, 9, 4]);
    edited.extend(b"edit");
    edited.extend(number.to_le_bytes());
    edited
}

/// What a worker more takes: bytes that the daemon grows by when several are busy at once, each.
async fn worker(probe: &Path, component: &str) -> f64 {
    let directory = tempfile::tempdir_in(root().join("target")).unwrap();
    let components = directory.path().join("components");
    std::fs::create_dir_all(&components).unwrap();
    std::fs::copy(probe, components.join("probe.wasm")).unwrap();
    let settings = settings(directory.path()) + "[limits]\ncpu-time = \"3s\"\n";
    let daemon = Daemon::start(directory.path(), &settings).await;
    let mut pages = Vec::new();
    for _ in 0..WORKERS {
        pages.push(Page::open(daemon.address, component).await);
    }
    let live = format!("liveside_workers{{component=\"{component}\"}} ");
    let workers = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(&live));
        line.unwrap().parse::<f64>().unwrap()
    };
    let before = (workers(&metrics(&daemon).await), daemon.memory());
    for page in &mut pages {
        let spin = json!({"type": "CALL_ACTION", "componentId": page.component, "action": "spin", "requestId": "s"});
        page.send(&spin).await;
    }
    let mut now = before.0;
    let begun = Instant::now();
    while now < WORKERS as f64 {
        assert!(begun.elapsed() < Duration::from_secs(10), "{now} workers");
        now = workers(&metrics(&daemon).await);
    }
    let grown = daemon.memory().saturating_sub(before.1);
    daemon.stop().await;
    grown as f64 / (now - before.0)
}
