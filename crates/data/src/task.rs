//! What is to be predicted: one of two classes, one of several, or a number.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::cell::{number, trimmed};
use crate::{Classes, ColumnKind, ColumnProfile, DataError, Result, Table};

/// The kind of prediction.
///
/// ```
/// use layerwise_data::Task;
///
/// assert_eq!(Task::Regression.words(), "a number (regression)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two classes.
    Binary,
    /// One of three or more classes.
    Classes,
    /// A number.
    Regression,
}

impl Task {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Binary => "one of two classes",
            Self::Classes => "one of several classes",
            Self::Regression => "a number (regression)",
        }
    }
}

/// A target column as numbers a network learns, and back.
///
/// - Two classes: y `(1, m)` in {0, 1}; which is class 1 follows [`Classes::from_column`].
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
    column: String,
    task: Task,
    /// The labels of the classes; none of a number.
    labels: Vec<String>,
    mean: f64,
    deviation: f64,
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

/// Classes a target may have.
const MOST_CLASSES: usize = 1000;

/// Different whole numbers up to which they are taken for classes.
const FEW_NUMBERS: usize = 20;

impl Target {
    /// Finds out what is to be predicted, unless `task` says it: texts are classes, and so are whole numbers if
    /// there are two of them, or at most 20 and ten rows for each; other numbers are predicted as such.
    ///
    /// # Errors
    /// [`DataError::NoSuchColumn`], [`MissingLabel`](DataError::MissingLabel),
    /// [`OneClass`](DataError::OneClass), [`BadTarget`](DataError::BadTarget) if the column cannot be what
    /// `task` says, holds one number in all rows, is free text or has more than 1000 classes.
    pub fn find(
        table: &Table,
        columns: &[ColumnProfile],
        column: &str,
        task: Option<Task>,
    ) -> Result<Self> {
        let index = table.column_index(column)?;
        let (name, profile) = (table.column_names()[index].clone(), &columns[index]);
        let refuse = |problem: String| {
            Err(DataError::BadTarget {
                file: table.name().to_owned(),
                column: name.clone(),
                problem,
            })
        };
        if profile.missing > 0 {
            let row = profile.first_missing.unwrap_or(0);
            return Err(DataError::MissingLabel {
                file: table.name().to_owned(),
                row,
                column: name,
                word: profile.missing_word.clone().unwrap_or_default(),
            });
        }
        if let (Some((label, _)), true) = (profile.levels.first(), labels_of(profile).len() == 1) {
            let (file, label, count) = (table.name().to_owned(), label.clone(), table.n_rows());
            return match profile.range {
                Some(_) => refuse(format!("all {count} rows have the same number, {label}")),
                None => Err(DataError::OneClass { file, column: name, label, count }),
            };
        }
        let task = task.unwrap_or_else(|| task_of(profile, table.n_rows()));
        if task == Task::Regression {
            if profile.range.is_none() {
                return refuse("it holds texts, which cannot be predicted as numbers".into());
            }
            return Ok(Self { column: name, task, labels: vec![], mean: 0.0, deviation: 1.0 });
        }
        let labels = labels_of(profile);
        let n = labels.len();
        match (task, profile.distinct.filter(|_| n <= MOST_CLASSES)) {
            (_, None) => refuse(format!(
                "it has more than {MOST_CLASSES} different values: too many for classes"
            )),
            _ if matches!(profile.kind, ColumnKind::Text) => refuse(format!(
                "it has {n} different texts in {} rows: nearly every row would be a class of its own",
                table.n_rows()
            )),
            (Task::Binary, _) if n == 2 && differ_as_numbers(&labels) => {
                let classes = Classes::from_column(table, column)?;
                let labels = classes.labels().map(str::to_owned).to_vec();
                Ok(Self { column: name, task, labels, mean: 0.0, deviation: 1.0 })
            }
            (Task::Binary, _) if n == 2 => {
                Ok(Self { column: name, task, labels, mean: 0.0, deviation: 1.0 })
            }
            (Task::Binary, _) => refuse(format!("it has {n} classes instead of two")),
            _ if n < 3 => refuse(format!("it has {n} classes, fewer than three")),
            _ => Ok(Self { column: name, task, labels, mean: 0.0, deviation: 1.0 }),
        }
    }

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

fn task_of(profile: &ColumnProfile, rows: usize) -> Task {
    if profile.kind == ColumnKind::Category && profile.range.is_some() {
        return if labels_of(profile).len() == 2 { Task::Binary } else { Task::Classes };
    }
    let whole = profile.range.is_some()
        && profile.levels.iter().all(|(level, _)| number(level).is_some_and(|x| x.fract() == 0.0));
    let n = labels_of(profile).len();
    match profile.range {
        Some(_) if profile.distinct.is_none() => Task::Regression,
        // Of two numbers that differ in each row there would be no telling.
        Some(_) if !whole || n > FEW_NUMBERS || (n > 2 && rows < 10 * n) => Task::Regression,
        _ if n == 2 => Task::Binary,
        _ => Task::Classes,
    }
}

/// Whether two labels are not the same number, such as 1 and 01.
fn differ_as_numbers(labels: &[String]) -> bool {
    !matches!(labels, [a, b] if number(a).is_some() && number(a) == number(b))
}

/// The different labels: numbers in their order, those equal as numbers once unless they are categories, and
/// texts in the order of the alphabet.
fn labels_of(profile: &ColumnProfile) -> Vec<String> {
    let mut labels: Vec<String> = profile.levels.iter().map(|(level, _)| level.clone()).collect();
    if profile.range.is_some() {
        let value = |label: &String| number(label).unwrap_or(0.0);
        labels.sort_by(|a, b| value(a).total_cmp(&value(b)).then_with(|| a.cmp(b)));
        if profile.kind != ColumnKind::Category {
            labels.dedup_by(|a, b| value(a) == value(b));
        }
    } else {
        labels.sort();
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Missing, profile};

    fn find(cells: &[&str], task: Option<Task>) -> Result<Target> {
        let rows: String = cells.iter().map(|cell| format!("1,{cell}\n")).collect();
        let table = Table::from_csv_reader(format!("x,y\n{rows}").as_bytes(), "t.csv")?;
        let columns = profile(&table, &Missing::default(), &[])?;
        Target::find(&table, &columns, "y", task)
    }

    fn message(cells: &[&str], task: Option<Task>) -> String {
        find(cells, task).unwrap_err().to_string()
    }

    #[test]
    fn tasks_are_found_and_can_be_said() {
        let task = |cells: &[&str]| find(cells, None).unwrap().task();
        assert_eq!(task(&["a", "b", "a"]), Task::Binary);
        assert_eq!(task(&["0", "1", "1"]), Task::Binary);
        assert_eq!(task(&["a", "b", "c", "a"]), Task::Classes);
        assert_eq!(task(&["1.5", "2.5", "1.5"]), Task::Regression);
        assert_eq!(task(&["1", "2", "3", "4"]), Task::Regression);
        let digits: Vec<String> = (0..100).map(|i| (i % 10).to_string()).collect();
        let digits: Vec<&str> = digits.iter().map(String::as_str).collect();
        let target = find(&digits, None).unwrap();
        assert_eq!((target.task(), target.labels()[9].as_str()), (Task::Classes, "9"));
        assert_eq!(find(&digits, Some(Task::Regression)).unwrap().n_out(), 1);
    }

    #[test]
    fn what_cannot_be_a_target_is_refused() {
        assert!(message(&["a", "a"], None).contains("only one class"));
        assert!(message(&["1", "?"], None).contains("row 3"));
        assert!(message(&["a", "b"], Some(Task::Regression)).contains("it holds texts"));
        assert!(
            message(&["a", "b", "c", "c"], Some(Task::Binary)).contains("3 classes instead of")
        );
        assert!(message(&["a", "b"], Some(Task::Classes)).contains("fewer than three"));
        let keys: Vec<String> = (0..90).map(|i| format!("k{i}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert!(message(&keys, None).contains("a class of its own"));
    }
}
