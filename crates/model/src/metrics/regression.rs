//! How far predicted numbers are from the labels.

use layerwise_core::{MatrixView, Scalar};

use super::check;
use crate::{ModelError, Result};

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
    check(al, y)?;
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

/// `√(mean (a − y)²)` over all entries, in the labels' unit.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, root_mean_squared_error};
///
/// let y = MatrixView::new(&[1.0, 2.0], 1, 2)?;
/// let al = MatrixView::new(&[4.0, 6.0], 1, 2)?;
/// assert_eq!(root_mean_squared_error(al, y)?, 12.5_f64.sqrt());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn root_mean_squared_error<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
) -> Result<f64> {
    check(al, y)?;
    Ok(mean(al, y, |difference| difference * difference).sqrt())
}

/// `mean |a − y|` over all entries, in the labels' unit.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, mean_absolute_error};
///
/// let y = MatrixView::new(&[1.0, 2.0], 1, 2)?;
/// let al = MatrixView::new(&[4.0, 6.0], 1, 2)?;
/// assert_eq!(mean_absolute_error(al, y)?, 3.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mean_absolute_error<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    check(al, y)?;
    Ok(mean(al, y, f64::abs))
}

/// The mean of `f(a − y)`.
fn mean<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>, f: impl Fn(f64) -> f64) -> f64 {
    let pairs = al.as_slice().iter().zip(y.as_slice());
    pairs.map(|(a, y)| f(a.to_f64() - y.to_f64())).sum::<f64>() / al.as_slice().len() as f64
}
