//! A target column, and what the outputs of a network mean for it.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::Task;
use crate::cell::{number, trimmed};
use crate::{DataError, Result, Table};

/// A target column as numbers a network learns, and back.
///
/// - Two classes: y `(1, m)` in {0, 1}; which is class 1 follows [`Classes::from_column`](crate::Classes::from_column).
/// - k classes: y `(k, m)`, a 1 in the row of the class; labels as the user wrote them, numbers in their order,
///   texts in that of the alphabet.
/// - A number: y `(1, m)`, standardized with mean and standard deviation of the rows it was fitted to.
///
/// ```
/// use layerwise_data::{Missing, Table, Target, Task, profile};
///
/// let csv = "size,kind\n1,cat\n2,dog\n3,cow\n4,dog\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
/// let columns = profile(&table, &Missing::default(), &[])?;
/// let target = Target::find(&table, &columns, "kind", None)?;
/// assert_eq!((target.task(), target.labels()), (Task::Classes, &["cat", "cow", "dog"].map(String::from)[..]));
/// assert_eq!(target.encode(&table)?.column(3).as_slice(), [0.0, 0.0, 1.0]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Target {
    pub(super) column: String,
    pub(super) task: Task,
    /// The labels of the classes; none of a number.
    pub(super) labels: Vec<String>,
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// A target as it is in a file, which may have been changed.
#[derive(Deserialize)]
struct Parts {
    column: String,
    task: Task,
    labels: Vec<String>,
    mean: f64,
    deviation: f64,
}

impl TryFrom<Parts> for Target {
    type Error = String;

    fn try_from(
        Parts { column, task, labels, mean, deviation }: Parts,
    ) -> std::result::Result<Self, String> {
        let distinct =
            labels.iter().collect::<std::collections::HashSet<_>>().len() == labels.len();
        let fits = match task {
            Task::Binary => labels.len() == 2,
            Task::Classes => labels.len() > 2,
            Task::Regression => labels.is_empty(),
        };
        let scaled = mean.is_finite() && deviation.is_finite() && deviation > 0.0;
        if !(fits && distinct && scaled) {
            return Err(format!(
                "the target {column:?} has labels or a scale that do not fit its task"
            ));
        }
        Ok(Self { column, task, labels, mean, deviation })
    }
}

impl Target {
    /// The name of the column.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// What is predicted.
    pub fn task(&self) -> Task {
        self.task
    }

