//! The hyperbolic tangent: `g(z) = tanh z`.

use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, activation::multiply_by_derivative};

/// `g(z) = tanh z`, `g′(z) = 1 − a²`; values in [−1, 1].
///
/// ```
/// use layerwise_activations::{Activation, Tanh, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 2, &[0.0, 1e4]);
/// assert_eq!(Tanh.value(&z).as_slice(), &[0.0, 1.0]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tanh;

impl<T: Scalar> Activation<T> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        for z in z.as_mut_slice() {
            *z = z.tanh();
        }
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative(a, da, |a| T::one() - a * a);
    }
}
