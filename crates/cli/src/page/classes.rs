//! How good a network is at telling classes apart.

use layerwise_data::Task;
use layerwise_model::{Confusion, ReliabilityBin, calibration_error, reliability};
use layerwise_report::{Block, Chart, Figure, Heat, Plot, Series, Table};
use serde_json::{Value, json};

use super::{Findings, Held, Subject, curves, percent, rounded, share, share_interval, text};
use crate::error::CliError;
use crate::report::short;
use crate::scores::confusion;

/// Answers that a range needs to be drawn.
const LEAST: usize = 5;
/// Ranges of how sure a network is.
const BINS: usize = 10;
/// Classes that a picture of them has room for.
const MOST_CLASSES: usize = 40;
/// Mistakes that are listed.
const MISTAKES: usize = 8;
/// Where the program decides.
pub(super) const THRESHOLD: f64 = 0.5;

pub(super) fn blocks(
    subject: &Subject<'_>,
    held: &Held<'_>,
    findings: &mut Findings,
) -> Result<Vec<Block>, CliError> {
    let target = &subject.notes.target;
    let mut blocks = vec![text(format!("All of this is measured on {}.", held.words))];
    let labels: Vec<String> = target.labels().iter().map(|label| short(label)).collect();
    let counts = confusion(target, &held.al, held.y)?;
    findings.insert("confusion".into(), json!(counts));
    if labels.len() <= MOST_CLASSES {
        let values = counts.iter().map(|row| row.iter().map(|&n| n as f64).collect()).collect();
        let heat = Heat {
            rows: ("truly".into(), labels.clone()),
            columns: ("taken for".into(), labels.clone()),
            values,
        };
        blocks.push(
            Figure::new("Confusion: what rows are, and what they are taken for", Plot::Heat(heat))
                .read("What lies on the diagonal is right. The colour is the share of the row.")
                .into(),
        );
    }
    blocks.push(calibration(held, findings)?);
    if labels.len() > 2 {
        blocks.extend(mistakes(&labels, &counts));
    }
    blocks.push(text(
        "Of the rows taken for a class, precision is the share that are of it; of the rows of a class, recall is the \
         share that was found. F1 is the harmonic mean of both.",
    ));
    blocks.push(by_class(subject, held, &labels, &counts)?);
    match target.task() {
        Task::Binary => blocks.extend(curves::of_two_classes(held, &labels, findings)?),
        _ => blocks.extend(curves::of_classes(held, &labels, findings)?),
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

fn calibration(held: &Held<'_>, findings: &mut Findings) -> Result<Block, CliError> {
    let (al, y) = ((&held.al).into(), held.y.into());
    let bins = reliability(al, y, BINS)?;
    let error = calibration_error(al, y, BINS)?;
    let fact = |bin: &ReliabilityBin| {
        let (sure, right) = (rounded(bin.sureness), rounded(bin.right));
        json!({ "sure": sure, "right": right, "answers": bin.answers })
    };
    let facts: Vec<Value> = bins.iter().map(fact).collect();
    findings.insert("calibration".into(), json!({ "error": rounded(error), "bins": facts }));
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
    let n: usize = bins.iter().map(|bin| bin.answers).sum();
    let mean = |of: fn(&ReliabilityBin) -> f64| {
        bins.iter().map(|bin| bin.answers as f64 * of(bin)).sum::<f64>() / n.max(1) as f64
    };
    let band = if drawn.len() > 1 { " The band is what chance alone may do." } else { "" };
    let title = format!("Calibration, error {}", share(error));
    let mut figure = Figure::new(title, Plot::Chart(chart)).read(format!(
        "It gives its answers a probability of {} in the mean, and {} of them are right. Below the broken line it is surer than it should be, above it \
         less sure. The error is the mean distance from that line.{band}",
        percent(mean(|bin| bin.sureness)),
        percent(mean(|bin| bin.right)),
    ));
    let row =
        |bin: &ReliabilityBin| [share(bin.sureness), share(bin.right), bin.answers.to_string()];
    let header = ["how sure (mean)", "right", "answers"];
    figure.table = Table::new("Calibration", header, bins.iter().map(row));
    Ok(figure.into())
}