    /// The labels of the classes, in the order of the network's outputs; of two classes that of class 0 and of
    /// class 1. None of a number.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Rows of y, and outputs of the network.
    ///
    /// ```
    /// # use layerwise_data::{Missing, Table, Target, profile};
    /// # let table = Table::from_csv_reader("x,y\n1,a\n2,b\n3,c\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// let target = Target::find(&table, &columns, "y", None)?;
    /// assert_eq!(target.n_out(), 3);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_out(&self) -> usize {
        if self.task == Task::Classes { self.labels.len() } else { 1 }
    }

    /// Takes mean and standard deviation of a number from these rows.
    ///
    /// # Errors
    /// [`DataError::TextForNumber`] with the row.
    ///
    /// ```
    /// use layerwise_data::{Missing, Table, Target, profile};
    ///
    /// let table = Table::from_csv_reader("x,y\n1,1.5\n2,3.5\n3,99.5\n".as_bytes(), "t.csv")?;
    /// let columns = profile(&table, &Missing::default(), &[])?;
    /// let mut target = Target::find(&table, &columns, "y", None)?;
    /// // From the first two rows.
    /// target.fit(&table, &[0, 1])?;
    /// assert_eq!(target.number(0.0), 2.5);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn fit(&mut self, table: &Table, rows: &[usize]) -> Result<()> {
        if self.task != Task::Regression || rows.is_empty() {
            return Ok(());
        }
        let index = table.column_index(&self.column)?;
        let values =
            rows.iter().map(|&row| self.value(table, row, index)).collect::<Result<Vec<f64>>>()?;
        let n = values.len() as f64;
        self.mean = values.iter().map(|value| value / n).sum();
        // In units of the largest: the square of a very small or very large number is none.
        let largest = values.iter().map(|value| (value - self.mean).abs()).fold(0.0, f64::max);
        let square = |value: &f64| ((value - self.mean) / largest).powi(2) / n;
        self.deviation = largest * values.iter().map(square).sum::<f64>().sqrt();
        if !(self.deviation.is_finite() && self.deviation > 0.0) {
            self.deviation = 1.0;
        }
        Ok(())
    }

    /// y of all rows.
    ///
    /// # Errors
    /// [`DataError::NoSuchColumn`], [`UnknownClass`](DataError::UnknownClass) or
    /// [`TextForNumber`](DataError::TextForNumber) with the row; [`MissingLabel`](DataError::MissingLabel) and
    /// [`RepeatedHeader`](DataError::RepeatedHeader).
    pub fn encode(&self, table: &Table) -> Result<DMatrix<f32>> {
        let index = table.column_index(&self.column)?;
        let mut y = DMatrix::zeros(self.n_out(), table.n_rows());
        for row in 0..table.n_rows() {
            match self.task {
                Task::Regression => {
                    let value = self.value(table, row, index)?;
                    let scaled = ((value - self.mean) / self.deviation) as f32;
                    if !scaled.is_finite() {
                        return Err(self.too_large(table, row, index));
                    }
                    y[(0, row)] = scaled;
                }
                Task::Binary => y[(0, row)] = self.class(table, row, index)? as f32,
                Task::Classes => y[(self.class(table, row, index)?, row)] = 1.0,
            }
        }
        Ok(y)
    }

    /// The class of each row, for a split that keeps their shares; 0 for all where numbers are predicted.
    ///
    /// # Errors
    /// As [`encode`](Target::encode).
    ///
    /// ```
    /// # use layerwise_data::{Missing, Table, Target, profile};
    /// # let table = Table::from_csv_reader("x,y\n1,a\n2,b\n3,c\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// let target = Target::find(&table, &columns, "y", None)?;
    /// assert_eq!(target.strata(&table)?, [0, 1, 2]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn strata(&self, table: &Table) -> Result<Vec<usize>> {
        if self.task == Task::Regression {
            return Ok(vec![0; table.n_rows()]);
        }
        let index = table.column_index(&self.column)?;
        (0..table.n_rows()).map(|row| self.class(table, row, index)).collect()
    }

    /// A number as the column has it, from one a network gave out.
    ///
    /// ```
    /// use layerwise_data::{Missing, Table, Target, Task, profile};
    ///
    /// let table = Table::from_csv_reader("x,y\n1,2.5\n2,4.5\n".as_bytes(), "t.csv")?;
    /// let columns = profile(&table, &Missing::default(), &[])?;
    /// let mut target = Target::find(&table, &columns, "y", None)?;
    /// target.fit(&table, &[0, 1])?;
    /// assert_eq!(target.encode(&table)?.as_slice(), [-1.0, 1.0]);
    /// assert_eq!((target.number(-1.0), target.number(2.0)), (2.5, 5.5));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn number(&self, a: f32) -> f64 {
        f64::from(a) * self.deviation + self.mean
    }

    /// The standard deviation a number is measured in; 1 for classes.
    ///
    /// ```
    /// # use layerwise_data::{Missing, Table, Target, profile};
    /// # let table = Table::from_csv_reader("x,y\n1,2.5\n2,6.5\n".as_bytes(), "t.csv")?;
    /// # let columns = profile(&table, &Missing::default(), &[])?;
    /// let mut target = Target::find(&table, &columns, "y", None)?;
    /// target.fit(&table, &[0, 1])?;
    /// assert_eq!(target.deviation(), 2.0);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn deviation(&self) -> f64 {
        self.deviation
    }

    fn value(&self, table: &Table, row: usize, index: usize) -> Result<f64> {
        let cell = trimmed(table.cell(row, index));
        let file = || table.name().to_owned();
        number(cell).ok_or_else(|| match self.no_label(table, row, cell) {
            Some(error) => error,
            None => DataError::TextForNumber {
                file: file(),
                row: table.line(row).unwrap_or(0),
                column: self.column.clone(),
                value: cell.to_owned(),
                advice: "correct it, or remove the row",
            },
        })
    }

    /// Why a cell that is no label is none, if that has nothing to do with the labels there are.
    fn no_label(&self, table: &Table, row: usize, cell: &str) -> Option<DataError> {
        let (file, line) = (table.name().to_owned(), table.line(row).unwrap_or(0));
        let (column, word) = (self.column.clone(), String::new());
        if cell.is_empty() {
            return Some(DataError::MissingLabel { file, row: line, column, word });
        }
        table.repeats_header(row).then_some(DataError::RepeatedHeader { file, row: line })
    }

    fn too_large(&self, table: &Table, row: usize, index: usize) -> DataError {
        DataError::TooLarge {
            file: table.name().to_owned(),
            row: table.line(row).unwrap_or(0),
            column: self.column.clone(),
            value: trimmed(table.cell(row, index)).to_owned(),
        }
    }

    fn class(&self, table: &Table, row: usize, index: usize) -> Result<usize> {
        let cell = trimmed(table.cell(row, index));
        let same = |label: &String| match (number(label), number(cell)) {
            (Some(a), Some(b)) => a == b,
            _ => label == cell,
        };
        let class = self.labels.iter().position(|label| label == cell);
        let unknown = || DataError::UnknownClass {
            file: table.name().to_owned(),
            row: table.line(row).unwrap_or(0),
            column: self.column.clone(),
            value: cell.to_owned(),
            known: self.labels.clone(),
        };
        class
            .or_else(|| self.labels.iter().position(same))
            .ok_or_else(|| self.no_label(table, row, cell).unwrap_or_else(unknown))
    }
}
