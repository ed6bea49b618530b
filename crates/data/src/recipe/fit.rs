//! Learning a recipe from the rows to train on.

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::{Encoding, Feature, Numbers, ROWS_WORTH_BINS, Recipe, RecipeOptions, Scaling};
use crate::cell::{number, trimmed};
use crate::date::DATE_PARTS;
use crate::piecewise_linear::part_of_bin;
use crate::tree_bins::tree_edges;
use crate::{ColumnKind, ColumnProfile, DataError, DateFormat, Result, Table};

/// Quantiles that are kept of a number.
const QUANTILES: usize = 200;

/// Share of rows in which a value must be missing, and how many, for a row that tells it.
const OFTEN: (f64, usize) = (0.005, 5);

/// Cells from which a second thread is worth its start.
const CELLS_WORTH_A_THREAD: usize = 1 << 16;

/// Columns of numbers up to which each is worth bins: pixels of images are not.
const MOST_WORTH_BINS: usize = 100;

/// The rows to learn from, and how.
struct Learning<'a> {
    table: &'a Table,
    rows: &'a [usize],
    y: Vec<Vec<f64>>,
    options: &'a RecipeOptions,
    /// Columns of numbers.
    n_numbers: usize,
    /// Mean and deviation of all numbers together, where they measure the same thing.
    joint: Option<(f64, f64)>,
}

impl Recipe {
    /// Learns how to encode all useful columns but the target. `columns` say of what kind each is;
    /// everything else is learned from `rows` alone, with the target `y` of these `(n_y, rows)` for bins.
    ///
    /// # Errors
    /// [`DataError::NoSuchColumn`] for the target or a column to leave out;
    /// [`NoUsefulColumn`](DataError::NoUsefulColumn); [`TargetCount`](DataError::TargetCount).
    pub fn fit(
        table: &Table,
        columns: &[ColumnProfile],
        target: &str,
        (rows, y): (&[usize], &DMatrix<f32>),
        options: &RecipeOptions,
    ) -> Result<Self> {
        let mut left_out = vec![table.column_index(target)?];
        for name in &options.left_out {
            left_out.push(table.column_index(name)?);
        }
        if y.ncols() != rows.len() {
            return Err(DataError::TargetCount { expected: rows.len(), found: y.ncols() });
        }
        // In the order of the table: cells that follow each other lie side by side.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&index| rows[index]);
        let rows: Vec<usize> = order.iter().map(|&index| rows[index]).collect();
        let rows = rows.as_slice();
        let in_order = |row| order.iter().map(|&index| f64::from(y[(row, index)])).collect();
        let y = (0..y.nrows()).map(in_order).collect();
        let is_used = |(index, column): &(usize, &ColumnProfile)| {
            column.kind == ColumnKind::Number && !left_out.contains(index)
        };
        let n_numbers = columns.iter().enumerate().filter(is_used).count();
        for (_, column) in columns.iter().enumerate().filter(is_used) {
            refuse_far_apart(table, column)?;
        }
        let mut learning = Learning { table, rows, y, options, n_numbers, joint: None };
        learning.joint = learning.joint_scale(columns, &left_out);
        let used: Vec<(usize, &ColumnProfile)> =
            columns.iter().enumerate().filter(|(index, _)| !left_out.contains(index)).collect();
        let features = learning.features(&used)?;
        if features.is_empty() {
            return Err(DataError::NoUsefulColumn { file: table.name().to_owned() });
        }
        Ok(Self { missing: options.missing.clone(), features })
    }
}

