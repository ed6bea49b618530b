//! Huber's cost (Huber, "Robust Estimation of a Location Parameter", 1964).

use layerwise_core::{CoreError, Scalar};

use crate::{EntryCost, Result};

/// With `r = a − y`: `r²/2` for `|r| <= δ`, else `δ (|r| − δ/2)`; its derivative `r` cut off at ±δ. A square
/// near 0, a line far from it.
///
/// ```
/// use layerwise_cost::{Cost, Huber, core::MatrixView};
///
/// let al = MatrixView::new(&[1.0, 3.0], 1, 2)?;
/// let y = MatrixView::new(&[0.5, 6.0], 1, 2)?;
/// let j: f64 = Huber::new(1.0)?.cost(al, y)?;
/// assert!((j - 1.3125).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// With the corner at δ, finite and above 0.
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) with the number outside it.
    pub fn new(delta: f64) -> Result<Self> {
        if delta > 0.0 && delta.is_finite() {
            return Ok(Self { delta });
        }
        Err(CoreError::Setting { what: "the delta of huber", expected: "above 0", found: delta }
            .into())
    }
}

impl<T: Scalar> EntryCost<T> for Huber {
    fn name(&self) -> &'static str {
        "huber"
    }

    fn value(&self, a: T, y: T) -> T {
        let (r, delta) = ((a - y).abs(), T::of(self.delta));
        if r > delta { delta * (r - delta / T::of(2.0)) } else { r * r / T::of(2.0) }
    }

    fn derivative(&self, a: T, y: T) -> T {
        let (r, delta) = (a - y, T::of(self.delta));
        if r > delta {
            delta
        } else if r < -delta {
            -delta
        } else {
            r
        }
    }
}
