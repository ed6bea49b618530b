//! An encoding made ready for very many cells: what is the same for all of them is found once.

use rustc_hash::FxHashMap;

use super::encoding::normal_rank;
use super::{Encoding, Scaling};
use crate::DateFormat;
use crate::cell::number;
use crate::date::DATE_PARTS;
use crate::piecewise_linear::part_of_bin;

/// Why a cell cannot be encoded.
#[derive(Debug)]
pub(super) enum Problem {
    NotANumber,
    NotADate,
    TooLarge,
}

/// What a cell means to an encoding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Level(usize),
    /// A level that was not there to learn from.
    Unseen,
    Date([f64; DATE_PARTS.len()]),
    Missing,
}

/// What an [`Encoding`] does with a cell.
#[derive(Debug)]
pub(super) enum Prepared<'a> {
    Number { fill: f64, indicator: bool, scaling: PreparedScaling<'a> },
    OneHot { levels: FxHashMap<&'a str, usize>, missing: bool },
    Codes { levels: FxHashMap<&'a str, usize> },
    Date { format: DateFormat, scales: &'a [(f64, f64)], indicator: bool },
}

/// What a [`Scaling`] does with a number.
#[derive(Debug)]
pub(super) enum PreparedScaling<'a> {
    Standard {
        mean: f64,
        deviation: f64,
    },
    MinMax {
        least: f64,
        most: f64,
    },
    Quantile {
        values: &'a [f64],
    },
    Bins {
        edges: &'a [f64],
        scales: &'a [(f64, f64)],
        full: Vec<f32>,
        empty: Vec<f32>,
        /// Whether these two are.
        finite: bool,
    },
}

impl<'a> PreparedScaling<'a> {
    fn new(scaling: &'a Scaling) -> Self {
        match scaling {
            &Scaling::Standard { mean, deviation } => Self::Standard { mean, deviation },
            &Scaling::MinMax { least, most } => Self::MinMax { least, most },
            Scaling::Quantile { values } => Self::Quantile { values },
            Scaling::Bins { edges, scales } => {
                let all =
                    |part| scales.iter().map(|scale| scaled(part, *scale)).collect::<Vec<_>>();
                let (full, empty) = (all(1.0), all(0.0));
                let finite = full.iter().chain(&empty).all(|row| row.is_finite());
                Self::Bins { edges, scales, full, empty, finite }
            }
        }
    }

    fn n_rows(&self) -> usize {
        match self {
            Self::Bins { scales, .. } => scales.len(),
            _ => 1,
        }
    }

    /// Returns whether all rows are finite. Bins below the number are full and those above it empty: only its own
    /// takes arithmetic.
    #[inline]
    fn write(&self, x: f64, rows: &mut [f32]) -> bool {
        let row = match self {
            Self::Standard { mean, deviation } => {
                rows[0] = scaled(x, (*mean, *deviation));
                0
            }
            Self::MinMax { least, most } => {
                rows[0] = ((x - least) / (most - least)) as f32;
                0
            }
            Self::Quantile { values } => {
                rows[0] = normal_rank(values, x) as f32;
                0
            }
            Self::Bins { edges, scales, full, empty, finite } => {
                let last = scales.len() - 1;
                let bin = edges[1..=last].partition_point(|&edge| edge <= x);
                rows[..bin].copy_from_slice(&full[..bin]);
                let part = part_of_bin(x, &edges[bin..], bin == 0, bin == last);
                rows[bin] = scaled(part, scales[bin]);
                rows[bin + 1..].copy_from_slice(&empty[bin + 1..]);
                if !finite {
                    return false;
                }
                bin
            }
        };
        rows[row].is_finite()
    }
}

fn scaled(x: f64, (mean, deviation): (f64, f64)) -> f32 {
    ((x - mean) / deviation) as f32
}

impl<'a> Prepared<'a> {
    pub(super) fn new(encoding: &'a Encoding) -> Self {
        let places = |levels: &'a [String]| {
            levels.iter().enumerate().map(|(place, level)| (level.as_str(), place)).collect()
        };
        match encoding {
            Encoding::Number { fill, indicator, scaling, .. } => Self::Number {
                fill: *fill,
                indicator: *indicator,
                scaling: PreparedScaling::new(scaling),
            },
            Encoding::OneHot { levels, missing } => {
                Self::OneHot { levels: places(levels), missing: *missing }
            }
            Encoding::Codes { levels } => Self::Codes { levels: places(levels) },
            Encoding::Date { format, scales, indicator, .. } => {
                Self::Date { format: *format, scales, indicator: *indicator }
            }
        }
    }

    /// Writes a cell, `None` if missing, into rows that are 0. Returns false for a level never seen.
    pub(super) fn write(&self, cell: Option<&str>, rows: &mut [f32]) -> Result<bool, Problem> {
        let value = self.read(cell)?;
        self.expand(value, rows)?;
        Ok(value != Value::Unseen)
    }

    /// What a cell, `None` if missing, means.
    pub(super) fn read(&self, cell: Option<&str>) -> Result<Value, Problem> {
        let Some(cell) = cell else { return Ok(Value::Missing) };
        Ok(match self {
            Self::Number { .. } => Value::Number(number(cell).ok_or(Problem::NotANumber)?),
            Self::OneHot { levels, .. } | Self::Codes { levels } => {
                levels.get(cell).map_or(Value::Unseen, |&level| Value::Level(level))
            }
            Self::Date { format, .. } => Value::Date(format.parts(cell).ok_or(Problem::NotADate)?),
        })
    }

    /// Writes a value that [`read`](Prepared::read) gave into rows that are 0.
    #[inline]
    pub(super) fn expand(&self, value: Value, rows: &mut [f32]) -> Result<(), Problem> {
        match (self, value) {
            (Self::Number { fill, indicator, scaling }, value) => {
                let number = if let Value::Number(number) = value { number } else { *fill };
                let scaled = scaling.n_rows();
                if !scaling.write(number, &mut rows[..scaled]) {
                    return Err(Problem::TooLarge);
                }
                if *indicator && value == Value::Missing {
                    rows[scaled] = 1.0;
                }
            }
            (Self::OneHot { .. }, Value::Level(level)) => rows[level] = 1.0,
            (Self::OneHot { levels, missing: true }, Value::Missing) => rows[levels.len()] = 1.0,
            (Self::OneHot { .. }, _) => {}
            (Self::Codes { .. }, Value::Level(level)) => rows[0] = level as f32,
            (Self::Codes { levels }, _) => rows[0] = levels.len() as f32,
            (Self::Date { scales, .. }, Value::Date(parts)) => {
                for ((row, part), scale) in rows.iter_mut().zip(parts).zip(*scales) {
                    *row = scaled(part, *scale);
                }
            }
            // The mean of every part.
            (Self::Date { scales, indicator: true, .. }, _) => rows[scales.len()] = 1.0,
            (Self::Date { .. }, _) => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(scaling: &Scaling, x: f64) -> Vec<f32> {
        let mut rows = vec![f32::NAN; scaling.n_rows()];
        PreparedScaling::new(scaling).write(x, &mut rows);
        rows
    }

    #[test]
    fn bins_fill_up() {
        let scales = vec![(0.0, 1.0), (0.5, 0.5)];
        let scaling = Scaling::Bins { edges: vec![0.0, 10.0, 20.0], scales };
        assert_eq!(encoded(&scaling, 5.0), [0.5, -1.0]);
        assert_eq!(encoded(&scaling, 15.0), [1.0, 0.0]);
        assert_eq!(encoded(&scaling, 10.0), [1.0, -1.0], "on an edge");
        assert_eq!(encoded(&scaling, 30.0), [1.0, 3.0], "beyond the last edge");
        assert_eq!(encoded(&scaling, -10.0), [-1.0, -1.0]);
        let one = Scaling::Bins { edges: vec![0.0, 10.0], scales: vec![(0.0, 1.0)] };
        assert_eq!([encoded(&one, -5.0), encoded(&one, 25.0)], [[-0.5], [2.5]]);
    }

    #[test]
    fn every_bin_is_the_part_of_it() {
        let edges = vec![-3.0, -1.0, 0.5, 2.0, 7.0];
        let scales = vec![(0.2, 0.3), (0.4, 0.1), (0.6, 2.0), (0.1, 0.5)];
        let scaling = Scaling::Bins { edges: edges.clone(), scales: scales.clone() };
        for x in (-50..100).map(|x| f64::from(x) / 10.0) {
            let parts = (0..4).map(|t| part_of_bin(x, &edges[t..], t == 0, t == 3));
            let expected: Vec<f32> = parts.zip(&scales).map(|(p, s)| scaled(p, *s)).collect();
            assert_eq!(encoded(&scaling, x), expected, "{x}");
        }
    }
}
