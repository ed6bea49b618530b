//! The affine map at the bottom of every layer.

use crate::scalar::Side;
use crate::tile::Start;
use crate::{LinalgError, MatrixView, MatrixViewMut, Result, Scalar, matmul};

/// `Z := W A_prev + b`, the bias added to every column.
///
/// Shapes: `W (n_out, n_in)`, `b` of length `n_out`, `A_prev (n_in, m)`, `Z (n_out, m)`.
/// The bias is added as a tile of the product is written, so `Z` is passed over once.
///
/// # Errors
/// [`LinalgError::Shape`] if `b` or the matrices do not fit together.
///
/// ```
/// use layerwise_linalg::{DMatrix, affine};
///
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let a_prev = DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 2.0, 4.0]);
/// let mut z = DMatrix::zeros(1, 2);
/// affine((&w).into(), &[0.5], (&a_prev).into(), (&mut z).into())?;
/// assert_eq!(z.as_slice(), &[5.5, 11.5]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine<T: Scalar>(
    w: MatrixView<'_, T>,
    b: &[T],
    a_prev: MatrixView<'_, T>,
    mut z: MatrixViewMut<'_, T>,
) -> Result<()> {
    if b.len() != w.nrows() {
        return Err(LinalgError::Shape {
            operation: "affine",
            what: "b",
            expected: (w.nrows(), 1),
            found: (b.len(), 1),
        });
    }
    if z.shape() != (w.nrows(), a_prev.ncols()) {
        return Err(LinalgError::Shape {
            operation: "affine",
            what: "Z",
            expected: (w.nrows(), a_prev.ncols()),
            found: z.shape(),
        });
    }
    let ((m, k), n) = (w.shape(), a_prev.ncols());
    if a_prev.nrows() != k || m == 1 || [m, k, n].contains(&0) {
        // Dot products, or nothing to multiply, or sides that `matmul` refuses.
        if !b.is_empty() {
            z.as_mut_slice().chunks_exact_mut(b.len()).for_each(|z_j| z_j.copy_from_slice(b));
        }
        return matmul(T::one(), w, a_prev, T::one(), z);
    }
    let sides = (Side::straight(&w), Side::straight(&a_prev));
    T::gemm((m, k, n), T::one(), sides, Start::bias(b), z.as_mut_slice());
    Ok(())
}
