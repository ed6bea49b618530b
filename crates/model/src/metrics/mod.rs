//! How good predictions are.

mod confusion;
mod curves;
mod decisions;
mod ranking;
mod regression;

use layerwise_core::{MatrixView, Scalar, expect_matrix, expect_shape};

pub use confusion::Confusion;
pub use curves::{ThresholdPoint, threshold_curve};
pub use decisions::{f1, matthews, precision, recall};
pub use ranking::{class_roc_auc, pr_auc, roc_auc};
pub use regression::{mean_absolute_error, r_squared, root_mean_squared_error};

use crate::Result;

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
    check(al, y)?;
    let half = T::of(0.5);
    let pairs = al.as_slice().iter().zip(y.as_slice());
    let right = pairs.filter(|(a, y)| (**a > half) == (**y > half)).count();
    Ok(right as f64 / al.as_slice().len() as f64)
}

/// The share of examples whose highest output is that of their class, in [0, 1]; the first of equal
/// ones counts. One row means two classes, decided at 0.5: [`accuracy`]. Shapes: `(n_classes, m)`, labels
/// one-hot or probabilities.
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
    if al.nrows() == 1 {
        return accuracy(al, y);
    }
    check(al, y)?;
    let right = (0..al.ncols()).filter(|&j| highest(al.column(j)) == highest(y.column(j))).count();
    Ok(right as f64 / al.ncols() as f64)
}

/// The log loss, `−1/m Σ_j Σ_i y_ij ln al_ij` where each example's outputs add up to 1, and
/// `−1/m Σ_j Σ_i (y ln al + (1 − y) ln (1 − al))` for one output row or several that do not, each of which is a
/// label of its own; outputs are kept 1e-15 away from 0 and 1, so that one wrong certainty is not the end of it. At least 0; `ln 2` is
/// what a coin costs.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, log_loss};
///
/// let al = MatrixView::new(&[0.5, 0.5], 1, 2)?;
/// let y = MatrixView::new(&[1.0, 0.0], 1, 2)?;
/// assert!((log_loss(al, y)? - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn log_loss<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    check(al, y)?;
    let ln = |p: f64| p.clamp(1e-15, 1.0).ln();
    let are_classes = adds_up(al);
    let of = |a: f64, y: f64| match are_classes {
        false => y * ln(a) + (1.0 - y) * ln(1.0 - a),
        // 0 ln 0 is 0.
        _ if y == 0.0 => 0.0,
        _ => y * ln(a),
    };
    let pairs = al.as_slice().iter().zip(y.as_slice());
    let sum: f64 = pairs.map(|(a, y)| of(a.to_f64(), y.to_f64())).sum();
    Ok(-sum / al.ncols() as f64)
}

/// The share of examples whose class is among the `k` highest outputs, in [0, 1]; of equal outputs the
/// first count as higher. One row means two classes, decided at 0.5. Shapes: `(n_classes, m)`, labels one-hot
/// or probabilities.
///
/// # Errors
/// [`CoreError::Setting`](layerwise_core::CoreError::Setting) if `k` is 0; shapes that differ, empty
/// matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, top_k_accuracy};
///
/// let al = MatrixView::new(&[0.7, 0.2, 0.1, 0.3, 0.2, 0.5], 3, 2)?;
/// let y = MatrixView::new(&[0.0, 1.0, 0.0, 0.0, 1.0, 0.0], 3, 2)?;
/// assert_eq!(top_k_accuracy(al, y, 1)?, 0.0);
/// assert_eq!(top_k_accuracy(al, y, 2)?, 0.5);
/// assert_eq!(top_k_accuracy(al, y, 3)?, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn top_k_accuracy<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    k: usize,
) -> Result<f64> {
    if k == 0 {
        let (what, expected) = ("k of the top-k accuracy", "at least 1");
        return Err(layerwise_core::CoreError::Setting { what, expected, found: 0.0 }.into());
    }
    if (al.nrows(), k) == (1, 1) {
        return accuracy(al, y);
    }
    check(al, y)?;
    let right = (0..al.ncols()).filter(|&j| {
        let (outputs, class) = (al.column(j), highest(y.column(j)));
        let own = outputs[class];
        let before = outputs[..class].iter().filter(|&&a| a >= own).count();
        let after = outputs[class + 1..].iter().filter(|&&a| a > own).count();
        before + after < k
    });
    Ok(right.count() as f64 / al.ncols() as f64)
}

/// Whether outputs are probabilities of classes: several rows, which add up to 1 in every example.
pub(crate) fn adds_up<T: Scalar>(al: MatrixView<'_, T>) -> bool {
    let sum = |j| al.column(j).iter().map(|a| a.to_f64()).sum::<f64>();
    al.nrows() > 1 && (0..al.ncols()).all(|j| (sum(j) - 1.0).abs() < 1e-3)
}

/// The first of the highest values.
fn highest<T: Scalar>(column: &[T]) -> usize {
    let mut best = 0;
    for (class, value) in column.iter().enumerate() {
        if *value > column[best] {
            best = class;
        }
    }
    best
}

/// Outputs and labels of one shape, not empty, without NaN.
fn check<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<()> {
    expect_matrix("AL", al)?;
    expect_shape("Y", y, al.shape())?;
    expect_matrix("Y", y)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row has no other to be higher than: it is decided at 0.5.
    #[test]
    fn one_row_is_two_classes() {
        let al = MatrixView::new(&[0.9, 0.2, 0.6, 0.4], 1, 4).unwrap();
        let y = MatrixView::new(&[1.0, 0.0, 0.0, 1.0], 1, 4).unwrap();
        assert_eq!(class_accuracy(al, y).unwrap(), 0.5);
        assert_eq!(top_k_accuracy(al, y, 1).unwrap(), 0.5);
        assert_eq!(top_k_accuracy(al, y, 2).unwrap(), 1.0);
        assert_eq!(Confusion::classes(al, y).unwrap(), Confusion::binary(al, y, 0.5).unwrap());
        assert!(class_accuracy(MatrixView::new(&[f64::NAN], 1, 1).unwrap(), y).is_err());
    }
}
