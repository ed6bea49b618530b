//! From what is typed as DATA to a table, and from a table to what a network takes in.

use std::path::Path;

use layerwise_data::{DataError, Dataset, ShippedSet, Standardizer, Table};
use layerwise_model::core::DMatrix;

/// A table and, if it is one, the shipped set it comes from.
pub struct Input {
    pub table: Table,
    pub shipped: Option<ShippedSet>,
}

/// Reads a shipped set by its name, anything else as a CSV file.
pub fn read(data: &Path) -> Result<Input, DataError> {
    match data.to_str().and_then(ShippedSet::find) {
        Some(set) => Ok(Input { table: set.table()?, shipped: Some(set) }),
        None => Ok(Input { table: Table::read_csv(data)?, shipped: None }),
    }
}

/// Standardizes X `(n_x, m)`, and only then rounds to `f32`: large offsets lose no digits.
pub fn standardized(mut x: DMatrix<f64>, by: &Standardizer) -> Result<DMatrix<f32>, DataError> {
    by.transform_mut(&mut x)?;
    Ok(x.map(|x| x as f32))
}

/// X and Y as a network takes them in.
pub struct Prepared {
    pub x: DMatrix<f32>,
    pub y: DMatrix<f32>,
}

impl Prepared {
    /// Standardizes the features of a data set; its labels are 0 and 1 as they are.
    pub fn new(data: Dataset<f64>, by: &Standardizer) -> Result<Self, DataError> {
        Ok(Self { x: standardized(data.x, by)?, y: data.y.map(|y| y as f32) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_name_is_no_file() {
        let input = read(Path::new("breast-cancer")).unwrap();
        assert_eq!(input.table.n_rows(), 569);
        assert!(input.shipped.is_some());
        assert!(matches!(read(Path::new("./breast-cancer")), Err(DataError::Read { .. })));
    }

    #[test]
    fn large_offsets_survive() {
        let x = DMatrix::from_row_slice(1, 2, &[1_700_000_000.0, 1_700_000_002.0]);
        let by = Standardizer::fit(&x, &["time".to_string()]).unwrap();
        assert_eq!(standardized(x, &by).unwrap().as_slice(), [-1.0, 1.0]);
    }
}
