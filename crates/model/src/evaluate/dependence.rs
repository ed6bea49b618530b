//! What a network says as one feature moves.

use std::ops::Range;

use layerwise_core::{DMatrix, Scalar, expect_shape};

use crate::{ModelError, Network, Result};

/// The mean of what the network says of all examples in X, as if each had these values of the features `group`: one
/// column of values, one column of the result (Friedman, "Greedy Function Approximation: A Gradient Boosting
/// Machine", 2001, section 8.2: partial dependence). Where features go together, it also asks about examples that
/// are none. Shapes: `X (n_in, m)`, values `(group, k)`, the result `(n_out, k)`.
///
/// # Errors
/// [`ModelError::NoSuchFeature`] for a group beyond the features, values of another height, an X that does not fit.
///
/// ```
/// use layerwise_model::{Network, activations::Identity, core::{DMatrix, DVector, LinearParameters}};
/// use layerwise_model::{layers::Dense, partial_dependence};
///
/// let parameters = LinearParameters { w: DMatrix::from_row_slice(1, 2, &[3.0, 1.0]), b: DVector::zeros(1) };
/// let network = Network::<f64>::new(vec![Box::new(Dense::new(parameters, Identity)?)])?;
/// let x = DMatrix::from_row_slice(2, 2, &[9.0, 7.0, 1.0, 3.0]);
/// // The first feature at 0, 1 and 2, the second as it is: 2 in the mean.
/// let values = DMatrix::from_row_slice(1, 3, &[0.0, 1.0, 2.0]);
/// assert_eq!(partial_dependence(&network, &x, 0..1, &values)?.as_slice(), [2.0, 5.0, 8.0]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
pub fn partial_dependence<T: Scalar>(
    network: &Network<T>,
    x: &DMatrix<T>,
    group: Range<usize>,
    values: &DMatrix<T>,
) -> Result<DMatrix<T>> {
    if group.start > group.end || group.end > x.nrows() {
        return Err(ModelError::NoSuchFeature { end: group.end, features: x.nrows() });
    }
    expect_shape("the values", values.into(), (group.len(), values.ncols()))?;
    let mut moved = x.clone();
    let mut means = DMatrix::zeros(network.n_out(), values.ncols());
    for (value, mut mean) in values.column_iter().zip(means.column_iter_mut()) {
        for mut example in moved.column_iter_mut() {
            example.as_mut_slice()[group.clone()].copy_from_slice(value.as_slice());
        }
        mean.copy_from(&network.predict(&moved)?.column_mean());
    }
    Ok(means)
}