impl Learning<'_> {
    /// How columns are encoded, those without use left out. Several threads share them out.
    fn features(&self, columns: &[(usize, &ColumnProfile)]) -> Result<Vec<Feature>> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let cells = self.rows.len() * columns.len();
        let threads = threads.min(cells / CELLS_WORTH_A_THREAD).max(1);
        // In turns, so that the expensive ones are not all in one share.
        let share = |thread: usize| columns.iter().skip(thread).step_by(threads);
        let learn = |thread| share(thread).map(|column| self.feature(column)).collect();
        let mut parts: Vec<Result<Vec<Option<Feature>>>> = vec![];
        std::thread::scope(|scope| {
            let others: Vec<_> =
                (1..threads).map(|thread| scope.spawn(move || learn(thread))).collect();
            parts.push(learn(0));
            parts.extend(others.into_iter().map(|other| match other.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            }));
        });
        let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
        let mut parts: Vec<_> = parts.into_iter().map(Vec::into_iter).collect();
        let in_turns = (0..columns.len()).filter_map(|index| parts[index % threads].next());
        Ok(in_turns.flatten().collect())
    }

    fn feature(&self, &(index, column): &(usize, &ColumnProfile)) -> Result<Option<Feature>> {
        let encoding = match column.kind {
            ColumnKind::Number => self.number(index)?,
            ColumnKind::Category => self.category(index),
            ColumnKind::Date(format) => self.date(index, format)?,
            _ => None,
        };
        Ok(encoding.map(|encoding| Feature { column: column.name.clone(), encoding }))
    }

    /// The cells of the rows, `None` where missing.
    fn cells(&self, column: usize) -> impl Iterator<Item = Option<&str>> {
        self.rows.iter().map(move |&row| {
            let cell = trimmed(self.table.cell(row, column));
            (!self.options.missing.is(cell)).then_some(cell)
        })
    }

    fn often(&self, missing: usize) -> bool {
        missing >= OFTEN.1 && missing as f64 >= OFTEN.0 * self.rows.len() as f64
    }

    /// None for a number that is the same in all of the rows.
    fn number(&self, column: usize) -> Result<Option<Encoding>> {
        let values: Vec<Option<f64>> =
            self.cells(column).map(|cell| cell.and_then(number)).collect();
        let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let Some((&least, &most)) = sorted.first().zip(sorted.last()) else { return Ok(None) };
        let indicator = self.often(values.len() - sorted.len());
        if least == most && !indicator {
            return Ok(None);
        }
        let fill = sorted[sorted.len() / 2];
        let filled: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(fill)).collect();
        let bins = match self.options.numbers {
            Numbers::Automatic => {
                self.rows.len() >= ROWS_WORTH_BINS && self.n_numbers <= MOST_WORTH_BINS
            }
            numbers => numbers == Numbers::Bins,
        };
        let scaling = match self.options.numbers {
            Numbers::MinMax if least < most => Scaling::MinMax { least, most },
            Numbers::Quantile if least < most => Scaling::Quantile { values: quantiles(&sorted) },
            _ if bins && least < most => self.bins(&filled),
            _ => {
                let own = || self.scale(column, &filled);
                let (mean, deviation) = self.joint.map_or_else(own, Ok)?;
                Scaling::Standard { mean, deviation }
            }
        };
        Ok(Some(Encoding::Number { fill, indicator, scaling, range: Some((least, most)) }))
    }

    fn bins(&self, values: &[f64]) -> Scaling {
        // No bin of fewer rows than can be told from chance.
        let least = (values.len() / 500).max(10);
        let mut edges = tree_edges(values, &self.y, self.options.bins.max(1), least);
        edges.dedup();
        let last = edges.len() - 2;
        let scales = edges.windows(2).enumerate().map(|(bin, edge)| {
            let parts = values.iter().map(|&x| part_of_bin(x, edge, bin == 0, bin == last));
            scale_of(parts.collect::<Vec<f64>>().as_slice())
        });
        Scaling::Bins { scales: scales.collect(), edges }
    }

    /// Of very many numbers, most of which reach the same largest value, such as pixels: one scale for all
    /// keeps what is hardly ever there small.
    fn joint_scale(&self, columns: &[ColumnProfile], left_out: &[usize]) -> Option<(f64, f64)> {
        if self.options.numbers != Numbers::Automatic || self.n_numbers <= MOST_WORTH_BINS {
            return None;
        }
        let largest: Vec<(usize, f64)> = columns
            .iter()
            .enumerate()
            .filter(|(index, column)| {
                column.kind == ColumnKind::Number && !left_out.contains(index)
            })
            .map(|(index, _)| {
                let most = self.cells(index).flatten().filter_map(number);
                (index, most.fold(f64::NEG_INFINITY, f64::max))
            })
            .collect();
        let most = largest.iter().map(|(_, most)| *most).fold(f64::NEG_INFINITY, f64::max);
        let reach = largest.iter().filter(|(_, here)| *here == most).count();
        if reach * 2 < largest.len() {
            return None;
        }
        let scales = largest.iter().map(|&(index, _)| {
            let values: Vec<f64> = self.cells(index).flatten().filter_map(number).collect();
            scale_of(&values)
        });
        let n = largest.len() as f64;
        let scales: Vec<(f64, f64)> = scales.collect();
        let mean: f64 = scales.iter().map(|(mean, _)| mean / n).sum();
        // Within columns and between them.
        let square = |(m, d): &(f64, f64)| (d.powi(2) + (m - mean).powi(2)) / n;
        let deviation = scales.iter().map(square).sum::<f64>().sqrt();
        (mean.is_finite() && deviation.is_finite() && deviation > 0.0).then_some((mean, deviation))
    }

    fn scale(&self, column: usize, values: &[f64]) -> Result<(f64, f64)> {
        let (mean, deviation) = scale_of(values);
        if mean.is_finite() && deviation.is_finite() {
            return Ok((mean, deviation));
        }
        Err(DataError::ScaleOverflow { feature: self.table.column_names()[column].clone() })
    }

    /// None where the rows have a single level.
    fn category(&self, column: usize) -> Option<Encoding> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let mut missing = 0;
        for cell in self.cells(column) {
            match cell {
                Some(level) => *counts.entry(level).or_insert(0) += 1,
                None => missing += 1,
            }
        }
        let mut levels: Vec<String> = counts.keys().map(|&level| level.to_owned()).collect();
        levels.sort();
        if levels.len() > self.options.one_hot {
            return Some(Encoding::Codes { levels });
        }
        let missing = missing > 0;
        (levels.len() + usize::from(missing) > 1).then_some(Encoding::OneHot { levels, missing })
    }

    fn date(&self, column: usize, format: DateFormat) -> Result<Option<Encoding>> {
        let mut parts: [Vec<f64>; DATE_PARTS.len()] = Default::default();
        let mut missing = 0;
        // Each with its days.
        let mut ends: Option<[(f64, &str); 2]> = None;
        for cell in self.cells(column) {
            match cell.and_then(|cell| Some((cell, format.parts(cell)?))) {
                Some((cell, values)) => {
                    let here = (values[0], cell);
                    let [first, last] = ends.get_or_insert([here, here]);
                    *first = if here.0 < first.0 { here } else { *first };
                    *last = if here.0 > last.0 { here } else { *last };
                    parts.iter_mut().zip(values).for_each(|(part, v)| part.push(v));
                }
                None => missing += 1,
            }
        }
        if parts[0].is_empty() {
            return Ok(None);
        }
        let range = ends.map(|[(_, first), (_, last)]| (first.to_owned(), last.to_owned()));
        let scales = parts.iter().map(|part| self.scale(column, part)).collect::<Result<_>>()?;
        Ok(Some(Encoding::Date { format, scales, indicator: self.often(missing), range }))
    }
}

