//! A table of text, as read from CSV: a header and rows of cells.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::Path;

use csv::ByteRecord;

use crate::cell::trimmed;
use crate::{CsvFormat, DataError, Result, TableReader};

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
    /// Reads a CSV file with a header.
    ///
    /// Cells are separated by commas, or what the file has instead ([`CsvFormat`]), and may be in double
    /// quotes (`""` inside quotes is one quote). The text is UTF-8, with or without a byte order mark,
    /// packed with gzip or not; lines end in LF, CRLF or CR. Blank lines are skipped. The file is read
    /// into memory.
    ///
    /// # Errors
    ///
    /// [`DataError::Read`], [`OtherFormat`](DataError::OtherFormat), [`Empty`](DataError::Empty),
    /// [`HeaderOnly`](DataError::HeaderOnly), [`BlankColumnName`](DataError::BlankColumnName),
    /// [`DuplicateColumn`](DataError::DuplicateColumn), [`Ragged`](DataError::Ragged),
    /// [`UnclosedQuote`](DataError::UnclosedQuote), [`NotUtf8`](DataError::NotUtf8).
    ///
    /// ```
    /// let error = layerwise_data::Table::read_csv("no-such-file.csv").unwrap_err();
    /// assert!(error.to_string().starts_with("cannot read no-such-file.csv: "));
    /// ```
    pub fn read_csv(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_csv_with(path, &CsvFormat::default())
    }

    /// Reads a CSV file that is like this.
    ///
    /// # Errors
    ///
    /// As [`Table::read_csv`].
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, Table};
    ///
    /// let format = CsvFormat { delimiter: Some(b';'), header: true };
    /// assert!(Table::read_csv_with("no-such-file.csv", &format).is_err());
    /// ```
    pub fn read_csv_with(path: impl AsRef<Path>, format: &CsvFormat) -> Result<Self> {
        TableReader::open_csv(path.as_ref(), format)?.into_table()
    }

    /// Reads a file that holds a table, whatever its format: see [`TableReader::open`].
    ///
    /// # Errors
    ///
    /// As [`TableReader::open`] and [`TableReader::into_table`].
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, Table};
    ///
    /// assert!(Table::read("no-such-file.parquet", &CsvFormat::default()).is_err());
    /// ```
    pub fn read(path: impl AsRef<Path>, format: &CsvFormat) -> Result<Self> {
        TableReader::open(path, format)?.into_table()
    }

    /// Reads CSV as [`Table::read_csv`] does, from anything that can be read. `name` stands for the
    /// file in error messages.
    ///
    /// # Errors
    ///
    /// As [`Table::read_csv`].
    ///
    /// ```
    /// use layerwise_data::Table;
    ///
    /// let error = Table::from_csv_reader("a,b\n1,2\n3\n".as_bytes(), "short.csv").unwrap_err();
    /// assert_eq!(error.to_string(), "short.csv: expected 2 columns, found 1 in row 3");
    /// ```
    pub fn from_csv_reader(reader: impl Read, name: impl Into<String>) -> Result<Self> {
        Self::from_csv_with(reader, name, &CsvFormat::default())
    }

    /// Reads CSV that is like this, from anything that can be read.
    ///
    /// # Errors
    ///
    /// As [`Table::read_csv`].
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, Table};
    ///
    /// let format = CsvFormat { delimiter: Some(b' '), header: true };
    /// let table = Table::from_csv_with("a b\n1 2\n".as_bytes(), "t.txt", &format)?;
    /// assert_eq!(table.column_names(), ["a", "b"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn from_csv_with(
        reader: impl Read,
        name: impl Into<String>,
        format: &CsvFormat,
    ) -> Result<Self> {
        TableReader::new(reader, name, format)?.into_table()
    }

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

    /// Adds a row, which starts on this line and has as many cells as there are columns.
    pub(crate) fn push(&mut self, row: u64, record: &ByteRecord) -> Result<()> {
        let start = self.text.len();
        // Cells lie one behind the other. A character torn in two by a delimiter would be whole again.
        let text = std::str::from_utf8(record.as_slice()).ok().filter(|text| {
            let mut end = 0;
            record.iter().all(|cell| {
                end += cell.len();
                text.is_char_boundary(end)
            })
        });
        let Some(text) = text else {
            let bad = record.iter().position(|cell| std::str::from_utf8(cell).is_err());
            let column = bad.map_or(1, |index| index + 1);
            return Err(DataError::NotUtf8 { file: self.name.clone(), row, column });
        };
        self.text.push_str(text);
        let mut end = start;
        self.ends.extend(record.iter().map(|cell| {
            end += cell.len();
            end
        }));
        self.lines.push(row);
        Ok(())
    }

    /// Adds rows (from 0) of a table with the same columns; those that it does not have are passed over.
    ///
    /// ```
    /// use layerwise_data::Table;
    ///
    /// let table = |csv: &str| Table::from_csv_reader(csv.as_bytes(), "t.csv");
    /// let mut odd = table("a,b\n1,x\n")?;
    /// odd.append_rows(&table("a,b\n2,y\n3,z\n")?, [1, 7])?;
    /// assert_eq!(odd.column("b")?.collect::<Vec<_>>(), ["x", "z"]);
    /// assert!(odd.append_rows(&table("a\n2\n")?, [0]).is_err());
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// [`DataError::OtherColumns`] if the other table has other columns.
    pub fn append_rows(
        &mut self,
        other: &Self,
        rows: impl IntoIterator<Item = usize>,
    ) -> Result<()> {
        if other.columns != self.columns {
            let (file, expected, found) =
                (other.name.clone(), self.columns.len(), other.columns.len());
            return Err(DataError::OtherColumns { file, expected, found });
        }
        for row in rows.into_iter().filter(|&row| row < other.n_rows()) {
            for cell in other.cells_of(row) {
                self.text.push_str(cell);
                self.ends.push(self.text.len());
            }
            self.lines.push(other.lines[row]);
        }
        Ok(())
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

    /// Adds a row of numbers, as many as there are columns.
    pub(crate) fn push_numbers<'n>(&mut self, row: u64, numbers: impl Iterator<Item = &'n f64>) {
        use std::fmt::Write;
        for number in numbers {
            // Writing to a String cannot fail.
            let _ = write!(self.text, "{number}");
            self.ends.push(self.text.len());
        }
        self.lines.push(row);
    }

    /// Adds a cell to the row at the end, which [`end_row`](Self::end_row) completes.
    #[cfg(any(feature = "parquet", feature = "images"))]
    pub(crate) fn push_cell<E>(
        &mut self,
        write: impl FnOnce(&mut String) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        write(&mut self.text)?;
        self.ends.push(self.text.len());
        Ok(())
    }

    /// Ends a row of which every cell was added.
    #[cfg(any(feature = "parquet", feature = "images"))]
    pub(crate) fn end_row(&mut self, row: u64) {
        self.lines.push(row);
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

    /// Writes the table as CSV: a header, then the rows, each ended by a line feed. Cells are
    /// quoted where they must be, so reading the result gives the same names and cells.
    ///
    /// # Errors
    ///
    /// [`DataError::Write`] if the writer fails.
    ///
    /// ```
    /// use layerwise_data::Table;
    ///
    /// let table = Table::from_csv_reader("a,b\r\n1,\"x, y\"\r\n".as_bytes(), "t.csv")?;
    /// let mut csv = Vec::new();
    /// table.write_csv(&mut csv)?;
    /// assert_eq!(csv, b"a,b\n1,\"x, y\"\n");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn write_csv(&self, writer: impl Write) -> Result<()> {
        let failed = |reason| DataError::Write { file: self.name.clone(), reason };
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(&self.columns).map_err(|error| failed(error.into()))?;
        for row in 0..self.n_rows() {
            writer.write_record(self.cells_of(row)).map_err(|error| failed(error.into()))?;
        }
        writer.flush().map_err(failed)
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

    /// The same table with columns added on the right, such as predictions.
    ///
    /// # Errors
    ///
    /// [`DataError::ColumnLength`] if a new column has another number of cells than the table has
    /// rows, [`DataError::DuplicateColumn`] if a name is taken and
    /// [`DataError::BlankColumnName`] if it is blank.
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a\n1\n2\n".as_bytes(), "t.csv")?;
    /// let predictions = vec!["0.25".to_string(), "0.75".to_string()];
    /// let mut csv = Vec::new();
    /// table.with_columns([("probability", predictions)])?.write_csv(&mut csv)?;
    /// assert_eq!(csv, b"a,probability\n1,0.25\n2,0.75\n");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn with_columns<N: Into<String>>(
        &self,
        columns: impl IntoIterator<Item = (N, Vec<String>)>,
    ) -> Result<Self> {
        let (mut names, mut added) = (self.columns.clone(), Vec::new());
        for (name, cells) in columns {
            let name = name.into();
            if cells.len() != self.n_rows() {
                return Err(DataError::ColumnLength {
                    file: self.name.clone(),
                    column: name,
                    expected: self.n_rows(),
                    found: cells.len(),
                });
            }
            names.push(name);
            added.push(cells);
        }
        let names = checked_names(names.iter().map(String::as_str), &self.name)?;
        let mut table = Self::without_rows(self.name.clone(), names);
        for row in 0..self.n_rows() {
            for cell in self.cells_of(row).chain(added.iter().map(|cells| cells[row].as_str())) {
                table.text.push_str(cell);
                table.ends.push(table.text.len());
            }
        }
        table.lines.clone_from(&self.lines);
        Ok(table)
    }

    /// The same rows with these columns alone, in this order.
    ///
    /// # Errors
    ///
    /// [`DataError::NoSuchColumn`], [`DataError::DuplicateColumn`].
    ///
    /// ```
    /// # use layerwise_data::Table;
    /// let table = Table::from_csv_reader("a,b,c\n1,2,3\n".as_bytes(), "t.csv")?;
    /// assert_eq!(table.select(&["c", "a"])?.cells(0).collect::<Vec<_>>(), ["3", "1"]);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn select(&self, columns: &[impl AsRef<str>]) -> Result<Self> {
        let indices = columns.iter().map(|name| self.column_index(name.as_ref()));
        let indices = indices.collect::<Result<Vec<usize>>>()?;
        let names = indices.iter().map(|&index| self.columns[index].as_str());
        let mut table = Self::without_rows(self.name.clone(), checked_names(names, &self.name)?);
        for row in 0..self.n_rows() {
            for &index in &indices {
                table.text.push_str(self.cell(row, index));
                table.ends.push(table.text.len());
            }
        }
        table.lines.clone_from(&self.lines);
        Ok(table)
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

