//! The exercise's backward functions of one layer.

use layerwise_activations::Activation;
use layerwise_core::{
    DMatrix, DVector, LinearActivationCache, LinearCache, LinearGradients, Scalar, expect_matrix,
    expect_shape,
    linalg::{matmul_nt, matmul_tn, row_sums},
};

use crate::Result;

/// `dW = 1/m dZ A_prevᵀ`, `db = 1/m Σ dZ`, `dA_prev = Wᵀ dZ`: `linear_backward`, equations 8 to 10
/// of the exercise.
///
/// Shapes: `dZ (n_out, m)`, and from the cache `A_prev (n_in, m)`, `W (n_out, n_in)`,
/// `b (n_out, 1)`; `dW` and `db` have the shapes of `W` and `b`, `dA_prev` that of `A_prev`.
///
/// # Errors
/// Matrices that are empty, hold NaN or an infinity, or do not fit together.
///
/// ```
/// use layerwise_layers::{core::{DMatrix, DVector}, linear_backward, linear_forward};
///
/// let a_prev = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let w = DMatrix::from_row_slice(1, 1, &[3.0]);
/// let (_, cache) = linear_forward(&a_prev, &w, &DVector::zeros(1))?;
/// let gradients = linear_backward(&DMatrix::from_row_slice(1, 2, &[1.0, 1.0]), &cache)?;
/// assert_eq!(gradients.dw[0], 1.5);
/// assert_eq!(gradients.db[0], 1.0);
/// assert_eq!(gradients.da_prev.as_slice(), &[3.0, 3.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
pub fn linear_backward<T: Scalar>(
    dz: &DMatrix<T>,
    cache: &LinearCache<T>,
) -> Result<LinearGradients<T>> {
    let LinearCache { a_prev, w, b } = cache;
    expect_matrix("dZ", dz.into())?;
    expect_matrix("A_prev", a_prev.into())?;
    expect_matrix("W", w.into())?;
    expect_shape("dZ", dz.into(), (w.nrows(), a_prev.ncols()))?;
    expect_shape("A_prev", a_prev.into(), (w.ncols(), a_prev.ncols()))?;
    expect_shape("b", b.into(), (w.nrows(), 1))?;

    let one_over_m = T::one() / T::of_count(a_prev.ncols());
    let mut dw = DMatrix::zeros(w.nrows(), w.ncols());
    matmul_nt(one_over_m, dz.into(), a_prev.into(), T::zero(), (&mut dw).into())?;
    let mut db = DVector::zeros(w.nrows());
    row_sums(one_over_m, dz.into(), db.as_mut_slice())?;
    let mut da_prev = DMatrix::zeros(a_prev.nrows(), a_prev.ncols());
    matmul_tn(T::one(), w.into(), dz.into(), T::zero(), (&mut da_prev).into())?;
    Ok(LinearGradients { da_prev, dw, db })
}

/// `dZ = dA ∗ g′(Z)`, then [`linear_backward`]: `linear_activation_backward`, equation 11 of the
/// exercise.
///
/// Shapes: `dA (n_out, m)`; the rest as in [`linear_backward`].
///
/// # Errors
/// As [`linear_backward`], and if `dA` and the cached `Z` differ in shape.
///
/// ```
/// use layerwise_layers::{
///     activations::Sigmoid, core::{DMatrix, DVector}, linear_activation_backward,
///     linear_activation_forward,
/// };
///
/// let a_prev = DMatrix::from_row_slice(1, 1, &[2.0]);
/// let w = DMatrix::from_row_slice(1, 1, &[0.0]);
/// let (_, cache) = linear_activation_forward(&a_prev, &w, &DVector::zeros(1), &Sigmoid)?;
/// let da = DMatrix::from_row_slice(1, 1, &[4.0]);
/// let gradients = linear_activation_backward(&da, &cache, &Sigmoid)?;
/// assert_eq!((gradients.dw[0], gradients.db[0]), (2.0, 1.0)); // σ′(0) = 1/4
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
pub fn linear_activation_backward<T: Scalar>(
    da: &DMatrix<T>,
    cache: &LinearActivationCache<T>,
    g: &impl Activation<T>,
) -> Result<LinearGradients<T>> {
    linear_backward(&g.dz(da, &cache.z)?, &cache.linear)
}
