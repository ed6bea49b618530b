//! How far the measures might have been off.

use layerwise_data::Task;
use layerwise_model::{ModelError, bootstrap_interval, r_squared};

use super::{Held, Subject, share_interval, taken_for, truth};
use crate::error::CliError;

/// Draws of the bootstrap, fewer where examples are many.
const DRAWS: usize = 500;
const DRAWN: usize = 2_000_000;
/// The part of draws that an interval holds.
const LEVEL: f64 = 0.95;

/// Between what a measure may well lie.
pub(super) fn interval_of(
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
        ("AUC", task) => {
            // Each class against the rest; of two classes one says it all.
            let rows = if task == Task::Binary { 0..1 } else { 0..held.al.nrows() };
            let classes: Vec<Ranks> = rows.map(|class| Ranks::of(held, class)).collect();
            let draws = (DRAWN / (m * classes.len())).clamp(100, DRAWS);
            let mean = |rows: &[usize]| {
                // Of the classes that were drawn: rare ones are not always among them.
                let areas: Vec<f64> = classes.iter().filter_map(|class| class.auc(rows)).collect();
                Some(areas.iter().sum::<f64>() / areas.len() as f64)
            };
            bootstrap_interval(m, mean, draws, LEVEL, seed)?.filter(|(low, high)| low < high)
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

/// Rows by what is said of a class, for measuring many draws of them.
struct Ranks {
    /// All of them, the least first.
    order: Vec<usize>,
    /// What is said of a row, and what is true.
    pairs: Vec<(f32, f32)>,
}

impl Ranks {
    fn of(held: &Held<'_>, class: usize) -> Self {
        let (al, y) = (held.al.row(class), held.y.row(class));
        Self::new(al.iter().copied().zip(y.iter().copied()).collect())
    }

    fn new(pairs: Vec<(f32, f32)>) -> Self {
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|&i, &j| pairs[i].0.total_cmp(&pairs[j].0));
        Self { order, pairs }
    }

    /// The area under the ROC curve of rows, some of them several times.
    fn auc(&self, rows: &[usize]) -> Option<f64> {
        let Self { order, pairs } = self;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auc_of_rows_taken_again_is_that_of_their_copies() {
        let ranks = Ranks::new(vec![(0.1, 0.0), (0.4, 0.0), (0.35, 1.0), (0.8, 1.0), (0.4, 1.0)]);
        assert_eq!(ranks.order, [0, 2, 1, 4, 3]);
        for rows in [vec![0, 1, 2, 3, 4], vec![0, 0, 2, 2, 1], vec![4, 1, 1, 3, 3]] {
            let of = |row: &usize| ranks.pairs[*row];
            let (al, y): (Vec<f32>, Vec<f32>) = rows.iter().map(of).unzip();
            let matrix = |row: &[f32]| layerwise_data::DMatrix::from_row_slice(1, row.len(), row);
            let expected =
                layerwise_model::roc_auc((&matrix(&al)).into(), (&matrix(&y)).into()).unwrap();
            assert_eq!(ranks.auc(&rows), Some(expected), "{rows:?}");
        }
        assert_eq!(ranks.auc(&[0, 0, 1]), None);
    }
}
