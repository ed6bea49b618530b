//! Examples that count more than others.

use layerwise_core::{MatrixView, MatrixViewMut, Scalar, expect_shape};

use crate::{Cost, CostError, OutputRange, Result};

/// `J = Σ_j w_j ℓ_j / Σ_j w_j` of any cost, where `ℓ_j` is what example j alone costs; 0 where all
/// weights are 0.
///
/// Shapes: `AL` and `Y` `(n_y, m)`, `m` weights, finite and at least 0. Equal weights give the
/// cost itself up to rounding.
///
/// # Errors
/// Another number of weights than examples, shapes that differ, and what the cost refuses.
///
/// ```
/// use layerwise_cost::{MeanSquaredError, core::MatrixView, weighted_cost};
///
/// let al = MatrixView::new(&[1.0, 2.0], 1, 2)?;
/// let y = MatrixView::new(&[0.0, 0.0], 1, 2)?;
/// assert_eq!(weighted_cost(&MeanSquaredError, al, y, &[3.0, 1.0])?, (3.0 * 1.0 + 4.0) / 4.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weighted_cost<T: Scalar>(
    cost: &(impl Cost<T> + ?Sized),
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    weights: &[T],
) -> Result<T> {
    expect_shape("Y", y, al.shape())?;
    let total = total(weights, al.ncols())?;
    let mut sum = T::zero();
    for (j, &w) in weights.iter().enumerate() {
        // An example of no weight costs nothing, whatever its output is.
        if w > T::zero() {
            let one = |column| MatrixView::column_vector(column);
            sum += w * cost.cost(one(al.column(j)), one(y.column(j)))?;
        }
    }
    Ok(if total > T::zero() { sum / total } else { T::zero() })
}

/// From the derivative of `J` to that of [`weighted_cost`]: column j times `m w_j / Σ w`.
///
/// It does for `dAL` and for `dZ` of the canonical path. Shape: `derivative (n_y, m)`.
///
/// # Errors
/// Another number of weights than columns.
///
/// ```
/// use layerwise_cost::{core::MatrixViewMut, weigh};
///
/// let mut dal = [1.0, 1.0];
/// weigh(&[3.0, 1.0], MatrixViewMut::new(&mut dal, 1, 2)?)?;
/// assert_eq!(dal, [1.5, 0.5]);
/// let mut dal = [1.0, f64::NAN];
/// weigh(&[1.0, 0.0], MatrixViewMut::new(&mut dal, 1, 2)?)?;
/// assert_eq!(dal, [2.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn weigh<T: Scalar>(weights: &[T], mut derivative: MatrixViewMut<'_, T>) -> Result<()> {
    let m = derivative.as_view().ncols();
    let total = total(weights, m)?;
    let each = if total > T::zero() { T::of_count(m) / total } else { T::zero() };
    for (j, &w) in weights.iter().enumerate() {
        let column = derivative.column_mut(j);
        // Also where an output of no weight is infinite or no number.
        if w == T::zero() {
            column.fill(T::zero());
        } else {
            column.iter_mut().for_each(|value| *value *= w * each);
        }
    }
    Ok(())
}

/// The sum of the weights.
fn total<T: Scalar>(weights: &[T], m: usize) -> Result<T> {
    expect_shape("the weights of examples", MatrixView::column_vector(weights), (m, 1))?;
    Ok(weights.iter().copied().sum())
}

/// Refuses weights that are negative or no numbers, and such as are all 0.
///
/// # Errors
/// [`CostError::Weight`] with the first at fault, [`CostError::NoWeight`].
///
/// ```
/// let error = layerwise_cost::check_weights(&[1.0, -2.0]).unwrap_err();
/// assert_eq!(error.to_string(), "expected weights of at least 0, found -2 for example 1 (counted from 0)");
/// ```
pub fn check_weights<T: Scalar>(weights: &[T]) -> Result<()> {
    for (example, &weight) in weights.iter().enumerate() {
        if weight < T::zero() || !weight.is_finite_number() {
            return Err(CostError::Weight { example, weight: weight.to_f64() });
        }
    }
    if weights.iter().all(|&weight| weight == T::zero()) {
        return Err(CostError::NoWeight);
    }
    Ok(())
}

