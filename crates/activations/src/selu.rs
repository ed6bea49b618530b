//! SELU: the ELU that keeps mean 0 and variance 1 (Klambauer et al., "Self-Normalizing Neural
//! Networks", 2017, equation 2).

use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, activation::multiply_by_derivative};

const LAMBDA: f64 = 1.050_700_987_355_480_5;
const ALPHA: f64 = 1.673_263_242_354_377_2;

/// `g(z) = λ z` for `z > 0`, else `λ α (e^z − 1)`; from the output `g′ = λ` for `a > 0`, else `a + λ α`.
///
/// λ = 1.0507… and α = 1.6732… are those of the paper (equation 14), for which layers with weights of
/// variance `1/n_in` keep mean 0 and variance 1.
///
/// ```
/// use layerwise_activations::{Activation, Selu, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[1.0, -1e4]);
/// let a: DMatrix<f64> = Selu.value(&z);
/// assert!((a[0] - 1.0507009873554805).abs() < 1e-15);
/// assert!((a[1] + 1.7580993408473766).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selu;

impl<T: Scalar> Activation<T> for Selu {
    fn name(&self) -> &'static str {
        "selu"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        for z in z.as_mut_slice() {
            let line = if *z > T::zero() { *z } else { T::of(ALPHA) * z.exp_m1() };
            *z = T::of(LAMBDA) * line;
        }
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative(a, da, |a| {
            if a > T::zero() { T::of(LAMBDA) } else { a + T::of(LAMBDA * ALPHA) }
        });
    }
}
