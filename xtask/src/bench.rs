//! `cargo xtask bench`: the daemon and the floor, in turn, a fresh process each time; medians, and a table.
//!
//! | module | owns |
//! |---|---|
//! | `rows` | what each scenario shows, and the goals |
//! | `sides` | one run: a server is started, loaded and ended |
//! | `figures` | medians and verdicts |
//! | `table` | how they are printed |
//! | `machine` | processors, descriptors, and who else is busy |
//!
//! What is measured, and how, is in `tests/bench`.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;
use serde::Serialize;

use crate::cli::{Bench, Scenario, Speed};
use crate::guests;
use crate::process::Runner;
use crate::repository::{Repository, cargo};
use crate::terminal;

mod figures;
mod machine;
mod rows;
mod sides;
mod table;

use figures::{Figure, Run, judge};
use rows::Plan;
use sides::{Side, Sides};

/// All that was measured, as `--json` writes it.
#[derive(Debug, Serialize)]
struct Report {
    quick: bool,
    rounds: u32,
    scenarios: Vec<Outcome>,
}

/// One scenario's figures, or why there are none.
#[derive(Debug, Serialize)]
struct Outcome {
    scenario: String,
    figures: Vec<Figure>,
    liveside: Vec<Run>,
    floor: Vec<Run>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Builds everything, measures and prints.
///
/// # Errors
/// If something does not build, or a scenario fails; the others are run all the same. A goal that is missed is no error.
pub(crate) fn run(repository: &Repository, runner: &Runner, options: &Bench) -> Result<()> {
    guests::build_all(repository, runner, Speed { dev: false })?;
    build(repository, runner)?;
    machine::raise_descriptor_limit();
    let sides = Sides::new(repository, runner, options.quick)?;

    let chosen = match options.scenarios.as_slice() {
        [] => Scenario::value_variants(),
        some => some,
    };
    let rounds = if options.quick { 1 } else { options.rounds };
    let mut report = Report {
        quick: options.quick,
        rounds,
        scenarios: Vec::new(),
    };
    for scenario in chosen {
        let outcome = measure(&sides, *scenario, rounds);
        if runner.stopped() {
            bail!("stopped");
        }
        report.scenarios.push(outcome);
    }
    if let Some(file) = &options.json {
        write(file, &report)?;
    }
    sum_up(&report)
}

/// The daemon first and alone: what is measured is what `cargo build --release -p liveside` makes.
fn build(repository: &Repository, runner: &Runner) -> Result<()> {
    terminal::step(
        "building the daemon and the load generator for release (minutes the first time)",
    );
    let begun = Instant::now();
    for package in ["liveside", "liveside-bench"] {
        let mut build = cargo();
        build
            .args(["build", "--release", "--bins", "--package", package])
            .current_dir(&repository.root);
        runner.must(build, "cargo build")?;
    }
    terminal::line(&terminal::time(begun.elapsed()));
    Ok(())
}

/// Runs one scenario so many times on each side. The sides take turns: a machine that gets slower does so for both.
fn measure(sides: &Sides<'_>, scenario: Scenario, rounds: u32) -> Outcome {
    let name = rows::name(scenario);
    let plan = Plan::of(scenario);
    terminal::step(&format!("measuring: {name}"));
    machine::tell_who_is_busy();
    if plan.one_processor && !sides.can_pin() {
        terminal::line(
            "there is no taskset: both sides run on all processors, and the times mean less",
        );
    }
    let mut outcome = Outcome {
        scenario: name,
        figures: Vec::new(),
        liveside: Vec::new(),
        floor: Vec::new(),
        error: None,
    };
    if let Err(error) = rounds_of(sides, &plan, rounds, &mut outcome) {
        terminal::error(&format!("{error:#}"));
        outcome.error = Some(format!("{error:#}"));
    }
    outcome
}

fn rounds_of(sides: &Sides<'_>, plan: &Plan, rounds: u32, outcome: &mut Outcome) -> Result<()> {
    for round in 1..=rounds {
        let ours = sides.run(&outcome.scenario, plan, Side::Daemon)?;
        terminal::detail(&format!("{round} of {rounds}, Liveside: {ours}"));
        outcome.liveside.push(ours);
        if plan.floor {
            let floor = sides.run(&outcome.scenario, plan, Side::Floor)?;
            terminal::detail(&format!("{round} of {rounds}, floor:    {floor}"));
            outcome.floor.push(floor);
        }
    }
    for row in plan.rows {
        let mut figure = judge(row, &outcome.liveside, &outcome.floor)?;
        if sides.quick {
            // Nothing was measured that could meet a goal.
            figure.met = None;
        }
        outcome.figures.push(figure);
    }
    Ok(())
}

fn write(file: &Path, report: &Report) -> Result<()> {
    let text = serde_json::to_string_pretty(report).context("the figures cannot be written")?;
    fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

fn sum_up(report: &Report) -> Result<()> {
    terminal::step("figures");
    // With no figure at all it is the head alone, and the error says why.
    table::print(report.scenarios.iter().flat_map(|outcome| {
        let figures = outcome.figures.iter();
        figures.map(|figure| (outcome.scenario.as_str(), figure))
    }));
    let all = report.scenarios.iter().flat_map(|outcome| &outcome.figures);
    let goals: Vec<bool> = all.filter_map(|figure| figure.met).collect();
    let missed = goals.iter().filter(|met| !**met).count();
    match (report.quick, goals.len(), missed) {
        (true, ..) => {
            terminal::line("a quick run: the figures say that the bench works, and nothing else");
        }
        (false, 0, _) => {}
        (false, all, 0) => terminal::line(&format!("all goals met: {all}")),
        (false, all, missed) => terminal::line(&format!("goals missed: {missed} of {all}")),
    }
    let failed: Vec<&str> = report
        .scenarios
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .map(|outcome| outcome.scenario.as_str())
        .collect();
    if !failed.is_empty() {
        bail!("no figures for {}: why is above", failed.join(", "));
    }
    Ok(())
}
