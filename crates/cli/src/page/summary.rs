//! The whole in a few numbers.

use std::collections::BTreeMap;

use layerwise_data::Task;
use layerwise_model::{ModelError, bootstrap_interval, r_squared};
use layerwise_report::{Block, Table};

use super::{Held, Subject, count, figure, measure, share, share_interval, taken_for, text, truth};
use crate::error::CliError;
use crate::report::short;
use crate::scores::Scores;

/// Draws of the bootstrap, fewer where examples are many.
const DRAWS: usize = 500;
const DRAWN: usize = 2_000_000;
/// The part of draws that an interval holds.
const LEVEL: f64 = 0.95;

/// Rows below which measures say little.
const FEW: usize = 30;

/// What the page says in a sentence.
pub(super) fn sentence(subject: &Subject<'_>) -> Result<String, CliError> {
    let (notes, target) = (subject.notes, &subject.notes.target);
    let known = notes.scores.test.clone();
    let scores = match &subject.held {
        Some(held) => Scores::of(target, &held.al, held.y)?,
        None => known,
    };
    let of = |(name, value): &(String, Option<f64>)| format!("{name} {}", measure(name, *value));
    let measures: Vec<String> = scores.measures.iter().map(of).collect();
    let words = subject.held.as_ref().map_or("rows held out for testing", |held| &held.words);
    let (column, task) = (target.column(), target.task().words());
    Ok(format!("A network that predicts {column} ({task}): {} on {words}.", measures.join(", ")))
}

pub(super) fn blocks(subject: &Subject<'_>) -> Result<Vec<Block>, CliError> {
    let mut blocks = vec![];
    let mut warnings = verdict(subject)?;
    warnings.extend_from_slice(subject.warnings);
    if !warnings.is_empty() {
        blocks.push(Block::Warnings(warnings));
    }
    let Some(held) = &subject.held else {
        let of = |(name, value): &(String, Option<f64>)| {
            [name.clone(), measure(name, *value), String::new()]
        };
        blocks.push(Block::Measures(subject.notes.scores.test.measures.iter().map(of).collect()));
        blocks.push(text(
            "Measured on the rows that were held out in training. With data beside the model, `layerwise report MODEL \
             DATA`, this page also says where it fails and why.",
        ));
        return Ok(blocks);
    };
    blocks.push(text(format!(
        "Measured on {}. The intervals hold the middle 95 % of what the measure would be on other rows of the same \
         kind, as many as these (bootstrap).",
        held.words
    )));
    let scores = Scores::of(&subject.notes.target, &held.al, held.y)?;
    let mut measures = vec![];
    for (name, value) in &scores.measures {
        let interval = match interval_of(subject, held, name)? {
            Some((low, high)) => {
                format!("{} to {}", measure(name, Some(low)), measure(name, Some(high)))
            }
            None => String::new(),
        };
        let note =
            [interval, guessing(subject, held, name)].into_iter().filter(|note| !note.is_empty());
        measures.push([name.clone(), measure(name, *value), note.collect::<Vec<_>>().join("; ")]);
    }
    blocks.push(Block::Measures(measures));
    blocks.push(parts(subject));
    Ok(blocks)
}

/// The measures of all parts, as they were after training: what was learned by heart shows here.
fn parts(subject: &Subject<'_>) -> Block {
    let scores = &subject.notes.scores;
    let parts = [&scores.train, &scores.validation, &scores.test];
    let row = |(k, (name, _)): (usize, &(String, Option<f64>))| {
        let of = |part: &Scores| measure(name, part.measures.get(k).and_then(|(_, value)| *value));
        let [train, validation, test] = parts.map(of);
        [name.clone(), train, validation, test]
    };
    let rows = scores.test.measures.iter().enumerate().map(row);
    let header = ["", "training", "validation", "test"];
    let caption =
        "After training; far better on the training rows than on the others means learned by heart";
    Block::Table(Table::new(caption, header, rows))
}

/// A measure with between what it may well lie.
#[derive(serde::Serialize)]
pub(super) struct Judged {
    value: Option<f64>,
    interval: Option<(f64, f64)>,
}

