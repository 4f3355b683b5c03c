//! `cargo bench -p liveside-bench --bench upload [-- MIB]`: one large file to the daemon by its socket, and the same file by
//! `curl` to a hyper handler that writes it, in turn; and what the daemon's memory was meanwhile.
//!
//! It needs the daemon as a release build (`cargo build --release -p liveside`), the module of the tests that takes
//! uploads (`cargo xtask components`), and `curl`.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark: a panic is the report"
)]

mod daemon;

use std::convert::Infallible;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::time::{Duration, Instant};

use daemon::{Daemon, Page, root};
use futures_util::SinkExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_tungstenite::tungstenite::Message;

const ROUNDS: usize = 3;
/// As the browser client sends once it has found out how fast the line is.
const CHUNK: usize = 1 << 20;
const WINDOW: usize = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mib = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let mib: usize = mib.unwrap_or(1024);
    let directory = tempfile::tempdir_in(root().join("target")).unwrap();
    let file = directory.path().join("file.txt");
    write_file(&file, mib);
    let seconds = |took: Duration| mib as f64 / took.as_secs_f64();

    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    let mut grown = 0;
    for _ in 0..ROUNDS {
        let (took, bytes) = by_socket(directory.path(), &file).await;
        ours.push(seconds(took));
        grown = grown.max(bytes);
        plain.push(seconds(by_curl(directory.path(), &file).await));
    }
    let (ours, plain) = (median(ours), median(plain));
    println!(
        "{mib} MiB: {ours:.0} MiB/s by the socket, {plain:.0} MiB/s by curl: {:.2} (goal 0.6)",
        ours / plain
    );
    println!(
        "memory of the daemon: {:.1} MiB over its base (goal 64)",
        grown as f64 / 1048576.0
    );
}

fn write_file(path: &Path, mib: usize) {
    let line = b"All work and no play makes Jack a dull boy, and so on for a while.\n";
    let block: Vec<u8> = line.iter().copied().cycle().take(1 << 20).collect();
    let mut file = std::fs::File::create(path).unwrap();
    for _ in 0..mib {
        file.write_all(&block).unwrap();
    }
    file.sync_all().unwrap();
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// By `curl`, to a handler that writes the body to a file.
async fn by_curl(directory: &Path, file: &Path) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let to = directory.join("by-curl");
    let target = to.clone();
    // Its own thread, as the daemon has its own.
    let server = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let listener = listener.into_std().unwrap();
            let listener = TcpListener::from_std(listener).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let service = service_fn(|request: Request<Incoming>| take(request, target.clone()));
            let served = hyper::server::conn::http1::Builder::new();
            served
                .serve_connection(TokioIo::new(stream), service)
                .await
                .unwrap();
        });
    });
    let begun = Instant::now();
    let status = Command::new("curl")
        .args(["--silent", "--fail", "--upload-file"])
        .arg(file)
        .arg(format!("http://{address}/"))
        .stdout(Stdio::null())
        .status()
        .await
        .expect("curl is there");
    let took = begun.elapsed();
    assert!(status.success());
    server.join().unwrap();
    assert_eq!(to.metadata().unwrap().len(), file.metadata().unwrap().len());
    std::fs::remove_file(to).unwrap();
    took
}

async fn take(request: Request<Incoming>, to: PathBuf) -> Result<Response<String>, Infallible> {
    let mut file = tokio::fs::File::create(to).await.unwrap();
    let mut body = request.into_body();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.unwrap().into_data() {
            file.write_all(&data).await.unwrap();
        }
    }
    file.flush().await.unwrap();
    Ok(Response::new("done".to_owned()))
}

/// To the daemon; with it, by how much its memory grew.
async fn by_socket(directory: &Path, file: &Path) -> (Duration, u64) {
    let daemon = start(directory).await;
    let mut page = Page::open(daemon.address, "LiveTaker").await;
    let size = file.metadata().unwrap().len();
    let base = daemon.memory();

    let begun = Instant::now();
    let start = json!({"type": "FILE_UPLOAD_START", "componentId": page.component, "uploadId": "u",
        "filename": "file.txt", "fileType": "text/plain", "fileSize": size, "requestId": "s"});
    let started = page.ask(&start, "FILE_UPLOAD_START_RESPONSE").await;
    assert_eq!(started["success"], true, "{started}");
    let mut from = tokio::fs::File::open(file).await.unwrap();
    let (mut sent, mut acknowledged, mut largest) = (0, 0, base);
    let total = usize::try_from(size).unwrap().div_ceil(CHUNK);
    while acknowledged < total {
        while sent < total && sent - acknowledged < WINDOW {
            page.socket
                .send(chunk(&mut from, sent).await)
                .await
                .unwrap();
            sent += 1;
        }
        page.next("FILE_UPLOAD_PROGRESS").await;
        acknowledged += 1;
        if acknowledged % 16 == 0 {
            largest = largest.max(daemon.memory());
        }
    }
    let complete = json!({"type": "FILE_UPLOAD_COMPLETE", "uploadId": "u", "requestId": "c"});
    let completed = page.ask(&complete, "FILE_UPLOAD_COMPLETE").await;
    let took = begun.elapsed();
    assert_eq!(completed["success"], true, "{completed}");
    daemon.stop().await;
    std::fs::remove_dir_all(directory.join("uploads")).unwrap();
    (took, largest - base)
}

async fn chunk(from: &mut tokio::fs::File, index: usize) -> Message {
    use tokio::io::AsyncReadExt as _;
    let header =
        json!({"type": "FILE_UPLOAD_CHUNK", "uploadId": "u", "chunkIndex": index}).to_string();
    let mut frame = Vec::with_capacity(CHUNK + 256);
    frame.extend(u32::try_from(header.len()).unwrap().to_le_bytes());
    frame.extend(header.as_bytes());
    from.take(CHUNK as u64)
        .read_to_end(&mut frame)
        .await
        .unwrap();
    Message::binary(frame)
}

async fn start(directory: &Path) -> Daemon {
    let components = directory.join("components");
    std::fs::create_dir_all(&components).unwrap();
    let module = root().join("target/fixtures/recorder.wasm");
    std::fs::copy(module, components.join("recorder.wasm"))
        .expect("run `cargo xtask components` first");
    let uploads = directory.join("uploads");
    let settings = format!(
        "[uploads]\ndir = {:?}\nfile-bytes = 10000000000\nuser-bytes-per-day = 100000000000\n",
        uploads.display().to_string()
    );
    Daemon::start(directory, &settings).await
}
