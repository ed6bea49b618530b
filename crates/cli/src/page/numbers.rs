//! How good a network is at predicting a number.

use layerwise_data::Task;
use layerwise_report::{Block, Chart, Figure, Plot, Series};
use serde_json::json;

use super::{Findings, Held, Subject, brief, percent, rounded, text};
use crate::error::CliError;
use crate::report::short;

/// Points that are drawn, at most.
const POINTS: usize = 1000;
/// Ranges of a histogram.
const RANGES: usize = 20;

/// By how much half of the predictions of a number are off at most, and nine of ten.
pub(super) fn off_by(subject: &Subject<'_>, held: &Held<'_>) -> Option<(f64, f64)> {
    let target = &subject.notes.target;
    if target.task() != Task::Regression || held.m() == 0 {
        return None;
    }
    let off = held.al.iter().zip(held.y).map(|(a, y)| f64::from(a - y).abs() * target.deviation());
    let mut off: Vec<f64> = off.collect();
    off.sort_by(f64::total_cmp);
    let quantile = |share: f64| off[((share * off.len() as f64) as usize).min(off.len() - 1)];
    Some((quantile(0.5), quantile(0.9)))
}

/// By how much always saying the mean would be off, in the mean.
pub(super) fn off_without(subject: &Subject<'_>, held: &Held<'_>) -> f64 {
    let mean = held.y.mean();
    let off = held.y.iter().map(|y| f64::from(y - mean).abs()).sum::<f64>();
    off / held.m().max(1) as f64 * subject.notes.target.deviation()
}

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let target = &subject.notes.target;
    let pairs: Vec<(f64, f64)> = held
        .al
        .iter()
        .zip(held.y.iter())
        .map(|(a, y)| (target.number(*a), target.number(*y)))
        .collect();
    let errors: Vec<f64> = pairs.iter().map(|(predicted, truth)| predicted - truth).collect();
    let mut blocks = vec![text(format!("All of this is measured on {}.", held.words))];
    let over =
        errors.iter().filter(|error| **error > 0.0).count() as f64 / errors.len().max(1) as f64;
    if let Some((half, nine)) = off_by(subject, held) {
        findings.insert(
            "errors".into(),
            json!({
                "half_within": rounded(half),
                "nine_of_ten_within": rounded(nine),
                "too_high": rounded(over),
            }),
        );
        blocks.push(text(format!(
            "Half of the predictions are off by at most {}, nine of ten by at most {}. {} of them are too high.",
            brief(half),
            brief(nine),
            percent(over)
        )));
    }
    let step = pairs.len().div_ceil(POINTS).max(1);
    let some = || pairs.iter().copied().step_by(step);
    let drawn: Vec<[f64; 2]> = some().map(|(a, y)| [rounded(a), rounded(y)]).collect();
    findings.insert("predicted_and_true".into(), json!(drawn));
    let all = pairs.iter().flat_map(|&(a, y)| [a, y]);
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    let name = short(target.column());
    let predicted = format!("{name}, predicted");
    let mut chart = Chart::new(&predicted, format!("{name}, true"));
    chart = chart.with(Series::dots("rows", some()));
    chart = chart.with(Series::dashed("all right", [(low, low), (high, high)]));
    blocks.push(
        Figure::new("What was predicted and what is true", Plot::Chart(chart))
            .read("The nearer to the broken line, the better.")
            .into(),
    );
    let mut chart = Chart::new(&predicted, "predicted − true");
    chart = chart.with(Series::dots("rows", some().map(|(a, y)| (a, a - y))));
    let (least, most) =
        pairs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), pair| {
            (low.min(pair.0), high.max(pair.0))
        });
    chart = chart.with(Series::dashed("no error", [(least, 0.0), (most, 0.0)]));
    blocks.push(
        Figure::new("Errors over what was predicted", Plot::Chart(chart))
            .read(
                "A cloud around 0 of the same height everywhere is what to hope for. A bend says that something was \
                 not learned; a funnel that large predictions are less sure than small ones.",
            )
            .into(),
    );
    let (low, high) = errors
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let width = (high - low) / RANGES as f64;
    if width > 0.0 && width.is_finite() {
        let edges: Vec<f64> = (0..=RANGES).map(|i| low + i as f64 * width).collect();
        let mut counts = vec![0.0; RANGES];
        for error in &errors {
            counts[(((error - low) / width) as usize).min(RANGES - 1)] += 1.0;
        }
        findings.insert("error_histogram".into(), json!({ "edges": edges, "rows": counts }));
        let chart = Chart::new("predicted − true", "rows");
        let chart = chart.with(Series::histogram("rows", &edges, &counts)).marked(0.0, "no error");
        blocks.push(Figure::new("How large the errors are", Plot::Chart(chart)).into());
    }
    Ok(blocks)
}