/// Refuses numbers of which mean and deviation are beyond all numbers, whichever rows are learned from.
fn refuse_far_apart(table: &Table, column: &ColumnProfile) -> Result<()> {
    /// The square of it is a number, also a sum of very many.
    const FARTHEST: f64 = 1e150;
    let (Some((least, most)), Some(rows)) = (column.range, column.range_rows) else {
        return Ok(());
    };
    let (value, row) = if most.abs() < least.abs() { (least, rows.0) } else { (most, rows.1) };
    if most / 2.0 - least / 2.0 < FARTHEST {
        return Ok(());
    }
    let (file, value) = (table.name().to_owned(), format!("{value:e}"));
    Err(DataError::TooFarApart { file, row, column: column.name.clone(), value })
}

/// Mean and standard deviation; 1 for the deviation of values that are all the same.
fn scale_of(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean: f64 = values.iter().map(|value| value / n).sum();
    let variance: f64 = values.iter().map(|value| (value - mean).powi(2) / n).sum();
    let deviation = variance.sqrt();
    // What rounding leaves of no variance is none.
    if deviation <= 1e-12 * mean.abs() || deviation == 0.0 {
        (mean, 1.0)
    } else {
        (mean, deviation)
    }
}

/// Values at equal shares of the sorted ones.
fn quantiles(sorted: &[f64]) -> Vec<f64> {
    let (n, last) = (QUANTILES.min(sorted.len()), sorted.len() - 1);
    (0..n).map(|i| sorted[i * last / (n - 1).max(1)]).collect()
}
