//! Predicted classes against true ones, and what is counted from them.

use layerwise_core::{MatrixView, Scalar, expect_shape};

use super::{check, highest};
use crate::Result;

/// How many examples of each class were taken for each class: the confusion matrix.
///
/// ```
/// use layerwise_model::{Confusion, core::MatrixView};
///
/// let al = MatrixView::new(&[0.9, 0.8, 0.2, 0.6, 0.1], 1, 5)?;
/// let y = MatrixView::new(&[1.0, 1.0, 1.0, 0.0, 0.0], 1, 5)?;
/// let confusion = Confusion::binary(al, y, 0.5)?;
/// assert_eq!(confusion.counts(), [vec![1, 1], vec![1, 2]]);
/// assert_eq!(confusion.accuracy(), 0.6);
/// assert_eq!(confusion.precision(1), Some(2.0 / 3.0));
/// assert_eq!(confusion.recall(0), Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```
/// use layerwise_model::{Confusion, core::DMatrix};
///
/// // Three classes, an example of each, and one of class 2 taken for class 0.
/// let y = DMatrix::from_row_slice(3, 4, &[1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1., 1.]);
/// let al = DMatrix::from_row_slice(3, 4, &[1., 0., 0., 1., 0., 1., 0., 0., 0., 0., 1., 0.]);
/// let confusion = Confusion::classes((&al).into(), (&y).into())?;
/// assert_eq!(confusion.counts()[2], [1, 0, 1]);
/// assert_eq!((confusion.f1(0), confusion.f1(3)), (Some(2.0 / 3.0), None));
/// // (3 · 4 − 5)/√((16 − 6)(16 − 6))
/// assert!((confusion.matthews() - 0.7).abs() < 1e-12);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// `counts[true class][predicted class]`.
    counts: Vec<Vec<usize>>,
}

impl Confusion {
    /// Of two classes: an example is taken for class 1 where `al > threshold`. Shapes: `(1, m)`.
    ///
    /// # Errors
    /// Shapes that differ, empty matrices, NaN.
    pub fn binary<T: Scalar>(
        al: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        threshold: f64,
    ) -> Result<Self> {
        expect_shape("AL", al, (1, al.ncols()))?;
        check(al, y)?;
        let mut counts = vec![vec![0; 2]; 2];
        for (a, y) in al.as_slice().iter().zip(y.as_slice()) {
            counts[usize::from(y.to_f64() > 0.5)][usize::from(a.to_f64() > threshold)] += 1;
        }
        Ok(Self { counts })
    }

