//! A table that is read some rows at a time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::records::Records;
use crate::table::checked_names;
use crate::{CsvFormat, DataError, FileKind, Result, Table, csv_format};

/// Where the rows of a table come from.
pub(crate) trait Rows {
    /// Adds the next rows to a table, until it has `most` or there are no more.
    fn fill(&mut self, table: &mut Table, most: usize) -> Result<()>;
}

/// Reads a table in pieces, each a [`Table`], so that a file may be larger than memory.
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
    rows: Box<dyn Rows + 'a>,
}

impl std::fmt::Debug for TableReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableReader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> TableReader<'a> {
    /// Opens a file that holds a table: CSV, packed with gzip or not; with the feature `parquet` also Parquet,
    /// and Arrow's files (Feather) and streams. `format` says what CSV is like and is of no use to others.
    ///
    /// # Errors
    /// As [`new`](TableReader::new), and [`NotBuiltIn`](DataError::NotBuiltIn). Of Parquet and Arrow:
    /// [`Damaged`](DataError::Damaged), [`UnsupportedColumn`](DataError::UnsupportedColumn).
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, TableReader};
    ///
    /// assert!(TableReader::open("no-such-file.csv", &CsvFormat::default()).is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>, format: &CsvFormat) -> Result<Self> {
        let path = path.as_ref();
        match FileKind::of(path)? {
            #[cfg(feature = "parquet")]
            kind @ (FileKind::Parquet | FileKind::Arrow | FileKind::ArrowStream) => {
                crate::columnar::open(path, kind)
            }
            FileKind::Text => Self::open_csv(path, format),
            other => Err(other.refused(&path.display().to_string())),
        }
    }

    /// Opens a CSV file, packed with gzip or not.
    pub(crate) fn open_csv(path: &Path, format: &CsvFormat) -> Result<Self> {
        let name = path.display().to_string();
        let failed = |reason| DataError::Read { file: name.clone(), reason };
        let file = File::open(path).map_err(failed)?;
        Self::new(file, name, format)
    }

    /// Reads CSV from anything. `name` stands for the file in messages.
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
        if format.header {
            let columns = checked_names(cells.into_iter(), &name)?;
            return Ok(Self { name, columns, rows: Box::new(CsvRows { records, first: None }) });
        }
        let columns: Vec<String> = (1..=cells.len()).map(|i| format!("column_{i}")).collect();
        first.name_columns(columns.clone());
        Ok(Self { name, columns, rows: Box::new(CsvRows { records, first: Some(first) }) })
    }

    /// Reads rows of these columns.
    pub(crate) fn of_rows(name: String, columns: Vec<String>, rows: Box<dyn Rows + 'a>) -> Self {
        Self { name, columns, rows }
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`next_rows`](TableReader::next_rows), and [`HeaderOnly`](DataError::HeaderOnly).
    ///
    /// ```
    /// use layerwise_data::{CsvFormat, TableReader};
    ///
    /// let reader = TableReader::new("a\n1\n2\n".as_bytes(), "t.csv", &CsvFormat::default())?;
    /// assert_eq!(reader.into_table()?.n_rows(), 2);
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn into_table(mut self) -> Result<Table> {
        self.next_rows(usize::MAX)?.ok_or(DataError::HeaderOnly { file: self.name })
    }

    /// The names of the columns.
    pub fn column_names(&self) -> &[String] {
        &self.columns
    }

    /// The next rows, at most so many; `None` at the end.
    ///
    /// # Errors
    /// [`DataError::Read`], [`Ragged`](DataError::Ragged), [`UnclosedQuote`](DataError::UnclosedQuote),
    /// [`NotUtf8`](DataError::NotUtf8); of other files than CSV [`Damaged`](DataError::Damaged),
    /// [`BadValue`](DataError::BadValue), [`BadImage`](DataError::BadImage).
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
        let mut table = Table::without_rows(self.name.clone(), self.columns.clone());
        self.rows.fill(&mut table, most)?;
        Ok((table.n_rows() > 0).then_some(table))
    }
}

/// The rows of a CSV file.
struct CsvRows<'a> {
    records: Records<Box<dyn Read + 'a>>,
    /// The first row, where it is no header.
    first: Option<Table>,
}

impl Rows for CsvRows<'_> {
    fn fill(&mut self, table: &mut Table, most: usize) -> Result<()> {
        if let Some(first) = self.first.take() {
            *table = first;
        }
        while table.n_rows() < most {
            let Some((row, record)) = self.records.next()? else { break };
            table.push(row, record)?;
        }
        Ok(())
    }
}
