//! From a probability to a decision.

use layerwise_core::{MatrixView, Scalar, expect_matrix, expect_shape};

use layerwise_cost::{CostError, OutputRange};

use crate::{ModelError, Result};

/// What a threshold is to be best for. `tp`, `fp`, `tn` and `fn` are counts of decisions: right and wrong ones
/// for class 1, right and wrong ones for class 0.
///
/// ```
/// use layerwise_model::{ThresholdMetric, best_threshold, core::MatrixView};
///
/// // One positive of five, and a negative that looks more like it.
/// let al = MatrixView::new(&[0.1, 0.1, 0.1, 0.75, 0.5], 1, 5)?;
/// let y = MatrixView::new(&[0.0, 0.0, 0.0, 0.0, 1.0], 1, 5)?;
/// // By accuracy it is as well to decide for class 0 always; not by the mean of both recalls.
/// assert_eq!(best_threshold(al, y, ThresholdMetric::Accuracy)?.1, 4.0 / 5.0);
/// let (threshold, recalls) = best_threshold(al, y, ThresholdMetric::BalancedAccuracy)?;
/// assert_eq!((threshold, recalls), (0.3, (1.0 + 3.0 / 4.0) / 2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThresholdMetric {
    /// `(tp + tn)/m`.
    Accuracy,
    /// The mean of both classes' recall (Youden, "Index for Rating Diagnostic Tests", 1950).
    BalancedAccuracy,
    /// `2 tp/(2 tp + fp + fn)`.
    F1,
    /// Matthews' correlation.
    Matthews,
}

impl ThresholdMetric {
    fn value(self, [tp, fp, tn, fn_]: [f64; 4]) -> f64 {
        let over = |numerator: f64, denominator: f64| {
            if denominator > 0.0 { numerator / denominator } else { 0.0 }
        };
        match self {
            Self::Accuracy => over(tp + tn, tp + fp + tn + fn_),
            Self::BalancedAccuracy => f64::midpoint(over(tp, tp + fn_), over(tn, tn + fp)),
            Self::F1 => over(2.0 * tp, 2.0 * tp + fp + fn_),
            Self::Matthews => {
                let product = (tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_);
                over(tp * tn - fp * fn_, product.sqrt())
            }
        }
    }
}

/// The threshold on `AL` above which class 1 is decided, best for `metric` on these examples, and the metric
/// there. It lies midway between two outputs, or at 0 or 1; of equally good ones it is the one nearest
/// to 0.5. Choose it on examples that are not those of the final test. Shapes: `(1, m)`.
///
/// # Errors
/// Other shapes, NaN, outputs outside [0, 1], labels of one class only.
///
/// ```
/// use layerwise_model::{ThresholdMetric, best_threshold, core::MatrixView};
///
/// let al = MatrixView::new(&[0.1, 0.2, 0.3, 0.4], 1, 4)?;
/// let y = MatrixView::new(&[0.0, 0.0, 1.0, 1.0], 1, 4)?;
/// let (threshold, f1) = best_threshold(al, y, ThresholdMetric::F1)?;
/// assert_eq!((threshold, f1), (0.25, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_threshold<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    metric: ThresholdMetric,
) -> Result<(f64, f64)> {
    let m = al.ncols();
    expect_shape("AL", al, (1, m))?;
    expect_shape("Y", y, (1, m))?;
    expect_matrix("AL", al)?;
    expect_matrix("Y", y)?;
    let outside = |a: &&T| !OutputRange::Probabilities.has(**a);
    if let Some((column, a)) = (0..m).zip(al.as_slice()).find(|(_, a)| outside(a)) {
        return Err(CostError::Output { row: 0, column, value: a.to_f64() }.into());
    }
    let pairs = al.as_slice().iter().zip(y.as_slice());
    let mut pairs: Vec<(f64, bool)> = pairs.map(|(a, y)| (a.to_f64(), y.to_f64() > 0.5)).collect();
    let positives = pairs.iter().filter(|(_, positive)| *positive).count();
    if positives == 0 || positives == m {
        return Err(ModelError::OneClass { measure: "a threshold", positives, examples: m });
    }
    pairs.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    // Below everything, all is class 1; each output passed turns one decision.
    let mut counts = [positives as f64, (m - positives) as f64, 0.0, 0.0];
    // No threshold in [0, 1] lies below an output of 0.
    let lowest = pairs.first().map_or(0.0, |(output, _)| *output);
    let mut best = (0.0, if lowest > 0.0 { metric.value(counts) } else { f64::NEG_INFINITY });
    for (place, &(output, positive)) in pairs.iter().enumerate() {
        let (from, to) = if positive { (0, 3) } else { (1, 2) };
        counts[from] -= 1.0;
        counts[to] += 1.0;
        let next = pairs.get(place + 1).map_or(1.0, |(next, _)| *next);
        if next > output || place + 1 == m {
            let threshold = if place + 1 == m { 1.0 } else { f64::midpoint(output, next) };
            let value = metric.value(counts);
            let nearer = (threshold - 0.5).abs() < (best.0 - 0.5_f64).abs();
            if value > best.1 || (value >= best.1 && nearer) {
                best = (threshold, value);
            }
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confusion;
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    proptest! {
        /// No threshold of a fine grid is better, and the value is that of the decisions.
        #[test]
        fn nothing_beats_it(examples in prop::collection::vec((0_u8..20, any::<bool>()), 4..40)) {
            let al = DMatrix::from_iterator(
                1, examples.len(), examples.iter().map(|(a, _)| f64::from(*a) / 20.0));
            let y = DMatrix::from_iterator(
                1, examples.len(), examples.iter().map(|(_, y)| f64::from(u8::from(*y))));
            let f1_at = |threshold: f64| {
                let decided = al.map(|a| f64::from(u8::from(a > threshold)));
                let confusion = Confusion::binary((&decided).into(), (&y).into(), 0.5).unwrap();
                confusion.f1(1).unwrap_or(0.0)
            };
            let found = best_threshold((&al).into(), (&y).into(), ThresholdMetric::F1);
            prop_assume!(found.is_ok());
            let (threshold, f1) = found.unwrap();
            prop_assert!((f1_at(threshold) - f1).abs() < 1e-12);
            for step in 0..=80 {
                prop_assert!(f1_at(f64::from(step) / 80.0) <= f1 + 1e-12);
            }
        }
    }

    #[test]
    fn each_metric_has_its_own_best() {
        // Nine of class 0 and one of class 1 in the middle of them.
        let al: Vec<f64> = (0..10).map(|j| f64::from(j) / 10.0).collect();
        let y: Vec<f64> = (0..10).map(|j| f64::from(u8::from(j == 5))).collect();
        let of = |values| MatrixView::new(values, 1, 10).unwrap();
        let best = |metric| best_threshold(of(&al), of(&y), metric).unwrap();
        assert_eq!(best(ThresholdMetric::Accuracy), (1.0, 0.9));
        let (threshold, value) = best(ThresholdMetric::BalancedAccuracy);
        assert!(
            (threshold - 0.45).abs() < 1e-12 && (value - (1.0 + 5.0 / 9.0) / 2.0).abs() < 1e-12
        );
        assert!(best(ThresholdMetric::Matthews).1 > 0.0);
        let outside = best_threshold(of(&[3.0; 10]), of(&y), ThresholdMetric::F1).unwrap_err();
        assert!(outside.to_string().starts_with("expected outputs in [0, 1], found 3"));
        let one = best_threshold(of(&al), of(&[0.0; 10]), ThresholdMetric::F1);
        assert!(one.unwrap_err().to_string().contains("both classes"));
    }
}
