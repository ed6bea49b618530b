//! GELU by the hyperbolic tangent (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, section
//! 2).

use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative_at;
use crate::{Activation, sigmoid::logistic};

/// 2 √(2/π).
const SCALE: f64 = 1.595_769_121_605_730_7;
const CUBIC: f64 = 0.044_715;

#[inline(always)]
fn twice_the_argument<T: Scalar>(z: T) -> T {
    T::of(SCALE) * (z + T::of(CUBIC) * z * z * z)
}

/// `g(z) = z/2 (1 + tanh(√(2/π) (z + 0.044715 z³)))`: [`Gelu`](crate::Gelu) to 5e-4, without an
/// integral.
///
/// ```
/// use layerwise_activations::{Activation, GeluTanh, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
/// let a: DMatrix<f64> = GeluTanh.value(&z);
/// assert_eq!(a[0], 0.0);
/// assert!((a[1] - 0.8411919906082768).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GeluTanh;

impl<T: Scalar> Activation<T> for GeluTanh {
    fn name(&self) -> &'static str {
        "gelu tanh"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        for z in z.as_mut_slice() {
            // (1 + tanh u)/2 = σ(2u), without the cancellation far below zero.
            *z *= logistic(twice_the_argument(*z));
        }
    }

    fn backward(&self, z: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative_at(z, da, |z| {
            let s = logistic(twice_the_argument(z));
            let slope = T::of(SCALE) * (T::one() + T::of(3.0 * CUBIC) * z * z);
            // Far out σ′ is 0 whatever becomes of the slope, which may overflow.
            let falling = s * (T::one() - s);
            if falling == T::zero() { s } else { s + z * falling * slope }
        });
    }

    fn keeps_z(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    #[test]
    fn far_out_it_is_relu() {
        let z = DMatrix::from_row_slice(1, 2, &[-1e30_f32, 1e30]);
        let dz = GeluTanh.dz(&DMatrix::from_element(1, 2, 1.0), &z).unwrap();
        assert_eq!(dz.as_slice(), [0.0, 1.0]);
        assert_eq!(GeluTanh.value(&z).as_slice(), [0.0, 1e30]);
    }
}
