//! Mistakes in a cost's derivative.

use layerwise_core::{Link, MatrixView, MatrixViewMut};
use layerwise_cost::{Cost, CostError, OutputRange};

/// What is wrong with a [`FaultyCost`].
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, Cost, core::{MatrixView, MatrixViewMut}};
/// use layerwise_gradcheck::faults::{CostFault, FaultyCost};
///
/// let (al, y) = (MatrixView::column_vector(&[0.25]), MatrixView::column_vector(&[1.0]));
/// let (mut right, mut wrong) = ([0.0], [0.0]);
/// BinaryCrossEntropy.backward(al, y, MatrixViewMut::column_vector(&mut right))?;
/// FaultyCost::new(BinaryCrossEntropy, CostFault::SignFlipped)
///     .backward(al, y, MatrixViewMut::column_vector(&mut wrong))?;
/// assert_eq!(wrong[0], -right[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostFault {
    /// `dAL` lacks the factor `1/m`.
    MeanForgotten,
    /// `dAL` has the factor `1/m` twice.
    MeanTwice,
    /// `dAL` points uphill: the sign in front is gone.
    SignFlipped,
    /// Outputs and labels have changed places.
    LabelsSwapped,
    /// The first row's derivative is used for all rows.
    FirstRowOnly,
    /// The canonical path starts from `dZ = (Y − AL)/m`.
    LinkSignFlipped,
    /// The canonical path starts from `dZ = AL − Y`.
    LinkMeanForgotten,
}

impl CostFault {
    /// Every fault.
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use layerwise_gradcheck::faults::CostFault;
    /// // Each has words of its own.
    /// let words = BTreeSet::from(CostFault::ALL.map(CostFault::describe));
    /// assert_eq!(words.len(), CostFault::ALL.len());
    /// ```
    pub const ALL: [Self; 7] = [
        Self::MeanForgotten,
        Self::MeanTwice,
        Self::SignFlipped,
        Self::LabelsSwapped,
        Self::FirstRowOnly,
        Self::LinkSignFlipped,
        Self::LinkMeanForgotten,
    ];

    /// The mistake in a few words.
    ///
    /// ```
    /// use layerwise_gradcheck::faults::CostFault;
    /// assert_eq!(CostFault::MeanForgotten.describe(), "dropped 1/m in dAL");
    /// ```
    pub fn describe(self) -> &'static str {
        match self {
            Self::MeanForgotten => "dropped 1/m in dAL",
            Self::MeanTwice => "1/m taken twice in dAL",
            Self::SignFlipped => "sign of dAL flipped",
            Self::LabelsSwapped => "AL and Y swapped in dAL",
            Self::FirstRowOnly => "dAL of the first output used for all",
            Self::LinkSignFlipped => "dZ = (Y − AL)/m in the canonical path",
            Self::LinkMeanForgotten => "dropped 1/m in the canonical path",
        }
    }
}

/// A cost with a mistake in its derivative; its value is right.
///
/// ```
/// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
/// use layerwise_gradcheck::{CheckOptions, check_cost};
/// use layerwise_gradcheck::faults::{CostFault, FaultyCost};
///
/// let cost = FaultyCost::new(BinaryCrossEntropy, CostFault::LabelsSwapped);
/// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
/// let y = DMatrix::from_row_slice(1, 2, &[0.2, 0.6]);
/// assert!(!check_cost(&cost, &al, &y, &CheckOptions::default())?.passed());
/// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
/// ```
#[derive(Debug)]
pub struct FaultyCost<C> {
    inner: C,
    fault: Option<CostFault>,
}

impl<C: Cost<f64>> FaultyCost<C> {
    /// `inner` with this mistake.
    ///
    /// ```
    /// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
    /// use layerwise_gradcheck::{CheckOptions, check_cost};
    /// use layerwise_gradcheck::faults::{CostFault, FaultyCost};
    ///
    /// let cost = FaultyCost::new(BinaryCrossEntropy, CostFault::MeanForgotten);
    /// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
    /// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// let report = check_cost(&cost, &al, &y, &CheckOptions::default())?;
    /// assert!(!report.passed());
    /// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
    /// ```
    pub fn new(inner: C, fault: CostFault) -> Self {
        Self { inner, fault: Some(fault) }
    }

    /// `inner` as it is: the control, which no check may refuse.
    ///
    /// ```
    /// use layerwise_cost::{BinaryCrossEntropy, core::DMatrix};
    /// use layerwise_gradcheck::{CheckOptions, check_cost, faults::FaultyCost};
    ///
    /// let cost = FaultyCost::without_fault(BinaryCrossEntropy);
    /// let al = DMatrix::from_row_slice(1, 2, &[0.3, 0.8]);
    /// let y = DMatrix::from_row_slice(1, 2, &[0.0, 1.0]);
    /// assert!(check_cost(&cost, &al, &y, &CheckOptions::default())?.passed());
    /// # Ok::<(), layerwise_gradcheck::GradcheckError>(())
    /// ```
    pub fn without_fault(inner: C) -> Self {
        Self { inner, fault: None }
    }
}

impl<C: Cost<f64>> Cost<f64> for FaultyCost<C> {
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
        self.inner.cost(al, y)
    }

    fn backward(
        &self,
        al: MatrixView<'_, f64>,
        y: MatrixView<'_, f64>,
        mut dal: MatrixViewMut<'_, f64>,
    ) -> Result<(), CostError> {
        let m = al.ncols() as f64;
        let n_y = al.nrows();
        if self.fault == Some(CostFault::LabelsSwapped) {
            return self.inner.backward(y, al, dal);
        }
        self.inner.backward(al, y, dal.reborrow())?;
        let factor = match self.fault {
            Some(CostFault::MeanForgotten) => m,
            Some(CostFault::MeanTwice) => 1.0 / m,
            Some(CostFault::SignFlipped) => -1.0,
            _ => 1.0,
        };
        dal.as_mut_slice().iter_mut().for_each(|dal| *dal *= factor);
        if self.fault == Some(CostFault::FirstRowOnly) {
            dal.as_mut_slice().chunks_mut(n_y.max(1)).for_each(|dal| dal.fill(dal[0]));
        }
        Ok(())
    }

    fn link(&self) -> Option<Link> {
        self.inner.link()
    }

    fn backward_from_link(
        &self,
        al: MatrixView<'_, f64>,
        y: MatrixView<'_, f64>,
        mut dz: MatrixViewMut<'_, f64>,
    ) -> Result<(), CostError> {
        self.inner.backward_from_link(al, y, dz.reborrow())?;
        let factor = match self.fault {
            Some(CostFault::LinkSignFlipped) => -1.0,
            Some(CostFault::LinkMeanForgotten) => al.ncols() as f64,
            _ => 1.0,
        };
        dz.as_mut_slice().iter_mut().for_each(|dz| *dz *= factor);
        Ok(())
    }
}
