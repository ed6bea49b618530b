//! Binary cross-entropy from logits.

use layerwise_core::{Link, Scalar};

use crate::EntryCost;

/// `J = 1/m Σ (ln(1 + e^z) − y z)`: [`BinaryCrossEntropy`](crate::BinaryCrossEntropy) of a = σ(z), but taken
/// of z itself, the output of a network that ends without a sigmoid. Derivative `(σ(z) − y)/m`.
/// Computed as `max(0, z) − y z + ln(1 + e^−|z|)`, exact for any z.
///
/// ```
/// use layerwise_cost::{Cost, BinaryCrossEntropyFromLogits, core::MatrixView};
///
/// let al = MatrixView::new(&[0.0, 1000.0], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// let j: f64 = BinaryCrossEntropyFromLogits.cost(al, y)?;
/// assert!((j - (2.0_f64.ln() + 1000.0) / 2.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BinaryCrossEntropyFromLogits;

impl<T: Scalar> EntryCost<T> for BinaryCrossEntropyFromLogits {
    fn name(&self) -> &'static str {
        "binary cross-entropy from logits"
    }

    fn label(&self, y: T) -> (&'static str, bool) {
        ("in [0, 1]", y >= T::zero() && y <= T::one())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        (output != Link::Identity)
            .then_some("this cost takes logits: end the network with identity, or take the cost without \"from logits\"")
    }

    fn value(&self, a: T, y: T) -> T {
        let positive = if a > T::zero() { a } else { T::zero() };
        positive - y * a + (-a.abs()).exp().ln_1p()
    }

    fn derivative(&self, a: T, y: T) -> T {
        let e = (-a.abs()).exp();
        let sigmoid = if a < T::zero() { e } else { T::one() } / (T::one() + e);
        sigmoid - y
    }
}
