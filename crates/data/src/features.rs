//! Numeric columns of a table as X, one example a column.

use std::collections::HashSet;

use nalgebra::{DMatrix, RealField};

use crate::cell::trimmed;
use crate::{DataError, Result, Table};

/// X `(n_x, m)`: row `i` holds the column named `names[i]`, column `j` the example in row `j` of
/// the table.
///
/// Cells are read without blanks around them, in Rust's notation of numbers (`1`, `-1.5`, `.5`,
/// `2e-3`), first as `f64`, then rounded to `T`. Other columns of the table are not looked at, so a
/// table without the target will do for a prediction.
///
/// # Errors
///
/// - [`DataError::NotANumber`], [`NotFinite`](DataError::NotFinite) (NaN, an infinity, or a number
///   beyond the range of `T`) and [`MissingValue`](DataError::MissingValue), each with row, column
///   and value: the first in reading order.
/// - [`DataError::NoSuchColumn`], [`RepeatedFeature`](DataError::RepeatedFeature), and
///   [`NoFeatures`](DataError::NoFeatures) if `names` is empty.
///
/// ```
/// use layerwise_data::{Table, features};
///
/// let table = Table::from_csv_reader("a,b,c\n1,2,x\n3, 4,y\n".as_bytes(), "t.csv")?;
/// let x = features::<f64>(&table, &["b", "a"])?;
/// assert_eq!(x.shape(), (2, 2));
/// assert_eq!(x.column(1).as_slice(), [4.0, 3.0]);
///
/// assert_eq!(
///     features::<f64>(&table, &["a", "c"]).unwrap_err().to_string(),
///     "t.csv, row 2, column \"c\": \"x\" is not a number; features must be numbers \
///      (correct the value, or leave this column out)"
/// );
/// # Ok::<(), layerwise_data::DataError>(())
/// ```
pub fn features<T: RealField + Copy>(
    table: &Table,
    names: &[impl AsRef<str>],
) -> Result<DMatrix<T>> {
    if names.is_empty() {
        return Err(DataError::NoFeatures { file: table.name().to_string() });
    }
    let mut seen = HashSet::new();
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let column = table.column_index(name.as_ref())?;
        if !seen.insert(column) {
            return Err(DataError::RepeatedFeature {
                file: table.name().to_string(),
                column: name.as_ref().to_string(),
            });
        }
        columns.push(column);
    }

    let mut x = Vec::with_capacity(columns.len() * table.n_rows());
    for (row, cells) in table.rows() {
        for &column in &columns {
            let cell = trimmed(&cells[column]);
            let number = number(cell).map_err(|problem| {
                let file = table.name().to_string();
                let column = table.column_names()[column].clone();
                let value = cell.to_string();
                match problem {
                    Problem::Blank => DataError::MissingValue { file, row, column },
                    Problem::Text => DataError::NotANumber { file, row, column, value },
                    Problem::NotFinite => {
                        let number_type = std::any::type_name::<T>();
                        DataError::NotFinite { file, row, column, value, number_type }
                    }
                }
            })?;
            x.push(number);
        }
    }
    Ok(DMatrix::from_vec(columns.len(), table.n_rows(), x))
}

enum Problem {
    Blank,
    Text,
    NotFinite,
}

fn number<T: RealField + Copy>(cell: &str) -> std::result::Result<T, Problem> {
    if cell.is_empty() {
        return Err(Problem::Blank);
    }
    let number: T = nalgebra::convert(cell.parse::<f64>().map_err(|_| Problem::Text)?);
    if number.is_finite() { Ok(number) } else { Err(Problem::NotFinite) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message<T: RealField + Copy>(cell: &str) -> String {
        let csv = format!("a,mean_area\n1,2\n\n3,{cell}\n");
        let table = Table::from_csv_reader(csv.as_bytes(), "t.csv").unwrap();
        features::<T>(&table, &["mean_area"]).unwrap_err().to_string()
    }

    #[test]
    fn refuses_text_with_row_column_and_value() {
        for cell in ["abc", "1.2.3", "0x10", "1_000", "12 cm", "?", "−1"] {
            let expected = format!("t.csv, row 4, column \"mean_area\": {cell:?} is not a number");
            assert!(message::<f64>(cell).starts_with(&expected), "{}", message::<f64>(cell));
        }
        // A long text is cut.
        assert!(message::<f64>(&"x".repeat(10_000)).len() < 250);
    }

    #[test]
    fn refuses_what_is_not_finite() {
        for cell in ["NaN", "nan", "inf", "-inf", "Infinity", "1e309"] {
            let expected = format!(
                "t.csv, row 4, column \"mean_area\": {cell:?} is not a finite number in f64; \
                 correct the value or remove the row"
            );
            assert_eq!(message::<f64>(cell), expected);
        }
    }

    #[test]
    fn refuses_a_number_beyond_the_type() {
        assert!(message::<f32>("1e39").contains("\"1e39\" is not a finite number in f32"));
        assert!(message::<f32>("-1e39").contains("is not a finite number in f32"));
        let table = Table::from_csv_reader("a\n1e39\n".as_bytes(), "t.csv").unwrap();
        assert_eq!(features::<f64>(&table, &["a"]).unwrap()[0], 1e39);
    }

    #[test]
    fn refuses_a_blank_cell() {
        for cell in ["", "  ", "\"\""] {
            assert_eq!(
                message::<f64>(cell),
                "t.csv, row 4, column \"mean_area\" is empty; missing values are not supported \
                 yet (fill in the value, or remove the row or the column)"
            );
        }
    }

    #[test]
    fn refuses_columns_that_are_missing_repeated_or_none() {
        let table = Table::from_csv_reader("a,b\n1,2\n".as_bytes(), "t.csv").unwrap();
        let error = |names: &[&str]| features::<f64>(&table, names).unwrap_err();
        assert!(
            matches!(error(&["a", "c"]), DataError::NoSuchColumn { column, .. } if column == "c")
        );
        assert!(matches!(error(&["a", " a"]), DataError::RepeatedFeature { .. }));
        assert!(matches!(error(&[]), DataError::NoFeatures { .. }));
    }

    proptest! {
        #[test]
        fn numbers_are_read_as_written(
            x in prop::collection::vec((-1e300..1e300_f64, any::<i32>()), 1..20)
        ) {
            let rows: String = x.iter().map(|(a, b)| format!(" {a:e} ,{b}\r\n")).collect();
            let table = Table::from_csv_reader(format!("a,b\r\n{rows}").as_bytes(), "t").unwrap();
            let read = features::<f64>(&table, &["a", "b"]).unwrap();
            prop_assert_eq!(read.shape(), (2, x.len()));
            for (column, &(a, b)) in read.column_iter().zip(&x) {
                prop_assert_eq!((column[0], column[1]), (a, f64::from(b)));
            }
        }
    }
}
