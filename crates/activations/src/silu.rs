//! SiLU, also called swish: `g(z) = z σ(z)` (Elfwing, Uchibe and Doya, "Sigmoid-Weighted Linear
//! Units for Neural Network Function Approximation in Reinforcement Learning", 2018, equation 5).

use layerwise_core::linalg::map_in_place;
use layerwise_core::{MatrixView, MatrixViewMut, Scalar};

use crate::activation::multiply_by_derivative_at;
use crate::{Activation, sigmoid::logistic};

/// `g(z) = z σ(z)`, `g′(z) = σ(z) (1 + z (1 − σ(z)))`: ReLU with a smooth corner and a small dip of
/// −0.278 below zero.
///
/// ```
/// use layerwise_activations::{Activation, Silu, core::DMatrix};
/// let z = DMatrix::from_row_slice(1, 3, &[-1e4, 0.0, 1e4]);
/// assert_eq!(Silu.value(&z).as_slice(), &[0.0, 0.0, 1e4]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Silu;

impl<T: Scalar> Activation<T> for Silu {
    fn name(&self) -> &'static str {
        "silu"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        map_in_place(z.as_mut_slice(), |z| z * logistic(z));
    }

    fn backward(&self, z: MatrixView<'_, T>, _a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative_at(z, da, |z| {
            let s = logistic(z);
            s * (T::one() + z * (T::one() - s))
        });
    }

    fn keeps_z(&self) -> bool {
        true
    }
}