/// The measures with their intervals, for machines.
pub(super) fn judged(
    subject: &Subject<'_>,
    held: &Held<'_>,
) -> Result<BTreeMap<String, Judged>, CliError> {
    let scores = Scores::of(&subject.notes.target, &held.al, held.y)?;
    let of = |(name, value): (String, Option<f64>)| {
        let interval = interval_of(subject, held, &name)?;
        Ok((name, Judged { value, interval }))
    };
    scores.measures.into_iter().map(of).collect()
}

/// What must be known before the measures are believed.
fn verdict(subject: &Subject<'_>) -> Result<Vec<String>, CliError> {
    let Some(held) = &subject.held else { return Ok(vec![]) };
    let mut warnings = vec![];
    if held.m() < FEW {
        let rows = count(held.m(), "row");
        warnings.push(format!("it is judged by {rows} only: the measures say little"));
    }
    let scores = Scores::of(&subject.notes.target, &held.al, held.y)?;
    let value = |name: &str| scores.measures.iter().find(|measure| measure.0 == name)?.1;
    let useless = match subject.notes.target.task() {
        Task::Regression => value("R²").is_some_and(|r| r <= 0.0),
        _ => value("AUC").is_some_and(|auc| auc <= 0.5),
    };
    let (low, worth) = match subject.notes.target.task() {
        Task::Regression => (interval_of(subject, held, "R²")?.map(|range| range.0), 0.0),
        Task::Binary => (interval_of(subject, held, "AUC")?.map(|range| range.0), 0.5),
        Task::Classes => (None, 0.0),
    };
    let guess = match subject.notes.target.task() {
        Task::Regression => "always saying the mean",
        _ => "guessing",
    };
    if useless {
        warnings.push(format!(
            "it is no better than {guess}: what this page says of reasons is noise, and it is not worth being used"
        ));
    } else if low.is_some_and(|low| low <= worth) {
        warnings.push(format!("it may well be no better than {guess}: the interval says so"));
    }
    if subject.notes.target.task() != Task::Regression
        && let Some(accuracy) = value("accuracy")
        && accuracy <= most_frequent(held, subject.notes.target.labels().len()).1
    {
        warnings.push(
            "its answers are right no more often than always saying the most frequent class: look at each class, and at \
             other thresholds"
                .into(),
        );
    }
    Ok(warnings)
}

/// The class that most rows are of, and their share.
fn most_frequent(held: &Held<'_>, classes: usize) -> (usize, f64) {
    let mut counts = vec![0_usize; classes.max(2)];
    held.y.column_iter().for_each(|y| counts[truth(y.as_slice())] += 1);
    let (class, n) = counts.iter().enumerate().max_by_key(|(_, n)| **n).unwrap_or((0, &0));
    (class, *n as f64 / held.m().max(1) as f64)
}

/// What a measure would be without a network.
fn guessing(subject: &Subject<'_>, held: &Held<'_>, name: &str) -> String {
    match name {
        "accuracy" => {
            let (class, most) = most_frequent(held, subject.notes.target.labels().len());
            let label = subject.notes.target.labels().get(class).map_or("", String::as_str);
            format!("always {}: {}", short(label), share(most))
        }
        "AUC" if subject.notes.target.task() == Task::Classes => {
            "mean over classes, each against the rest; guessing: 0.5".into()
        }
        "AUC" => "guessing: 0.5".into(),
        "R²" => "always the mean: 0".into(),
        "RMSE" => {
            let mean = held.y.mean();
            let square = held.y.iter().map(|y| f64::from(y - mean).powi(2)).sum::<f64>();
            let rmse = (square / held.m().max(1) as f64).sqrt() * subject.notes.target.deviation();
            format!("always the mean: {}", figure(rmse))
        }
        _ => String::new(),
    }
}

