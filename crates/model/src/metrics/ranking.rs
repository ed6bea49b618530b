//! How well outputs put examples of class 1 before those of class 0, whatever the threshold.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_shape};

use super::check;
use crate::{ModelError, Result};

/// Each output with whether its example is in class 1.
fn scored<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Vec<(f64, bool)> {
    let half = T::of(0.5);
    al.as_slice().iter().zip(y.as_slice()).map(|(a, &y)| (a.to_f64(), y > half)).collect()
}

/// The area under the ROC curve: the probability that a random example of class 1 is given a
/// higher output than a random one of class 0, ties counting half (Hanley and McNeil 1982; by
/// ranks, as Mann and Whitney 1947). In [0, 1]; 0.5 is guessing.
///
/// Shapes: one output row, `(1, m)`.
///
/// # Errors
/// [`ModelError::OneClass`] if all labels agree; shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, roc_auc};
///
/// let al = MatrixView::new(&[0.1, 0.4, 0.35, 0.8], 1, 4)?;
/// let y = MatrixView::new(&[0.0, 0.0, 1.0, 1.0], 1, 4)?;
/// assert_eq!(roc_auc(al, y)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn roc_auc<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    expect_shape("AL", al, (1, al.ncols()))?;
    check(al, y)?;
    let mut scored = scored(al, y);
    scored.sort_by(|left, right| left.0.total_cmp(&right.0));

    let positives = scored.iter().filter(|(_, positive)| *positive).count();
    let negatives = scored.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(ModelError::OneClass { measure: "ROC AUC", positives, examples: scored.len() });
    }
    // Twice the number of pairs in the right order: for each group of equal outputs, its positives
    // beat all negatives before it and tie with its own.
    let mut pairs = 0.0;
    let mut negatives_before = 0;
    for group in scored.chunk_by(|left, right| left.0 == right.0) {
        let positives = group.iter().filter(|(_, positive)| *positive).count();
        let negatives = group.len() - positives;
        pairs += positives as f64 * (2 * negatives_before + negatives) as f64;
        negatives_before += negatives;
    }
    Ok(pairs / 2.0 / positives as f64 / negatives as f64)
}

/// The mean over classes, or labels, of the [`roc_auc`] of each against the rest (Fawcett, "An Introduction to
/// ROC Analysis", 2006, section 9). In [0, 1]; 0.5 is guessing. Shapes: `(n_classes, m)`.
///
/// # Errors
/// [`ModelError::OneClass`] if a class has no example, or all; shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{class_roc_auc, core::MatrixView};
///
/// let al = MatrixView::new(&[0.7, 0.2, 0.1, 0.2, 0.5, 0.3, 0.1, 0.1, 0.8], 3, 3)?;
/// let y = MatrixView::new(&[1., 0., 0., 0., 1., 0., 0., 0., 1.], 3, 3)?;
/// assert_eq!(class_roc_auc(al, y)?, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn class_roc_auc<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    check(al, y)?;
    let row = |of: MatrixView<'_, T>, i| DMatrix::from_fn(1, of.ncols(), |_, j| of.column(j)[i]);
    let of_class = |i| roc_auc((&row(al, i)).into(), (&row(y, i)).into());
    let sum = (0..al.nrows()).map(of_class).sum::<Result<f64>>()?;
    Ok(sum / al.nrows() as f64)
}

/// The area under the curve of precision over recall as average precision, `Σ_n (R_n − R_{n−1}) P_n`
/// over the thresholds n from the highest output down (Davis and Goadrich, "The Relationship Between
/// Precision-Recall and ROC Curves", 2006). In [0, 1]; the share of class 1 is guessing.
///
/// Shapes: one output row, `(1, m)`.
///
/// # Errors
/// [`ModelError::OneClass`] if all labels agree; shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, pr_auc};
///
/// let al = MatrixView::new(&[0.1, 0.4, 0.35, 0.8], 1, 4)?;
/// let y = MatrixView::new(&[0.0, 0.0, 1.0, 1.0], 1, 4)?;
/// assert!((pr_auc(al, y)? - 5.0 / 6.0_f64).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pr_auc<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    expect_shape("AL", al, (1, al.ncols()))?;
    check(al, y)?;
    let mut scored = scored(al, y);
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    let positives = scored.iter().filter(|(_, positive)| *positive).count();
    if positives == 0 || positives == scored.len() {
        return Err(ModelError::OneClass { measure: "PR AUC", positives, examples: scored.len() });
    }
    let (mut seen, mut found, mut area) = (0, 0, 0.0);
    for group in scored.chunk_by(|left, right| left.0 == right.0) {
        let more = group.iter().filter(|(_, positive)| *positive).count();
        (seen, found) = (seen + group.len(), found + more);
        area += more as f64 * (found as f64 / seen as f64);
    }
    Ok(area / positives as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn auc(al: &[f64], y: &[f64]) -> Result<f64> {
        roc_auc(MatrixView::new(al, 1, al.len()).unwrap(), MatrixView::new(y, 1, y.len()).unwrap())
    }

    #[test]
    fn one_class_has_no_auc() {
        let error = auc(&[0.1, 0.2], &[1.0, 1.0]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ROC AUC needs examples of both classes, found 2 of class 1 among 2"
        );
    }

    proptest! {
        /// The rank formula equals counting all pairs, with ties (outputs in tenths).
        #[test]
        fn equals_counting_pairs(examples in prop::collection::vec((0u8..10, any::<bool>()), 2..40)) {
            let al: Vec<f64> = examples.iter().map(|(a, _)| f64::from(*a) / 10.0).collect();
            let y: Vec<f64> = examples.iter().map(|(_, y)| f64::from(u8::from(*y))).collect();
            prop_assume!(y.contains(&0.0) && y.contains(&1.0));
            let (mut sum, mut pairs) = (0.0, 0.0);
            for (i, j) in (0..y.len()).flat_map(|i| (0..y.len()).map(move |j| (i, j))) {
                if y[i] == 1.0 && y[j] == 0.0 {
                    pairs += 1.0;
                    sum += if al[i] > al[j] { 1.0 } else if al[i] == al[j] { 0.5 } else { 0.0 };
                }
            }
            prop_assert!((auc(&al, &y).unwrap() - sum / pairs).abs() < 1e-12);
            let flipped: Vec<f64> = al.iter().map(|a| 1.0 - a).collect();
            prop_assert!((auc(&al, &y).unwrap() + auc(&flipped, &y).unwrap() - 1.0).abs() < 1e-12);
        }
    }
}
