//! Softplus: `g(z) = ln(1 + e^z)` (Dugas et al., "Incorporating Second-Order Functional Knowledge for
//! Better Option Pricing", 2001).

use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative_at;
use crate::{Activation, sigmoid::logistic};

/// `g(z) = ln(1 + e^z)`, `g′(z) = σ(z)`: a smooth ReLU, always above 0.
///
/// Computed as `max(0, z) + ln(1 + e^−|z|)`, so nothing overflows and small outputs keep their
/// relative accuracy.
///
/// ```
/// use layerwise_activations::{Activation, Softplus, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[0.0, 1e4]);
/// assert_eq!(Softplus.value(&z).as_slice(), &[std::f64::consts::LN_2, 1e4]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softplus;

impl<T: Scalar> Activation<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        for z in z.as_mut_slice() {
            let positive = if *z > T::zero() { *z } else { T::zero() };
            // NaN is no number above zero, but comes back in the exponential.
            *z = positive + (-z.abs()).exp().ln_1p();
        }
    }

    fn backward(&self, z: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative_at(z, da, logistic);
    }

    fn keeps_z(&self) -> bool {
        true
    }
}
