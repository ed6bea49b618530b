//! Tables with more columns or fewer, and what columns may be called.

use std::collections::HashMap;

use crate::{DataError, Result, Table};

impl Table {
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
}

/// A column name without blanks around it, and without the byte order mark that joining files can
/// leave in front of it.
pub(super) fn cleaned_name(name: &str) -> &str {
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
