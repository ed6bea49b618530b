//! What the exercise's forward functions remember and its backward functions return.

use layerwise_linalg::{DMatrix, DVector, Scalar};

/// The cache of `linear_forward`: the tuple `(A_prev, W, b)`.
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
#[derive(Debug, Clone, PartialEq)]
pub struct LinearActivationCache<T: Scalar> {
    /// `(A_prev, W, b)`.
    pub linear: LinearCache<T>,
    /// `Z (n_out, m)`, what the activation was applied to.
    pub z: DMatrix<T>,
}

/// What `linear_backward` returns: the tuple `(dA_prev, dW, db)`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearGradients<T: Scalar> {
    /// `dA_prev (n_in, m)`.
    pub da_prev: DMatrix<T>,
    /// `dW (n_out, n_in)`.
    pub dw: DMatrix<T>,
    /// `db (n_out, 1)`.
    pub db: DVector<T>,
}
