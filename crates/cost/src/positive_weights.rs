//! Yes-or-no questions of which the yes is rare.

use layerwise_core::{Link, MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::binary_cross_entropy::{cross_entropy_derivative, floored};
use crate::{BinaryCrossEntropy, Cost, CostError, OutputRange, Result, check_weights};

/// `J = −1/m Σ_ij (p_i y ln a + (1 − y) ln(1 − a))`: binary cross-entropy in which the label 1 of row i
/// weighs `p_i`, for several labels an example (King and Zeng, "Logistic Regression in Rare Events Data",
/// 2001, section 4; PyTorch's `pos_weight`). Labels in [0, 1]; logarithms as in [`BinaryCrossEntropy`].
///
/// After sigmoid `dZ = ((p_i y + 1 − y) a − p_i y)/m`.
///
/// ```
/// use layerwise_cost::{Cost, PositiveWeights, core::MatrixView};
///
/// let al = MatrixView::new(&[0.5, 0.5], 2, 1)?;
/// let y = MatrixView::new(&[1.0, 0.0], 2, 1)?;
/// let j: f64 = PositiveWeights::new(vec![3.0, 7.0])?.cost(al, y)?;
/// assert!((j - (3.0 + 1.0) * 2.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PositiveWeights<T> {
    weights: Vec<T>,
}

impl<T: Scalar> PositiveWeights<T> {
    /// One weight a row of `Y`.
    ///
    /// # Errors
    /// As [`check_weights`].
    pub fn new(weights: Vec<T>) -> Result<Self> {
        check_weights(&weights)?;
        Ok(Self { weights })
    }

    /// For each row the number of examples without the label over that of examples with it; 1 for a label
    /// that no example has, or all.
    ///
    /// # Errors
    /// [`CostError::Label`] with a label outside [0, 1].
    ///
    /// ```
    /// use layerwise_cost::{PositiveWeights, core::MatrixView};
    ///
    /// let y = MatrixView::new(&[1.0, 0.0, 0.0, 1.0, 0.0, 1.0], 2, 3)?;
    /// assert_eq!(PositiveWeights::balanced(y)?, PositiveWeights::new(vec![2.0, 0.5])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balanced(y: MatrixView<'_, T>) -> Result<Self> {
        Cost::<T>::check_labels(&BinaryCrossEntropy, y)?;
        let of_row = |i: usize| {
            let with: f64 = (0..y.ncols()).map(|j| y.column(j)[i].to_f64()).sum();
            let without = y.ncols() as f64 - with;
            T::of(if with > 0.0 && without > 0.0 { without / with } else { 1.0 })
        };
        Self::new((0..y.nrows()).map(of_row).collect())
    }

    /// Refuses labels of another number of rows.
    fn expect_rows(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<()> {
        expect_shape("Y", y, al.shape())?;
        if self.weights.len() != y.nrows() {
            let (expected, found) = (y.nrows(), self.weights.len());
            return Err(CostError::PositiveWeights { expected, found });
        }
        Ok(())
    }
}

