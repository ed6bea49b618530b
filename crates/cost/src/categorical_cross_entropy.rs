//! Categorical cross-entropy: one of several classes.

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::binary_cross_entropy::{first_outside_unit, floored};
use crate::{Cost, CostError, OutputRange, Result};

/// `J = −1/m Σ_examples Σ_classes y ln a`; each example's labels are probabilities that add up to
/// 1, mostly one 1 and else 0 (Goodfellow, Bengio and Courville, "Deep Learning", 2016,
/// section 6.2.2.3).
///
/// At a = 0 the logarithm is taken of the smallest positive normal number, as in
/// [`BinaryCrossEntropy`](crate::BinaryCrossEntropy).
///
/// ```
/// use layerwise_cost::{CategoricalCrossEntropy, Cost, core::MatrixView};
///
/// // Three classes, two examples.
/// let al = MatrixView::new(&[0.5, 0.25, 0.25, 0.0, 1.0, 0.0], 3, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3, 2)?;
/// let j: f64 = CategoricalCrossEntropy.cost(al, y)?;
/// assert_eq!(j, std::f64::consts::LN_2 / 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CategoricalCrossEntropy;

/// How far the sum of an example's labels may be from 1, for labels that were rounded.
const SUM_TOLERANCE: f64 = 1e-3;

impl<T: Scalar> Cost<T> for CategoricalCrossEntropy {
    fn name(&self) -> &'static str {
        "categorical cross-entropy"
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        if let Some((row, column, value)) = first_outside_unit(y) {
            return Err(CostError::Label { row, column, value });
        }
        for column in 0..y.ncols() {
            let sum: f64 = y.column(column).iter().map(|y| y.to_f64()).sum();
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(CostError::LabelSum { column, sum });
            }
        }
        Ok(())
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        expect_shape("Y", y, al.shape())?;
        let mut sum = T::zero();
        for (&a, &y) in al.as_slice().iter().zip(y.as_slice()) {
            // The logarithm of what is not asked about need not be computed, unless it is NaN.
            if y != T::zero() || !a.is_finite_number() {
                sum -= y * floored(a).ln();
            }
        }
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
            *dal = if y == T::zero() { T::zero() } else { -(y / floored(a)) * factor };
        }
        Ok(())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        match output {
            Link::Softmax => None,
            Link::Sigmoid | Link::Identity => {
                Some("end the network with softmax, so that the outputs of an example add up to 1")
            }
        }
    }

    fn output_range(&self) -> OutputRange {
        OutputRange::Probabilities
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Softmax)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(values: &[f64]) -> MatrixView<'_, f64> {
        MatrixView::new(values, values.len(), 1).unwrap()
    }

    #[test]
    fn labels_must_be_probabilities_that_add_up_to_one() {
        let check =
            |y: &[f64]| CategoricalCrossEntropy.check_labels(view(y)).map_err(|e| e.to_string());
        assert_eq!(check(&[0.0, 1.0, 0.0]), Ok(()));
        assert_eq!(check(&[0.2, 0.8]), Ok(()));
        assert_eq!(
            check(&[1.0, 1.0]).unwrap_err(),
            "expected the labels of an example to add up to 1, found 2 in column 0 of Y (counted \
             from 0)"
        );
        assert!(
            check(&[-1.0, 2.0]).unwrap_err().starts_with("expected labels in [0, 1], found -1")
        );
    }

    #[test]
    fn zero_only_when_right_and_finite_when_wrong() {
        let j = |al: &[f64]| CategoricalCrossEntropy.cost(view(al), view(&[0.0, 1.0])).unwrap();
        assert_eq!(j(&[0.0, 1.0]), 0.0);
        assert!(j(&[0.5, 0.5]) > 0.0);
        assert!((j(&[1.0, 0.0]) - 708.396_418_532_264_1).abs() < 1e-9);
        assert!(j(&[f64::NAN, 1.0]).is_nan());
    }
}
