//! The bench works, and a figure is given only where the work was done.
#![allow(missing_docs, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use liveside_bench::{Encoding, Scenario, Server, Target};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

/// A floor as a process of its own; it is killed when this is dropped.
struct Floor {
    process: Child,
    address: String,
}

impl Floor {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_floor"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the floor starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("a line");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.expect("an address").to_owned();
        Self { process, address }
    }

    /// Runs a scenario with the real driver.
    fn measure(&self, scenario: &str) -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_liveside-bench"))
            .args([scenario, "--quick", "--address", &self.address])
            .args(["--pid", &self.process.id().to_string()])
            .output()
            .expect("the driver runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{scenario}: {said}");
        serde_json::from_slice(&output.stdout).expect("a line of JSON")
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn every_scenario_that_knows_the_floor_gives_figures() {
    let expected: &[(&str, &[&str])] = &[
        ("rtt", &["p50_us", "p99_us"]),
        ("throughput-64x4", &["calls_per_s", "cpu_us_per_call"]),
        ("throughput-1000x1", &["calls_per_s", "cpu_us_per_call"]),
        ("mount", &["mounts_per_s", "cpu_us_per_mount"]),
    ];
    for (scenario, names) in expected {
        let figures = Floor::start().measure(scenario);
        for name in *names {
            let figure = figures[name].as_f64();
            assert!(
                figure.is_some_and(|figure| figure > 0.0),
                "{scenario}: {figures}"
            );
        }
    }
    // So few take no page more, or even some less.
    for scenario in ["idle", "idle-100x100"] {
        let figures = Floor::start().measure(scenario);
        for name in ["bytes_per_connection", "bytes_per_mount"] {
            assert!(figures[name].is_f64(), "{scenario}: {figures}");
        }
    }
}

/// What a server does to the tenth call of a connection.
#[derive(Clone, Copy)]
enum Lie {
    WrongCount,
    Failure,
    Silence,
    Twice,
    Hangup,
}

/// A server that is honest in nine calls. It ends with the test's runtime.
async fn liar(lie: Lie) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("a setting");
            tokio::spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream)
                    .await
                    .expect("a socket");
                let greeting = json!({"type": "CONNECTION_ESTABLISHED"});
                let mut out = vec![greeting.to_string()];
                let mut count = 0;
                loop {
                    for text in out.drain(..) {
                        if socket.send(Message::text(text)).await.is_err() {
                            return;
                        }
                    }
                    let Some(Ok(Message::Text(frame))) = socket.next().await else {
                        return;
                    };
                    let message: Value = serde_json::from_str(&frame).expect("JSON");
                    let request = message["requestId"].as_str().expect("an id");
                    if message["type"] == "COMPONENT_MOUNT" {
                        out.push(format!(
                            r#"{{"success":true,"result":{{"componentId":"c"}},"requestId":"{request}"}}"#
                        ));
                        continue;
                    }
                    count += 1;
                    let answer = |count: u32, success: bool| {
                        format!(
                            r#"{{"success":{success},"result":{{"count":{count}}},"requestId":"{request}"}}"#
                        )
                    };
                    out.push(json!({"payload": {"delta": {"count": count}}}).to_string());
                    match lie {
                        Lie::Silence if count == 10 => {}
                        Lie::Hangup if count == 10 => return,
                        Lie::WrongCount if count == 10 => out.push(answer(9, true)),
                        Lie::Failure if count == 10 => out.push(answer(count, false)),
                        Lie::Twice if count == 10 => {
                            out.extend([answer(count, true), answer(count, true)]);
                        }
                        _ => out.push(answer(count, true)),
                    }
                }
            });
        }
    });
    address
}

/// How a run ends against a server that lies.
async fn complaint(lie: Lie, scenario: Scenario) -> String {
    let target = Target {
        address: liar(lie).await,
        encoding: Encoding::Json,
        server: Server::new(std::process::id()),
        quick: true,
        patience: Duration::from_millis(300),
        replacement: None,
    };
    let error = scenario
        .run(&target)
        .await
        .expect_err("no figure for work that was not done");
    format!("{error:#}")
}

#[tokio::test]
async fn a_reply_that_is_wrong_gives_no_figure() {
    for scenario in [Scenario::Rtt, Scenario::Throughput1000x1] {
        let told = complaint(Lie::WrongCount, scenario).await;
        assert!(told.contains("the count must be 10"), "{told}");
        let told = complaint(Lie::Failure, scenario).await;
        assert!(told.contains("a call failed"), "{told}");
        let told = complaint(Lie::Twice, scenario).await;
        assert!(
            told.contains("was answered where") || told.contains("nobody asked"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_reply_that_never_comes_gives_no_figure() {
    for scenario in [Scenario::Rtt, Scenario::Throughput64x4] {
        let told = complaint(Lie::Silence, scenario).await;
        assert!(
            told.contains("replies are lost") || told.contains("was answered where"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_ends_gives_no_figure() {
    let told = complaint(Lie::Hangup, Scenario::Rtt).await;
    assert!(told.contains("connection"), "{told}");
}
