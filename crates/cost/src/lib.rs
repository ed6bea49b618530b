//! Cost functions `J(AL, Y)` and their derivatives.
//!
//! - [`compute_cost`] and [`compute_cost_backward`]: the exercise's binary cross-entropy and its
//!   `dAL = −(Y/AL − (1−Y)/(1−AL))`, pure, on whole matrices;
//! - [`Cost`]: what the training path asks of a cost, in place, the mean's factor `1/m` inside;
//! - [`BinaryCrossEntropy`]: the exercise's cost as such a [`Cost`];
//! - [`CategoricalCrossEntropy`]: one of several classes; [`one_hot`], [`smooth_labels`];
//! - [`BinaryCrossEntropyFromLogits`], [`Focal`], [`PositiveWeights`]: yes-or-no questions otherwise;
//! - [`MeanSquaredError`], [`MeanAbsoluteError`], [`Huber`], [`Quantile`], [`Poisson`]: numbers;
//! - [`EntryCost`]: the short way to a cost of one's own.

mod binary_cross_entropy;
mod categorical_cross_entropy;
mod cost;
mod entry_cost;
mod error;
mod exercise;
mod focal;
mod huber;
mod logits;
mod mean_absolute_error;
mod mean_squared_error;
mod one_hot;
mod output_range;
mod poisson;
mod positive_weights;
mod quantile;
mod smooth_labels;
mod weighted;

pub use binary_cross_entropy::BinaryCrossEntropy;
pub use categorical_cross_entropy::CategoricalCrossEntropy;
pub use cost::Cost;
pub use entry_cost::{EntryCost, PerEntry};
pub use error::CostError;
pub use exercise::{compute_cost, compute_cost_backward};
pub use focal::Focal;
pub use huber::Huber;
pub use layerwise_core as core;
pub use logits::BinaryCrossEntropyFromLogits;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use one_hot::one_hot;
pub use output_range::OutputRange;
pub use poisson::Poisson;
pub use positive_weights::PositiveWeights;
pub use quantile::Quantile;
pub use smooth_labels::smooth_labels;
pub use weighted::{ClassWeights, WeightedCost, check_weights, weigh, weighted_cost};

/// The result of anything in this crate.
///
/// ```
/// use layerwise_cost::{Cost, MeanSquaredError, Result, core::MatrixView};
///
/// fn root(al: MatrixView<'_, f64>, y: MatrixView<'_, f64>) -> Result<f64> {
///     Ok(MeanSquaredError.cost(al, y)?.sqrt())
/// }
/// let column = MatrixView::column_vector;
/// assert_eq!(root(column(&[3.0]), column(&[7.0]))?, 4.0);
/// assert!(root(column(&[3.0]), column(&[7.0, 0.0])).is_err());
/// # Ok::<(), layerwise_cost::CostError>(())
/// ```
pub type Result<T> = std::result::Result<T, CostError>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
