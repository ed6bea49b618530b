//! Mistakes with the weights of examples.

use layerwise_core::{Link, MatrixView, MatrixViewMut};
use layerwise_cost::{Cost, CostError, OutputRange, weighted_cost};

/// What is wrong with a [`FaultyWeights`].
///
/// ```
/// use layerwise_cost::{MeanSquaredError, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, check_cost, faults::{FaultyWeights, WeightFault}};
///
/// let (al, y) = (DMatrix::from_row_slice(1, 3, &[0.1, 0.5, 0.7]), DMatrix::zeros(1, 3));
/// for fault in WeightFault::ALL {
///     let cost = FaultyWeights::new(MeanSquaredError, vec![1.0, 2.0, 4.0], fault);
///     assert!(!check_cost(&cost, &al, &y, &CheckOptions::default())?.passed());
/// }
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightFault {
    /// `dAL` is that of equal weights.
    Forgotten,
    /// Each weight is taken twice.
    Squared,
    /// The sum is divided by m, not by the sum of weights.
    DividedByM,
}

impl WeightFault {
    /// Every fault.
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use layerwise_gradcheck::faults::WeightFault;
    /// // Each has words of its own.
    /// let words = BTreeSet::from(WeightFault::ALL.map(WeightFault::describe));
    /// assert_eq!(words.len(), WeightFault::ALL.len());
    /// ```
    pub const ALL: [Self; 3] = [Self::Forgotten, Self::Squared, Self::DividedByM];

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::WeightFault;
    /// assert_eq!(WeightFault::Squared.describe(), "weights of examples taken twice in dAL");
    /// ```
    pub fn describe(self) -> &'static str {
        match self {
            Self::Forgotten => "weights of examples forgotten in dAL",
            Self::Squared => "weights of examples taken twice in dAL",
            Self::DividedByM => "weighted sum divided by m, not Σw, in dAL",
        }
    }
}

/// A cost with weights of examples and a mistake in what its derivative makes of them.
///
/// ```
/// use layerwise_cost::{MeanSquaredError, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, check_cost, faults::{FaultyWeights, WeightFault}};
///
/// let (al, y) = (DMatrix::from_row_slice(1, 2, &[0.1, 0.5]), DMatrix::zeros(1, 2));
/// let wrong = |weights: [f64; 2]| {
///     let cost = FaultyWeights::new(MeanSquaredError, weights.into(), WeightFault::Forgotten);
///     check_cost(&cost, &al, &y, &CheckOptions::default()).map(|report| report.wrong)
/// };
/// // Equal weights are forgotten without harm.
/// assert_eq!(wrong([1.0, 1.0])?, 0);
/// assert_eq!(wrong([1.0, 3.0])?, 2);
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug)]
pub struct FaultyWeights<C> {
    inner: C,
    weights: Vec<f64>,
    fault: Option<WeightFault>,
}

impl<C: Cost<f64>> FaultyWeights<C> {
    /// `inner` with these weights and this mistake.
    pub fn new(inner: C, weights: Vec<f64>, fault: WeightFault) -> Self {
        Self { inner, weights, fault: Some(fault) }
    }

    /// `inner` with these weights, by the right formula: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_cost::{MeanSquaredError, core::DMatrix};
    /// use layerwise_gradcheck::{CheckOptions, check_cost, faults::FaultyWeights};
    ///
    /// let (al, y) = (DMatrix::from_row_slice(1, 2, &[0.1, 0.5]), DMatrix::zeros(1, 2));
    /// let cost = FaultyWeights::without_fault(MeanSquaredError, vec![1.0, 3.0]);
    /// assert!(check_cost(&cost, &al, &y, &CheckOptions::default())?.passed());
    /// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
    /// ```
    pub fn without_fault(inner: C, weights: Vec<f64>) -> Self {
        Self { inner, weights, fault: None }
    }
}

impl<C: Cost<f64>> Cost<f64> for FaultyWeights<C> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn check_labels(&self, y: MatrixView<'_, f64>) -> Result<(), CostError> {
        self.inner.check_labels(y)
    }

    fn misfit(&self, output: Link) -> Option<&'static str> {
        self.inner.misfit(output)
    }

    fn output_range(&self) -> OutputRange {
        self.inner.output_range()
    }

    fn cost(&self, al: MatrixView<'_, f64>, y: MatrixView<'_, f64>) -> Result<f64, CostError> {
        weighted_cost(&self.inner, al, y, &self.weights)
    }

    fn backward(
        &self,
        al: MatrixView<'_, f64>,
        y: MatrixView<'_, f64>,
        mut dal: MatrixViewMut<'_, f64>,
    ) -> Result<(), CostError> {
        self.inner.backward(al, y, dal.reborrow())?;
        let m = al.ncols() as f64;
        let total: f64 = self.weights.iter().sum();
        for (j, &w) in self.weights.iter().enumerate() {
            let factor = match self.fault {
                Some(WeightFault::Forgotten) => 1.0,
                Some(WeightFault::Squared) => m * w * w / total,
                Some(WeightFault::DividedByM) => w,
                None => m * w / total,
            };
            dal.column_mut(j).iter_mut().for_each(|dal| *dal *= factor);
        }
        Ok(())
    }
}
