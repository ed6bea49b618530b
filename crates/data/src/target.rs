//! A binary target: two labels, and y in {0, 1}.

use std::collections::HashMap;

use nalgebra::{DMatrix, RealField};
use serde::{Deserialize, Serialize};

use crate::cell::trimmed;
use crate::{DataError, Result, Table};

/// The labels of class 0 and class 1, as the user wrote them.
///
/// Labels are compared without blanks around them, and with their case. If both are numbers they
/// are compared as numbers: `1` and `1.0` are one label.
///
/// Serialized as the pair `[class 0, class 1]`.
///
/// ```
/// use layerwise_data::{Classes, Table};
///
/// let csv = "size,diagnosis\n1,benign\n9,malignant\n2,benign\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "tumours.csv")?;
/// let classes = Classes::from_column(&table, "diagnosis")?;
/// assert_eq!(classes.labels(), ["benign", "malignant"]);
/// assert_eq!(classes.encode::<f64>(&table, "diagnosis")?.as_slice(), [0.0, 1.0, 0.0]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[String; 2]", into = "[String; 2]")]
pub struct Classes {
    labels: [String; 2],
}

impl Classes {
    /// Classes with given labels, without blanks around them.
    ///
    /// # Errors
    ///
    /// [`DataError::BadClasses`] if a label is blank or both are the same.
    ///
    /// ```
    /// use layerwise_data::Classes;
    ///
    /// assert_eq!(Classes::new("no", "yes")?.labels(), ["no", "yes"]);
    /// assert!(Classes::new("1", "1.0").is_err());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn new(class_0: impl Into<String>, class_1: impl Into<String>) -> Result<Self> {
        let labels = [class_0.into(), class_1.into()].map(|label| label.trim().to_string());
        let [class_0, class_1] = keys(&labels);
        if labels.iter().any(String::is_empty) || class_0 == class_1 {
            return Err(DataError::BadClasses { labels });
        }
        Ok(Self { labels })
    }

    /// Finds the two labels of a column and which of them is class 1.
    ///
    /// - If all labels are numbers, the larger one is class 1.
    /// - Otherwise the less frequent one is, as the event of interest is mostly the rarer one.
    /// - If both are equally frequent, the later one in alphabetical order (of Unicode code points)
    ///   is.
    ///
    /// # Errors
    ///
    /// [`DataError::OneClass`], [`ManyClasses`](DataError::ManyClasses),
    /// [`MissingLabel`](DataError::MissingLabel), [`NotFinite`](DataError::NotFinite) for NaN or an
    /// infinity among numbers, [`NoSuchColumn`](DataError::NoSuchColumn).
    ///
    /// ```
    /// use layerwise_data::{Classes, Table};
    ///
    /// let table = Table::from_csv_reader("x,y\n1,-1\n2,1\n3,1\n".as_bytes(), "t.csv")?;
    /// assert_eq!(Classes::from_column(&table, "y")?.labels(), ["-1", "1"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn from_column(table: &Table, column: &str) -> Result<Self> {
        let labels = labels_of(table, column)?;
        let numbers = labels.iter().all(|(_, label)| label.parse::<f64>().is_ok());
        let not_finite = |label: &str| label.parse::<f64>().is_ok_and(|number| !number.is_finite());
        if let Some(&(row, label)) = labels.iter().find(|(_, label)| numbers && not_finite(label)) {
            return Err(DataError::NotFinite {
                file: table.name().to_string(),
                row,
                column: column.to_string(),
                value: label.to_string(),
                number_type: "f64",
            });
        }

        // Each class as first written, with its examples, in the order of the file.
        let mut classes: Vec<(&str, usize)> = Vec::new();
        let mut index = HashMap::new();
        for (_, label) in labels {
            let class = *index.entry(Key::of(label, numbers)).or_insert_with(|| {
                classes.push((label, 0));
                classes.len() - 1
            });
            classes[class].1 += 1;
        }
        let [a, b] = two(&classes, table, column)?;
        let a_is_class_1 = match (Key::of(a.0, numbers), Key::of(b.0, numbers)) {
            (Key::Number(a), Key::Number(b)) => f64::from_bits(a) > f64::from_bits(b),
            _ => a.1 < b.1 || (a.1 == b.1 && a.0 > b.0),
        };
        if a_is_class_1 { Self::new(b.0, a.0) } else { Self::new(a.0, b.0) }
    }

    /// The labels of class 0 and class 1.
    ///
    /// ```
    /// # use layerwise_data::Classes;
    /// assert_eq!(Classes::new("cold", "warm")?.labels(), ["cold", "warm"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn labels(&self) -> [&str; 2] {
        [&self.labels[0], &self.labels[1]]
    }

    /// The label of a prediction: that of class 1 for `true`, of class 0 for `false`.
    ///
    /// ```
    /// # use layerwise_data::Classes;
    /// let classes = Classes::new("benign", "malignant")?;
    /// let al = 0.8;
    /// assert_eq!(classes.label(al > 0.5), "malignant");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn label(&self, class_1: bool) -> &str {
        &self.labels[usize::from(class_1)]
    }

    /// y `(1, m)`: for each row of the table 0 if its label is that of class 0, 1 if that of
    /// class 1. A column with only one of the two labels is accepted, so a saved model can be
    /// evaluated on any rows.
    ///
    /// # Errors
    ///
    /// [`DataError::UnknownLabel`], [`MissingLabel`](DataError::MissingLabel),
    /// [`NoSuchColumn`](DataError::NoSuchColumn).
    ///
    /// ```
    /// use layerwise_data::{Classes, Table};
    ///
    /// let classes = Classes::new("no", "yes")?;
    /// let table = Table::from_csv_reader("y\nyes\nyes\n".as_bytes(), "new.csv")?;
    /// assert_eq!(classes.encode::<f32>(&table, "y")?.as_slice(), [1.0, 1.0]);
    ///
    /// let table = Table::from_csv_reader("y\nyes\nmaybe\n".as_bytes(), "new.csv")?;
    /// assert_eq!(
    ///     classes.encode::<f32>(&table, "y").unwrap_err().to_string(),
    ///     "new.csv, row 3, target column \"y\": \"maybe\" is neither \"no\" nor \"yes\", \
    ///      the two known labels"
    /// );
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn encode<T: RealField + Copy>(&self, table: &Table, column: &str) -> Result<DMatrix<T>> {
        let known = keys(&self.labels);
        let numbers = matches!(known[0], Key::Number(_));
        let y = labels_of(table, column)?
            .into_iter()
            .map(|(row, label)| match known.iter().position(|k| *k == Key::of(label, numbers)) {
                Some(0) => Ok(T::zero()),
                Some(_) => Ok(T::one()),
                None => Err(DataError::UnknownLabel {
                    file: table.name().to_string(),
                    row,
                    column: column.to_string(),
                    value: label.to_string(),
                    known: self.labels.clone(),
                }),
            })
            .collect::<Result<Vec<T>>>()?;
        Ok(DMatrix::from_vec(1, y.len(), y))
    }
}

