//! The exercise's forward functions of one layer.

use layerwise_activations::Activation;
use layerwise_core::{
    DMatrix, DVector, LinearActivationCache, LinearCache, Scalar, expect_matrix, expect_shape,
    linalg::affine,
};

use crate::Result;

/// `Z = W A_prev + b` and the cache `(A_prev, W, b)`: `linear_forward`, equation 4 of the exercise
/// "Building your Deep Neural Network: Step by Step".
///
/// Shapes: `A_prev (n_in, m)`, `W (n_out, n_in)`, `b (n_out, 1)`, `Z (n_out, m)`.
///
/// # Errors
/// Matrices that are empty, hold NaN or an infinity, or do not fit together.
///
/// ```
/// use layerwise_layers::{core::{DMatrix, DVector}, linear_forward};
///
/// let a_prev = DMatrix::from_row_slice(2, 1, &[1.0, 2.0]);
/// let w = DMatrix::from_row_slice(1, 2, &[3.0, 4.0]);
/// let b = DVector::from_vec(vec![0.5]);
/// let (z, cache) = linear_forward(&a_prev, &w, &b)?;
/// assert_eq!(z[0], 11.5);
/// assert_eq!(cache.a_prev, a_prev);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
pub fn linear_forward<T: Scalar>(
    a_prev: &DMatrix<T>,
    w: &DMatrix<T>,
    b: &DVector<T>,
) -> Result<(DMatrix<T>, LinearCache<T>)> {
    expect_matrix("A_prev", a_prev.into())?;
    expect_matrix("W", w.into())?;
    expect_matrix("b", b.into())?;
    expect_shape("A_prev", a_prev.into(), (w.ncols(), a_prev.ncols()))?;
    expect_shape("b", b.into(), (w.nrows(), 1))?;
    let mut z = DMatrix::zeros(w.nrows(), a_prev.ncols());
    affine(w.into(), b.as_slice(), a_prev.into(), (&mut z).into())?;
    Ok((z, LinearCache { a_prev: a_prev.clone(), w: w.clone(), b: b.clone() }))
}

/// `A = g(W A_prev + b)` and the cache `(linear_cache, Z)`: `linear_activation_forward`, with g
/// [`Relu`](layerwise_activations::Relu), [`Sigmoid`](layerwise_activations::Sigmoid) or any
/// other [`Activation`].
///
/// Shapes: `A_prev (n_in, m)`, `W (n_out, n_in)`, `b (n_out, 1)`, `A (n_out, m)`.
///
/// # Errors
/// As [`linear_forward`].
///
/// ```
/// use layerwise_layers::{activations::Relu, core::{DMatrix, DVector}, linear_activation_forward};
///
/// let a_prev = DMatrix::from_row_slice(2, 1, &[1.0, 2.0]);
/// let w = DMatrix::from_row_slice(2, 2, &[3.0, 4.0, -3.0, -4.0]);
/// let b = DVector::zeros(2);
/// let (a, cache) = linear_activation_forward(&a_prev, &w, &b, &Relu)?;
/// assert_eq!(a.as_slice(), &[11.0, 0.0]);
/// assert_eq!(cache.z.as_slice(), &[11.0, -11.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
pub fn linear_activation_forward<T: Scalar>(
    a_prev: &DMatrix<T>,
    w: &DMatrix<T>,
    b: &DVector<T>,
    g: &impl Activation<T>,
) -> Result<(DMatrix<T>, LinearActivationCache<T>)> {
    let (z, linear) = linear_forward(a_prev, w, b)?;
    Ok((g.value(&z), LinearActivationCache { linear, z }))
}
