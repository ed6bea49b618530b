//! What a column asks to be predicted.

use super::{Target, Task};
use crate::cell::number;
use crate::{Classes, ColumnKind, ColumnProfile, DataError, Result, Table};

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
