//! Inputs with their labels.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_examples, expect_matrix};

use crate::Result;

/// `X (n_x, m)` and `Y (n_y, m)`, one example a column, checked once at the door.
///
/// ```
/// use layerwise_model::{Examples, core::DMatrix};
///
/// let (x, y) = (DMatrix::zeros(3, 5), DMatrix::zeros(1, 4));
/// let error = Examples::<f32>::new(&x, &y).unwrap_err();
/// assert_eq!(error.to_string(), "expected Y of shape (1, 5), found (1, 4)");
/// ```
///
/// ```
/// use layerwise_model::{Examples, core::DMatrix};
///
/// let (x, y) = (DMatrix::from_element(3, 5, 0.5), DMatrix::zeros(1, 5));
/// let examples = Examples::<f32>::new(&x, &y)?;
/// assert_eq!((examples.m(), examples.x().nrows(), examples.y().nrows()), (5, 3, 1));
/// assert_eq!(examples.weights(), None);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a, T: Scalar> {
    x: MatrixView<'a, T>,
    y: MatrixView<'a, T>,
    weights: Option<&'a [T]>,
}

impl<'a, T: Scalar> Examples<'a, T> {
    /// Pairs inputs with labels.
    ///
    /// # Errors
    /// Empty matrices, different numbers of examples, NaN or an infinity, with row and column.
    pub fn new(x: &'a DMatrix<T>, y: &'a DMatrix<T>) -> Result<Self> {
        let (x, y) = (MatrixView::from(x), MatrixView::from(y));
        expect_matrix("X", x)?;
        expect_examples("Y", y, x.ncols())?;
        expect_matrix("Y", y)?;
        Ok(Self { x, y, weights: None })
    }

    /// The same examples with one weight each: they are trained on and measured by
    /// [`weighted_cost`](layerwise_cost::weighted_cost). Weights by class are
    /// [`ClassWeights`](layerwise_cost::ClassWeights).
    ///
    /// # Errors
    /// Another number of weights than examples, a weight below 0 or no number, none above 0.
    ///
    /// ```
    /// use layerwise_model::{Examples, core::DMatrix, cost::ClassWeights};
    ///
    /// let (x, y) = (DMatrix::zeros(3, 4), DMatrix::from_row_slice(1, 4, &[1.0, 0.0, 0.0, 0.0]));
    /// let examples = Examples::<f64>::new(&x, &y)?;
    /// let weights = ClassWeights::Balanced.of_examples(examples.y())?;
    /// assert_eq!(examples.with_weights(&weights)?.weights(), Some(&weights[..]));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn with_weights(mut self, weights: &'a [T]) -> Result<Self> {
        let found = MatrixView::column_vector(weights);
        layerwise_core::expect_shape("the weights of examples", found, (self.m(), 1))?;
        layerwise_cost::check_weights(weights)?;
        self.weights = Some(weights);
        Ok(self)
    }

    /// The weights, if there are any.
    pub fn weights(&self) -> Option<&'a [T]> {
        self.weights
    }

    /// The inputs.
    pub fn x(&self) -> MatrixView<'a, T> {
        self.x
    }

    /// The labels.
    pub fn y(&self) -> MatrixView<'a, T> {
        self.y
    }

    /// The number of examples, m.
    pub fn m(&self) -> usize {
        self.x.ncols()
    }

    /// Copies of these examples.
    pub(super) fn select(&self, chosen: &[usize]) -> Chosen<T> {
        Chosen {
            x: DMatrix::from_fn(self.x.nrows(), chosen.len(), |i, j| self.x.column(chosen[j])[i]),
            y: DMatrix::from_fn(self.y.nrows(), chosen.len(), |i, j| self.y.column(chosen[j])[i]),
            weights: self.weights.map(|weights| chosen.iter().map(|&j| weights[j]).collect()),
        }
    }
}

/// Some examples, copied.
pub(super) struct Chosen<T: Scalar> {
    x: DMatrix<T>,
    y: DMatrix<T>,
    weights: Option<Vec<T>>,
}

impl<T: Scalar> Chosen<T> {
    pub(super) fn examples(&self) -> Result<Examples<'_, T>> {
        let examples = Examples::new(&self.x, &self.y)?;
        match &self.weights {
            None => Ok(examples),
            Some(weights) => examples.with_weights(weights),
        }
    }
}
