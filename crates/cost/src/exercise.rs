//! The exercise's cost as functions of whole matrices.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_matrix, expect_shape};

use crate::binary_cross_entropy::{cross_entropy_derivative, first_outside_unit};
use crate::{BinaryCrossEntropy, Cost, CostError, Result};

/// `J = −1/m Σ (y ln a + (1−y) ln(1−a))`, equation 7 of the exercise "Building your Deep Neural
/// Network: Step by Step".
///
/// Shapes: `AL` and `Y` `(n_y, m)`, in the exercise `(1, m)`; outputs and labels in [0, 1].
/// At a = 0 and a = 1 the logarithm is bounded as [`BinaryCrossEntropy`] says.
///
/// # Errors
/// Empty matrices, shapes that differ, NaN, an output or a label outside [0, 1]; each with its
/// numbers.
///
/// ```
/// use layerwise_cost::{compute_cost, core::DMatrix};
///
/// let al = DMatrix::from_row_slice(1, 3, &[0.8, 0.9, 0.4]);
/// let y = DMatrix::from_row_slice(1, 3, &[1.0, 1.0, 1.0]);
/// let cost: f64 = compute_cost(&al, &y)?;
/// assert!((cost - 0.41493159961539694).abs() < 1e-15); // as published
/// # Ok::<(), layerwise_cost::CostError>(())
/// ```
pub fn compute_cost<T: Scalar>(al: &DMatrix<T>, y: &DMatrix<T>) -> Result<T> {
    check_pair(al, y)?;
    if let Some((row, column, value)) = first_outside_unit(MatrixView::from(al)) {
        return Err(CostError::Output { row, column, value });
    }
    BinaryCrossEntropy.cost(al.into(), y.into())
}

/// `dAL = −(Y/AL − (1−Y)/(1−AL))`, the start of the exercise's `L_model_backward`.
///
/// As published it carries no `1/m`: in the exercise that factor is in `linear_backward`.
/// Shapes: all `(n_y, m)`; labels in [0, 1]. Outputs may be any finite number, as in the
/// exercise's own test case; where `AL` or `1 − AL` is zero, the smallest positive normal number
/// stands in its place, so the result is finite.
///
/// # Errors
/// Empty matrices, shapes that differ, NaN, a label outside [0, 1].
///
/// ```
/// use layerwise_cost::{compute_cost_backward, core::DMatrix};
///
/// let al = DMatrix::from_row_slice(1, 2, &[0.5, 0.8]);
/// let y = DMatrix::from_row_slice(1, 2, &[1.0, 0.0]);
/// let dal = compute_cost_backward(&al, &y)?;
/// assert_eq!(dal[0], -2.0);
/// assert!((dal[1] - 5.0_f64).abs() < 1e-14);
/// # Ok::<(), layerwise_cost::CostError>(())
/// ```
pub fn compute_cost_backward<T: Scalar>(al: &DMatrix<T>, y: &DMatrix<T>) -> Result<DMatrix<T>> {
    check_pair(al, y)?;
    Ok(al.zip_map(y, cross_entropy_derivative))
}

fn check_pair<T: Scalar>(al: &DMatrix<T>, y: &DMatrix<T>) -> Result<()> {
    expect_matrix("AL", al.into())?;
    expect_shape("Y", y.into(), al.shape())?;
    expect_matrix("Y", y.into())?;
    BinaryCrossEntropy.check_labels(y.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_the_numbers() {
        let row = |values: &[f64]| DMatrix::from_row_slice(1, values.len(), values);
        let message =
            |al: &[f64], y: &[f64]| compute_cost(&row(al), &row(y)).unwrap_err().to_string();
        assert_eq!(message(&[0.5], &[1.0, 0.0]), "expected Y of shape (1, 1), found (1, 2)");
        assert_eq!(message(&[], &[]), "AL is empty: its shape is (1, 0)");
        assert_eq!(
            message(&[0.5, 0.5], &[1.0, 2.0]),
            "expected labels in [0, 1], found 2 in row 0, column 1 of Y (counted from 0)"
        );
        assert_eq!(
            message(&[0.5, 1.5], &[1.0, 0.0]),
            "expected outputs in [0, 1], found 1.5 in row 0, column 1 of AL (counted from 0)"
        );
        assert_eq!(
            message(&[f64::NAN], &[1.0]),
            "AL holds NaN in row 0, column 0 (counted from 0)"
        );
        assert_eq!(message(&[0.5], &[f64::NAN]), "Y holds NaN in row 0, column 0 (counted from 0)");
    }
}