impl<T: Scalar> Cost<T> for PositiveWeights<T> {
    fn name(&self) -> &'static str {
        "binary cross-entropy with positive weights"
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        self.expect_rows(y, y)?;
        BinaryCrossEntropy.check_labels(y)
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        self.expect_rows(al, y)?;
        let mut sum = T::zero();
        for (index, (&a, &y)) in al.as_slice().iter().zip(y.as_slice()).enumerate() {
            let p = self.weights[index % self.weights.len()];
            // A term whose label is absent is left out, unless its output is no probability.
            let term = |weight: T, a: T| {
                if weight == T::zero() && OutputRange::Probabilities.has(a) {
                    T::zero()
                } else {
                    weight * floored(a).ln()
                }
            };
            sum -= p * term(y, a) + term(T::one() - y, T::one() - a);
        }
        Ok(sum / T::of_count(al.ncols()))
    }

    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dal: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        self.expect_rows(al, y)?;
        expect_shape("dAL", dal.as_view(), al.shape())?;
        let factor = T::one() / T::of_count(al.ncols());
        let pairs = al.as_slice().iter().zip(y.as_slice()).enumerate();
        for (dal, (index, (&a, &y))) in dal.as_mut_slice().iter_mut().zip(pairs) {
            let p = self.weights[index % self.weights.len()];
            let yes = cross_entropy_derivative(a, T::one());
            let no = cross_entropy_derivative(a, T::zero());
            let term = |weight: T, of: T| if weight == T::zero() { T::zero() } else { weight * of };
            *dal = (term(p * y, yes) + term(T::one() - y, no)) * factor;
        }
        Ok(())
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        Cost::<T>::misfit(&BinaryCrossEntropy, output)
    }

    fn output_range(&self) -> OutputRange {
        OutputRange::Probabilities
    }

    fn link(&self) -> Option<Link> {
        Some(Link::Sigmoid)
    }

    fn backward_from_link(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dz: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        self.expect_rows(al, y)?;
        expect_shape("dZ", dz.as_view(), al.shape())?;
        let factor = T::one() / T::of_count(al.ncols());
        let pairs = al.as_slice().iter().zip(y.as_slice()).enumerate();
        for (dz, (index, (&a, &y))) in dz.as_mut_slice().iter_mut().zip(pairs) {
            let positive = self.weights[index % self.weights.len()] * y;
            *dz = ((positive + T::one() - y) * a - positive) * factor;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    /// Weights of 1 are the cost itself; the two ways back agree by `dZ = dAL a(1 − a)`; the derivative is that
    /// of the value.
    #[test]
    fn ways_back_agree_with_each_other_and_the_value() {
        let (a, y) = ([0.2_f64, 0.7, 0.9, 0.4], [1.0, 0.0, 0.3, 1.0]);
        let view = |values| MatrixView::new(values, 2, 2).unwrap();
        let cost = PositiveWeights::new(vec![3.0, 0.5]).unwrap();
        let (mut dal, mut dz) = ([0.0_f64; 4], [0.0; 4]);
        let to = |values| MatrixViewMut::new(values, 2, 2).unwrap();
        cost.backward(view(&a), view(&y), to(&mut dal)).unwrap();
        cost.backward_from_link(view(&a), view(&y), to(&mut dz)).unwrap();
        for k in 0..4 {
            assert!((dz[k] - dal[k] * a[k] * (1.0 - a[k])).abs() < 1e-12);
            let at = |h: f64| {
                let mut a = a;
                a[k] += h;
                let al = MatrixView::new(&a, 2, 2).unwrap();
                cost.cost(al, view(&y)).unwrap()
            };
            assert!(((at(1e-6) - at(-1e-6)) / 2e-6 - dal[k]).abs() < 1e-6);
        }
        let plain = PositiveWeights::new(vec![1.0, 1.0]).unwrap().cost(view(&a), view(&y)).unwrap();
        let expected: f64 = BinaryCrossEntropy.cost(view(&a), view(&y)).unwrap();
        assert!((plain - expected).abs() < 1e-12);
    }

    #[test]
    fn nonsense_is_refused_and_nan_not_hidden() {
        let cost = PositiveWeights::new(vec![2.0]).unwrap();
        let y = MatrixView::new(&[1.0, 0.0], 2, 1).unwrap();
        assert_eq!(
            cost.check_labels(y).unwrap_err().to_string(),
            "expected a positive weight for each of 2 rows of labels, found 1"
        );
        assert!(PositiveWeights::new(vec![-1.0]).is_err());
        for (a, y) in [(f64::NAN, 0.0), (f64::NAN, 1.0), (-0.1, 0.0), (1.1, 1.0)] {
            let one = |value| DMatrix::from_element(1, 1, value);
            let j = cost.cost((&one(a)).into(), (&one(y)).into()).unwrap();
            assert!(j.is_nan(), "{a} {y}");
        }
    }
}
