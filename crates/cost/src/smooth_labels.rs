//! Label smoothing (Szegedy et al., "Rethinking the Inception Architecture", 2016, section 7).

use layerwise_core::{CoreError, DMatrix, Scalar};

use crate::Result;

/// `(1 − ε) Y + ε/K` for K classes (rows), or `(1 − ε) y + ε/2` for a single row: labels that are never
/// quite certain, so that a network needs no infinite weights to agree with them. Shape: that of `Y`.
///
/// # Errors
/// [`CoreError::Setting`] unless ε is in [0, 1).
///
/// ```
/// use layerwise_cost::{core::DMatrix, smooth_labels};
///
/// let y = DMatrix::from_column_slice(4, 1, &[0.0, 1.0, 0.0, 0.0]);
/// let smooth = smooth_labels(&y, 0.5)?;
/// assert_eq!(smooth.as_slice(), &[0.125, 0.625, 0.125, 0.125]);
/// # Ok::<(), layerwise_cost::CostError>(())
/// ```
pub fn smooth_labels<T: Scalar>(y: &DMatrix<T>, epsilon: f64) -> Result<DMatrix<T>> {
    if !(0.0..1.0).contains(&epsilon) {
        let (what, expected) = ("the label smoothing", "in [0, 1)");
        return Err(CoreError::Setting { what, expected, found: epsilon }.into());
    }
    let share = epsilon / y.nrows().max(2) as f64;
    Ok(y.map(|y| T::of((1.0 - epsilon) * y.to_f64() + share)))
}
