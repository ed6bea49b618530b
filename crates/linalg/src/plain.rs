//! The same kernels as loops over the formula: slow, obvious, and what the fast ones are held to.
//!
//! These take matrices that own their values and panic on shapes that do not fit, as nalgebra
//! does; they are for tests and for readers.

use nalgebra::{DMatrix, DVector};

use crate::Scalar;

/// `C = A B`: `C[i, j] = Σ_p A[i, p] B[p, j]`.
///
/// ```
/// use layerwise_linalg::{DMatrix, plain};
/// let a = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// assert_eq!(plain::matmul(&a, &a.transpose())[(0, 0)], 5.0);
/// ```
pub fn matmul<T: Scalar>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    assert_eq!(a.ncols(), b.nrows(), "inner sides of a product");
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        (0..a.ncols()).map(|p| a[(i, p)] * b[(p, j)]).sum()
    })
}

/// `Z = W A_prev + b`: `Z[i, j] = Σ_p W[i, p] A_prev[p, j] + b[i]`.
///
/// ```
/// use layerwise_linalg::{DMatrix, DVector, plain};
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let a_prev = DMatrix::from_row_slice(2, 1, &[3.0, 4.0]);
/// assert_eq!(plain::affine(&w, &DVector::from_vec(vec![0.5]), &a_prev)[(0, 0)], 11.5);
/// ```
pub fn affine<T: Scalar>(w: &DMatrix<T>, b: &DVector<T>, a_prev: &DMatrix<T>) -> DMatrix<T> {
    let product = matmul(w, a_prev);
    DMatrix::from_fn(product.nrows(), product.ncols(), |i, j| product[(i, j)] + b[i])
}

/// `s[i] = Σ_j A[i, j]`.
///
/// ```
/// use layerwise_linalg::{DMatrix, plain};
/// let dz = DMatrix::from_row_slice(1, 3, &[1.0, 2.0, 3.0]);
/// assert_eq!(plain::row_sums(&dz)[0], 6.0);
/// ```
pub fn row_sums<T: Scalar>(a: &DMatrix<T>) -> DVector<T> {
    DVector::from_fn(a.nrows(), |i, _| (0..a.ncols()).map(|j| a[(i, j)]).sum())
}
