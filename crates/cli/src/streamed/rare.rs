//! The first rows of each class, for a sample that has too few of it.

use std::collections::HashMap;

use layerwise_data::Table;

use crate::error::CliError;

/// Rows that are kept of each class: one to learn from, to stop by and to judge by, and some to spare.
const KEPT: usize = 5;

/// Different values beyond which a target is none of classes.
const MOST_CLASSES: usize = 1000;

/// The first rows of each class of a table that goes by in pieces.
pub struct FirstRows {
    /// The target.
    column: String,
    /// How many rows are kept of each class; none where there are no classes.
    classes: Option<HashMap<String, usize>>,
    rows: Table,
    /// The index in the table of each of them.
    indices: Vec<usize>,
}

impl FirstRows {
    /// For a table like this, by the classes of a column.
    pub fn new(first: &Table, column: &str) -> Self {
        let classes = Some(HashMap::new());
        Self { column: column.to_owned(), classes, rows: first.emptied(), indices: vec![] }
    }

    /// Keeps what is new of a piece before which there were so many rows.
    pub fn add(&mut self, piece: &Table, before: usize) -> Result<(), CliError> {
        let Some(classes) = &mut self.classes else { return Ok(()) };
        let mut chosen = vec![];
        for (row, label) in piece.column(&self.column)?.enumerate() {
            let label = label.trim();
            match classes.get_mut(label) {
                Some(kept) if *kept < KEPT => *kept += 1,
                Some(_) => continue,
                None => {
                    classes.insert(label.to_owned(), 1);
                }
            }
            chosen.push(row);
        }
        if classes.len() > MOST_CLASSES {
            (self.classes, self.rows, self.indices) = (None, piece.emptied(), vec![]);
            return Ok(());
        }
        self.indices.extend(chosen.iter().map(|row| before + row));
        Ok(self.rows.append_rows(piece, chosen)?)
    }

    /// The rows that are kept.
    pub fn rows(&self) -> &Table {
        &self.rows
    }

    /// The index in the table of one of these.
    pub fn index(&self, row: usize) -> usize {
        self.indices[row]
    }

    /// Those of classes of which a sample has fewer than are kept.
    pub fn lacking_in(&self, sample: &Table) -> Result<Vec<usize>, CliError> {
        if self.classes.is_none() {
            return Ok(vec![]);
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for label in sample.column(&self.column)? {
            *counts.entry(label.trim()).or_insert(0) += 1;
        }
        let few = |label: &str| counts.get(label.trim()).is_none_or(|&n| n < KEPT);
        let labels = self.rows.column(&self.column)?.enumerate();
        Ok(labels.filter(|(_, label)| few(label)).map(|(row, _)| row).collect())
    }
}
