//! What the exercise's forward functions remember and its backward functions return.

use layerwise_linalg::{DMatrix, DVector, Scalar};

/// The cache of `linear_forward`: the tuple `(A_prev, W, b)`.
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearCache};
///
/// let cache = LinearCache {
///     a_prev: DMatrix::from_row_slice(2, 1, &[3.0, 4.0]),
///     w: DMatrix::from_row_slice(1, 2, &[1.0, 2.0]),
///     b: DVector::from_vec(vec![0.5]),
/// };
/// assert_eq!((cache.w * cache.a_prev)[0] + cache.b[0], 11.5);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearCache<T: Scalar> {
    /// `A_prev (n_in, m)`: the activations below.
    pub a_prev: DMatrix<T>,
    /// `W (n_out, n_in)`.
    pub w: DMatrix<T>,
    /// `b (n_out, 1)`.
    pub b: DVector<T>,
}

/// The cache of `linear_activation_forward`: the tuple `(linear_cache, activation_cache)`.
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearActivationCache, LinearCache};
///
/// let linear = LinearCache {
///     a_prev: DMatrix::from_element(1, 1, 3.0),
///     w: DMatrix::from_element(1, 1, -2.0),
///     b: DVector::from_vec(vec![1.0]),
/// };
/// let z = (&linear.w * &linear.a_prev).add_scalar(linear.b[0]);
/// let cache = LinearActivationCache { linear, z };
/// assert_eq!(cache.z[0], -5.0);
/// assert_eq!(cache.z.shape(), (cache.linear.w.nrows(), cache.linear.a_prev.ncols()));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearActivationCache<T: Scalar> {
    /// `(A_prev, W, b)`.
    pub linear: LinearCache<T>,
    /// `Z (n_out, m)`, what the activation was applied to.
    pub z: DMatrix<T>,
}

/// What `linear_backward` returns: the tuple `(dA_prev, dW, db)`.
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearGradients};
///
/// let (a_prev, w) = (DMatrix::from_element(1, 1, 3.0), DMatrix::from_element(1, 1, -2.0));
/// let dz = DMatrix::from_element(1, 1, 10.0);
/// let gradients = LinearGradients {
///     da_prev: w.transpose() * &dz,
///     dw: &dz * a_prev.transpose(),
///     db: DVector::from_vec(vec![dz.sum()]),
/// };
/// assert_eq!((gradients.da_prev[0], gradients.dw[0], gradients.db[0]), (-20.0, 30.0, 10.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradients<T: Scalar> {
    /// `dA_prev (n_in, m)`.
    pub da_prev: DMatrix<T>,
    /// `dW (n_out, n_in)`.
    pub dw: DMatrix<T>,
    /// `db (n_out, 1)`.
    pub db: DVector<T>,
}
