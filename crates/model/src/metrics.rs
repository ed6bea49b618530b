//! How good predictions are.

use layerwise_core::{MatrixView, Scalar, expect_matrix, expect_shape};

use crate::{ModelError, Result};

/// The share of examples on the right side of 0.5, in [0, 1]: an example is in class 1 where
/// `al > 0.5`, as in the exercise's `predict`. With several output rows every entry counts.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{accuracy, core::MatrixView};
///
/// let al = MatrixView::new(&[0.9, 0.2, 0.6, 0.4], 1, 4)?;
/// let y = MatrixView::new(&[1.0, 0.0, 0.0, 0.0], 1, 4)?;
/// assert_eq!(accuracy(al, y)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn accuracy<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    expect_matrix("AL", al)?;
    expect_shape("Y", y, al.shape())?;
    expect_matrix("Y", y)?;
    let half = T::of(0.5);
    let pairs = al.as_slice().iter().zip(y.as_slice());
    let right = pairs.filter(|(a, y)| (**a > half) == (**y > half)).count();
    Ok(right as f64 / al.as_slice().len() as f64)
}

/// The share of examples whose highest output is that of their class, in [0, 1]; the first of equal
/// ones counts. Shapes: `(n_classes, m)`, labels one-hot or probabilities.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{class_accuracy, core::MatrixView};
///
/// let al = MatrixView::new(&[0.7, 0.2, 0.1, 0.3, 0.3, 0.4], 3, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 3, 2)?;
/// assert_eq!(class_accuracy(al, y)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn class_accuracy<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    expect_matrix("AL", al)?;
    expect_shape("Y", y, al.shape())?;
    expect_matrix("Y", y)?;
    let highest = |column: &[T]| {
        let mut best = 0;
        for (class, value) in column.iter().enumerate() {
            if *value > column[best] {
                best = class;
            }
        }
        best
    };
    let right = (0..al.ncols()).filter(|&j| highest(al.column(j)) == highest(y.column(j))).count();
    Ok(right as f64 / al.ncols() as f64)
}

/// The coefficient of determination `R² = 1 − Σ (y − a)² / Σ (y − ȳ)²` (Wright 1921): 1 is perfect, 0 is
/// what the mean of the labels reaches. With several output rows, over all entries with the mean of
/// each row.
///
/// # Errors
/// [`ModelError::NoSpread`] if all labels of every row are equal; shapes that differ, empty matrices,
/// NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, r_squared};
///
/// let y = MatrixView::new(&[1.0, 2.0, 3.0], 1, 3)?;
/// let al = MatrixView::new(&[1.0, 2.0, 2.0], 1, 3)?;
/// assert_eq!(r_squared(al, y)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn r_squared<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    expect_matrix("AL", al)?;
    expect_shape("Y", y, al.shape())?;
    expect_matrix("Y", y)?;
    let (mut residual, mut spread) = (0.0, 0.0);
    for i in 0..y.nrows() {
        let row = || (0..y.ncols()).map(|j| (al[(i, j)].to_f64(), y[(i, j)].to_f64()));
        let mean = row().map(|(_, y)| y).sum::<f64>() / y.ncols() as f64;
        residual += row().map(|(a, y)| (y - a).powi(2)).sum::<f64>();
        spread += row().map(|(_, y)| (y - mean).powi(2)).sum::<f64>();
    }
    if spread == 0.0 {
        return Err(ModelError::NoSpread { measure: "R²", examples: y.ncols() });
    }
    Ok(1.0 - residual / spread)
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
    expect_matrix("AL", al)?;
    expect_shape("Y", y, al.shape())?;
    expect_matrix("Y", y)?;
    let half = T::of(0.5);
    let mut scored: Vec<(f64, bool)> =
        al.as_slice().iter().zip(y.as_slice()).map(|(a, &y)| (a.to_f64(), y > half)).collect();
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
