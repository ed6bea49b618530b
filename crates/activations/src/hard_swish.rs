//! Hard swish: `g(z) = z min(1, max(0, (z + 3)/6))` (Howard et al., "Searching for MobileNetV3", 2019,
//! section 5.2).

use layerwise_core::linalg::map_in_place;
use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative_at;
use crate::{Activation, hard_sigmoid::hard_logistic};

/// `g(z) = z h(z)` with the [hard sigmoid](crate::HardSigmoid) h; `g′(z) = (2z + 3)/6` for
/// `−3 < z < 3`, 0 at and below −3 and 1 at and above 3.
///
/// ```
/// use layerwise_activations::{Activation, HardSwish, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 4, &[-4.0, 0.0, 1.5, 5.0]);
/// assert_eq!(HardSwish.value(&z).as_slice(), &[0.0, 0.0, 1.125, 5.0]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HardSwish;

impl<T: Scalar> Activation<T> for HardSwish {
    fn name(&self) -> &'static str {
        "hard swish"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        map_in_place(z.as_mut_slice(), |z| z * hard_logistic(z));
    }

    fn backward(&self, z: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative_at(z, da, |z| {
            let h = hard_logistic(z);
            let inside = h > T::zero() && h < T::one();
            if inside { (z + z + T::of(3.0)) / T::of(6.0) } else { h }
        });
    }

    fn keeps_z(&self) -> bool {
        true
    }
}
