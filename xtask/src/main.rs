//! `cargo xtask`: the project's task runner. CI runs the same commands as a person does.
//!
//! | module | owns |
//! |---|---|
//! | `cli` | what can be asked for |
//! | `demo`, `guests`, `test`, `check`, `layers`, `bench` | one task each |
//! | `install` | getting what a task needs onto the machine |
//! | `languages` | the same for languages beside Rust, and their tests |
//! | `process`, `terminal`, `repository` | running programs, printing, paths |

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use cli::{Cli, Task};
use process::Runner;
use repository::Repository;

mod bench;
mod check;
mod cli;
mod demo;
mod guests;
mod install;
mod languages;
mod layers;
mod process;
mod repository;
mod terminal;
mod test;

fn main() -> ExitCode {
    let task = Cli::parse().task;
    match run(&task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<()> {
    let repository = Repository::find()?;
    let runner = Runner::new()?;
    match task {
        Task::Demo { listen } => demo::run(&repository, &runner, listen),
        Task::Components { speed } => guests::build_all(&repository, &runner, *speed),
        Task::Component { name, speed } => guests::build_one(&repository, &runner, name, *speed),
        Task::Test { only } => test::run(&repository, &runner, only),
        Task::Check => check::run(&repository, &runner),
        Task::Layers => layers::check(&repository),
        Task::Bench(options) => bench::run(&repository, &runner, options),
    }
}
