//! The mean squared error (Gauss 1809).

use layerwise_core::Scalar;

use crate::EntryCost;

/// `J = 1/m Σ (a − y)²`, its derivative `2 (a − y)/m`: its best answer is the mean.
///
/// ```
/// use layerwise_cost::{Cost, MeanSquaredError, core::MatrixView};
///
/// let al = MatrixView::new(&[1.0, 3.0], 1, 2)?;
/// let y = MatrixView::new(&[0.0, 5.0], 1, 2)?;
/// let j: f64 = MeanSquaredError.cost(al, y)?;
/// assert!((j - 2.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<T: Scalar> EntryCost<T> for MeanSquaredError {
    fn name(&self) -> &'static str {
        "mean squared error"
    }

    fn value(&self, a: T, y: T) -> T {
        (a - y) * (a - y)
    }

    fn derivative(&self, a: T, y: T) -> T {
        (a - y) + (a - y)
    }
}