/// Weights of examples by their class.
///
/// ```
/// use layerwise_cost::{ClassWeights, core::MatrixView};
///
/// // Four times as bad to miss class 1.
/// let y = MatrixView::new(&[1.0, 0.0, 0.0], 1, 3)?;
/// let weights: Vec<f64> = ClassWeights::Given(vec![1.0, 4.0]).of_examples(y)?;
/// assert_eq!(weights, [4.0, 1.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ClassWeights {
    /// `m / (K m_k)` for each of the `m_k` examples of class k, so that each of the K classes weighs the
    /// same (King and Zeng, "Logistic Regression in Rare Events Data", 2001; scikit-learn's
    /// "balanced"). Classes without examples do not count.
    Balanced,
    /// One weight a class, from class 0 on.
    Given(Vec<f64>),
}

impl ClassWeights {
    /// One weight an example. The class is where the column of `Y` is highest; with one row it is 1
    /// where `y > 0.5`.
    ///
    /// # Errors
    /// [`CostError::ClassWeights`] if there are not as many as classes, and as [`check_weights`].
    ///
    /// ```
    /// use layerwise_cost::{ClassWeights, core::MatrixView};
    ///
    /// let y = MatrixView::new(&[1.0, 0.0, 0.0, 0.0], 1, 4)?;
    /// let weights: Vec<f64> = ClassWeights::Balanced.of_examples(y)?;
    /// assert_eq!(weights, [2.0, 4.0 / 6.0, 4.0 / 6.0, 4.0 / 6.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_examples<T: Scalar>(&self, y: MatrixView<'_, T>) -> Result<Vec<T>> {
        let n_classes = y.nrows().max(2);
        let class = |j: usize| match y.column(j) {
            [y] => usize::from(*y > T::of(0.5)),
            column => {
                let highest =
                    |best: usize, k: usize| if column[k] > column[best] { k } else { best };
                (0..column.len()).fold(0, highest)
            }
        };
        let of_class: Vec<f64> = match self {
            Self::Given(weights) if weights.len() != n_classes => {
                let found = weights.len();
                return Err(CostError::ClassWeights { expected: n_classes, found });
            }
            Self::Given(weights) => weights.clone(),
            Self::Balanced => {
                let mut counts = vec![0_usize; n_classes];
                (0..y.ncols()).for_each(|j| counts[class(j)] += 1);
                let present = counts.iter().filter(|&&count| count > 0).count();
                let whole = y.ncols() as f64 / present.max(1) as f64;
                counts.iter().map(|&count| whole / count.max(1) as f64).collect()
            }
        };
        let weights: Vec<T> = (0..y.ncols()).map(|j| T::of(of_class[class(j)])).collect();
        check_weights(&weights)?;
        Ok(weights)
    }
}

/// A cost with the weights of one fixed set of examples, for full-batch training, evaluation and
/// gradient checks; a [`Cost`] like any other, but its `Y` is that of these examples.
///
/// ```
/// use layerwise_cost::{Cost, MeanSquaredError, WeightedCost, core::{MatrixView, MatrixViewMut}};
///
/// let cost = WeightedCost::new(MeanSquaredError, vec![3.0, 1.0])?;
/// let (al, y) = (MatrixView::new(&[1.0, 2.0], 1, 2)?, MatrixView::new(&[0.0, 0.0], 1, 2)?);
/// let mut dal = [0.0; 2];
/// cost.backward(al, y, MatrixViewMut::new(&mut dal, 1, 2)?)?;
/// assert_eq!(dal, [2.0 * 1.0 * 3.0 / 4.0, 2.0 * 2.0 * 1.0 / 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedCost<T, C> {
    cost: C,
    weights: Vec<T>,
}

impl<T: Scalar, C: Cost<T>> WeightedCost<T, C> {
    /// `cost` with these weights, one an example.
    ///
    /// # Errors
    /// As [`check_weights`].
    ///
    /// ```
    /// use layerwise_cost::{Cost, MeanSquaredError, WeightedCost, core::MatrixView};
    ///
    /// let cost = WeightedCost::new(MeanSquaredError, vec![1.0, 0.0])?;
    /// let al = MatrixView::new(&[2.0, 9.0], 1, 2)?;
    /// let y = MatrixView::new(&[0.0, 0.0], 1, 2)?;
    /// assert_eq!(cost.cost(al, y)?, 4.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(cost: C, weights: Vec<T>) -> Result<Self> {
        check_weights(&weights)?;
        Ok(Self { cost, weights })
    }
}

