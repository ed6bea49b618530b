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
    // The same classes in both, in the same colours.
    curves.sort_by(|a, b| a.average.total_cmp(&b.average));
    let pr = Chart::new("found", "of those taken, right").over((0.0, 1.0), (0.0, 1.02));
    let pr = with_worst(pr, &curves, average, |point| (point.recall, point.precision));
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
    let end = end_of_alarms(&curves[..curves.len().min(WORST)]);
    let roc = Chart::new("false alarms", "found").over((0.0, end), (0.0, 1.0));
    let roc = with_worst(roc, &curves, area, |point| (point.false_positive_rate, point.recall));
    let ends = match end < 1.0 {
        true => format!(
            " The axis ends at {end}: from there on nearly all rows of each class are found."
        ),
        false => String::new(),
    };
    let title = |what: &str| match curves.len() {
        n if n > WORST => format!("{what} curves of the {WORST} classes that are told apart worst"),
        _ => format!("{what} curves, each class against the rest"),
    };
    Ok(vec![
        Figure::new(title("ROC"), Plot::Chart(roc))
            .read(format!(
                "Each point is a threshold on the probability of a class: the share of the other rows taken for it, and \
                 of its own rows found. The nearer to the upper left, the better. The number is the area; guessing has \
                 0.5.{ends}"
            ))
            .into(),
        Figure::new(title("Precision-recall"), Plot::Chart(pr))
            .read(
                "The same thresholds: the share of its own rows found, and how many of the rows taken for the class are \
                 of it. The nearer to the upper right, the better. The number is the average precision; guessing has \
                 the share of the class.",
            )
            .into(),
    ])
}

/// Up to how many false alarms there is something to see: beyond it nearly all rows of every class are found.
fn end_of_alarms(curves: &[OfClass<'_>]) -> f64 {
    const NEARLY: f64 = 0.99;
    let found = |of: &OfClass<'_>| {
        let point = of.curve.iter().find(|point| point.recall >= NEARLY);
        point.map_or(1.0, |point| point.false_positive_rate)
    };
    let last = curves.iter().map(found).fold(0.0, f64::max);
    [0.05, 0.1, 0.2, 0.5].into_iter().find(|end| *end >= last).unwrap_or(1.0)
}

/// A line as far as its axis goes.
fn upto(mut points: Vec<(f64, f64)>, end: f64) -> Vec<(f64, f64)> {
    if let Some(i) = points.iter().position(|point| point.0 > end) {
        let next = points[i];
        points.truncate(i);
        if let Some(&(x, y)) = points.last() {
            points.push((end, y + (next.1 - y) * (end - x) / (next.0 - x)));
        }
    }
    points
}

/// A chart of the first of these classes, each with what it is judged by.
fn with_worst(chart: Chart, curves: &[OfClass<'_>], judged: Judgement, place: Place) -> Chart {
    curves.iter().take(WORST).fold(chart, |chart, of| {
        let points = some(&of.curve).map(|point| place(&point)).collect();
        let points = upto(points, chart.ranges[0].map_or(1.0, |range| range.1));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_where_its_axis_does() {
        let line = vec![(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)];
        assert_eq!(upto(line.clone(), 0.25), [(0.0, 0.0), (0.0, 0.5), (0.25, 0.75)]);
        assert_eq!(upto(line.clone(), 1.0), line);
    }

    #[test]
    fn an_axis_goes_until_every_class_is_found() {
        let of = |points: &[(f64, f64)]| {
            let point = |&(false_positive_rate, recall): &(f64, f64)| ThresholdPoint {
                threshold: 0.5,
                false_positive_rate,
                recall,
                precision: 1.0,
            };
            OfClass {
                label: "a",
                area: 1.0,
                average: 1.0,
                curve: points.iter().map(point).collect(),
            }
        };
        let (good, middling) = (of(&[(0.0, 0.9), (0.01, 1.0)]), of(&[(0.0, 0.5), (0.3, 0.995)]));
        assert_eq!(end_of_alarms(&[good]), 0.05);
        assert_eq!(end_of_alarms(&[middling]), 0.5);
        assert_eq!(end_of_alarms(&[of(&[(0.8, 0.9), (1.0, 1.0)])]), 1.0);
    }
}
