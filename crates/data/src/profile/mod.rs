//! What is in each column of a table.

mod codes;
mod dates;
mod numbers;
mod profiler;

use crate::{DateFormat, DateOrder, Missing, Result, Table};

pub use profiler::Profiler;

/// What a column holds, found by looking at every cell.
///
/// ```
/// use layerwise_data::{ColumnKind, Missing, Table, profile};
///
/// let csv = "id,age,town,note\n1,31,Rome,a b\n2,?,Oslo,c d\n3,27,Rome,e f\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
/// let columns = profile(&table, &Missing::default(), &[])?;
/// assert_eq!((columns[1].kind, columns[1].missing), (ColumnKind::Number, 1));
/// assert_eq!(columns[2].kind, ColumnKind::Category);
/// assert_eq!(columns[2].levels, [("Rome".to_string(), 2), ("Oslo".to_string(), 1)]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Every value is a finite number.
    Number,
    /// Texts that come again and again.
    Category,
    /// Dates, with or without a time.
    Date(DateFormat),
    /// Texts nearly all of which differ: names, remarks, keys. No use to a network.
    Text,
    /// Whole numbers that count the rows.
    RowNumber,
    /// One value in all rows.
    Constant,
    /// No value at all.
    Empty,
}

impl ColumnKind {
    /// Whether a network can learn from it.
    ///
    /// ```
    /// use layerwise_data::ColumnKind;
    ///
    /// assert!(ColumnKind::Category.is_useful() && !ColumnKind::Constant.is_useful());
    /// ```
    pub fn is_useful(self) -> bool {
        matches!(self, Self::Number | Self::Category | Self::Date(_))
    }

    /// In words.
    ///
    /// ```
    /// assert_eq!(layerwise_data::ColumnKind::Number.words(), "number");
    /// ```
    pub fn words(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Category => "category",
            Self::Date(_) => "date",
            Self::Text => "text",
            Self::RowNumber => "row number",
            Self::Constant => "constant",
            Self::Empty => "empty",
        }
    }
}

/// A column and what was found in it.
///
/// ```
/// use layerwise_data::{Missing, breast_cancer, profile};
///
/// let columns = profile(&breast_cancer()?, &Missing::default(), &[])?;
/// let radius = &columns[0];
/// assert_eq!((radius.name.as_str(), radius.missing), ("mean_radius", 0));
/// assert_eq!(radius.range, Some((6.981, 28.11)));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Cells without a value.
    pub missing: usize,
    /// The line in the file of the first of them.
    pub first_missing: Option<u64>,
    /// What is in its place, if not nothing.
    pub missing_word: Option<String>,
    /// Values that differ; `None` beyond [`MOST_COUNTED`].
    pub distinct: Option<usize>,
    /// The values with how often each comes, the most frequent first, on a tie by name; none beyond
    /// [`MOST_COUNTED`].
    pub levels: Vec<(String, usize)>,
    /// The least and the largest number, where all are.
    pub range: Option<(f64, f64)>,
    /// The lines in the file of these two, the first of several.
    pub range_rows: Option<(u64, u64)>,
    /// Their mean.
    pub mean: Option<f64>,
    /// How many numbers lie in each tenth of the range; of more than 131,072, how many of every second, fourth, ….
    pub histogram: [usize; 10],
    /// The first number written with leading zeros, as postal codes are, if several are.
    pub leading_zeros: Option<String>,
}

impl ColumnProfile {
    /// Whether its dates, such as `07/06/2024`, can be read with the month first and with the day first, and give
    /// other dates.
    ///
    /// ```
    /// use layerwise_data::{Missing, Table, profile};
    ///
    /// let csv = "open,proven\n07/06/2024,07/06/2024\n01/12/2024,25/06/2024\n";
    /// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
    /// let columns = profile(&table, &Missing::default(), &[])?;
    /// assert!(columns[0].has_open_dates() && !columns[1].has_open_dates());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn has_open_dates(&self) -> bool {
        let ColumnKind::Date(format) = self.kind else { return false };
        let Some(other) = format.other_order() else { return false };
        let levels = || self.levels.iter().map(|(level, _)| level.as_str());
        // Different values are counted up to more than there are such dates in half a century.
        !self.levels.is_empty()
            && levels().all(|level| other.reads(level))
            && levels().any(|level| other.parts(level) != format.parts(level))
    }

    /// Reads dates in this order where the values leave it open; where they prove one, it stays.
    ///
    /// ```
    /// use layerwise_data::{ColumnKind, DateFormat, DateOrder, Missing, Table, profile};
    ///
    /// let csv = "open,proven\n07/06/2024,07/06/2024\n01/12/2024,06/25/2024\n";
    /// let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
    /// let mut columns = profile(&table, &Missing::default(), &[])?;
    /// columns.iter_mut().for_each(|column| column.read_open_dates(DateOrder::DayFirst));
    /// assert_eq!(columns[0].kind, ColumnKind::Date(DateFormat::DayMonthYearSlashes));
    /// assert_eq!(columns[1].kind, ColumnKind::Date(DateFormat::MonthDayYear));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn read_open_dates(&mut self, order: DateOrder) {
        if self.has_open_dates() {
            self.kind = ColumnKind::Date(order.format());
        }
    }
}

