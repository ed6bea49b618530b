//! Rows as few bytes as can be, from which X is made again to the last bit.

use super::Recipe;
use super::prepared::{Prepared, Problem, Value};
use super::ranges::Ranges;
use crate::cell::trimmed;
use crate::date::DATE_PARTS;
use crate::{DataError, Result, Table};

/// Stand for the number of a level where there is none.
const MISSING: u32 = u32::MAX;
const UNSEEN: u32 = u32::MAX - 1;

/// How rows are packed: a number in eight bytes, a level in four, a date in eight for each part.
#[derive(Debug)]
pub(crate) struct Packing<'a> {
    recipe: &'a Recipe,
    features: Vec<Prepared<'a>>,
}

impl<'a> Packing<'a> {
    pub(crate) fn new(recipe: &'a Recipe) -> Self {
        let features = recipe.features.iter().map(|feature| Prepared::new(&feature.encoding));
        Self { recipe, features: features.collect() }
    }

    /// Bytes of a row.
    pub(crate) fn bytes(&self) -> usize {
        self.features.iter().map(bytes_of).sum()
    }

    /// Adds a row of a table to `packed`, and what is at its ends to `ranges`. `columns` are the places of the
    /// features' columns, `x` is as long as X is high.
    pub(crate) fn pack(
        &self,
        table: &Table,
        row: usize,
        columns: &[usize],
        x: &mut [f32],
        (packed, ranges): (&mut Vec<u8>, &mut Ranges),
    ) -> Result<()> {
        for (index, feature) in self.features.iter().enumerate() {
            let cell = trimmed(table.cell(row, columns[index]));
            let cell = (!self.recipe.missing.is(cell)).then_some(cell);
            let refuse = |problem: Problem| -> DataError {
                self.recipe.refuse(problem, (table, row), index, cell.unwrap_or(""))
            };
            let value = feature.read(cell).map_err(refuse)?;
            if let Value::Number(_) = value {
                // Only numbers can be beyond what X holds.
                feature.expand(value, x).map_err(refuse)?;
            }
            ranges.see(index, value, cell.unwrap_or(""));
            put(feature, value, packed);
        }
        Ok(())
    }

    /// Writes the row that lies at the start of `packed` into a column of X.
    pub(crate) fn unpack(&self, mut packed: &[u8], mut x: &mut [f32]) {
        x.fill(0.0);
        for (feature, encoding) in self.features.iter().zip(&self.recipe.features) {
            let (here, rest) = x.split_at_mut(encoding.encoding.n_rows());
            let (bytes, others) = packed.split_at(bytes_of(feature));
            // It was written once before, when it was packed.
            let _ = feature.expand(take(feature, bytes), here);
            (x, packed) = (rest, others);
        }
    }
}

fn bytes_of(feature: &Prepared<'_>) -> usize {
    match feature {
        Prepared::Number { .. } => 8,
        Prepared::OneHot { .. } | Prepared::Codes { .. } => 4,
        Prepared::Date { .. } => 8 * DATE_PARTS.len(),
    }
}

fn put(feature: &Prepared<'_>, value: Value, packed: &mut Vec<u8>) {
    let number = |number: f64, packed: &mut Vec<u8>| packed.extend(number.to_le_bytes());
    match (feature, value) {
        (Prepared::Number { .. }, Value::Number(x)) => number(x, packed),
        (Prepared::Number { .. }, _) => number(f64::NAN, packed),
        (Prepared::Date { .. }, Value::Date(parts)) => {
            parts.into_iter().for_each(|part| number(part, packed));
        }
        (Prepared::Date { .. }, _) => DATE_PARTS.iter().for_each(|_| number(f64::NAN, packed)),
        // A category of more levels than that fits no memory.
        (_, Value::Level(level)) => packed.extend((level as u32).to_le_bytes()),
        (_, Value::Missing) => packed.extend(MISSING.to_le_bytes()),
        (..) => packed.extend(UNSEEN.to_le_bytes()),
    }
}

fn take(feature: &Prepared<'_>, bytes: &[u8]) -> Value {
    let number = |index: usize| {
        let mut number = [0; 8];
        number.copy_from_slice(&bytes[8 * index..8 * index + 8]);
        f64::from_le_bytes(number)
    };
    match feature {
        Prepared::Number { .. } => match number(0) {
            x if x.is_nan() => Value::Missing,
            x => Value::Number(x),
        },
        Prepared::Date { .. } if number(0).is_nan() => Value::Missing,
        Prepared::Date { .. } => Value::Date(std::array::from_fn(number)),
        Prepared::OneHot { .. } | Prepared::Codes { .. } => {
            let mut level = [0; 4];
            level.copy_from_slice(bytes);
            match u32::from_le_bytes(level) {
                MISSING => Value::Missing,
                UNSEEN => Value::Unseen,
                level => Value::Level(level as usize),
            }
        }
    }
}