/// Between what a measure may well lie.
fn interval_of(
    subject: &Subject<'_>,
    held: &Held<'_>,
    name: &str,
) -> Result<Option<(f64, f64)>, CliError> {
    let (m, unit) = (held.m(), subject.notes.target.deviation());
    if m < 2 {
        return Ok(None);
    }
    let draws = (DRAWN / m).clamp(100, DRAWS);
    let seed = subject.notes.training.seed;
    let pairs: Vec<(f32, f32)> = held.al.iter().copied().zip(held.y.iter().copied()).collect();
    let interval =
        |of: &dyn Fn(&[usize]) -> Option<f64>| bootstrap_interval(m, of, draws, LEVEL, seed);
    let mean = |of: Vec<f64>| {
        interval(&move |rows: &[usize]| {
            Some(rows.iter().map(|&row| of[row]).sum::<f64>() / rows.len() as f64)
        })
    };
    let error = |&(a, y): &(f32, f32)| f64::from(a - y);
    Ok(match (name, subject.notes.target.task()) {
        ("accuracy", _) => {
            let right = |j: usize| {
                let (al, y) = (held.al.column(j), held.y.column(j));
                f64::from(u8::from(taken_for(al.as_slice()).0 == truth(y.as_slice())))
            };
            let right: Vec<f64> = (0..m).map(right).collect();
            let all = right.iter().sum::<f64>() / m as f64;
            match mean(right)? {
                // Of rows that are all right, or all wrong, every draw is.
                Some((low, high)) if low == high => Some(share_interval(all, m)),
                interval => interval,
            }
        }
        ("AUC", Task::Binary) => {
            let mut order: Vec<usize> = (0..m).collect();
            order.sort_by(|&i, &j| pairs[i].0.total_cmp(&pairs[j].0));
            interval(&|rows| auc(rows, &order, &pairs))?.filter(|(low, high)| low < high)
        }
        ("MAE", _) => mean(pairs.iter().map(|pair| error(pair).abs() * unit).collect())?,
        ("RMSE", _) => {
            let squares = mean(pairs.iter().map(|pair| error(pair).powi(2)).collect())?;
            squares.map(|(low, high)| (low.sqrt() * unit, high.sqrt() * unit))
        }
        ("R²", _) => interval(&|rows| {
            let of = |row: &[f32]| layerwise_data::DMatrix::from_row_slice(1, row.len(), row);
            let al: Vec<f32> = rows.iter().map(|&row| pairs[row].0).collect();
            let y: Vec<f32> = rows.iter().map(|&row| pairs[row].1).collect();
            let r: Result<f64, ModelError> = r_squared((&of(&al)).into(), (&of(&y)).into());
            r.ok()
        })?,
        _ => None,
    })
}

/// The area under the ROC curve of rows, some of them several times; `order` is all of them by output.
fn auc(rows: &[usize], order: &[usize], pairs: &[(f32, f32)]) -> Option<f64> {
    let mut times = vec![0_u32; order.len()];
    rows.iter().for_each(|&row| times[row] += 1);
    let (mut positives, mut negatives, mut wins) = (0.0, 0.0, 0.0);
    for group in order.chunk_by(|&i, &j| pairs[i].0 == pairs[j].0) {
        let (mut p, mut n) = (0.0, 0.0);
        for &row in group {
            let times = f64::from(times[row]);
            if pairs[row].1 > 0.5 { p += times } else { n += times }
        }
        wins += p * (negatives + n / 2.0);
        (positives, negatives) = (positives + p, negatives + n);
    }
    (positives > 0.0 && negatives > 0.0).then(|| wins / (positives * negatives))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auc_of_rows_taken_again_is_that_of_their_copies() {
        let pairs = [(0.1, 0.0), (0.4, 0.0), (0.35, 1.0), (0.8, 1.0), (0.4, 1.0)];
        let order = [0, 2, 1, 4, 3];
        for rows in [vec![0, 1, 2, 3, 4], vec![0, 0, 2, 2, 1], vec![4, 1, 1, 3, 3]] {
            let of = |row: &usize| pairs[*row];
            let (al, y): (Vec<f32>, Vec<f32>) = rows.iter().map(of).unzip();
            let matrix = |row: &[f32]| layerwise_data::DMatrix::from_row_slice(1, row.len(), row);
            let expected =
                layerwise_model::roc_auc((&matrix(&al)).into(), (&matrix(&y)).into()).unwrap();
            assert_eq!(auc(&rows, &order, &pairs), Some(expected), "{rows:?}");
        }
        assert_eq!(auc(&[0, 0, 1], &order, &pairs), None);
    }
}
