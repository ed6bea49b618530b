//! The hard sigmoid: three straight lines (Courbariaux, Bengio and David, "BinaryConnect", 2015; with
//! the slope of Howard et al., "Searching for MobileNetV3", 2019, section 5.2).

use layerwise_core::linalg::map_in_place;
use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, activation::multiply_by_derivative};

/// `min(1, max(0, (z + 3)/6))`; NaN stays NaN.
#[inline(always)]
pub(crate) fn hard_logistic<T: Scalar>(z: T) -> T {
    let a = (z + T::of(3.0)) / T::of(6.0);
    let a = if a < T::zero() { T::zero() } else { a };
    if a > T::one() { T::one() } else { a }
}

/// `g(z) = min(1, max(0, (z + 3)/6))`, `g′(z) = 1/6` for `−3 < z < 3` and 0 elsewhere, at both corners
/// too.
///
/// ```
/// use layerwise_activations::{Activation, HardSigmoid, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 3, &[-4.0, 0.0, 3.0]);
/// assert_eq!(HardSigmoid.value(&z).as_slice(), &[0.0, 0.5, 1.0]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HardSigmoid;

impl<T: Scalar> Activation<T> for HardSigmoid {
    fn name(&self) -> &'static str {
        "hard sigmoid"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        map_in_place(z.as_mut_slice(), hard_logistic);
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative(a, da, |a| {
            if a > T::zero() && a < T::one() { T::of(1.0 / 6.0) } else { T::zero() }
        });
    }
}
