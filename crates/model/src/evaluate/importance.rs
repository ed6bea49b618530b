//! What a network makes of each feature.

use std::ops::Range;

use layerwise_core::{MatrixView, Scalar};

use super::{Scores, Shuffles};
use crate::{Examples, Network, Result};

/// By how much a score falls when one feature after the other is shuffled among the examples: as much as the
/// network relies on it (Breiman, "Random Forests", 2001, section 10; Fisher, Rudin and Dominici,
/// "All Models are Wrong, but Many are Useful", 2019). One [`Scores`] a feature, of `repeats` shuffles.
///
/// The measure is one of which more is better. Features that say the same share what they are
/// worth.
///
/// # Errors
/// Examples that do not fit, `repeats` of 0, what the measure refuses.
///
/// ```
/// use layerwise_model::{Examples, Network, accuracy, core::DMatrix, permutation_importance};
/// use layerwise_model::{activations::Sigmoid, core::{DVector, LinearParameters}, layers::Dense};
///
/// // Only the first of two features counts.
/// let w = DMatrix::from_row_slice(1, 2, &[5.0, 0.0]);
/// let dense = Dense::new(LinearParameters { w, b: DVector::zeros(1) }, Sigmoid)?;
/// let network = Network::<f64>::new(vec![Box::new(dense)])?;
/// let x = DMatrix::from_fn(2, 50, |i, j| ((j * (7 + i)) % 50) as f64 - 24.5);
/// let y = DMatrix::from_fn(1, 50, |_, j| f64::from(u8::from(x[(0, j)] > 0.0)));
/// let found = permutation_importance(&network, Examples::new(&x, &y)?, accuracy, 5, 1)?;
/// assert!(found[0].mean() > 0.3);
/// assert_eq!(found[1].mean(), 0.0);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn permutation_importance<T: Scalar>(
    network: &Network<T>,
    examples: Examples<'_, T>,
    measure: impl Fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64>,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Scores>> {
    let each: Vec<Range<usize>> = (0..examples.x().nrows()).map(|i| i..i + 1).collect();
    group_importance(network, examples, &each, measure, repeats, seed)
}

/// As [`permutation_importance`], of features that belong together, such as the levels of one category: those
/// of a group are shuffled alike. One [`Scores`] a group. [`Shuffles`] gives them one at a time.
///
/// # Errors
/// As [`permutation_importance`]; [`ModelError::NoSuchFeature`](crate::ModelError::NoSuchFeature) for a group beyond the features.
///
/// ```
/// use layerwise_model::{Examples, Network, accuracy, core::DMatrix, group_importance};
/// use layerwise_model::{activations::Sigmoid, core::{DVector, LinearParameters}, layers::Dense};
///
/// let w = DMatrix::from_row_slice(1, 3, &[5.0, -5.0, 0.0]);
/// let dense = Dense::new(LinearParameters { w, b: DVector::zeros(1) }, Sigmoid)?;
/// let network = Network::<f64>::new(vec![Box::new(dense)])?;
/// // One of two levels, in two rows, and a number that says nothing.
/// let x = DMatrix::from_fn(3, 40, |i, j| if i < 2 { f64::from(u8::from(j % 2 == i)) } else { 0.5 });
/// let y = x.rows(0, 1).into_owned();
/// let found = group_importance(&network, Examples::new(&x, &y)?, &[0..2, 2..3], accuracy, 5, 1)?;
/// assert!(found[0].mean() > 0.3 && found[1].mean() == 0.0);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn group_importance<T: Scalar>(
    network: &Network<T>,
    examples: Examples<'_, T>,
    groups: &[Range<usize>],
    measure: impl Fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64>,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Scores>> {
    let mut shuffles = Shuffles::new(network, examples, measure, repeats, seed)?;
    groups.iter().map(|group| shuffles.of(group.clone())).collect()
}
