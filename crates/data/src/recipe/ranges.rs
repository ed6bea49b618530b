//! The ranges of rows that come in pieces.

use super::prepared::Value;
use super::{Encoding, Recipe};

/// Of each feature what lies at the ends of the rows seen.
#[derive(Debug, Clone)]
pub(crate) struct Ranges(Vec<Seen>);

#[derive(Debug, Clone)]
enum Seen {
    /// Neither a number nor a date.
    Nothing,
    Numbers(f64, f64),
    /// Each with its days, and as it was written; of equal ones the first.
    Dates((f64, String), (f64, String)),
}

impl Ranges {
    /// Nothing seen of so many features.
    pub(crate) fn new(n_features: usize) -> Self {
        Self(vec![Seen::Nothing; n_features])
    }

    /// Sees a cell of a feature, and what it means.
    pub(super) fn see(&mut self, feature: usize, value: Value, cell: &str) {
        let seen = &mut self.0[feature];
        match (&mut *seen, value) {
            (Seen::Numbers(least, most), Value::Number(number)) => {
                (*least, *most) = (least.min(number), most.max(number));
            }
            (Seen::Nothing, Value::Number(number)) => *seen = Seen::Numbers(number, number),
            (Seen::Dates(first, last), Value::Date([days, ..])) => {
                if days < first.0 {
                    *first = (days, cell.to_owned());
                }
                if days > last.0 {
                    *last = (days, cell.to_owned());
                }
            }
            (Seen::Nothing, Value::Date([days, ..])) => {
                let here = (days, cell.to_owned());
                *seen = Seen::Dates(here.clone(), here);
            }
            _ => {}
        }
    }

    /// Adds what was seen of rows that follow.
    pub(crate) fn add(&mut self, later: Self) {
        for (seen, later) in self.0.iter_mut().zip(later.0) {
            match (&mut *seen, later) {
                (Seen::Numbers(least, most), Seen::Numbers(low, high)) => {
                    (*least, *most) = (least.min(low), most.max(high));
                }
                (Seen::Dates(first, last), Seen::Dates(low, high)) => {
                    if low.0 < first.0 {
                        *first = low;
                    }
                    if high.0 > last.0 {
                        *last = high;
                    }
                }
                (Seen::Nothing, later) => *seen = later,
                _ => {}
            }
        }
    }
}

impl Recipe {
    /// The same encodings with the ranges of rows that were packed.
    pub(crate) fn with_ranges(mut self, ranges: Ranges) -> Self {
        for (feature, seen) in self.features.iter_mut().zip(ranges.0) {
            match (&mut feature.encoding, seen) {
                (Encoding::Number { range, .. }, Seen::Numbers(least, most)) => {
                    *range = Some((least, most));
                }
                (Encoding::Date { range, .. }, Seen::Dates((_, first), (_, last))) => {
                    *range = Some((first, last));
                }
                _ => {}
            }
        }
        self
    }
}
