//! The parameters dictionary of the exercise, as types.

use layerwise_linalg::{DMatrix, DVector, Scalar};

use crate::{CoreError, Result, expect_matrix, expect_shape};

/// `W (n_out, n_in)` and `b (n_out, 1)` of one layer.
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearParameters};
///
/// // Three units on two features.
/// let layer = LinearParameters { w: DMatrix::<f64>::zeros(3, 2), b: DVector::zeros(3) };
/// assert!(layer.check().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearParameters<T: Scalar> {
    /// Weights: row i holds what unit i makes of each feature below.
    pub w: DMatrix<T>,
    /// Biases, one a unit.
    pub b: DVector<T>,
}

impl<T: Scalar> LinearParameters<T> {
    /// Checks that `b` has one entry for each row of `W`, and that both are finite.
    ///
    /// # Errors
    /// [`CoreError::Empty`], [`CoreError::NotFinite`] or [`CoreError::Shape`] for `W` or `b`.
    ///
    /// ```
    /// use layerwise_core::{DMatrix, DVector, LinearParameters};
    /// let layer = LinearParameters { w: DMatrix::<f64>::zeros(3, 2), b: DVector::zeros(2) };
    /// let error = layer.check().unwrap_err();
    /// assert_eq!(error.to_string(), "expected b of shape (3, 1), found (2, 1)");
    /// ```
    pub fn check(&self) -> Result<()> {
        expect_matrix("W", (&self.w).into())?;
        expect_shape("b", (&self.b).into(), (self.w.nrows(), 1))?;
        expect_matrix("b", (&self.b).into())
    }
}

/// `W1, b1, …, WL, bL` of a network of L layers.
///
/// Formulas count layers from 1, so `l` in [`w`](Parameters::w) and [`b`](Parameters::b) does too.
///
/// ```
/// use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters};
///
/// let layer = |n_out, n_in| LinearParameters {
///     w: DMatrix::<f64>::zeros(n_out, n_in),
///     b: DVector::zeros(n_out),
/// };
/// let parameters = Parameters { layers: vec![layer(3, 2), layer(1, 3)] };
/// assert!(parameters.check().is_ok());
/// assert_eq!(parameters.w(2), Some(&parameters.layers[1].w));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters<T: Scalar> {
    /// The layers, first to last.
    pub layers: Vec<LinearParameters<T>>,
}

impl<T: Scalar> Parameters<T> {
    /// `W` of layer `l`, counted from 1; `None` if there is no such layer.
    ///
    /// ```
    /// use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters};
    /// let layers = vec![LinearParameters { w: DMatrix::<f64>::zeros(3, 2), b: DVector::zeros(3) }];
    /// let parameters = Parameters { layers };
    /// assert_eq!(parameters.w(1).map(|w| w.shape()), Some((3, 2)));
    /// assert_eq!(parameters.w(2), None);
    /// ```
    pub fn w(&self, l: usize) -> Option<&DMatrix<T>> {
        Some(&self.layers.get(l.checked_sub(1)?)?.w)
    }

    /// `b` of layer `l`, counted from 1; `None` if there is no such layer.
    ///
    /// ```
    /// use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters};
    /// let layers = vec![LinearParameters { w: DMatrix::<f64>::zeros(3, 2), b: DVector::zeros(3) }];
    /// assert_eq!(Parameters { layers }.b(1).map(|b| b.len()), Some(3));
    /// ```
    pub fn b(&self, l: usize) -> Option<&DVector<T>> {
        Some(&self.layers.get(l.checked_sub(1)?)?.b)
    }

    /// Checks every layer, and that each takes in what the one below gives out.
    ///
    /// # Errors
    /// [`CoreError::Empty`] if there is no layer; otherwise as [`LinearParameters::check`].
    ///
    /// ```
    /// use layerwise_core::{DMatrix, DVector, LinearParameters, Parameters};
    /// let layer = |n_out, n_in| LinearParameters {
    ///     w: DMatrix::<f64>::zeros(n_out, n_in),
    ///     b: DVector::zeros(n_out),
    /// };
    /// let error = Parameters { layers: vec![layer(3, 2), layer(1, 4)] }.check().unwrap_err();
    /// assert_eq!(error.to_string(), "expected W of shape (1, 3), found (1, 4)");
    /// ```
    pub fn check(&self) -> Result<()> {
        if self.layers.is_empty() {
            return Err(CoreError::Empty { what: "the list of layers", shape: (0, 0) });
        }
        for layer in &self.layers {
            layer.check()?;
        }
        for pair in self.layers.windows(2) {
            expect_shape("W", (&pair[1].w).into(), (pair[1].w.nrows(), pair[0].w.nrows()))?;
        }
        Ok(())
    }
}
