//! What every floor above refuses in the same words.

use layerwise_linalg::LinalgError;

/// Matrices that do not fit, are empty or hold what is no number; and what a layer cannot do.
///
/// ```
/// use layerwise_core::{CoreError, MatrixView, expect_shape};
///
/// let x = MatrixView::column_vector(&[1.0, 2.0]);
/// let error = expect_shape("X", x, (3, 1)).unwrap_err();
/// assert_eq!(error, CoreError::Shape { what: "X", expected: (3, 1), found: (2, 1) });
/// assert_eq!(error.to_string(), "expected X of shape (3, 1), found (2, 1)");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CoreError {
    /// A matrix has another shape than the formula needs.
    #[error("expected {what} of shape ({}, {}), found ({}, {})", expected.0, expected.1, found.0, found.1)]
    Shape {
        /// The matrix, as the formula calls it.
        what: &'static str,
        /// Rows and columns it must have.
        expected: (usize, usize),
        /// Rows and columns it has.
        found: (usize, usize),
    },
    /// A matrix has no rows or no columns.
    #[error("{what} is empty: its shape is ({}, {})", shape.0, shape.1)]
    Empty {
        /// The matrix, as the formula calls it.
        what: &'static str,
        /// Its rows and columns.
        shape: (usize, usize),
    },
    /// A matrix holds NaN or an infinity.
    #[error("{what} holds {value} in row {row}, column {column} (counted from 0)")]
    NotFinite {
        /// The matrix, as the formula calls it.
        what: &'static str,
        /// Row of the value, from 0.
        row: usize,
        /// Column of the value, from 0.
        column: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// A number that something was to be made with lies outside its range.
    #[error("expected {what} {expected}, found {found}")]
    Setting {
        /// What the number is: `the slope of leaky relu`.
        what: &'static str,
        /// Where it must lie: `in [0, 1]`.
        expected: &'static str,
        /// The number.
        found: f64,
    },
    /// Nothing of its kind has this name.
    #[error("no {what} is called {found:?}; there are {known}")]
    Unknown {
        /// What was looked for: `activation`.
        what: &'static str,
        /// The name.
        found: String,
        /// The names there are.
        known: String,
    },
    /// A layer was asked for a parameter it does not have.
    #[error("{layer} has no parameter with index {index}")]
    NoParameter {
        /// The layer, as `Debug` prints its kind.
        layer: String,
        /// The index asked for.
        index: usize,
    },
    /// A layer was handed dZ, but starts its backward pass from dA only.
    #[error("{layer} has no link function, so its backward pass cannot start from dZ")]
    NoLink {
        /// The layer's kind.
        layer: String,
    },
    /// A layer was asked for some of its units, but each needs the others.
    #[error("{layer} cannot compute some of its units alone")]
    UnitsTogether {
        /// The layer's kind.
        layer: String,
    },
    /// A layer was handed Z, but does not begin with `W a_prev + b`.
    #[error("{layer} does not begin with W a_prev + b, so its forward pass cannot start from Z")]
    NotAffine {
        /// The layer's kind.
        layer: String,
    },
    /// Something a layer written elsewhere has to say.
    #[error("{layer}: {message}")]
    Layer {
        /// The layer's kind.
        layer: String,
        /// What went wrong, with the numbers.
        message: String,
    },
    /// A kernel refused its arguments.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}
