//! The cost of counts (Poisson regression: Nelder and Wedderburn, "Generalized Linear Models", 1972).

use layerwise_core::{Link, Scalar};

use crate::{EntryCost, OutputRange, binary_cross_entropy::floored};

/// `J = 1/m Σ (a − y ln a)` for outputs a > 0 (exponential, softplus) and labels y at least 0, counts as a
/// rule: the negative log-likelihood of y under a Poisson distribution with mean a, but for `ln y!`.
/// Derivative `(1 − y/a)/m`. An a of 0 counts as the smallest positive normal number.
///
/// ```
/// use layerwise_cost::{Cost, Poisson, core::MatrixView};
///
/// let al = MatrixView::new(&[1.0, 2.0], 1, 2)?;
/// let y = MatrixView::new(&[3.0, 2.0], 1, 2)?;
/// let j: f64 = Poisson.cost(al, y)?;
/// assert!((j - (3.0 - 2.0 * 2.0_f64.ln()) / 2.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Poisson;

impl<T: Scalar> EntryCost<T> for Poisson {
    fn name(&self) -> &'static str {
        "poisson"
    }

    fn label(&self, y: T) -> (&'static str, bool) {
        ("at least 0", y >= T::zero() && y.is_finite_number())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        let advice = "end the network with softplus, so that no output is below 0";
        (output == Link::Identity).then_some(advice)
    }

    fn output_range(&self) -> OutputRange {
        OutputRange::Positive
    }

    fn value(&self, a: T, y: T) -> T {
        a - y * floored(a).ln()
    }

    fn derivative(&self, a: T, y: T) -> T {
        T::one() - y / floored(a)
    }
}
