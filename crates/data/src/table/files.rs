//! Tables from files, and as CSV.

use std::io::{Read, Write};
use std::path::Path;

use crate::{CsvFormat, DataError, Result, Table, TableReader};

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
}
