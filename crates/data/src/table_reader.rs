//! A table that is read some rows at a time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::records::Records;
use crate::table::checked_names;
use crate::{CsvFormat, DataError, Result, Table, csv_format};

/// Reads a CSV file in pieces, each a [`Table`], so that a file may be larger than memory.
///
/// ```
/// use layerwise_data::{CsvFormat, TableReader};
///
/// let csv = "a,b\n1,2\n3,4\n5,6\n";
/// let mut reader = TableReader::new(csv.as_bytes(), "t.csv", &CsvFormat::default())?;
/// assert_eq!(reader.column_names(), ["a", "b"]);
/// let mut rows = vec![];
/// while let Some(table) = reader.next_rows(2)? {
///     rows.push(table.n_rows());
/// }
/// assert_eq!(rows, [2, 1]);
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub struct TableReader<'a> {
    name: String,
    columns: Vec<String>,
    records: Records<Box<dyn Read + 'a>>,
    /// The first row, where it is no header.
    first: Option<Table>,
}

impl std::fmt::Debug for TableReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableReader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> TableReader<'a> {
    /// Opens a file, packed with gzip or not.
    ///
    /// # Errors
    /// As [`new`](TableReader::new).
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, TableReader};
    ///
    /// assert!(TableReader::open("no-such-file.csv", &CsvFormat::default()).is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>, format: &CsvFormat) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |reason| DataError::Read { file: name.clone(), reason };
        let file = File::open(path.as_ref()).map_err(failed)?;
        Self::new(file, name, format)
    }

    /// Reads from anything. `name` stands for the file in messages.
    ///
    /// # Errors
    /// [`DataError::Read`], [`OtherFormat`](DataError::OtherFormat), [`Empty`](DataError::Empty), and what
    /// is wrong with the header.
    pub fn new(bytes: impl Read + 'a, name: impl Into<String>, format: &CsvFormat) -> Result<Self> {
        let name = name.into();
        let (bytes, delimiter) = csv_format::open(bytes, &name, format)?;
        let mut records = Records::new(bytes, delimiter, name.clone());
        let mut first = Table::without_rows(name.clone(), vec![]);
        match records.next()? {
            None => return Err(DataError::Empty { file: name }),
            Some((row, record)) => first.push(row, record)?,
        }
        let cells: Vec<&str> = first.cells_of(0).collect();
        let mut reader = Self { columns: vec![], records, first: None, name };
        if format.header {
            reader.columns = checked_names(cells.into_iter(), &reader.name)?;
        } else {
            reader.columns = (1..=cells.len()).map(|i| format!("column_{i}")).collect();
            first.name_columns(reader.columns.clone());
            reader.first = Some(first);
        }
        Ok(reader)
    }

    /// What there is to say about a file with nothing below its header.
    pub(crate) fn without_rows(&self) -> DataError {
        DataError::HeaderOnly { file: self.name.clone() }
    }

    /// The names of the columns.
    pub fn column_names(&self) -> &[String] {
        &self.columns
    }

    /// The next rows, at most so many; `None` at the end.
    ///
    /// # Errors
    /// [`DataError::Read`], [`Ragged`](DataError::Ragged), [`UnclosedQuote`](DataError::UnclosedQuote),
    /// [`NotUtf8`](DataError::NotUtf8).
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, TableReader};
    ///
    /// let mut reader = TableReader::new("a\n1\n".as_bytes(), "t.csv", &CsvFormat::default())?;
    /// assert_eq!(reader.next_rows(10)?.map(|table| table.n_rows()), Some(1));
    /// assert_eq!(reader.next_rows(10)?, None);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn next_rows(&mut self, most: usize) -> Result<Option<Table>> {
        let mut table = match self.first.take() {
            Some(first) => first,
            None => Table::without_rows(self.name.clone(), self.columns.clone()),
        };
        while table.n_rows() < most {
            let Some((row, record)) = self.records.next()? else { break };
            table.push(row, record)?;
        }
        Ok((table.n_rows() > 0).then_some(table))
    }
}
