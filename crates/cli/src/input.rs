//! From what is typed as DATA to a table.

use std::path::Path;

use layerwise_data::{CsvFormat, DataError, ShippedSet, Table, TableReader};

/// A table and, if it is one, the shipped set it comes from.
pub struct Input {
    pub table: Table,
    pub shipped: Option<ShippedSet>,
}

/// Reads a shipped set by its name, anything else as a CSV file.
pub fn read(data: &Path, format: &CsvFormat) -> Result<Input, DataError> {
    match data.to_str().and_then(ShippedSet::find) {
        Some(set) => Ok(Input { table: set.table()?, shipped: Some(set) }),
        None => Ok(Input { table: Table::read_csv_with(data, format)?, shipped: None }),
    }
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
        _ => TableReader::open(data, format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_name_is_no_file() {
        let format = CsvFormat::default();
        let input = read(Path::new("breast-cancer"), &format).unwrap();
        assert_eq!(input.table.n_rows(), 569);
        assert!(input.shipped.is_some());
        let file = read(Path::new("./breast-cancer"), &format);
        assert!(matches!(file, Err(DataError::Read { .. })));
        let mut pieces = open(Path::new("breast-cancer"), &format).unwrap();
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 500);
        assert_eq!(pieces.next_rows(500).unwrap().unwrap().n_rows(), 69);
    }
}
