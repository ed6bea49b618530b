//! From what is typed as DATA to a table.

use std::path::Path;

use layerwise_data::{Array, CsvFormat, DataError, ShippedSet, Table, TableReader};

/// A table and, if it is one, the shipped set it comes from.
pub struct Input {
    pub table: Table,
    pub shipped: Option<ShippedSet>,
    /// Whether the last column comes from a file of labels.
    labels: bool,
}

impl Input {
    /// The column to predict: the one that was named, that of the shipped set, or the last.
    pub fn target<'a>(&'a self, named: Option<&'a str>) -> &'a str {
        match (named, &self.shipped) {
            (Some(target), _) if !self.labels => target,
            (None, Some(set)) => set.target,
            _ => self.table.last_column_name(),
        }
    }
}

/// Reads a shipped set by its name, arrays (`.npy`, IDX) by what is in them, anything else as a CSV file. Of
/// arrays `target` may name the file of the labels, which become the last column.
pub fn read(data: &Path, format: &CsvFormat, target: Option<&str>) -> Result<Input, DataError> {
    if let Some(set) = data.to_str().and_then(ShippedSet::find) {
        return Ok(Input { table: set.table()?, shipped: Some(set), labels: false });
    }
    if is_array(data) {
        // Columns of an array are called x0, x1, …; anything else is a file.
        let column =
            |name: &&str| name.strip_prefix('x').is_some_and(|i| i.parse::<usize>().is_ok());
        let labels = target.filter(|target| !column(target)).map(Array::read).transpose()?;
        let table = Array::read(data)?.into_table(labels.as_ref())?;
        return Ok(Input { table, shipped: None, labels: labels.is_some() });
    }
    Ok(Input { table: Table::read_csv_with(data, format)?, shipped: None, labels: false })
}

/// Whether a path names an array; what cannot be read is answered where it is read.
fn is_array(path: &Path) -> bool {
    path.is_file() && Array::is_in(path).unwrap_or(false)
}

/// Opens a file, a shipped set or, for `-`, standard input, to be read some rows at a time.
pub fn open(data: &Path, format: &CsvFormat) -> Result<TableReader<'static>, DataError> {
    match data.to_str() {
        Some("-") => TableReader::new(std::io::stdin().lock(), "standard input", format),
        Some(name) if ShippedSet::find(name).is_some() => {
            let mut csv = Vec::new();
            if let Some(set) = ShippedSet::find(name) {
                set.table()?.write_csv(&mut csv)?;
            }
            TableReader::new(std::io::Cursor::new(csv), name, &CsvFormat::default())
        }
        _ if is_array(data) => {
            let mut csv = Vec::new();
            Array::read(data)?.into_table(None)?.write_csv(&mut csv)?;
            let name = data.display().to_string();
            TableReader::new(std::io::Cursor::new(csv), name, &CsvFormat::default())
        }
        _ => TableReader::open(data, format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_labels_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.idx");
        std::fs::write(&path, [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9]).unwrap();
        let message =
            |target| read(&path, &CsvFormat::default(), target).err().unwrap().to_string();
        assert!(message(Some("nope.npy")).starts_with("cannot read nope.npy: "));
        let input = read(&path, &CsvFormat::default(), Some("x0")).unwrap();
        assert_eq!(input.target(Some("x0")), "x0");
    }

    #[test]
    fn a_shipped_name_is_no_file() {
        let format = CsvFormat::default();
        let input = read(Path::new("breast-cancer"), &format, None).unwrap();
        assert_eq!(input.table.n_rows(), 569);
        assert!(input.shipped.is_some());
        let file = read(Path::new("./breast-cancer"), &format, None);
        assert!(matches!(file, Err(DataError::Read { .. })));
        let mut pieces = open(Path::new("breast-cancer"), &format).unwrap();
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 500);
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 69);
    }
}
