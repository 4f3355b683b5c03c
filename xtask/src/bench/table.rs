//! The table: aligned, and words where a goal is met or missed.

use super::figures::Figure;
use super::rows::{Goal, Unit};
use crate::terminal;

const HEAD: [&str; 7] = ["scenario", "what", "Liveside", "floor", "ratio", "goal", ""];

/// Prints a line for each figure, under its scenario's name.
pub(super) fn print<'a>(figures: impl Iterator<Item = (&'a str, &'a Figure)>) {
    let mut lines = vec![HEAD.map(str::to_owned)];
    let mut verdicts = vec![None];
    for (scenario, figure) in figures {
        lines.push(cells(scenario, figure));
        verdicts.push(figure.met);
    }
    for (line, met) in align(&lines).iter().zip(verdicts) {
        match met {
            None => terminal::line(line),
            Some(true) => terminal::good(line),
            Some(false) => terminal::error(line),
        }
    }
}

fn cells(scenario: &str, figure: &Figure) -> [String; 7] {
    let optional = |text: Option<String>| text.unwrap_or_default();
    let goal = figure.goal.map(|goal| match goal {
        Goal::Ratio(most) => format!("<= {most:.1}x"),
        Goal::Most(most) => format!("<= {}", with_unit(most, figure.unit)),
    });
    [
        scenario.to_owned(),
        figure.what.to_owned(),
        with_unit(figure.liveside, figure.unit),
        optional(figure.floor.map(|floor| with_unit(floor, figure.unit))),
        optional(figure.ratio.map(|ratio| format!("{ratio:.2}"))),
        optional(goal),
        match figure.met {
            None => "",
            Some(true) => "met",
            Some(false) => "missed",
        }
        .to_owned(),
    ]
}

/// Words to the left, numbers to the right.
fn align(lines: &[[String; 7]]) -> Vec<String> {
    let widths: [usize; 7] = std::array::from_fn(|column| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or_default()
    });
    let line = |cells: &[String; 7]| {
        let cells = cells.iter().zip(widths).enumerate();
        let padded = cells.map(|(column, (cell, width))| match column {
            2..=5 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect()
}

fn with_unit(figure: f64, unit: Unit) -> String {
    match unit {
        Unit::Micros => format!("{figure:.1} µs"),
        Unit::Millis => format!("{figure:.0} ms"),
        Unit::Bytes => format!("{} B", in_thousands(figure)),
        Unit::PerSecond => format!("{} /s", in_thousands(figure)),
    }
}

/// `1,234,567`; of less than nothing, the same with a minus.
fn in_thousands(figure: f64) -> String {
    let digits = format!("{:.0}", figure.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if figure <= -0.5 {
        text.insert(0, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Figure {
        Figure {
            what: "round trip, p50",
            measure: "p50_us",
            unit: Unit::Micros,
            liveside: 17.84,
            floor: Some(14.7),
            ratio: Some(1.2136),
            goal: Some(Goal::Ratio(1.5)),
            met: Some(true),
        }
    }

    #[test]
    fn the_columns_stand_under_each_other() {
        let memory = Figure {
            what: "memory",
            unit: Unit::Bytes,
            liveside: 123_456.4,
            floor: None,
            ratio: None,
            goal: Some(Goal::Most(6144.0)),
            met: Some(false),
            ..figure()
        };
        let lines = [
            HEAD.map(str::to_owned),
            cells("rtt", &figure()),
            cells("idle", &memory),
        ];
        assert_eq!(
            align(&lines),
            [
                "scenario  what              Liveside    floor  ratio        goal",
                "rtt       round trip, p50    17.8 µs  14.7 µs   1.21     <= 1.5x  met",
                "idle      memory           123,456 B                  <= 6,144 B  missed",
            ]
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(in_thousands(0.4), "0");
        assert_eq!(in_thousands(999.0), "999");
        assert_eq!(in_thousands(1000.0), "1,000");
        assert_eq!(in_thousands(1_234_567.0), "1,234,567");
        assert_eq!(in_thousands(-1234.0), "-1,234");
        assert_eq!(in_thousands(-0.3), "0");
    }
}
