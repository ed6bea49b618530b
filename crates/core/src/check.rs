//! Checks at the door of the exercise's functions.

use layerwise_linalg::{MatrixView, Scalar, first_non_finite};

use crate::{CoreError, Result};

/// Refuses a matrix of any shape but `expected`.
///
/// # Errors
/// [`CoreError::Shape`] with both shapes.
///
/// ```
/// use layerwise_core::{MatrixView, expect_shape};
/// let x = MatrixView::new(&[1.0, 2.0], 2, 1)?;
/// let error = expect_shape("X", x, (3, 1)).unwrap_err();
/// assert_eq!(error.to_string(), "expected X of shape (3, 1), found (2, 1)");
/// # Ok::<(), layerwise_core::CoreError>(())
/// ```
pub fn expect_shape<T>(
    what: &'static str,
    matrix: MatrixView<'_, T>,
    expected: (usize, usize),
) -> Result<()> {
    let found = (matrix.nrows(), matrix.ncols());
    if found == expected { Ok(()) } else { Err(CoreError::Shape { what, expected, found }) }
}

/// Refuses a matrix that is empty or holds NaN or an infinity.
///
/// # Errors
/// [`CoreError::Empty`], [`CoreError::NotFinite`] with row, column and value.
///
/// ```
/// use layerwise_core::{MatrixView, expect_matrix};
/// let x = MatrixView::new(&[1.0, f64::NAN], 2, 1)?;
/// let error = expect_matrix("X", x).unwrap_err();
/// assert_eq!(error.to_string(), "X holds NaN in row 1, column 0 (counted from 0)");
/// # Ok::<(), layerwise_core::CoreError>(())
/// ```
pub fn expect_matrix<T: Scalar>(what: &'static str, matrix: MatrixView<'_, T>) -> Result<()> {
    if matrix.as_slice().is_empty() {
        return Err(CoreError::Empty { what, shape: matrix.shape() });
    }
    match first_non_finite(matrix) {
        None => Ok(()),
        Some((row, column, value)) => {
            Err(CoreError::NotFinite { what, row, column, value: value.to_f64() })
        }
    }
}

/// Refuses a pair of matrices with different numbers of examples (columns).
///
/// # Errors
/// [`CoreError::Shape`] naming `what`, with the number of columns it should have.
///
/// ```
/// use layerwise_core::{MatrixView, expect_examples};
/// let y = MatrixView::new(&[1.0, 0.0, 1.0], 1, 3)?;
/// assert!(expect_examples("Y", y, 3).is_ok());
/// let error = expect_examples("Y", y, 4).unwrap_err();
/// assert_eq!(error.to_string(), "expected Y of shape (1, 4), found (1, 3)");
/// # Ok::<(), layerwise_core::CoreError>(())
/// ```
pub fn expect_examples<T>(what: &'static str, matrix: MatrixView<'_, T>, m: usize) -> Result<()> {
    expect_shape(what, matrix, (matrix.nrows(), m))
}
