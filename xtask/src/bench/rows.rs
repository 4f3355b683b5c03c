//! What each scenario shows, and the goals.

use clap::ValueEnum as _;
use serde::Serialize;

use crate::cli::Scenario;

/// How a scenario is run, and what of its figures is shown.
#[derive(Debug)]
pub(super) struct Plan {
    /// Server and generator share one processor.
    pub(super) one_processor: bool,
    /// Whether the floor can do it too.
    pub(super) floor: bool,
    /// The modules that the daemon serves, by the names of their files.
    pub(super) modules: &'static [&'static str],
    pub(super) rows: &'static [Row],
}

/// One line of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) what: &'static str,
    /// Its name in what the load generator prints.
    pub(super) measure: &'static str,
    pub(super) unit: Unit,
    pub(super) against: Against,
    pub(super) goal: Option<Goal>,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    Micros,
    Millis,
    Bytes,
    PerSecond,
}

/// What a ratio is to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Against {
    Nothing,
    /// The floor's figure of the same name.
    Floor,
    /// Another figure of the same run.
    Own(&'static str),
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Goal {
    /// The ratio is at most this.
    Ratio(f64),
    /// The figure is at most this.
    Most(f64),
}

/// As it is given on the command line, to us and to the load generator.
pub(super) fn name(scenario: Scenario) -> String {
    let value = scenario.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

impl Plan {
    pub(super) fn of(scenario: Scenario) -> Self {
        let ordinary = |rows| Self {
            one_processor: false,
            floor: true,
            modules: &["local-counter"],
            rows,
        };
        match scenario {
            Scenario::Rtt => Self {
                one_processor: true,
                ..ordinary(RTT)
            },
            Scenario::Throughput64x4 | Scenario::Throughput1000x1 => ordinary(THROUGHPUT),
            Scenario::Mount => ordinary(MOUNT),
            Scenario::Idle => ordinary(IDLE),
            Scenario::Idle100x100 => ordinary(IDLE_100X100),
            Scenario::BigState => Self {
                floor: false,
                modules: &["recorder"],
                ..ordinary(BIG_STATE)
            },
            Scenario::Swap => Self {
                floor: false,
                // The second version is put in place of the first by the load generator.
                modules: &["swap-one"],
                ..ordinary(SWAP)
            },
        }
    }
}

const RTT: &[Row] = &[
    Row {
        what: "round trip, p50",
        measure: "p50_us",
        unit: Unit::Micros,
        against: Against::Floor,
        goal: Some(Goal::Ratio(1.5)),
    },
    Row {
        what: "round trip, p99",
        measure: "p99_us",
        unit: Unit::Micros,
        against: Against::Floor,
        goal: None,
    },
];

const THROUGHPUT: &[Row] = &[
    Row {
        what: "processor time per call",
        measure: "cpu_us_per_call",
        unit: Unit::Micros,
        against: Against::Floor,
        goal: Some(Goal::Ratio(1.6)),
    },
    Row {
        what: "calls",
        measure: "calls_per_s",
        unit: Unit::PerSecond,
        against: Against::Floor,
        goal: None,
    },
];

const MOUNT: &[Row] = &[
    Row {
        what: "processor time per mount",
        measure: "cpu_us_per_mount",
        unit: Unit::Micros,
        against: Against::Floor,
        goal: Some(Goal::Most(25.0)),
    },
    Row {
        what: "mounts",
        measure: "mounts_per_s",
        unit: Unit::PerSecond,
        against: Against::Floor,
        goal: None,
    },
];

const IDLE: &[Row] = &[
    Row {
        what: "memory of a connection",
        measure: "bytes_per_connection",
        unit: Unit::Bytes,
        against: Against::Nothing,
        goal: Some(Goal::Most(6.0 * 1024.0)),
    },
    Row {
        what: "memory of a mount",
        measure: "bytes_per_mount",
        unit: Unit::Bytes,
        against: Against::Nothing,
        goal: Some(Goal::Most(1.5 * 1024.0)),
    },
];

const IDLE_100X100: &[Row] = &[Row {
    what: "memory of a mount",
    measure: "bytes_per_mount",
    unit: Unit::Bytes,
    against: Against::Nothing,
    goal: Some(Goal::Most(800.0)),
}];

const BIG_STATE: &[Row] = &[Row {
    what: "call beside 1 MB, to one beside 1 KB",
    measure: "large_us_per_call",
    unit: Unit::Micros,
    against: Against::Own("small_us_per_call"),
    goal: Some(Goal::Ratio(2.0)),
}];

const SWAP: &[Row] = &[
    Row {
        what: "file to first event, p50",
        measure: "p50_ms",
        unit: Unit::Millis,
        against: Against::Nothing,
        goal: Some(Goal::Most(150.0)),
    },
    Row {
        what: "file to first event, worst of 20",
        measure: "worst_ms",
        unit: Unit::Millis,
        against: Against::Nothing,
        goal: None,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_shows_something_that_can_be_judged() {
        for scenario in Scenario::value_variants() {
            let plan = Plan::of(*scenario);
            let name = name(*scenario);
            assert!(plan.rows.iter().any(|row| row.goal.is_some()), "{name}");
            for row in plan.rows {
                // A ratio needs something to be a ratio to.
                let has_ratio = match row.against {
                    Against::Nothing => false,
                    Against::Floor => plan.floor,
                    Against::Own(_) => true,
                };
                let needs_ratio = matches!(row.goal, Some(Goal::Ratio(_)));
                assert!(has_ratio || !needs_ratio, "{name}: {}", row.what);
            }
        }
    }
}
