//! The quantile or pinball cost (Koenker and Bassett, "Regression Quantiles", 1978).

use layerwise_core::{CoreError, Scalar};

use crate::{EntryCost, Result};

/// `J = 1/m Σ max(τ (y − a), (τ − 1)(y − a))`: its best answer is the τ-quantile, above which a part 1 − τ
/// of the labels lies. Derivative `−τ` where a is too small, `1 − τ` where it is too large, 0 at the
/// corner.
///
/// ```
/// use layerwise_cost::{Cost, Quantile, core::MatrixView};
///
/// let al = MatrixView::new(&[1.0, 3.0], 1, 2)?;
/// let y = MatrixView::new(&[2.0, 2.0], 1, 2)?;
/// let j: f64 = Quantile::new(0.9)?.cost(al, y)?;
/// assert!((j - 0.5).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    tau: f64,
}

impl Quantile {
    /// The quantile τ, in (0, 1).
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) with the number outside it.
    pub fn new(tau: f64) -> Result<Self> {
        if tau > 0.0 && tau < 1.0 {
            return Ok(Self { tau });
        }
        Err(CoreError::Setting { what: "the quantile", expected: "in (0, 1)", found: tau }.into())
    }
}

impl<T: Scalar> EntryCost<T> for Quantile {
    fn name(&self) -> &'static str {
        "quantile"
    }

    fn value(&self, a: T, y: T) -> T {
        let tau = T::of(self.tau);
        let r = y - a;
        if r > T::zero() { tau * r } else { (tau - T::one()) * r }
    }

    fn derivative(&self, a: T, y: T) -> T {
        let tau = T::of(self.tau);
        if a < y {
            -tau
        } else if a > y {
            T::one() - tau
        } else {
            // Equal: 0; NaN: NaN.
            a - y
        }
    }
}