/// Different values of a column that are counted, each by itself.
///
/// ```
/// use layerwise_data::{MOST_COUNTED, Missing, breast_cancer, profile};
///
/// let columns = profile(&breast_cancer()?, &Missing::default(), &[])?;
/// assert!(columns.iter().all(|column| column.distinct.is_some_and(|n| n <= MOST_COUNTED)));
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub const MOST_COUNTED: usize = 10_000;

/// Looks at every cell of a table. Columns named in `categories` are categories whatever is in them.
///
/// # Errors
/// [`DataError::TextAmongNumbers`](crate::DataError::TextAmongNumbers) if a column has a few texts among numbers: to
/// take all for text, or the texts for missing, would be a guess;
/// [`TextAmongDates`](crate::DataError::TextAmongDates) and [`DecimalComma`](crate::DataError::DecimalComma) for the
/// same reason. [`RepeatedHeader`](crate::DataError::RepeatedHeader) if a row holds the names of the columns.
/// [`NoSuchColumn`](crate::DataError::NoSuchColumn) if one of `categories` is not there.
///
/// ```
/// use layerwise_data::{ColumnKind, Missing, Table, profile};
///
/// let rows = "1,7\n".repeat(20) + "x,8\n";
/// let table = Table::from_csv_reader(format!("a,b\n{rows}").as_bytes(), "t.csv")?;
/// let message = profile(&table, &Missing::default(), &[]).unwrap_err().to_string();
/// assert!(message.starts_with("t.csv, row 22, column \"a\": \"x\" is not a number"));
/// // Said to stand for a missing value, or to be a category.
/// assert_eq!(profile(&table, &Missing::words(["x"]), &[])?[0].missing, 1);
/// assert_eq!(profile(&table, &Missing::default(), &["a".into()])?[0].kind, ColumnKind::Category);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub fn profile(
    table: &Table,
    missing: &Missing,
    categories: &[String],
) -> Result<Vec<ColumnProfile>> {
    let mut profiler = Profiler::new(table, missing, categories)?;
    profiler.look_at(table);
    profiler.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(cells: &[&str]) -> Result<ColumnKind> {
        let csv =
            format!("a,b\n{}", cells.iter().map(|c| format!("\"{c}\",1\n")).collect::<String>());
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv")?;
        Ok(profile(&table, &Missing::default(), &[])?[0].kind)
    }

    #[test]
    fn kinds() {
        for (cells, expected) in [
            (&["1", " 2.5", "-3e2"][..], ColumnKind::Number),
            (&["1", "", "3"], ColumnKind::Number),
            (&["a", "b", "a"], ColumnKind::Category),
            (&["true", "false", "true"], ColumnKind::Category),
            (&["2024-01-01", "2024-01-02"], ColumnKind::Date(DateFormat::Iso)),
            (&["x", "x"], ColumnKind::Constant),
            (&["?", " "], ColumnKind::Empty),
            (&["x", ""], ColumnKind::Category),
            (&["inf", "-inf", "nan"], ColumnKind::Category),
        ] {
            assert_eq!(kind(cells).unwrap(), expected, "{cells:?}");
        }
        let rows: Vec<String> = (100..200).map(|i| i.to_string()).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(kind(&rows).unwrap(), ColumnKind::RowNumber);
        let keys: Vec<String> = (0..50).map(|i| format!("k{i}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(kind(&keys).unwrap(), ColumnKind::Text);
    }

    #[test]
    fn very_many_dates_are_dates_and_the_first_gap_is_known() {
        let mut cells: Vec<String> = (0..MOST_COUNTED + 5)
            .map(|i| format!("2024-01-01 {:02}:{:02}:{:02}", i / 3600, i / 60 % 60, i % 60))
            .collect();
        cells[7] = String::new();
        let csv = format!("a,b\n{}", cells.iter().map(|c| format!("{c},1\n")).collect::<String>());
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let column = profile(&table, &Missing::default(), &[]).unwrap().remove(0);
        assert_eq!(column.kind, ColumnKind::Date(DateFormat::Iso));
        assert_eq!((column.missing, column.first_missing), (1, Some(9)));
    }

    #[test]
    fn a_text_among_numbers_is_no_guess() {
        let mut cells = vec!["1.5"; 40];
        cells[6] = "1,5 m";
        assert_eq!(
            kind(&cells).unwrap_err().to_string(),
            "t.csv, row 8, column \"a\": \"1,5 m\" is not a number, as nearly all others of this column \
             are; correct it, or say that it stands for a missing value or that the column holds categories"
        );
        let csv = format!("a,b\n1,2\na,b\n{}", "3,4\n".repeat(20));
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        let error = profile(&table, &Missing::default(), &[]).unwrap_err().to_string();
        assert_eq!(error, "t.csv, row 3 repeats the names of the columns; remove it");
        let named = ["a".to_string(), "b".to_string()];
        assert!(profile(&table, &Missing::default(), &named).is_ok());
    }
}
