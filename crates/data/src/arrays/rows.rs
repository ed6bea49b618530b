//! The rows of an array and its labels, as a table.

use crate::table_reader::Rows;
use crate::{Array, DataError, Result, Table, TableReader};

/// What to do with labels as a network gives them out.
pub(super) const NUMBERS_OF_CLASSES: &str =
    "of classes give the number of each example's, as y.argmax(axis=1) makes it of a 1 among zeros";

/// Reads an example a row, the labels as a last column.
pub(super) fn reader(x: Array, labels: Option<Array>) -> Result<TableReader<'static>> {
    let name = x.name.clone();
    let m = x.shape.first().copied().unwrap_or(0);
    if m == 0 || x.values.is_empty() {
        let problem = format!("it has no examples (its shape is {:?})", x.shape);
        return Err(DataError::BadArray { file: name, problem });
    }
    if let Some(labels) = labels.as_ref().filter(|labels| labels.values.len() != m) {
        let (found, file) = (labels.values.len(), labels.name.clone());
        let problem = match labels.shape.as_slice() {
            [rows, classes] if *rows == m => {
                format!("its labels have {classes} numbers each; {NUMBERS_OF_CLASSES}")
            }
            _ => format!("expected a label for each of {m} examples of {name}, found {found}"),
        };
        return Err(DataError::BadArray { file, problem });
    }
    let width = x.values.len() / m;
    let mut columns: Vec<String> = (0..width).map(|i| format!("x{i}")).collect();
    columns.extend(labels.as_ref().map(|_| "label".to_owned()));
    let rows = ArrayRows { x, labels, width, next: 0 };
    Ok(TableReader::of_rows(name, columns, Box::new(rows)))
}

struct ArrayRows {
    x: Array,
    labels: Option<Array>,
    width: usize,
    next: usize,
}

impl Rows for ArrayRows {
    fn fill(&mut self, table: &mut Table, most: usize) -> Result<()> {
        let examples = self.x.values.chunks(self.width).enumerate().skip(self.next);
        for (row, values) in examples.take(most - table.n_rows()) {
            let label = self.labels.as_ref().map(|labels| &labels.values[row]);
            table.push_numbers(row as u64, values.iter().chain(label));
            self.next = row + 1;
        }
        Ok(())
    }
}
