//! Curves over thresholds: found, false alarms and precision.

use layerwise_data::DMatrix;
use layerwise_model::{ThresholdPoint, pr_auc, roc_auc, threshold_curve};
use layerwise_report::{Block, Chart, Figure, Plot, Series};
use serde_json::{Value, json};

use super::classes::THRESHOLD;
use super::{Findings, Held, percent, rounded, share, text};
use crate::error::CliError;

/// Points of a curve, about.
const POINTS: usize = 300;
/// Classes whose curves are drawn.
const WORST: usize = 6;

/// Some points of a curve, the last in any case, where all are taken.
fn some(curve: &[ThresholdPoint]) -> impl Iterator<Item = ThresholdPoint> {
    let step = curve.len().div_ceil(POINTS).max(1);
    curve.iter().step_by(step).chain(curve.last()).copied()
}

/// The same for machines.
fn points_of(points: &[ThresholdPoint]) -> Value {
    let of = |value: fn(&ThresholdPoint) -> f64| -> Vec<f64> {
        points.iter().map(|point| rounded(value(point))).collect()
    };
    json!({
        "threshold": of(|point| point.threshold),
        "false_positive_rate": of(|point| point.false_positive_rate),
        "recall": of(|point| point.recall),
        "precision": of(|point| point.precision),
    })
}

/// ROC curves of classes, each against the rest: those that are told apart worst.
pub(super) fn of_classes(
    held: &Held<'_>,
    labels: &[String],
    findings: &mut Findings,
) -> Option<Block> {
    let row = |of: &DMatrix<f32>, class: usize| of.row(class).into_owned();
    let mut curves = vec![];
    for (class, label) in labels.iter().enumerate() {
        let (al, y) = (row(&held.al, class), row(held.y, class));
        let [al, y] = [al, y].map(|row| DMatrix::from_row_slice(1, row.ncols(), row.as_slice()));
        // A class without a row here, or with all of them, has no curve.
        let (Ok(area), Ok(curve)) =
            (roc_auc((&al).into(), (&y).into()), threshold_curve((&al).into(), (&y).into()))
        else {
            continue;
        };
        curves.push((area, label, curve));
    }
    curves.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut chart = Chart::new("false alarms", "found").over((0.0, 1.0), (0.0, 1.0));
    let mut facts = vec![];
    for (area, label, curve) in &curves {
        let mut fact = json!({ "class": label, "area": rounded(*area) });
        if facts.len() < WORST {
            let some: Vec<_> = some(curve).collect();
            fact["points"] = points_of(&some);
        }
        facts.push(fact);
    }
    findings.insert("curves".into(), facts.into());
    for (area, label, curve) in curves.iter().take(WORST) {
        let points = some(curve).map(|point| (point.false_positive_rate, point.recall));
        chart = chart.with(Series::line(&format!("{label}: {}", share(*area)), points));
    }
    let title = match curves.len() {
        0 => return None,
        n if n > WORST => format!("ROC curves of the {WORST} classes with the least area"),
        _ => "ROC curves, each class against the rest".into(),
    };
    let figure = Figure::new(title, Plot::Chart(chart)).read(
        "Each point is a threshold on the probability of a class: the share of the other rows taken for it, and of its \
         own rows found. The number is the area.",
    );
    Some(figure.into())
}

/// The curves over thresholds, of two classes of which not all rows are one.
pub(super) fn of_two_classes(
    held: &Held<'_>,
    labels: &[String],
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let (al, y) = ((&held.al).into(), held.y.into());
    let Ok(curve) = threshold_curve(al, y) else {
        return Ok(vec![text(
            "All of these rows are of one class: there is no curve over thresholds.",
        )]);
    };
    let label = labels.get(1).map_or("1", String::as_str);
    let some: Vec<ThresholdPoint> = some(&curve).collect();
    let chosen = curve.iter().rev().find(|point| point.threshold > THRESHOLD).or(curve.first());
    let ones = held.y.iter().filter(|&&y| y > 0.5).count() as f64 / held.m() as f64;
    let (found, false_alarms) = (format!("{label} found"), "false alarms");
    let mut roc = Chart::new(false_alarms, &found).over((0.0, 1.0), (0.0, 1.0));
    roc = roc.with(Series::line("model", some.iter().map(|p| (p.false_positive_rate, p.recall))));
    roc = roc.with(Series::dashed("guessing", [(0.0, 0.0), (1.0, 1.0)]));
    let mut pr = Chart::new(&found, "of those taken, right").over((0.0, 1.0), (0.0, 1.02));
    pr = pr.with(Series::line("model", some.iter().map(|p| (p.recall, p.precision))));
    pr = pr.with(Series::dashed("guessing", [(0.0, ones), (1.0, ones)]));
    if let Some(at) = chosen {
        let name = "decided here (0.5)";
        roc = roc.with(Series::dots(name, [(at.false_positive_rate, at.recall)]));
        pr = pr.with(Series::dots(name, [(at.recall, at.precision)]));
    }
    let (area, average) = (roc_auc(al, y)?, pr_auc(al, y)?);
    let fact = json!({
        "class": label,
        "area": rounded(area),
        "average_precision": rounded(average),
        "decided_at": THRESHOLD,
        "points": points_of(&some),
    });
    findings.insert("curves".into(), json!([fact]));
    Ok(vec![
        Figure::new(format!("ROC curve, area {}", share(area)), Plot::Chart(roc))
            .read(format!(
                "Each point is a threshold: the share of the other class taken for {label}, and of {label} found. \
                 The nearer to the upper left, the better; the area is how often a row of {label} gets a higher \
                 probability than a row of the other class."
            ))
            .into(),
        Figure::new(format!("Precision over recall, average {}", share(average)), Plot::Chart(pr))
            .read(format!(
                "Finding more of {label} costs being wrong more often. Guessing would be right {} of the time.",
                percent(ones)
            ))
            .into(),
    ])
}
