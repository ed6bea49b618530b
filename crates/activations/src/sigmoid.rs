//! The logistic function: `g(z) = 1/(1 + e^−z)`.

use layerwise_core::linalg::{exp, map_in_place};
use layerwise_core::{DMatrix, Link, MatrixView, MatrixViewMut, Scalar};

use crate::{Activation, Result, activation::multiply_by_derivative};

/// `g(z) = 1/(1 + e^−z)`, `g′(z) = a (1 − a)`; values in [0, 1].
///
/// For negative z the same function is computed as `e^z/(1 + e^z)`, so that no exponential
/// overflows: any finite z gives a number, and small outputs keep their relative accuracy down to
/// the smallest number there is.
///
/// ```
/// use layerwise_activations::{Activation, Sigmoid, core::DMatrix};
///
/// let a = Sigmoid.value(&DMatrix::from_row_slice(1, 3, &[-1000.0, 0.0, 1000.0]));
/// assert_eq!(a.as_slice(), &[0.0, 0.5, 1.0]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sigmoid;

#[inline(always)]
pub(crate) fn logistic<T: Scalar>(z: T) -> T {
    // e^−|z| is at most 1.
    let e = exp(-z.abs());
    let numerator = if z < T::zero() { e } else { T::one() };
    numerator / (T::one() + e)
}

impl<T: Scalar> Activation<T> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        map_in_place(z.as_mut_slice(), logistic);
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, da: MatrixViewMut<'_, T>) {
        multiply_by_derivative(a, da, |a| a * (T::one() - a));
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Sigmoid)
    }
}

/// `A = 1/(1 + e^−Z)`, the exercise's `sigmoid`. Shapes: `(n, m)` to `(n, m)`.
///
/// ```
/// use layerwise_activations::{core::DMatrix, sigmoid};
/// let z = DMatrix::from_row_slice(1, 3, &[-1e4, 0.0, 1e4]);
/// assert_eq!(sigmoid(&z).as_slice(), &[0.0, 0.5, 1.0]);
/// ```
pub fn sigmoid<T: Scalar>(z: &DMatrix<T>) -> DMatrix<T> {
    Sigmoid.value(z)
}

/// `dZ = dA ∗ σ(Z) ∗ (1 − σ(Z))`, the exercise's `sigmoid_backward`. Shapes: all `(n, m)`.
///
/// # Errors
/// Matrices that are empty, hold NaN or differ in shape.
///
/// ```
/// use layerwise_activations::{core::DMatrix, sigmoid_backward};
/// let z = DMatrix::from_row_slice(1, 1, &[0.0]);
/// let da = DMatrix::from_row_slice(1, 1, &[8.0]);
/// assert_eq!(sigmoid_backward(&da, &z)?[0], 2.0);
/// # Ok::<(), layerwise_activations::CoreError>(())
/// ```
pub fn sigmoid_backward<T: Scalar>(da: &DMatrix<T>, z: &DMatrix<T>) -> Result<DMatrix<T>> {
    Sigmoid.dz(da, z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stays_a_probability<T: Scalar>(z: f64) {
        let a = logistic(T::of(z));
        assert!(a >= T::zero() && a <= T::one(), "sigmoid({z}) = {a}");
        let mirrored = logistic(T::of(-z));
        let sum = (a + mirrored).to_f64();
        assert!((sum - 1.0).abs() <= T::EPSILON.to_f64(), "sigmoid({z}) + sigmoid(-{z}) = {sum}");
        let exact = if z < 0.0 { z.exp() / (1.0 + z.exp()) } else { 1.0 / (1.0 + (-z).exp()) };
        // e^z in f32 doubles the rounding of z once for each power of two of z.
        let tolerance = T::EPSILON.to_f64() * (4.0 + z.abs());
        if exact > T::MIN_POSITIVE.to_f64() {
            let error = (a.to_f64() / exact - 1.0).abs();
            assert!(error <= tolerance, "sigmoid({z}): relative error {error}");
        }
    }

    proptest! {
        #[test]
        fn stable_to_ten_thousand(z in -1e4..1e4f64) {
            stays_a_probability::<f32>(z);
            stays_a_probability::<f64>(z);
        }

        #[test]
        fn stable_near_zero(z in -30.0..30.0f64) {
            stays_a_probability::<f32>(z);
            stays_a_probability::<f64>(z);
        }

        #[test]
        fn never_falls(z in -50.0..50.0f64, step in 0.0..10.0f64) {
            prop_assert!(logistic(z) <= logistic(z + step));
            prop_assert!(logistic(z as f32) <= logistic((z + step) as f32));
        }
    }

    #[test]
    fn the_ends_are_exact_and_nan_is_not_hidden() {
        for z in [1e4, 1e30, f64::MAX] {
            assert_eq!((logistic(z), logistic(-z)), (1.0, 0.0));
            assert_eq!((logistic(z as f32), logistic(-z as f32)), (1.0, 0.0));
        }
        assert!(logistic(f64::NAN).is_nan());
    }
}