impl<T: Scalar, C: Cost<T>> Cost<T> for WeightedCost<T, C> {
    fn name(&self) -> &'static str {
        self.cost.name()
    }

    fn check_labels(&self, y: MatrixView<'_, T>) -> Result<()> {
        self.cost.check_labels(y)
    }

    fn cost(&self, al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<T> {
        weighted_cost(&self.cost, al, y, &self.weights)
    }

    fn backward(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dal: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        self.cost.backward(al, y, dal.reborrow())?;
        weigh(&self.weights, dal)
    }

    fn link(&self) -> Option<layerwise_core::Link> {
        self.cost.link()
    }

    fn misfit(&self, output: layerwise_core::Link) -> Option<&'static str> {
        self.cost.misfit(output)
    }

    fn output_range(&self) -> OutputRange {
        self.cost.output_range()
    }

    fn backward_from_link(
        &self,
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        mut dz: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        self.cost.backward_from_link(al, y, dz.reborrow())?;
        weigh(&self.weights, dz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BinaryCrossEntropy, CategoricalCrossEntropy};

    /// An example of weight 2 is the example twice.
    #[test]
    fn a_weight_is_a_number_of_copies() {
        let (al, y) = ([0.2, 0.7, 0.9], [0.0, 1.0, 0.0]);
        let (al2, y2) = ([0.2, 0.7, 0.7, 0.9], [0.0, 1.0, 1.0, 0.0]);
        let one = |values| MatrixView::new(values, 1, 3).unwrap();
        let two = |values| MatrixView::new(values, 1, 4).unwrap();
        let weights = [1.0, 2.0, 1.0];
        let weighted = weighted_cost(&BinaryCrossEntropy, one(&al), one(&y), &weights).unwrap();
        let copied: f64 = BinaryCrossEntropy.cost(two(&al2), two(&y2)).unwrap();
        assert!((weighted - copied).abs() < 1e-15);

        let mut dz = [0.0; 3];
        let cost = WeightedCost::new(BinaryCrossEntropy, weights.to_vec()).unwrap();
        let view = MatrixViewMut::new(&mut dz, 1, 3).unwrap();
        cost.backward_from_link(one(&al), one(&y), view).unwrap();
        for ((dz, expected), w) in dz.iter().zip([0.2, -0.3, 0.9]).zip(weights) {
            assert!((dz - w * expected / 4.0_f64).abs() < 1e-15);
        }
    }

    #[test]
    fn what_weighs_nothing_costs_nothing() {
        let al = MatrixView::new(&[0.0, 0.5], 1, 2).unwrap();
        let y = MatrixView::new(&[1.0, 1.0], 1, 2).unwrap();
        let j = weighted_cost(&BinaryCrossEntropy, al, y, &[0.0, 1.0]).unwrap();
        assert!((j - 2.0_f64.ln()).abs() < 1e-15, "the first alone would cost more than all");
        assert_eq!(weighted_cost(&BinaryCrossEntropy, al, y, &[0.0, 0.0]).unwrap(), 0.0);
        assert!(weighted_cost(&BinaryCrossEntropy, al, y, &[1.0]).is_err());
        assert!(WeightedCost::new(CategoricalCrossEntropy, vec![0.0, 0.0]).is_err());
    }

    #[test]
    fn classes_weigh_the_same_or_as_given() {
        let y = MatrixView::new(&[1., 0., 0., 1., 0., 0., 0., 0., 1.], 3, 3).unwrap();
        let weights: Vec<f64> = ClassWeights::Balanced.of_examples(y).unwrap();
        assert_eq!(weights, [0.75, 0.75, 1.5], "class 1 has no example and does not count");
        let given = ClassWeights::Given(vec![1.0, 2.0, 5.0]).of_examples(y).unwrap();
        assert_eq!(given, [1.0, 1.0, 5.0]);
        let error = ClassWeights::Given(vec![1.0]).of_examples(y).unwrap_err().to_string();
        assert_eq!(error, "expected a weight for each of 3 classes, found 1");
    }
}
