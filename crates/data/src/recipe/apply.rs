//! Applying a recipe to a table.

use std::ops::Range;

use nalgebra::DMatrix;

use super::Recipe;
use super::prepared::{Prepared, Problem};
use super::unseen::{Known, Unseen};
use crate::cell::trimmed;
use crate::{DataError, Result, Table};

/// X of a table, and what was in it that the recipe had never seen.
///
/// ```
/// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
/// let table = Table::from_csv_reader("a,y\n1,0\n2,1\n".as_bytes(), "t.csv")?;
/// let columns = profile(&table, &Missing::default(), &[])?;
/// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
/// let encoded = recipe.apply(&table)?;
/// assert_eq!((encoded.x.as_slice(), encoded.unseen.len()), (&[-1.0, 1.0][..], 0));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// `(rows of the recipe, rows of the table)`: one example a column.
    pub x: DMatrix<f32>,
    /// Levels never seen, by column.
    pub unseen: Vec<Unseen>,
}

/// Rows from which a second thread is worth its start.
const ROWS_WORTH_A_THREAD: usize = 4000;

impl Recipe {
    /// X of all rows of a table, which may have its columns in any order and more of them. Several threads
    /// share out the rows.
    ///
    /// # Errors
    /// [`DataError::NoSuchColumn`]; with row, column and value [`TextForNumber`](DataError::TextForNumber) and
    /// [`NotADate`](DataError::NotADate).
    ///
    /// ```
    /// # use layerwise_data::{DMatrix, Missing, Recipe, RecipeOptions, Table, profile};
    /// # let table = Table::from_csv_reader("a,y\n1,0\n2,1\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// # let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// # let recipe = Recipe::fit(&table, &columns, "y", (&[0, 1], &y), &RecipeOptions::default())?;
    /// let other = Table::from_csv_reader("b\n1\n".as_bytes(), "other.csv")?;
    /// assert!(recipe.apply(&other).unwrap_err().to_string().contains("no column \"a\""));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn apply(&self, table: &Table) -> Result<Encoded> {
        let columns = self.places(table)?;
        let (n, m) = (self.n_rows(), table.n_rows());
        let mut x = vec![0.0_f32; n * m];
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(m / ROWS_WORTH_A_THREAD).max(1);
        let share = m.div_ceil(threads);
        let prepared: Vec<Prepared> =
            self.features.iter().map(|feature| Prepared::new(&feature.encoding)).collect();
        let part = Part { recipe: self, prepared: &prepared, table, columns: &columns, n };
        let mut parts = Vec::new();
        std::thread::scope(|scope| {
            let mut work = x.chunks_mut((n * share).max(1)).enumerate().map(|(i, x)| {
                let rows = i * share..(i * share + share).min(m);
                let part = &part;
                move || part.encode(rows, x)
            });
            // The first part is this thread's.
            let here = work.next();
            let others: Vec<_> = work.map(|work| scope.spawn(work)).collect();
            parts.extend(here.map(|work| work()));
            parts.extend(others.into_iter().map(|other| match other.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            }));
        });
        let mut unseen: Vec<Unseen> = vec![];
        for part in parts {
            Unseen::add(&mut unseen, part?);
        }
        Ok(Encoded { x: DMatrix::from_vec(n, m, x), unseen })
    }

    /// The places of its columns in a table.
    pub(crate) fn places(&self, table: &Table) -> Result<Vec<usize>> {
        self.features.iter().map(|feature| table.column_index(&feature.column)).collect()
    }

    /// Why the cell of a feature in a row of a table cannot be encoded.
    pub(super) fn refuse(
        &self,
        problem: Problem,
        (table, row): (&Table, usize),
        feature: usize,
        value: &str,
    ) -> DataError {
        let (file, line) = (table.name(), table.line(row).unwrap_or(0));
        if table.repeats_header(row) {
            return DataError::RepeatedHeader { file: file.to_owned(), row: line };
        }
        self.refuse_cell(problem, (file, line), feature, value)
    }

    /// Why a cell of a feature cannot be encoded; file and row as messages call them.
    pub(super) fn refuse_cell(
        &self,
        problem: Problem,
        (file, row): (&str, u64),
        feature: usize,
        value: &str,
    ) -> DataError {
        let (file, value) = (file.to_owned(), value.to_owned());
        let column = self.features[feature].column.clone();
        match problem {
            Problem::NotANumber => {
                let advice = "correct it, or empty the cell, which counts as missing";
                DataError::TextForNumber { file, row, column, value, advice }
            }
            Problem::TooLarge => DataError::TooLarge { file, row, column, value },
            Problem::NotADate => DataError::NotADate { file, row, column, value },
        }
    }
}

struct Part<'a> {
    recipe: &'a Recipe,
    prepared: &'a [Prepared<'a>],
    table: &'a Table,
    columns: &'a [usize],
    n: usize,
}

impl Part<'_> {
    /// Encodes some rows into their columns of X, which are 0.
    fn encode(&self, rows: Range<usize>, x: &mut [f32]) -> Result<Vec<Unseen>> {
        let mut unseen: Vec<Option<(Unseen, Known)>> = vec![];
        unseen.resize_with(self.columns.len(), || None);
        for (row, mut x) in rows.zip(x.chunks_mut(self.n)) {
            for (index, feature) in self.recipe.features.iter().enumerate() {
                let (here, rest) = x.split_at_mut(feature.encoding.n_rows());
                x = rest;
                let cell = trimmed(self.table.cell(row, self.columns[index]));
                let cell = (!self.recipe.missing.is(cell)).then_some(cell);
                if !self.prepared[index].write(cell, here).map_err(|problem| {
                    let value = cell.unwrap_or("");
                    self.recipe.refuse(problem, (self.table, row), index, value)
                })? {
                    let cell = cell.unwrap_or("");
                    let (new, known) = unseen[index].get_or_insert_with(|| {
                        let (column, first) = (feature.column.clone(), cell.to_owned());
                        let line = self.table.line(row).unwrap_or(0);
                        let new = Unseen { column, rows: 0, first, line, meant: None };
                        (new, Known::of(&feature.encoding))
                    });
                    new.rows += 1;
                    if new.meant.is_none() {
                        new.meant = known.but_for_zeros(cell);
                    }
                }
            }
        }
        Ok(unseen.into_iter().flatten().map(|(unseen, _)| unseen).collect())
    }
}
