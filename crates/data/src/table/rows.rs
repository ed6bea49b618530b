//! Rows added to a table.

use csv::ByteRecord;

use crate::{DataError, Result, Table};

impl Table {
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
}
