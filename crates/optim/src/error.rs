//! What an optimizer refuses.

use layerwise_core::CoreError;

/// Settings and gradients that no update can be made of.
///
/// ```
/// use layerwise_optim::{GradientDescent, OptimError};
///
/// let error = GradientDescent::new(-0.1).unwrap_err();
/// assert_eq!(error, OptimError::LearningRate(-0.1));
/// assert_eq!(error.to_string(), "expected a learning rate above 0, found -0.1");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OptimError {
    /// A learning rate that is not a positive number.
    #[error("expected a learning rate above 0, found {0}")]
    LearningRate(f64),
    /// A rate of decay that is not in [0, 1).
    #[error("expected {name} in [0, 1), found {value}")]
    Decay {
        /// What it is called in the paper.
        name: &'static str,
        /// The value.
        value: f64,
    },
    /// A weight decay that is negative or no number.
    #[error("expected a weight decay of at least 0, found {0}")]
    WeightDecay(f64),
    /// Gradients for another number of layers than there are.
    #[error("expected gradients of {expected} layers, found {found}")]
    Layers {
        /// Layers in the parameters.
        expected: usize,
        /// Layers in the gradients.
        found: usize,
    },
    /// Shapes that differ, NaN, a number that no schedule can be made of.
    #[error(transparent)]
    Core(#[from] CoreError),
}
