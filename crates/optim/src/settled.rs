//! Running means that have died away.

use layerwise_core::Scalar;

/// `x`, but 0 where it is so small that what an optimizer makes of it is on the way to the subnormal
/// numbers: below 1e-31 in `f32`, 1e-292 in `f64`.
///
/// The running mean of a gradient that stays 0 (the weights of a unit that is off) halves every few
/// steps until it is subnormal and stays there. It moves no weight by then, and some processors compute
/// with subnormal numbers much slower than with others.
#[inline(always)]
pub(crate) fn settled<T: Scalar>(x: T) -> T {
    if x.abs() < T::MIN_POSITIVE / T::EPSILON { T::zero() } else { x }
}

#[cfg(test)]
mod tests {
    use crate::{Adam, Optimizer};

    #[test]
    fn a_gradient_that_ends_leaves_no_subnormal_state() {
        let adam = Adam::new(0.001_f32).unwrap();
        let (mut w, mut state) = ([1.0; 9], [0.0; 18]);
        adam.update(0, &mut w, &[1e-3; 9], &mut state);
        for step in 1..2000 {
            adam.update(step, &mut w, &[0.0; 9], &mut state);
            assert!(state.iter().all(|value| !value.is_subnormal()), "step {step}");
        }
        assert_eq!(state[..9], [0.0; 9]);
        // 0.999^2000 is far from subnormal.
        assert!(state[9..].iter().all(|&v| v > 0.0));
    }

    #[test]
    fn nan_is_not_hidden() {
        assert!(super::settled(f64::NAN).is_nan());
    }
}
