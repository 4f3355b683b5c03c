//! The `liveside` program: reads the command line and does what it says.

use std::process::ExitCode;

use clap::Parser as _;
use liveside::cli::Cli;

/// Thousands of small, short-lived buffers on several threads are what this allocator is for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
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
