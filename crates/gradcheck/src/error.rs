//! What keeps a check from being made at all.

use layerwise_core::CoreError;
use layerwise_core::linalg::LinalgError;
use layerwise_cost::CostError;

/// A check that could not be made. A gradient that is wrong is no error but a
/// [`Report`](crate::Report) that has not [`passed`](crate::Report::passed).
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, GradcheckError, check_chain};
///
/// let x = DMatrix::from_element(1, 1, 0.5);
/// let options = CheckOptions::default();
/// let error = check_chain(&mut [], &BinaryCrossEntropy, &x, &x, &options).unwrap_err();
/// assert_eq!(error, GradcheckError::Empty { what: "the list of layers" });
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GradcheckError {
    /// Two neighbours in a chain do not fit.
    #[error("layer {layer} takes in {expected} features, but is handed {found}")]
    Width {
        /// The layer, counted from 1.
        layer: usize,
        /// Its `n_in`.
        expected: usize,
        /// Rows of what comes from below.
        found: usize,
    },
    /// A check over no examples, or of a layer of width zero.
    #[error("there is nothing to check: {what} is empty")]
    Empty {
        /// What has no entries.
        what: &'static str,
    },
    /// A tolerance or a share that has no meaning.
    #[error("expected {what} between 0 and 1, found {value}")]
    Option {
        /// The option.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// The forward pass gives NaN or an infinity at the very point to check.
    #[error("the forward pass gives {value} at the point to check ({what})")]
    NotFinite {
        /// Where: the cost, or which layer's output.
        what: String,
        /// NaN or an infinity.
        value: f64,
    },
    /// The two layers of a pair are not the same layer in two precisions.
    #[error("the f32 and the f64 side differ: {what}")]
    Pair {
        /// In what, with the numbers.
        what: String,
    },
    /// A layer refused what it was handed.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A cost refused what it was handed.
    #[error(transparent)]
    Cost(#[from] CostError),
}

impl From<LinalgError> for GradcheckError {
    fn from(error: LinalgError) -> Self {
        Self::Core(error.into())
    }
}
