//! Writing a table, piece by piece, with more columns.

use std::fmt::{self, Write as _};
use std::io::Write;

use crate::table::checked_names;
use crate::{DataError, Result, Table};

/// Bytes that are handed on together.
const BUFFER: usize = 1 << 16;

/// Writes the pieces of a table as CSV with columns added on the right.
///
/// ```
/// use layerwise_data::{Table, TableWriter};
///
/// let table = Table::from_csv_reader("a\n1\n2\n".as_bytes(), "t.csv")?;
/// let mut csv = Vec::new();
/// let mut writer = TableWriter::new(&mut csv, &table, &["twice".to_string()])?;
/// writer.write(&table, |row, added| added.display(format_args!("{}", 2 * (row + 1))))?;
/// writer.finish()?;
/// assert_eq!(csv, b"a,twice\n1,2\n2,4\n");
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct TableWriter<W: Write> {
    writer: csv::Writer<W>,
    file: String,
    added: AddedText,
}

#[derive(Debug, Default)]
struct AddedText {
    text: String,
    ends: Vec<usize>,
}

/// The cells added to one row.
///
/// ```
/// use layerwise_data::{AddedCells, Table, TableWriter};
///
/// fn cells(added: &mut AddedCells<'_>) {
///     added.text("x");
///     added.display(format_args!("{:.1}", 0.25));
/// }
/// let table = Table::from_csv_reader("a\n1\n".as_bytes(), "t.csv")?;
/// let mut csv = Vec::new();
/// let mut writer = TableWriter::new(&mut csv, &table, &["b".to_string(), "c".to_string()])?;
/// writer.write(&table, |_, added| cells(added))?;
/// writer.finish()?;
/// assert_eq!(csv, b"a,b,c\n1,x,0.2\n");
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct AddedCells<'a>(&'a mut AddedText);

impl AddedCells<'_> {
    /// Adds a cell.
    pub fn text(&mut self, cell: &str) {
        self.0.text.push_str(cell);
        self.0.ends.push(self.0.text.len());
    }

    /// Adds a cell of anything that can be shown.
    pub fn display(&mut self, cell: fmt::Arguments<'_>) {
        // Writing to a String fails only if what is written does.
        let _ = self.0.text.write_fmt(cell);
        self.0.ends.push(self.0.text.len());
    }
}

impl<W: Write> TableWriter<W> {
    /// Writes the header: the columns of `table`, then the new ones.
    ///
    /// # Errors
    /// [`DataError::Write`]; [`DataError::DuplicateColumn`] if a name is taken.
    pub fn new(writer: W, table: &Table, added: &[String]) -> Result<Self> {
        let names = table.column_names().iter().chain(added).map(String::as_str);
        let names = checked_names(names, table.name())?;
        let mut new = Self::continued(writer, table);
        new.writer
            .write_record(&names)
            .map_err(|error| DataError::Write { file: new.file.clone(), reason: error.into() })?;
        Ok(new)
    }

    /// Goes on after rows that were written elsewhere: writes no header.
    ///
    /// ```
    /// use layerwise_data::{Table, TableWriter};
    ///
    /// let table = Table::from_csv_reader("a\n1\n".as_bytes(), "t.csv")?;
    /// let mut csv = Vec::new();
    /// let mut writer = TableWriter::continued(&mut csv, &table);
    /// writer.write(&table, |_, added| added.text("x"))?;
    /// writer.finish()?;
    /// assert_eq!(csv, b"1,x\n");
    /// # Ok::<(), layerwise_data::DataError>(())
    /// ```
    pub fn continued(writer: W, table: &Table) -> Self {
        let writer = csv::WriterBuilder::new().buffer_capacity(BUFFER).from_writer(writer);
        Self { writer, file: table.name().to_owned(), added: AddedText::default() }
    }

    /// Writes the rows of a piece; `add` adds the cells of the new columns, given the row's index in it.
    ///
    /// # Errors
    /// [`DataError::Write`], also for another number of cells than columns.
    pub fn write(
        &mut self,
        table: &Table,
        mut add: impl FnMut(usize, &mut AddedCells<'_>),
    ) -> Result<()> {
        for row in 0..table.n_rows() {
            self.added.text.clear();
            self.added.ends.clear();
            add(row, &mut AddedCells(&mut self.added));
            let mut from = 0;
            let added = self.added.ends.iter().map(|&end| {
                let cell = &self.added.text[from..end];
                from = end;
                cell
            });
            self.writer.write_record(table.cells_of(row).chain(added)).map_err(|error| {
                DataError::Write { file: self.file.clone(), reason: error.into() }
            })?;
        }
        Ok(())
    }

    /// Hands on what is still to be written.
    ///
    /// # Errors
    /// [`DataError::Write`].
    pub fn finish(mut self) -> Result<()> {
        let Self { writer, file, .. } = &mut self;
        writer.flush().map_err(|reason| DataError::Write { file: file.clone(), reason })
    }
}