    /// Of as many classes as there are output rows: the highest output is the predicted class, the
    /// highest label the true one. One row means two classes, decided at 0.5 as by
    /// [`binary`](Confusion::binary). Shapes: `(n_classes, m)`.
    ///
    /// # Errors
    /// Shapes that differ, empty matrices, NaN.
    ///
    /// ```
    /// use layerwise_model::{Confusion, core::MatrixView};
    ///
    /// let al = MatrixView::new(&[0.9, 0.2, 0.6], 1, 3)?;
    /// let y = MatrixView::new(&[1.0, 0.0, 0.0], 1, 3)?;
    /// assert_eq!(Confusion::classes(al, y)?.counts(), [vec![1, 1], vec![0, 1]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn classes<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<Self> {
        if al.nrows() == 1 {
            return Self::binary(al, y, 0.5);
        }
        check(al, y)?;
        let mut counts = vec![vec![0; al.nrows()]; al.nrows()];
        for j in 0..al.ncols() {
            counts[highest(y.column(j))][highest(al.column(j))] += 1;
        }
        Ok(Self { counts })
    }

    /// A row for each true class, a column for each predicted one.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// The share of examples on the diagonal, in [0, 1].
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        right as f64 / self.total() as f64
    }

    /// Of the examples taken for `class`, the share that are of it; `None` if none was taken for it or
    /// there is no such class.
    pub fn precision(&self, class: usize) -> Option<f64> {
        let taken: usize = self.counts.iter().map(|row| row.get(class).copied().unwrap_or(0)).sum();
        (taken > 0).then(|| self.counts[class][class] as f64 / taken as f64)
    }

    /// Of the examples of `class`, the share taken for it; `None` if there are none.
    pub fn recall(&self, class: usize) -> Option<f64> {
        let row = self.counts.get(class)?;
        let there: usize = row.iter().sum();
        (there > 0).then(|| row[class] as f64 / there as f64)
    }

    /// The harmonic mean of precision and recall, `2 TP/(2 TP + FP + FN)` (van Rijsbergen, "Information
    /// Retrieval", 1979); `None` if no example is of the class or taken for it.
    pub fn f1(&self, class: usize) -> Option<f64> {
        let right = *self.counts.get(class)?.get(class)?;
        let taken: usize = self.counts.iter().map(|row| row[class]).sum();
        let there: usize = self.counts[class].iter().sum();
        (taken + there > 0).then(|| 2.0 * right as f64 / (taken + there) as f64)
    }

    /// Matthews' correlation coefficient, in [−1, 1]: 0 is guessing; for several classes R_K (Gorodkin,
    /// "Comparing two K-category assignments by a K-category correlation coefficient", 2004). 0 where
    /// all examples are of one class or all are taken for one.
    pub fn matthews(&self) -> f64 {
        let classes = 0..self.counts.len();
        let there = |k: usize| self.counts[k].iter().sum::<usize>() as f64;
        let taken = |k: usize| self.counts.iter().map(|row| row[k]).sum::<usize>() as f64;
        let total = self.total() as f64;
        let sum = |f: &dyn Fn(usize) -> f64| classes.clone().map(f).sum::<f64>();
        let right = sum(&|k| self.counts[k][k] as f64);
        let covariance = right * total - sum(&|k| there(k) * taken(k));
        let spread_taken = total * total - sum(&|k| taken(k) * taken(k));
        let spread_there = total * total - sum(&|k| there(k) * there(k));
        if spread_taken * spread_there == 0.0 {
            return 0.0;
        }
        covariance / (spread_taken.sqrt() * spread_there.sqrt())
    }

    fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The general coefficient is the textbook one where there are two classes, and F1 is the
        /// harmonic mean.
        #[test]
        fn two_classes(tn in 1usize..50, fp in 1usize..50, fn_ in 1usize..50, tp in 1usize..50) {
            let confusion = Confusion { counts: vec![vec![tn, fp], vec![fn_, tp]] };
            let [tn, fp, fn_, tp] = [tn, fp, fn_, tp].map(|n| n as f64);
            let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
            let expected = (tp * tn - fp * fn_) / product.sqrt();
            prop_assert!((confusion.matthews() - expected).abs() < 1e-12);
            let (p, r) = (confusion.precision(1).unwrap(), confusion.recall(1).unwrap());
            prop_assert!((confusion.f1(1).unwrap() - 2.0 * p * r / (p + r)).abs() < 1e-12);
            let total = tn + fp + fn_ + tp;
            prop_assert!((confusion.accuracy() - (tn + tp) / total).abs() < 1e-12);
        }
    }

    #[test]
    fn what_was_never_taken_has_no_precision() {
        let y = MatrixView::new(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3, 2).unwrap();
        let confusion = Confusion::classes(y, y).unwrap();
        assert_eq!(confusion.counts(), [vec![1, 0, 0], vec![0, 1, 0], vec![0, 0, 0]]);
        assert_eq!(
            (confusion.precision(2), confusion.recall(2), confusion.f1(2)),
            (None, None, None)
        );
        assert_eq!((confusion.precision(9), confusion.f1(9)), (None, None));
        assert!((confusion.matthews() - 1.0).abs() < 1e-12);
        let one = MatrixView::new(&[0.2, 0.3], 1, 2).unwrap();
        assert_eq!(Confusion::binary(one, one, 0.5).unwrap().matthews(), 0.0);
    }
}
