//! Medians over the rounds, ratios, and whether a goal is met.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::rows::{Against, Goal, Row, Unit};

/// What the load generator printed for one run: figures by their names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Run(BTreeMap<String, f64>);

/// What is known of one row.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) what: &'static str,
    pub(super) measure: &'static str,
    pub(super) unit: Unit,
    pub(super) liveside: f64,
    pub(super) floor: Option<f64>,
    pub(super) ratio: Option<f64>,
    pub(super) goal: Option<Goal>,
    /// `None` where nothing is aimed at.
    pub(super) met: Option<bool>,
}

impl Run {
    /// What one line of JSON says.
    ///
    /// # Errors
    /// If it is not an object of numbers.
    pub(super) fn parse(line: &str) -> Result<Self> {
        serde_json::from_str(line)
            .with_context(|| format!("the load generator printed no figures: {line:?}"))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, figure)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {figure:.1}")?;
        }
        Ok(())
    }
}

/// Sums the rounds up for one row.
///
/// # Errors
/// If a figure is missing in one of them.
pub(super) fn judge(row: &Row, liveside: &[Run], floor: &[Run]) -> Result<Figure> {
    let ours = median_of(liveside, row.measure)?;
    let floor = match floor {
        [] => None,
        runs => Some(median_of(runs, row.measure)?),
    };
    let against = match row.against {
        Against::Nothing => None,
        Against::Floor => floor,
        Against::Own(other) => Some(median_of(liveside, other)?),
    };
    let ratio = against
        .filter(|other| *other > 0.0)
        .map(|other| ours / other);
    let met = match row.goal {
        None => None,
        Some(Goal::Most(most)) => Some(ours <= most),
        Some(Goal::Ratio(most)) => {
            let ratio =
                ratio.with_context(|| format!("{} has nothing to compare with", row.what))?;
            Some(ratio <= most)
        }
    };
    Ok(Figure {
        what: row.what,
        measure: row.measure,
        unit: row.unit,
        liveside: ours,
        floor,
        ratio,
        goal: row.goal,
        met,
    })
}

fn median_of(runs: &[Run], measure: &str) -> Result<f64> {
    let figures: Result<Vec<f64>> = runs
        .iter()
        .map(|run| {
            let figure = run.0.get(measure).copied();
            figure.with_context(|| format!("the load generator gave no `{measure}`"))
        })
        .collect();
    median(figures?)
}

/// The middle one; of an even number, the mean of the middle two.
fn median(mut figures: Vec<f64>) -> Result<f64> {
    ensure!(!figures.is_empty(), "there is nothing to take a median of");
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 {
        return Ok(figures[middle]);
    }
    Ok(f64::midpoint(figures[middle - 1], figures[middle]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(figures: &[f64]) -> Vec<Run> {
        let line = |figure| format!(r#"{{"p50_us":{figure},"small":2.0}}"#);
        let runs = figures.iter().map(|figure| Run::parse(&line(figure)));
        runs.collect::<Result<_>>().expect("figures")
    }

    fn row(against: Against, goal: Goal) -> Row {
        Row {
            what: "time",
            measure: "p50_us",
            unit: Unit::Micros,
            against,
            goal: Some(goal),
        }
    }

    #[test]
    fn a_median_is_the_middle() {
        let of = |figures: &[f64]| median(figures.to_vec()).expect("there is one");
        assert_eq!(of(&[3.0]), 3.0);
        assert_eq!(of(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(of(&[4.0, 1.0, 100.0, 2.0]), 3.0);
        assert!(median(Vec::new()).is_err());
    }

    #[test]
    fn a_ratio_is_one_of_medians() {
        let row = row(Against::Floor, Goal::Ratio(1.5));
        let ours = runs(&[15.0, 90.0, 14.0]);
        let judged = judge(&row, &ours, &runs(&[10.0, 1.0, 11.0])).expect("a figure");
        assert_eq!(judged.liveside, 15.0);
        assert_eq!(judged.floor, Some(10.0));
        assert_eq!(judged.ratio, Some(1.5));
        assert_eq!(judged.met, Some(true));
        let judged = judge(&row, &ours, &runs(&[9.9])).expect("a figure");
        assert_eq!(judged.met, Some(false));
    }

    #[test]
    fn a_goal_may_be_a_figure_or_a_ratio_to_another_of_the_same_run() {
        let most = row(Against::Nothing, Goal::Most(5.0));
        assert_eq!(
            judge(&most, &runs(&[5.0]), &[]).expect("a figure").met,
            Some(true)
        );
        assert_eq!(
            judge(&most, &runs(&[5.1]), &[]).expect("a figure").met,
            Some(false)
        );
        let own = row(Against::Own("small"), Goal::Ratio(2.0));
        let judged = judge(&own, &runs(&[5.0]), &[]).expect("a figure");
        assert_eq!((judged.ratio, judged.met), (Some(2.5), Some(false)));
        assert_eq!(judged.floor, None);
    }

    #[test]
    fn a_figure_that_is_missing_is_told() {
        let ratio = row(Against::Floor, Goal::Ratio(1.5));
        assert!(judge(&ratio, &runs(&[1.0]), &[]).is_err());
        assert!(judge(&ratio, &[], &[]).is_err());
        let other = Row {
            measure: "p99_us",
            ..row(Against::Nothing, Goal::Most(1.0))
        };
        let error = judge(&other, &runs(&[1.0]), &[]).expect_err("it is not there");
        assert!(error.to_string().contains("p99_us"), "{error}");
        assert!(Run::parse("no figures").is_err());
    }
}
