//! `e^x` that a loop can compute several at a time.

use crate::Scalar;

/// `e^x`, at most 2 units in the last place from the exact value over the whole range, subnormal
/// results included; 0 and infinity beyond it, NaN for NaN.
///
/// Without branches and function calls, so that in a loop under [`vectorized`](crate::vectorized) it
/// is computed for a register of numbers at a time: `x = n ln 2 + r` with `|r| <= ln 2 / 2`, the
/// Taylor series of `e^r`, and `2^n` put into the exponent in two halves (Cody and Waite, "Software
/// Manual for the Elementary Functions", 1980, chapter 6).
///
/// ```
/// use layerwise_linalg::exp;
/// assert_eq!(exp(0.0_f32), 1.0);
/// assert!((exp(1.0_f64) - std::f64::consts::E).abs() < 1e-15);
/// assert_eq!((exp(-1e4_f32), exp(1e4_f32)), (0.0, f32::INFINITY));
/// ```
#[inline(always)]
pub fn exp<T: Scalar>(x: T) -> T {
    T::exponential(x)
}

/// What [`exp`] is for each number type. Sealed with `Scalar`.
pub trait Exponential {
    /// `e^x`.
    fn exponential(x: Self) -> Self;
}

macro_rules! exponential_for {
    (
        $number:ident, smallest $smallest:literal, largest $largest:literal,
        ln2 $ln2_high:literal + $ln2_low:literal, round $round:literal, bias $bias:literal,
        mantissa $mantissa:literal, series [$($factorial:literal),*]
    ) => {
        impl Exponential for $number {
            #[inline(always)]
            fn exponential(x: Self) -> Self {
                // Beyond these the result is 0 or infinity whatever x is; NaN passes.
                let x = if x < $smallest { $smallest } else { x };
                let x = if x > $largest { $largest } else { x };
                // Added to 1.5 * 2^mantissa, a number is rounded to a whole one.
                let n = (x * std::$number::consts::LOG2_E + $round) - $round;
                // The high part of ln 2 has so many zeros at its end that n times it is exact.
                let r = (x - n * $ln2_high) - n * $ln2_low;
                let mut series = 0.0;
                $(series = series * r + 1.0 / $factorial;)*
                let power = 1.0 + (r + r * r * series);
                // 2^n as a product of two, each of which is a normal number.
                let half = n * 0.5 + $round;
                let rest = (n - (half - $round)) + $round;
                let two_to = |shifted: $number| {
                    let whole = shifted.to_bits().wrapping_sub($round.to_bits());
                    $number::from_bits(whole.wrapping_add($bias) << $mantissa)
                };
                power * two_to(half) * two_to(rest)
            }
        }
    };
}

exponential_for!(
    f32, smallest -104.0, largest 89.0,
    ln2 0.693_359_4 + -2.121_944_4e-4, round 12_582_912.0_f32, bias 127, mantissa 23,
    series [5040.0, 720.0, 120.0, 24.0, 6.0, 2.0]
);
exponential_for!(
    f64, smallest -746.0, largest 710.0,
    ln2 0.693_147_180_369_123_8 + 1.908_214_929_270_587_7e-10,
    round 6_755_399_441_055_744.0_f64, bias 1023, mantissa 52,
    series [
        6_227_020_800.0, 479_001_600.0, 39_916_800.0, 3_628_800.0, 362_880.0, 40_320.0, 5040.0,
        720.0, 120.0, 24.0, 6.0, 2.0
    ]
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The distance of `found` from `exact` in units in the last place of `found`'s type, which is
    /// `f32`: `f64` is as good as exact.
    fn units_f32(found: f32, exact: f64) -> f64 {
        let unit = f64::from(found.next_up() - found).max(f64::from(f32::from_bits(1)));
        (f64::from(found) - exact).abs() / unit
    }

    #[test]
    fn within_two_units_over_the_whole_range_of_f32() {
        let mut worst = (0.0, 0.0);
        for sign in [0, 1_u32 << 31] {
            // Every 1013th number there is, up to where the result is 0 or infinite.
            for bits in (0..104.5_f32.to_bits()).step_by(1013) {
                let x = f32::from_bits(bits | sign);
                let (found, exact) = (exp(x), f64::from(x).exp());
                if exact > f64::from(f32::MAX) {
                    // Half a unit above the largest number is still rounded to it.
                    assert!(found == f32::INFINITY || exact < f64::from(f32::MAX) * 1.000_001);
                    continue;
                }
                let units = units_f32(found, exact);
                if units > worst.0 {
                    worst = (units, x);
                }
            }
        }
        assert!(worst.0 <= 2.0, "{} units at {}", worst.0, worst.1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// The standard library's is within one unit.
        #[test]
        fn within_two_units_of_f64(x in -746.0..709.7_f64) {
            let (found, near) = (exp(x), x.exp());
            let unit = near.next_up() - near;
            prop_assert!((found - near).abs() <= 2.0 * unit, "{found} is not {near} at {x}");
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!((exp(f32::NEG_INFINITY), exp(f32::INFINITY)), (0.0, f32::INFINITY));
        assert_eq!((exp(f64::NEG_INFINITY), exp(f64::INFINITY)), (0.0, f64::INFINITY));
        assert!(exp(f32::NAN).is_nan() && exp(f64::NAN).is_nan());
        assert_eq!((exp(-0.0_f32), exp(0.0_f64)), (1.0, 1.0));
        assert_eq!(exp(-745.0_f64), (-745.0_f64).exp());
        assert!(exp(-103.0_f32) > 0.0 && exp(-104.5_f32) == 0.0);
        assert!(exp(88.7_f32).is_finite() && exp(709.7_f64).is_finite());
    }
}
