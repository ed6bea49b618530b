//! Finding what must not be in data.

use crate::{MatrixView, Scalar};

/// The first entry that is NaN or infinite, as `(row, column, value)`, in the order of columns.
///
/// ```
/// use layerwise_linalg::{MatrixView, first_non_finite};
///
/// let x = MatrixView::new(&[1.0, f64::INFINITY, 3.0, 4.0], 2, 2)?;
/// assert_eq!(first_non_finite(x), Some((1, 0, f64::INFINITY)));
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn first_non_finite<T: Scalar>(matrix: MatrixView<'_, T>) -> Option<(usize, usize, T)> {
    let position = matrix.as_slice().iter().position(|value| !value.is_finite_number())?;
    let value = matrix.as_slice()[position];
    Some((position % matrix.nrows(), position / matrix.nrows(), value))
}
