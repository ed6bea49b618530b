//! Softmax: `g(z)_i = e^{z_i} / Σ_k e^{z_k}` (Bridle 1990).

use layerwise_core::linalg::{exp, vectorized};
use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar};

use crate::Activation;

/// `g(z)_i = e^{z_i} / Σ_k e^{z_k}` over the units of each example: probabilities that add up to 1,
/// the output of a network with several classes.
///
/// The largest z is subtracted first, which changes nothing in the result and keeps any
/// exponential from overflowing. `dz_i = a_i (da_i − Σ_k a_k da_k)`.
///
/// ```
/// use layerwise_activations::{Activation, Softmax, core::DMatrix};
/// let z = DMatrix::from_column_slice(2, 2, &[0.0, 0.0, 1e4, -1e4]);
/// assert_eq!(Softmax.value(&z).as_slice(), &[0.5, 0.5, 1.0, 0.0]);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softmax;

impl<T: Scalar> Activation<T> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn forward(&self, mut z: MatrixViewMut<'_, T>) {
        let n = z.nrows();
        if n == 0 {
            return;
        }
        vectorized(
            #[inline(always)]
            || {
                for z in z.as_mut_slice().chunks_exact_mut(n) {
                    // NaN is passed over here and comes back in the exponential.
                    let least = T::min_value().unwrap_or_default();
                    let largest = z.iter().fold(least, |l, &z| if z > l { z } else { l });
                    z.iter_mut().for_each(|z| *z -= largest);
                }
                // All at once: a register is wider than a few classes.
                z.as_mut_slice().iter_mut().for_each(|z| *z = exp(*z));
                for a in z.as_mut_slice().chunks_exact_mut(n) {
                    let sum: T = a.iter().copied().sum();
                    a.iter_mut().for_each(|a| *a /= sum);
                }
            },
        );
    }

    fn backward(&self, _z: MatrixView<'_, T>, a: MatrixView<'_, T>, mut da: MatrixViewMut<'_, T>) {
        for j in 0..a.ncols() {
            let (a, da) = (a.column(j), da.column_mut(j));
            let mean: T = a.iter().zip(da.iter()).map(|(&a, &da)| a * da).sum();
            for (da, &a) in da.iter_mut().zip(a) {
                *da = a * (*da - mean);
            }
        }
    }

    fn by_entry(&self) -> bool {
        false
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn probabilities_that_a_shift_does_not_change(
            z in prop::collection::vec(-50.0..50.0f64, 1..20), shift in -1e3..1e3f64
        ) {
            let z = DMatrix::from_column_slice(z.len(), 1, &z);
            let a = Softmax.value(&z);
            prop_assert!(a.iter().all(|&a| (0.0..=1.0).contains(&a)));
            prop_assert!((a.sum() - 1.0).abs() < 1e-14);
            prop_assert!((Softmax.value(&z.add_scalar(shift)) - a).amax() < 1e-11);
        }
    }

    #[test]
    fn nan_is_not_hidden() {
        let z = DMatrix::from_column_slice(2, 1, &[f64::NAN, 1.0]);
        assert!(Softmax.value(&z).iter().all(|a| a.is_nan()));
    }
}
