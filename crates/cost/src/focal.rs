//! The focal cost (Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 4).

use layerwise_core::{CoreError, Link, Scalar};

use crate::{EntryCost, OutputRange, Result, binary_cross_entropy::floored};

/// `J = −1/m Σ (y (1−a)^γ ln a + (1−y) a^γ ln(1−a))`: binary cross-entropy in which examples that are right
/// already count little; γ = 0 is cross-entropy itself, 2 the paper's choice. Logarithms are taken of at
/// least the smallest positive normal number.
///
/// ```
/// use layerwise_cost::{Cost, Focal, core::MatrixView};
///
/// let al = MatrixView::new(&[0.5, 0.5], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// let j: f64 = Focal::new(2.0)?.cost(al, y)?;
/// assert!((j - 0.25 * 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Focal {
    gamma: f64,
}

impl Focal {
    /// With this γ, finite and at least 1, or 0.
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) with the number outside it.
    pub fn new(gamma: f64) -> Result<Self> {
        if gamma == 0.0 || (gamma >= 1.0 && gamma.is_finite()) {
            return Ok(Self { gamma });
        }
        Err(CoreError::Setting {
            what: "the gamma of focal",
            expected: "0 or at least 1",
            found: gamma,
        }
        .into())
    }
}

impl<T: Scalar> EntryCost<T> for Focal {
    fn name(&self) -> &'static str {
        "focal"
    }

    fn label(&self, y: T) -> (&'static str, bool) {
        ("in [0, 1]", y >= T::zero() && y <= T::one())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        (output != Link::Sigmoid).then_some("end the network with sigmoid")
    }

    fn output_range(&self) -> OutputRange {
        OutputRange::Probabilities
    }

    fn value(&self, a: T, y: T) -> T {
        let gamma = T::of(self.gamma);
        let of = |p: T| -((T::one() - p).powf(gamma) * floored(p).ln());
        entry(y, of(a), of(T::one() - a))
    }

    fn derivative(&self, a: T, y: T) -> T {
        let gamma = T::of(self.gamma);
        let of = |p: T| {
            let wrong = T::one() - p;
            let inner = if self.gamma == 0.0 {
                T::zero()
            } else {
                gamma * wrong.powf(gamma - T::one()) * floored(p).ln()
            };
            inner - wrong.powf(gamma) / floored(p)
        };
        entry(y, of(a), -of(T::one() - a))
    }
}

/// `y one + (1−y) zero`, where a term whose label is absent is left out, infinite or not.
fn entry<T: Scalar>(y: T, one: T, zero: T) -> T {
    let term = |weight: T, value: T| if weight == T::zero() { T::zero() } else { weight * value };
    term(y, one) + term(T::one() - y, zero)
}
