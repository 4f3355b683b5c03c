//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// The project's task runner: everything that one does here, in one command each.
///
/// It installs what a task needs (by rustup, apt-get and npm), says so, and asks nothing.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) task: Task,
}

const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                    see it work, and change it while it runs
  cargo xtask test                    all tests, as CI runs them
  cargo xtask test --only browser     one suite
  cargo xtask component local-counter one guest, to target/components/local-counter.wasm
  cargo xtask check                   formatting, lints, documentation, layers
  cargo xtask bench                   all figures, beside those of a server without logic
  cargo xtask bench rtt --rounds 5    one of them";

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Build everything, start `liveside dev` on the example components and print the URL to open.
    ///
    /// Edit a file such as components/local-counter/src/lib.rs while it runs: the open page changes within a second and
    /// keeps its state. Ctrl-C stops it.
    Demo {
        /// Address to listen on; port 0 takes any that is free
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4000")]
        listen: String,
    },
    /// Build all example components to target/components, authenticators to target/authenticators, and the tests' fixtures to
    /// target/fixtures.
    Components {
        #[command(flatten)]
        speed: Speed,
    },
    /// Build one guest.
    Component {
        /// Its folder in components/
        name: String,
        #[command(flatten)]
        speed: Speed,
    },
    /// Install what the tests need, run all of them and sum up.
    ///
    /// A suite that fails does not keep the others from running; the exit code tells whether all passed.
    Test {
        /// Run this suite alone; may be given several times
        #[arg(long, value_name = "SUITE")]
        only: Vec<Suite>,
    },
    /// Check formatting, lints, documentation, layers, dependencies and the client's types, without running a test.
    Check,
    /// Check that the daemon's modules import downward only.
    Layers,
    /// Measure the daemon beside a WebSocket server without logic, the floor, and say which goals are met.
    ///
    /// Builds for release, runs both in turn with a fresh process each time, and takes medians. A reply that is wrong or
    /// lost is a failure and gives no figure; a goal that is missed is no failure.
    Bench(Bench),
}

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// These alone
    #[arg(value_name = "SCENARIO")]
    pub(crate) scenarios: Vec<Scenario>,
    /// How often each is run; the figure is the median
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,
    /// Small counts, short times and one round: shows that the bench works, not how fast anything is
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write all figures to a file too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What can be measured. The load generator knows the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// The time of one call, one connection, one processor
    Rtt,
    /// 64 connections with 4 calls in flight on each
    #[value(name = "throughput-64x4")]
    Throughput64x4,
    /// 1,000 connections with one call in flight on each
    #[value(name = "throughput-1000x1")]
    Throughput1000x1,
    /// 20,000 mounts over 64 connections
    Mount,
    /// Memory of 10,000 connections with one mount each
    Idle,
    /// Memory of 100 connections with 100 mounts each
    #[value(name = "idle-100x100")]
    Idle100x100,
    /// An action beside a large key that it leaves alone
    BigState,
    /// 20 new versions of a module while 1,000 of its instances are busy
    Swap,
}

/// How guests are built.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Speed {
    /// Build as `liveside dev` does: fast to build and larger, with names for traces
    #[arg(long)]
    pub(crate) dev: bool,
}

/// A suite of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// The daemon, the SDK and the integration tests: the main workspace
    Rust,
    /// The examples' own tests, compiled for this machine
    Components,
    /// The SDKs and examples of other languages, each by its own runner
    Languages,
    /// The browser library, without a browser
    Client,
    /// The packages for React, Vue and Svelte, without a browser
    Frontends,
    /// The demo page in a real Chromium
    Browser,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
