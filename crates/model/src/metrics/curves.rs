//! What every threshold on an output would do.

use layerwise_core::{MatrixView, Scalar, expect_shape};

use super::check;
use crate::{ModelError, Result};

/// What deciding at a threshold does: examples with an output of at least that are taken for class 1.
///
/// ```
/// use layerwise_model::{core::MatrixView, threshold_curve};
///
/// let al = MatrixView::new(&[0.9, 0.2], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// let at = threshold_curve(al, y)?[1];
/// assert_eq!((at.threshold, at.recall, at.false_positive_rate, at.precision), (0.9, 1.0, 0.0, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdPoint {
    /// The output from which on; infinite where none is taken.
    pub threshold: f64,
    /// Of the examples of class 0, the share taken for class 1, in [0, 1].
    pub false_positive_rate: f64,
    /// Of the examples of class 1, the share taken for class 1, in [0, 1].
    pub recall: f64,
    /// Of the examples taken for class 1, the share of class 1, in [0, 1]; 1 where none is taken.
    pub precision: f64,
}

/// A point for every output there is, from the highest down: [`recall`](ThresholdPoint::recall) over
/// [`false_positive_rate`](ThresholdPoint::false_positive_rate) is the ROC curve (Fawcett, "An Introduction to ROC
/// Analysis", 2006), [`precision`](ThresholdPoint::precision) over recall the other one (Davis and Goadrich, 2006). The
/// first point takes none, the last all. Shapes: `(1, m)`.
///
/// # Errors
/// [`ModelError::OneClass`] if all labels agree; shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, threshold_curve};
///
/// let al = MatrixView::new(&[0.1, 0.4, 0.35, 0.8], 1, 4)?;
/// let y = MatrixView::new(&[0.0, 0.0, 1.0, 1.0], 1, 4)?;
/// let curve = threshold_curve(al, y)?;
/// let roc: Vec<(f64, f64)> = curve.iter().map(|p| (p.false_positive_rate, p.recall)).collect();
/// assert_eq!(roc, [(0.0, 0.0), (0.0, 0.5), (0.5, 0.5), (0.5, 1.0), (1.0, 1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn threshold_curve<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
) -> Result<Vec<ThresholdPoint>> {
    expect_shape("AL", al, (1, al.ncols()))?;
    check(al, y)?;
    let of = |(a, y): (&T, &T)| (a.to_f64(), y.to_f64() > 0.5);
    let mut scored: Vec<(f64, bool)> = al.as_slice().iter().zip(y.as_slice()).map(of).collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    let positives = scored.iter().filter(|(_, positive)| *positive).count();
    let negatives = scored.len() - positives;
    if positives == 0 || negatives == 0 {
        let measure = "a curve over thresholds";
        return Err(ModelError::OneClass { measure, positives, examples: scored.len() });
    }
    let (mut found, mut taken) = (0, 0);
    let mut curve = vec![ThresholdPoint {
        threshold: f64::INFINITY,
        false_positive_rate: 0.0,
        recall: 0.0,
        precision: 1.0,
    }];
    for group in scored.chunk_by(|left, right| left.0 == right.0) {
        taken += group.len();
        found += group.iter().filter(|(_, positive)| *positive).count();
        curve.push(ThresholdPoint {
            threshold: group[0].0,
            false_positive_rate: (taken - found) as f64 / negatives as f64,
            recall: found as f64 / positives as f64,
            precision: found as f64 / taken as f64,
        });
    }
    Ok(curve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pr_auc, roc_auc};
    use proptest::prelude::*;

    proptest! {
        /// The areas under the curves are the measures of that name.
        #[test]
        fn areas_are_those_of_the_ranking(examples in prop::collection::vec((0u8..10, any::<bool>()), 2..40)) {
            let al: Vec<f64> = examples.iter().map(|(a, _)| f64::from(*a) / 10.0).collect();
            let y: Vec<f64> = examples.iter().map(|(_, y)| f64::from(u8::from(*y))).collect();
            prop_assume!(y.contains(&0.0) && y.contains(&1.0));
            let al = MatrixView::new(&al, 1, al.len()).unwrap();
            let y = MatrixView::new(&y, 1, y.len()).unwrap();
            let curve = threshold_curve(al, y).unwrap();
            let pairs = || curve.windows(2).map(|pair| (pair[0], pair[1]));
            let width = |a: ThresholdPoint, b: ThresholdPoint| b.false_positive_rate - a.false_positive_rate;
            let area: f64 = pairs().map(|(a, b)| width(a, b) * (a.recall + b.recall) / 2.0).sum();
            prop_assert!((area - roc_auc(al, y).unwrap()).abs() < 1e-12);
            let area: f64 = pairs().map(|(a, b)| (b.recall - a.recall) * b.precision).sum();
            prop_assert!((area - pr_auc(al, y).unwrap()).abs() < 1e-12);
            let last = curve[curve.len() - 1];
            prop_assert_eq!((last.recall, last.false_positive_rate), (1.0, 1.0));
        }
    }
}
