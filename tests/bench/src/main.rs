//! `liveside-bench SCENARIO`: runs it against a server that listens already, and prints one line of JSON.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Parser;
use liveside_bench::scenario::{Replacement, Scenario, Target};
use liveside_bench::{Encoding, Measures, Server};

/// No scenario takes as long, unless something hangs.
const DEADLINE: Duration = Duration::from_secs(120);
/// How long the last replies may take once no more calls are made.
const PATIENCE: Duration = Duration::from_secs(10);

/// Loads a server that speaks the live protocol and prints what it measured, as one line of JSON.
///
/// `cargo xtask bench` starts the servers, runs this several times and compares.
#[derive(Debug, Parser)]
#[command(name = "liveside-bench", max_term_width = 100)]
struct Cli {
    /// What to measure
    scenario: Scenario,
    /// Where the server listens
    #[arg(long)]
    address: SocketAddr,
    /// The server's process, whose processor time and memory are read
    #[arg(long)]
    pid: u32,
    /// What the frames carry; the floor knows JSON only
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// Small counts and short times: shows that it works, not how fast
    #[arg(long)]
    quick: bool,
    /// For `swap`: the module file to replace, which the server watches
    #[arg(long, value_name = "FILE", requires = "with")]
    replace: Option<PathBuf>,
    /// For `swap`: the two versions that take turns, the first being the one that is served
    #[arg(long, value_name = "FILE", num_args = 2)]
    with: Vec<PathBuf>,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(measures) => {
            println!("{}", measures.to_json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<Measures> {
    let replacement = match (cli.replace, <[PathBuf; 2]>::try_from(cli.with)) {
        (Some(file), Ok(versions)) => Some(Replacement { file, versions }),
        _ => None,
    };
    let target = Target {
        address: cli.address,
        server: Server::new(cli.pid),
        encoding: cli.encoding,
        quick: cli.quick,
        patience: PATIENCE,
        replacement,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(async {
        tokio::time::timeout(DEADLINE, cli.scenario.run(&target))
            .await
            .map_err(|_| anyhow!("not done after {} s", DEADLINE.as_secs()))?
    })
}
