//! GELU: `g(z) = z Φ(z)` (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, activation::multiply_by_derivative_at};

/// `Φ(z)`. By the complement, which keeps its relative accuracy where Φ is small.
fn normal_distribution<T: Scalar>(z: T) -> T {
    T::of(0.5 * libm::erfc(-z.to_f64() * FRAC_1_SQRT_2))
}

/// `g(z) = z Φ(z)` with the normal distribution `Φ(z) = (1 + erf(z/√2))/2`;
/// `g′(z) = Φ(z) + z φ(z)`, `φ(z) = e^(−z²/2)/√(2π)`. The exact form; [`GeluTanh`](crate::GeluTanh) is
/// the quick one.
///
/// ```
/// use layerwise_activations::{Activation, Gelu, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 3, &[-1e4, 1.0, 1e4]);
/// let a: DMatrix<f64> = Gelu.value(&z);
/// assert_eq!((a[0], a[2]), (0.0, 1e4));
/// assert!((a[1] - 0.8413447460685429).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gelu;

impl<T: Scalar> Activation<T> for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        for z in z.as_mut_slice() {
            *z *= normal_distribution(*z);
        }
    }

    fn backward(&self, z: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative_at(z, da, |z| {
            let density = (-z * z / T::of(2.0)).exp() / T::of((2.0 * PI).sqrt());
            normal_distribution(z) + z * density
        });
    }

    fn keeps_z(&self) -> bool {
        true
    }
}
