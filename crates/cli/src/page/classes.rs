//! How good a network is at telling classes apart.

use layerwise_data::{DMatrix, Task};
use layerwise_model::{
    Confusion, ReliabilityBin, calibration_error, pr_auc, reliability, roc_auc, threshold_curve,
};
use layerwise_report::{Block, Chart, Figure, Heat, Plot, Series, Table};

use super::{Held, Subject, percent, share, share_interval, text};
use crate::error::CliError;
use crate::report::short;
use crate::scores::confusion;

/// Points of a curve, about.
const POINTS: usize = 300;
/// Answers that a range needs to be drawn.
const LEAST: usize = 5;
/// Ranges of how sure a network is.
const BINS: usize = 10;
/// Classes that a picture of them has room for.
const MOST_CLASSES: usize = 40;
/// Mistakes that are listed.
const MISTAKES: usize = 8;
/// Classes whose curves are drawn.
const WORST: usize = 6;
/// Where the program decides.
const THRESHOLD: f64 = 0.5;

pub(super) fn blocks(subject: &Subject<'_>, held: &Held<'_>) -> Result<Vec<Block>, CliError> {
    let target = &subject.notes.target;
    let mut blocks = vec![text(format!("All of this is measured on {}.", held.words))];
    let labels: Vec<String> = target.labels().iter().map(|label| short(label)).collect();
    let counts = confusion(target, &held.al, held.y)?;
    if labels.len() <= MOST_CLASSES {
        let values = counts.iter().map(|row| row.iter().map(|&n| n as f64).collect()).collect();
        let heat = Heat {
            rows: ("truly".into(), labels.clone()),
            columns: ("taken for".into(), labels.clone()),
            values,
        };
        blocks.push(
            Figure::new(
                "Confusion: rows by their class and the class they were taken for",
                Plot::Heat(heat),
            )
            .read("What lies on the diagonal is right. The colour is the share of the row.")
            .into(),
        );
    }
    blocks.push(calibration(held)?);
    if labels.len() > 2 {
        blocks.extend(mistakes(&labels, &counts));
    }
    blocks.push(text(
        "Of the rows taken for a class, precision is the share that are of it; of the rows of a class, recall is the \
         share that was found. F1 is the harmonic mean of both.",
    ));
    blocks.push(by_class(subject, held, &labels, &counts)?);
    match target.task() {
        Task::Binary => blocks.extend(curves(held, &labels)?),
        _ => blocks.extend(curves_of_classes(held, &labels)),
    }
    Ok(blocks)
}

/// What is most often taken for what.
fn mistakes(labels: &[String], counts: &[Vec<usize>]) -> Option<Block> {
    let pairs = counts.iter().enumerate().flat_map(|(truly, row)| {
        let of: usize = row.iter().sum();
        row.iter().enumerate().map(move |(taken, &n)| (n, of, truly, taken))
    });
    let mut wrong: Vec<_> = pairs.filter(|(n, _, truly, taken)| *n > 0 && truly != taken).collect();
    wrong.sort_by_key(|(n, ..)| std::cmp::Reverse(*n));
    let name = |class: usize| labels.get(class).cloned().unwrap_or_default();
    let rows = wrong.iter().take(MISTAKES).map(|&(n, of, truly, taken)| {
        [name(truly), name(taken), n.to_string(), percent(n as f64 / of as f64)]
    });
    let header = ["truly", "taken for", "rows", "of the class"];
    let table = Table::new("The most frequent mistakes", header, rows);
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

fn by_class(
    subject: &Subject<'_>,
    held: &Held<'_>,
    labels: &[String],
    counts: &[Vec<usize>],
) -> Result<Block, CliError> {
    let found = match subject.notes.target.task() {
        Task::Classes => Confusion::classes((&held.al).into(), held.y.into())?,
        _ => Confusion::binary((&held.al).into(), held.y.into(), THRESHOLD)?,
    };
    let shown = |value: Option<f64>| value.map_or_else(|| "n/a".into(), share);
    let row = |(class, label): (usize, &String)| {
        let rows = counts.get(class).map_or(0, |row| row.iter().sum());
        [
            label.clone(),
            rows.to_string(),
            shown(found.precision(class)),
            shown(found.recall(class)),
            shown(found.f1(class).filter(|_| rows > 0)),
        ]
    };
    let header = ["class", "rows", "precision", "recall", "F1"];
    let caption = "Each class for itself";
    Ok(Block::Table(Table::new(caption, header, labels.iter().enumerate().map(row))))
}

/// ROC curves of classes, each against the rest: those that are told apart worst.
fn curves_of_classes(held: &Held<'_>, labels: &[String]) -> Option<Block> {
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
    for (area, label, curve) in curves.iter().take(WORST) {
        let step = curve.len().div_ceil(POINTS);
        let points = curve.iter().step_by(step).chain(curve.last());
        let points = points.map(|point| (point.false_positive_rate, point.recall));
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
fn curves(held: &Held<'_>, labels: &[String]) -> Result<Vec<Block>, CliError> {
    let (al, y) = ((&held.al).into(), held.y.into());
    let Ok(curve) = threshold_curve(al, y) else {
        return Ok(vec![text(
            "All of these rows are of one class: there is no curve over thresholds.",
        )]);
    };
    let label = labels.get(1).map_or("1", String::as_str);
    let step = curve.len().div_ceil(POINTS);
    // The last in any case, where all are taken.
    let some = curve.iter().step_by(step).chain(curve.last());
    let some: Vec<_> = some.copied().collect();
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

fn calibration(held: &Held<'_>) -> Result<Block, CliError> {
    let (al, y) = ((&held.al).into(), held.y.into());
    let bins = reliability(al, y, BINS)?;
    let error = calibration_error(al, y, BINS)?;
    // A few answers say nothing.
    let enough = bins.iter().filter(|bin| bin.answers >= LEAST);
    let drawn: Vec<ReliabilityBin> = enough.copied().collect();
    let low = bins.iter().map(|bin| bin.sureness.min(bin.right)).fold(0.5, f64::min);
    let points = drawn.iter().map(|bin| (bin.sureness, bin.right));
    let spread = |bin: &ReliabilityBin| share_interval(bin.right, bin.answers);
    let line = Series::line("model", points).between(drawn.iter().map(spread));
    let mut chart = Chart::new("how sure it is", "how often it is right")
        .over((low, 1.0), (low.min(0.4) - 0.02, 1.02));
    let few = bins.iter().filter(|bin| bin.answers < LEAST).map(|bin| (bin.sureness, bin.right));
    chart = chart.with(line).with(Series::dashed("as sure as right", [(low, low), (1.0, 1.0)]));
    let few: Vec<(f64, f64)> = few.collect();
    if !few.is_empty() {
        chart = chart.with(Series::dots("of fewer than 5 answers", few));
    }
    let mut figure = Figure::new(format!("Calibration, error {}", share(error)), Plot::Chart(chart)).read(
        "Below the broken line it is surer than it should be, above it less sure. The error is the mean distance; \
         the band is what chance alone may do.",
    );
    let row =
        |bin: &ReliabilityBin| [share(bin.sureness), share(bin.right), bin.answers.to_string()];
    let header = ["how sure (mean)", "right", "answers"];
    figure.table = Table::new("Calibration", header, bins.iter().map(row));
    Ok(figure.into())
}