impl TryFrom<[String; 2]> for Classes {
    type Error = DataError;

    fn try_from([class_0, class_1]: [String; 2]) -> Result<Self> {
        Self::new(class_0, class_1)
    }
}

impl From<Classes> for [String; 2] {
    fn from(classes: Classes) -> Self {
        classes.labels
    }
}

/// What makes two labels the same.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    /// The bits of a finite number, with 0 for -0.
    Number(u64),
    Text(&'a str),
}

impl<'a> Key<'a> {
    fn of(label: &'a str, numbers: bool) -> Self {
        match label.parse::<f64>() {
            Ok(number) if numbers && number.is_finite() => Self::Number((number + 0.0).to_bits()),
            _ => Self::Text(label),
        }
    }
}

/// The keys of two labels: numbers if both are.
fn keys(labels: &[String; 2]) -> [Key<'_>; 2] {
    let as_numbers = [Key::of(&labels[0], true), Key::of(&labels[1], true)];
    match as_numbers {
        [Key::Number(_), Key::Number(_)] => as_numbers,
        _ => [Key::Text(&labels[0]), Key::Text(&labels[1])],
    }
}

/// The labels of a column without blanks around them, each with its row.
fn labels_of<'a>(table: &'a Table, column: &str) -> Result<Vec<(u64, &'a str)>> {
    let index = table.column_index(column)?;
    let label = |row| match (trimmed(table.cell(row, index)), table.line(row).unwrap_or(0)) {
        ("", row) => Err(DataError::MissingLabel {
            file: table.name().to_string(),
            row,
            column: column.to_string(),
            word: String::new(),
        }),
        (label, row) => Ok((row, label)),
    };
    (0..table.n_rows()).map(label).collect()
}

