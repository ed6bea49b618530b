//! Classes as labels.

use layerwise_core::{DMatrix, Scalar};

use crate::{CostError, Result};

/// `Y (n_classes, m)` with 1 where the row is the example's class and 0 elsewhere, for classes counted
/// from 0.
///
/// # Errors
/// [`CostError::Class`] with the first class that is not below `n_classes`.
///
/// ```
/// use layerwise_cost::{core::DMatrix, one_hot};
///
/// let y: DMatrix<f64> = one_hot(&[2, 0], 3)?;
/// assert_eq!(y, DMatrix::from_column_slice(3, 2, &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]));
/// let error = one_hot::<f64>(&[0, 3], 3).unwrap_err();
/// assert_eq!(error.to_string(), "expected classes below 3, found 3 for example 1 (counted from 0)");
/// # Ok::<(), layerwise_cost::CostError>(())
/// ```
pub fn one_hot<T: Scalar>(classes: &[usize], n_classes: usize) -> Result<DMatrix<T>> {
    if let Some(example) = classes.iter().position(|&class| class >= n_classes) {
        return Err(CostError::Class { n_classes, class: classes[example], example });
    }
    let label = |class, j: usize| if classes[j] == class { T::one() } else { T::zero() };
    Ok(DMatrix::from_fn(n_classes, classes.len(), label))
}
