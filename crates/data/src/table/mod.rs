//! A table of text, as read from CSV: a header and rows of cells.

mod columns;
mod files;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::cell::trimmed;
use crate::{DataError, Result};

pub(crate) use columns::checked_names;
use columns::cleaned_name;

/// A header and text cells in rows.
///
/// Cells are kept as read; blanks around them are removed when they are interpreted as numbers or
/// labels. Column names are kept without blanks around them, are not blank and differ from each
/// other. There is at least one row.
///
/// ```
/// use layerwise_data::Table;
///
/// let csv = "height,weight,sex\n1.80,75,m\n1.65,58,f\n";
/// let table = Table::from_csv_reader(csv.as_bytes(), "people.csv")?;
/// assert_eq!(table.n_rows(), 2);
/// assert_eq!(table.column_names(), ["height", "weight", "sex"]);
/// assert_eq!(table.column("sex")?.collect::<Vec<_>>(), ["m", "f"]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    columns: Vec<String>,
    /// The index of each name: a table may have very many.
    places: HashMap<String, usize>,
    /// The cells of all rows, one after the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    /// For each row the line in the file on which it starts.
    lines: Vec<u64>,
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    row: usize,
}

impl std::ops::Index<usize> for Row<'_> {
    type Output = str;

    fn index(&self, column: usize) -> &str {
        self.table.cell(self.row, column)
    }
}

impl Table {
    /// A table of these columns that rows are pushed to.
    pub(crate) fn without_rows(name: String, columns: Vec<String>) -> Self {
        let (text, ends, lines) = (String::new(), Vec::new(), Vec::new());
        let mut table = Self { name, columns: vec![], places: HashMap::new(), text, ends, lines };
        table.name_columns(columns);
        table
    }

    pub(crate) fn name_columns(&mut self, columns: Vec<String>) {
        let places = columns.iter().enumerate().map(|(i, name)| (name.clone(), i));
        self.places = places.collect();
        self.columns = columns;
    }

    /// The same columns with none of the rows.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a\n1\n".as_bytes(), "t.csv")?;
    /// assert_eq!((table.emptied().n_rows(), table.emptied().column_names().len()), (0, 1));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn emptied(&self) -> Self {
        Self::without_rows(self.name.clone(), self.columns.clone())
    }

    /// Bytes that its cells take in memory.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a,b\n123,4\n".as_bytes(), "t.csv")?;
    /// assert!(table.bytes() >= 4);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn bytes(&self) -> usize {
        self.text.len() + size_of::<usize>() * self.ends.len() + size_of::<u64>() * self.lines.len()
    }

    /// Whether a row holds the names of the columns.
    pub(crate) fn repeats_header(&self, row: usize) -> bool {
        let mut names = self.columns.iter().enumerate();
        names.all(|(column, name)| trimmed(self.cell(row, column)) == name)
    }

    /// A cell, as read.
    #[inline]
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        let index = row * self.columns.len() + column;
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[from..self.ends[index]]
    }

    /// The cells of a row, also of one pushed before the columns had names.
    pub(crate) fn cells_of(&self, row: usize) -> impl Iterator<Item = &str> {
        let width = self.ends.len() / self.lines.len().max(1);
        (row * width..(row + 1) * width).map(|index| {
            let from = if index == 0 { 0 } else { self.ends[index - 1] };
            &self.text[from..self.ends[index]]
        })
    }

    /// The file's name, as error messages give it.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a\n1\n".as_bytes(), "standard input")?;
    /// assert_eq!(table.name(), "standard input");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names in the header, without blanks around them, in the order of the file.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a, b\n1,2\n".as_bytes(), "t.csv")?;
    /// assert_eq!(table.column_names(), ["a", "b"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn column_names(&self) -> &[String] {
        &self.columns
    }

    /// The name of the last column, where many tables keep their target.
    ///
    /// ```
    /// # use layerwise_data::breast_cancer;
    /// assert_eq!(breast_cancer()?.last_column_name(), "diagnosis");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn last_column_name(&self) -> &str {
        // A record read from CSV has at least one cell, so there is a last column.
        self.columns.last().map_or("", String::as_str)
    }

    /// The names of all columns but one: the features, if that one is the target.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchColumn`] if there is no such column.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a,b,c\n1,2,3\n".as_bytes(), "t.csv")?;
    /// assert_eq!(table.column_names_except("b")?, ["a", "c"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn column_names_except(&self, column: &str) -> Result<Vec<String>> {
        let left_out = self.column_index(column)?;
        let mut names = self.columns.clone();
        names.remove(left_out);
        Ok(names)
    }

    /// The number of rows below the header.
    ///
    /// ```
    /// # use layerwise_data::breast_cancer;
    /// assert_eq!(breast_cancer()?.n_rows(), 569);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn n_rows(&self) -> usize {
        self.lines.len()
    }

    /// The cells of a column, as read, from the first row to the last.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchColumn`], with the columns there are and the one nearest to the name.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("area,label\n1,no\n2,yes\n".as_bytes(), "t.csv")?;
    /// assert_eq!(table.column("label")?.collect::<Vec<_>>(), ["no", "yes"]);
    /// assert_eq!(
    ///     table.column("Labels").err().map(|error| error.to_string()).as_deref(),
    ///     Some(
    ///         "t.csv has no column \"Labels\"; did you mean \"label\"? \
    ///          Its columns are: \"area\", \"label\""
    ///     )
    /// );
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn column(&self, name: &str) -> Result<impl ExactSizeIterator<Item = &str>> {
        let column = self.column_index(name)?;
        Ok((0..self.n_rows()).map(move |row| self.cell(row, column)))
    }

    /// The cells of a row (from 0), as read, from left to right; none if there is no such row.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a,b\n1, 2\n".as_bytes(), "t.csv")?;
    /// assert_eq!(table.cells(0).collect::<Vec<_>>(), ["1", " 2"]);
    /// assert_eq!(table.cells(1).count(), 0);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        let columns = if row < self.n_rows() { self.columns.len() } else { 0 };
        (0..columns).map(move |column| self.cell(row, column))
    }

    /// The line of the file on which row `index` (from 0, below the header) starts: what error
    /// messages call its row. In a file without lines, such as an array, it is the index itself.
    /// `None` if there is no such row.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a\n1\n\n2\n".as_bytes(), "t.csv")?;
    /// assert_eq!((table.line(0), table.line(1), table.line(2)), (Some(2), Some(4), None));
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn line(&self, index: usize) -> Option<u64> {
        self.lines.get(index).copied()
    }

    /// The index of a column, found by its name without blanks around it.
    pub(crate) fn column_index(&self, name: &str) -> Result<usize> {
        let wanted = cleaned_name(name);
        self.places.get(wanted).copied().ok_or_else(|| DataError::NoSuchColumn {
            file: self.name.clone(),
            column: name.to_string(),
            columns: self.columns.clone(),
        })
    }

    /// Each row with its line in the file.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, Row<'_>)> {
        let row = |(row, &line)| (line, Row { table: self, row });
        self.lines.iter().enumerate().map(row)
    }
}
