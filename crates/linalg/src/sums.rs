//! Sums over examples.

use crate::{LinalgError, MatrixView, Result, Scalar, vectorized};

/// `s := alpha Σ_j A[:, j]`: each row summed over the columns, the shape of `db` from `dZ`.
///
/// Shapes: `A (n, m)`, `s` of length `n`. Columns are added in order, so the result does not
/// depend on how the work is divided.
///
/// # Errors
/// [`LinalgError::Shape`] if `s` does not have one entry a row.
///
/// ```
/// use layerwise_linalg::{MatrixView, row_sums};
///
/// let dz = MatrixView::new(&[1.0, 2.0, 3.0, 4.0], 2, 2)?;
/// let mut db = [0.0; 2];
/// row_sums(0.5, dz, &mut db)?;
/// assert_eq!(db, [2.0, 3.0]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn row_sums<T: Scalar>(alpha: T, a: MatrixView<'_, T>, s: &mut [T]) -> Result<()> {
    if s.len() != a.nrows() {
        return Err(LinalgError::Shape {
            operation: "row_sums",
            what: "s",
            expected: (a.nrows(), 1),
            found: (s.len(), 1),
        });
    }
    s.fill(T::zero());
    if a.nrows() == 0 {
        return Ok(());
    }
    vectorized(
        #[inline(always)]
        || {
            for a_j in a.as_slice().chunks_exact(a.nrows()) {
                for (s_i, &a_ij) in s.iter_mut().zip(a_j) {
                    *s_i += a_ij;
                }
            }
        },
    );
    if alpha != T::one() {
        for s_i in s {
            *s_i *= alpha;
        }
    }
    Ok(())
}
