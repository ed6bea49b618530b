//! The mean absolute error (Laplace 1774).

use layerwise_core::Scalar;

use crate::EntryCost;

/// `J = 1/m Σ |a − y|`, its derivative the sign of `a − y` over m, 0 at the corner: its best answer is
/// the median, so that outliers pull no harder than others.
///
/// ```
/// use layerwise_cost::{Cost, MeanAbsoluteError, core::MatrixView};
///
/// let al = MatrixView::new(&[1.0, 3.0], 1, 2)?;
/// let y = MatrixView::new(&[0.0, 5.0], 1, 2)?;
/// let j: f64 = MeanAbsoluteError.cost(al, y)?;
/// assert!((j - 1.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl<T: Scalar> EntryCost<T> for MeanAbsoluteError {
    fn name(&self) -> &'static str {
        "mean absolute error"
    }

    fn value(&self, a: T, y: T) -> T {
        (a - y).abs()
    }

    fn derivative(&self, a: T, y: T) -> T {
        if a > y {
            T::one()
        } else if a < y {
            -T::one()
        } else {
            // Equal: 0; NaN: NaN.
            a - y
        }
    }
}
