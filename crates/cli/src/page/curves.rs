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

/// A class against the rest.
struct OfClass<'a> {
    label: &'a str,
    area: f64,
    average: f64,
    curve: Vec<ThresholdPoint>,
}

/// What its curve is judged by, and what is drawn of a point of it.
type Judgement = fn(&OfClass<'_>) -> f64;
type Place = fn(&ThresholdPoint) -> (f64, f64);

/// ROC and precision-recall curves of classes, each against the rest: those that are told apart worst.
pub(super) fn of_classes(
    held: &Held<'_>,
    labels: &[String],
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let row = |of: &DMatrix<f32>, class: usize| of.row(class).into_owned();
    let mut curves = vec![];
    for (class, label) in labels.iter().enumerate() {
        let (al, y) = (row(&held.al, class), row(held.y, class));
        let [al, y] = [al, y].map(|row| DMatrix::from_row_slice(1, row.ncols(), row.as_slice()));
        let (al, y) = ((&al).into(), (&y).into());
        // A class without a row here, or with all of them, has no curve.
        let (Ok(area), Ok(curve)) = (roc_auc(al, y), threshold_curve(al, y)) else { continue };
        curves.push(OfClass { label, area, average: pr_auc(al, y)?, curve });
    }
    if curves.is_empty() {
        return Ok(vec![]);
    }
    let [area, average]: [Judgement; 2] = [|of| of.area, |of| of.average];
    curves.sort_by(|a, b| a.average.total_cmp(&b.average));
    let pr = Chart::new("found", "of those taken, right").over((0.0, 1.0), (0.0, 1.02));
    let pr = with_worst(pr, &curves, average, |point| (point.recall, point.precision));
    curves.sort_by(|a, b| a.area.total_cmp(&b.area));
    let facts = curves.iter().enumerate().map(|(i, of)| {
        let (area, average) = (rounded(of.area), rounded(of.average));
        let mut fact = json!({ "class": of.label, "area": area, "average_precision": average });
        if i < WORST {
            let some: Vec<_> = some(&of.curve).collect();
            fact["points"] = points_of(&some);
        }
        fact
    });
    findings.insert("curves".into(), facts.collect());
    let roc = Chart::new("false alarms", "found").over((0.0, 1.0), (0.0, 1.0));
    let roc = with_worst(roc, &curves, area, |point| (point.false_positive_rate, point.recall));
    let title = |what: &str, least: &str| match curves.len() {
        n if n > WORST => format!("{what} curves of the {WORST} classes with the least {least}"),
        _ => format!("{what} curves, each class against the rest"),
    };
    Ok(vec![
        Figure::new(title("ROC", "area"), Plot::Chart(roc))
            .read(
                "Each point is a threshold on the probability of a class: the share of the other rows taken for it, and \
                 of its own rows found. The nearer to the upper left, the better. The number is the area; guessing has \
                 0.5.",
            )
            .into(),
        Figure::new(title("Precision-recall", "average"), Plot::Chart(pr))
            .read(
                "The same thresholds: the share of its own rows found, and how many of the rows taken for the class are \
                 of it. The nearer to the upper right, the better. The number is the average precision; guessing has \
                 the share of the class.",
            )
            .into(),
    ])
}

/// A chart of the first of these classes, each with what it is judged by.
fn with_worst(chart: Chart, curves: &[OfClass<'_>], judged: Judgement, place: Place) -> Chart {
    curves.iter().take(WORST).fold(chart, |chart, of| {
        let points = some(&of.curve).map(|point| place(&point));
        chart.with(Series::line(&format!("{}: {}", of.label, share(judged(of))), points))
    })
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
