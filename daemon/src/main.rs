//! The `liveside` program: reads the command line and does what it says.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use liveside::cli::Cli;
use tracing_subscriber::EnvFilter;

/// Thousands of small, short-lived buffers on several threads are what this allocator is for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging();
    report_panics();
    match cli.command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("liveside: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// As usual, but for those that the store turns into errors: it says itself what is wrong.
fn report_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !liveside::store::catches_panics() {
            report(panic);
        }
    }));
}

/// Lines for people on a terminal, JSON for programs otherwise; always on stderr.
fn start_logging() {
    let filter = EnvFilter::try_from_env("LIVESIDE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.with_target(false).compact().init();
    } else {
        builder.json().init();
    }
    // The WebSocket library traces whole messages, and credentials are in some. Whatever the filter says, it must not;
    // nothing of ours logs by this facade.
    log::set_max_level(log::max_level().min(log::LevelFilter::Debug));
}
