//! Binary cross-entropy, the exercise's cost.

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::{Cost, CostError, OutputRange, Result};

/// `J = −1/m Σ (y ln a + (1−y) ln(1−a))`, equation 7 of the exercise; labels in [0, 1].
///
/// With several output rows each is a yes-or-no question of its own, and the sum goes over all.
///
/// # At a = 0 and a = 1
/// A saturated sigmoid gives exactly 0 or 1, where a wrong label would cost infinitely much. The
/// logarithm is therefore taken of at least the smallest positive normal number (2.2e-308 in
/// `f64`, 1.2e-38 in `f32`): a wrong answer of full confidence costs 708 (`f64`) or 87 (`f32`), a
/// right one 0, and neither is NaN. NaN itself is not hidden, and an output outside [0, 1] costs NaN.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, Cost, core::MatrixView};
///
/// let al = MatrixView::new(&[0.5, 0.5], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// let j: f64 = BinaryCrossEntropy.cost(al, y)?;
/// assert_eq!(j, std::f64::consts::LN_2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BinaryCrossEntropy;

/// `x`, but 0 and subnormal numbers become the smallest positive normal one. NaN stays NaN, and a
/// negative number stays negative, to end as NaN in the logarithm.
pub(crate) fn floored<T: Scalar>(x: T) -> T {
    if x >= T::zero() && x < T::MIN_POSITIVE { T::MIN_POSITIVE } else { x }
}

/// `−(y ln a + (1−y) ln(1−a))` of one output.
fn cross_entropy<T: Scalar>(a: T, y: T) -> T {
    let ln_a = || floored(a).ln();
    // ln(1−a) as ln_1p(−a): exact for small a, where 1−a would round to 1.
    let ln_not_a = || if a < T::one() { (-a).ln_1p() } else { floored(T::one() - a).ln() };
    // Where the label is certain one logarithm is enough; an output outside [0, 1] takes both, and
    // becomes NaN.
    let sum = if y == T::one() && a <= T::one() {
        ln_a()
    } else if y == T::zero() && a >= T::zero() {
        ln_not_a()
    } else {
        y * ln_a() + (T::one() - y) * ln_not_a()
    };
    // Subtracted from 0, not negated: perfect is 0, not −0.
    T::zero() - sum
}

/// `−(y/a − (1−y)/(1−a))` of one output, a zero below the line replaced by the smallest positive
/// normal number.
pub(crate) fn cross_entropy_derivative<T: Scalar>(a: T, y: T) -> T {
    let nonzero = |x: T| if x.abs() < T::MIN_POSITIVE { T::MIN_POSITIVE } else { x };
    // A term whose label is absent is left out: 0 divided by anything is no gradient.
    let term = |weight: T, below: T| {
        if weight == T::zero() { T::zero() } else { weight / nonzero(below) }
    };
    -(term(y, a) - term(T::one() - y, T::one() - a))
}

/// The first entry outside [0, 1] (NaN counts as outside), with its row, column and value.
pub(crate) fn first_outside_unit<T: Scalar>(
    matrix: MatrixView<'_, T>,
) -> Option<(usize, usize, f64)> {
    let inside = |v: &T| *v >= T::zero() && *v <= T::one();
    let position = matrix.as_slice().iter().position(|v| !inside(v))?;
    let (row, column) = (position % matrix.nrows(), position / matrix.nrows());
    Some((row, column, matrix.as_slice()[position].to_f64()))
}

impl<T: Scalar> Cost<T> for BinaryCrossEntropy {
    fn name(&self) -> &'static str {
        "binary cross-entropy"
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        match first_outside_unit(y) {
            None => Ok(()),
            Some((row, column, value)) => Err(CostError::Label { row, column, value }),
        }
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        expect_shape("Y", y, al.shape())?;
        let sum: T =
            al.as_slice().iter().zip(y.as_slice()).map(|(&a, &y)| cross_entropy(a, y)).sum();
        Ok(sum / T::of_count(al.ncols()))
    }

    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dal: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        expect_shape("Y", y, al.shape())?;
        expect_shape("dAL", dal.as_view(), al.shape())?;
        let factor = T::one() / T::of_count(al.ncols());
        for ((dal, &a), &y) in dal.as_mut_slice().iter_mut().zip(al.as_slice()).zip(y.as_slice()) {
            *dal = cross_entropy_derivative(a, y) * factor;
        }
        Ok(())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        match output {
            Link::Sigmoid => None,
            Link::Softmax => Some("categorical cross-entropy goes with softmax"),
            Link::Identity => {
                Some("end the network with sigmoid, or take binary cross-entropy from logits")
            }
        }
    }

    fn output_range(&self) -> OutputRange {
        OutputRange::Probabilities
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Sigmoid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn saturated_outputs_cost_a_finite_amount() {
        assert_eq!(cross_entropy(1.0, 1.0), 0.0);
        assert_eq!(cross_entropy(0.0, 0.0), 0.0);
        assert!((cross_entropy(0.0, 1.0) - 708.396_418_532_264_1_f64).abs() < 1e-9);
        assert!((cross_entropy(1.0, 0.0) - 708.396_418_532_264_1_f64).abs() < 1e-9);
        assert!((cross_entropy(1.0_f32, 0.0) - 87.336_54).abs() < 1e-3);
        assert!(cross_entropy(f64::NAN, 0.0).is_nan() && cross_entropy(f64::NAN, 1.0).is_nan());
        assert!(cross_entropy(-0.1_f64, 0.0).is_nan() && cross_entropy(1.1_f64, 1.0).is_nan());
        for (a, y) in [(0.0_f64, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (1e-310, 1.0)] {
            assert!(cross_entropy_derivative(a, y).is_finite(), "derivative at a = {a}, y = {y}");
        }
    }

    proptest! {
        #[test]
        fn never_negative_and_zero_only_at_the_label(a in 0.0..=1.0f64, y in prop::sample::select(vec![0.0, 1.0])) {
            let j = cross_entropy(a, y);
            prop_assert!(j >= 0.0);
            prop_assert_eq!(j == 0.0, a == y);
        }

        #[test]
        fn small_outputs_keep_their_cost(exponent in -300.0..-20.0f64) {
            let a = 10f64.powf(exponent);
            prop_assert!((cross_entropy(a, 0.0) / a - 1.0).abs() < 1e-12);
        }
    }
}
