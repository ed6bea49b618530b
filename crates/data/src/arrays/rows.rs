//! The rows of an array and its labels, as a table.

use crate::table_reader::Rows;
use crate::{Array, DataError, Result, Table, TableReader};

/// What to do with labels as a network gives them out.
pub(super) const NUMBERS_OF_CLASSES: &str =
    "of classes give the number of each example's, as y.argmax(axis=1) makes it of a 1 among zeros";

/// What is wrong with labels that have a row for each class and a column for each of `m` examples, and what to do;
/// `None` of others.
pub(super) fn turned(shape: &[usize], m: usize) -> Option<String> {
    match *shape {
        [classes, examples] if examples == m && classes > 1 => Some(format!(
            "have shape ({classes}, {examples}): a row for a class each and a column for each of {m} examples; \
             transpose them first, as y.T does, or give the number of each example's class, as y.argmax(axis=0) \
             makes it of a 1 among zeros"
        )),
        _ => None,
    }
}

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
            shape => turned(shape, m).map_or_else(
                || format!("expected a label for each of {m} examples of {name}, found {found}"),
                |turned| format!("its labels {turned}"),
            ),
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
