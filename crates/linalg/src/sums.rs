//! Sums over examples.

use crate::blocked::NEAR;
use crate::{LinalgError, MatrixView, Result, Scalar, vectorized};

/// Rows summed together in registers.
const TOGETHER: usize = 32;

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
    if a.nrows() == 0 {
        return Ok(());
    }
    // What is near is gone through several times, with sums in registers.
    let near = size_of_val(a.as_slice()) <= NEAR;
    vectorized(
        #[inline(always)]
        || {
            let mut first = 0;
            while near && first + TOGETHER <= s.len() {
                let mut sums = [T::zero(); TOGETHER];
                for a_j in a.as_slice().chunks_exact(a.nrows()) {
                    let Some(a_j) = a_j[first..].first_chunk::<TOGETHER>() else { break };
                    for (s_i, &a_ij) in sums.iter_mut().zip(a_j) {
                        *s_i += a_ij;
                    }
                }
                s[first..first + TOGETHER].copy_from_slice(&sums);
                first += TOGETHER;
            }
            let s = &mut s[first..];
            s.fill(T::zero());
            if s.is_empty() {
                return;
            }
            for a_j in a.as_slice().chunks_exact(a.nrows()) {
                for (s_i, &a_ij) in s.iter_mut().zip(&a_j[first..]) {
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