fn two<'a>(
    classes: &[(&'a str, usize)],
    table: &Table,
    column: &str,
) -> Result<[(&'a str, usize); 2]> {
    const SHOWN: usize = 5;
    let (file, column) = (table.name().to_string(), column.to_string());
    match *classes {
        [a, b] => Ok([a, b]),
        [(label, count)] => {
            Err(DataError::OneClass { file, column, label: label.to_string(), count })
        }
        _ => Err(DataError::ManyClasses {
            file,
            column,
            count: classes.len(),
            first: classes.iter().take(SHOWN).map(|(label, _)| label.to_string()).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(labels: &[&str]) -> Table {
        let csv = format!("x,y\n{}", labels.iter().map(|l| format!("1,{l}\n")).collect::<String>());
        Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap()
    }

    fn found(labels: &[&str]) -> [String; 2] {
        Classes::from_column(&table(labels), "y").unwrap().into()
    }

    fn message(labels: &[&str]) -> String {
        Classes::from_column(&table(labels), "y").unwrap_err().to_string()
    }

    #[test]
    fn of_text_labels_the_rarer_is_class_1() {
        assert_eq!(found(&["a", "b", "b"]), ["b", "a"]);
        assert_eq!(found(&["b", "a", "b"]), ["b", "a"]);
        assert_eq!(found(&["b", "b", "z"]), ["b", "z"]);
    }

    #[test]
    fn on_a_tie_the_later_in_the_alphabet_is_class_1() {
        assert_eq!(found(&["yes", "no"]), ["no", "yes"]);
        assert_eq!(found(&["no", "yes"]), ["no", "yes"]);
    }

    #[test]
    fn of_numbers_the_larger_is_class_1_whatever_the_counts_and_spelling() {
        assert_eq!(found(&["0", "1", "1"]), ["0", "1"]);
        assert_eq!(found(&["10", "9", "10"]), ["9", "10"]);
        assert_eq!(found(&["1.0", "-1", "1", "+1e0"]), ["-1", "1.0"]);
        assert_eq!(found(&["-0", "0", "2"]), ["-0", "2"]);
    }

    #[test]
    fn blanks_around_labels_do_not_count_and_case_does() {
        assert_eq!(found(&[" a", "a ", "b"]), ["a", "b"]);
        assert_eq!(found(&["A", "a", "a"]), ["a", "A"]);
    }

    #[test]
    fn refuses_one_class_and_many() {
        assert_eq!(
            message(&["a", " a", "a"]),
            "target column \"y\" of t.csv has only one class: all 3 rows are \"a\"; \
             a binary target needs two"
        );
        assert_eq!(
            message(&["a", "b", "c"]),
            "target column \"y\" of t.csv has 3 classes (\"a\", \"b\", \"c\"); \
             only binary targets (two classes) are supported"
        );
        let many: Vec<String> = (0..30).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(message(&many).contains("30 classes (\"0\", \"1\", \"2\", \"3\", \"4\", …)"));
    }

    #[test]
    fn refuses_blank_labels_and_nan_among_numbers_by_row() {
        assert!(
            message(&["a", " ", "b"]).starts_with("t.csv, row 3, target column \"y\" is empty")
        );
        assert!(message(&["0", "1", "NaN"]).starts_with("t.csv, row 4, column \"y\": \"NaN\""));
        assert_eq!(found(&["inf", "sup", "sup"]), ["sup", "inf"]);
    }

    #[test]
    fn encodes_with_given_classes() {
        let classes = Classes::new("0", "1").unwrap();
        let y = classes.encode::<f32>(&table(&["1.0", "0", " 1"]), "y").unwrap();
        assert_eq!(y.shape(), (1, 3));
        assert_eq!(y.as_slice(), [1.0, 0.0, 1.0]);
        for label in ["2", "true", "nan"] {
            let error = classes.encode::<f32>(&table(&["1", label]), "y").unwrap_err();
            assert!(matches!(error, DataError::UnknownLabel { row: 3, .. }), "{error}");
        }
        // Labels that are not both numbers are text.
        let classes = Classes::new("1", "one").unwrap();
        assert!(classes.encode::<f32>(&table(&["1.0"]), "y").is_err());
    }

    #[test]
    fn a_file_with_classes_is_checked() {
        let classes = Classes::new("no", "yes").unwrap();
        let json = serde_json::to_string(&classes).unwrap();
        assert_eq!(json, r#"["no","yes"]"#);
        assert_eq!(serde_json::from_str::<Classes>(&json).unwrap(), classes);
        let error = serde_json::from_str::<Classes>(r#"["no","no"]"#).unwrap_err();
        assert!(error.to_string().contains("they must differ"), "{error}");
        assert!(Classes::new(" ", "yes").is_err());
    }
}