/// A column name without blanks around it, and without the byte order mark that joining files can
/// leave in front of it.
fn cleaned_name(name: &str) -> &str {
    name.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).trim_end()
}

/// The names of a header, cleaned, none of them blank and no two the same.
pub(crate) fn checked_names<'a>(
    header: impl Iterator<Item = &'a str>,
    file: &str,
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut seen = HashMap::new();
    for (index, name) in header.enumerate() {
        let name = cleaned_name(name);
        let column = index + 1;
        if name.is_empty() {
            return Err(DataError::BlankColumnName { file: file.to_string(), column });
        }
        if let Some(first) = seen.insert(name, column) {
            return Err(DataError::DuplicateColumn {
                file: file.to_string(),
                name: name.to_string(),
                first,
                second: column,
            });
        }
        names.push(name.to_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(csv: &str) -> Result<Table> {
        Table::from_csv_reader(csv.as_bytes(), "t.csv")
    }

    fn message(csv: &str) -> String {
        table(csv).unwrap_err().to_string()
    }

    #[test]
    fn refuses_a_file_that_is_missing_or_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.csv");
        let error = Table::read_csv(&missing).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot read {}: ", missing.display())), "{error}");
        assert!(matches!(Table::read_csv(folder.path()), Err(DataError::Read { .. })));
    }

    #[test]
    fn reads_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\u{feff}a,b\r\n1,2\r\n").unwrap();
        let table = Table::read_csv(file.path()).unwrap();
        assert_eq!(table.column_names(), ["a", "b"]);
        assert_eq!(table.name(), file.path().display().to_string());
    }

    #[test]
    fn refuses_a_table_without_header_or_rows() {
        for csv in ["", "\n\r\n", "\u{feff}"] {
            assert_eq!(message(csv), "t.csv is empty; the first row must name the columns");
        }
        for csv in ["a,b", "a,b\n", "a,b\n\n \n"] {
            assert_eq!(message(csv), "t.csv has a header but no rows below it");
        }
    }

    #[test]
    fn refuses_names_that_are_blank_or_not_distinct() {
        assert_eq!(
            message("a,b, a\n1,2,3\n"),
            "t.csv: columns 1 and 3 are both named \"a\"; rename one of them"
        );
        assert_eq!(
            message("a, \n1,2\n"),
            "t.csv: column 2 has no name in the header; give it one or remove the column"
        );
    }

    #[test]
    fn a_missing_column_is_answered_with_those_there_are() {
        let columns: Vec<String> = (0..50).map(|i| format!("c{i}")).collect();
        let csv = format!("{}\n{}\n", columns.join(","), vec!["1"; 50].join(","));
        let error = table(&csv).unwrap().column_names_except("zzz").unwrap_err().to_string();
        let start =
            "t.csv has no column \"zzz\"; its columns with the nearest names are: \"c0\", \"c1\",";
        assert!(error.starts_with(start), "{error}");
        assert!(error.ends_with("\"c9\" … and 40 more"), "{error}");
    }

    #[test]
    fn new_columns_must_fit() {
        let table = table("a,b\n1,2\n3,4\n").unwrap();
        let cells = |n: usize| vec!["x".to_string(); n];
        assert_eq!(
            table.with_columns([("c", cells(1))]).unwrap_err().to_string(),
            "t.csv has 2 rows, but the new column \"c\" has 1 cells"
        );
        assert_eq!(
            table.with_columns([("c", cells(2)), ("a", cells(2))]).unwrap_err().to_string(),
            "t.csv: columns 1 and 4 are both named \"a\"; rename one of them"
        );
        let wider = table.with_columns([("c", cells(2)), ("d", cells(2))]).unwrap();
        assert_eq!(wider.column_names(), ["a", "b", "c", "d"]);
        assert_eq!(wider.column("b").unwrap().collect::<Vec<_>>(), ["2", "4"]);
        assert_eq!(wider.column("d").unwrap().collect::<Vec<_>>(), ["x", "x"]);
    }

    #[test]
    fn a_failing_writer_is_reported() {
        let table = table("a\n1\n").unwrap();
        let mut small = [0_u8; 2];
        let error = table.write_csv(&mut small[..]).unwrap_err();
        assert!(error.to_string().starts_with("cannot write the table read from t.csv: "));
    }

    /// Cells with everything CSV has a meaning for.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof!["[ab,\" \t\r\n\u{feff}.]{0,6}", any::<String>()]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            (names, rows) in (1..5_usize).prop_flat_map(|columns| (
                prop::collection::vec(cell(), columns),
                prop::collection::vec(prop::collection::vec(cell(), columns), 1..6),
            ))
        ) {
            // The index makes names distinct and not blank.
            let names: Vec<String> =
                names.iter().enumerate().map(|(i, name)| format!("{name}{i}")).collect();
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(&names).unwrap();
            for row in &rows {
                csv.write_record(row).unwrap();
            }
            // Any of the other delimiters may be in the cells.
            let format = CsvFormat { delimiter: Some(b','), header: true };
            let read = |bytes: &[u8]| Table::from_csv_with(bytes, "t.csv", &format).unwrap();
            let table = read(&csv.into_inner().unwrap());
            prop_assert_eq!(table.n_rows(), rows.len());
            for (i, name) in names.iter().enumerate() {
                prop_assert_eq!(&table.column_names()[i], cleaned_name(name));
                let cells: Vec<&str> = table.column(name).unwrap().collect();
                let expected: Vec<&str> = rows.iter().map(|row| row[i].as_str()).collect();
                prop_assert_eq!(cells, expected);
            }

            let mut written = Vec::new();
            table.write_csv(&mut written).unwrap();
            let again = read(&written);
            // All but the line numbers: a name loses the line breaks at its ends.
            prop_assert_eq!(again.column_names(), table.column_names());
            prop_assert_eq!((again.text, again.ends), (table.text, table.ends));
        }
    }
}
