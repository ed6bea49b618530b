//! Decisions against labels as one number, for [`Trainer::metric`](crate::Trainer::metric).

use layerwise_core::{DMatrix, MatrixView, Scalar};

use super::{Confusion, adds_up, check};
use crate::Result;

/// The confusion matrices to take the mean over, each with the classes of it that count.
fn confusions<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
) -> Result<Vec<(Confusion, Vec<usize>)>> {
    check(al, y)?;
    if adds_up(al) {
        let confusion = Confusion::classes(al, y)?;
        // Classes that no example has or was taken for say nothing.
        let classes = (0..al.nrows()).filter(|&class| confusion.f1(class).is_some()).collect();
        return Ok(vec![(confusion, classes)]);
    }
    let row = |of: MatrixView<'_, T>, i| DMatrix::from_fn(1, of.ncols(), |_, j| of.column(j)[i]);
    let label = |i| {
        let confusion = Confusion::binary((&row(al, i)).into(), (&row(y, i)).into(), 0.5)?;
        Ok((confusion, vec![1]))
    };
    (0..al.nrows()).map(label).collect()
}

/// The mean over labels, or over classes.
fn mean_of<T: Scalar>(
    al: MatrixView<'_, T>,
    y: MatrixView<'_, T>,
    of: impl Fn(&Confusion, usize) -> Option<f64>,
) -> Result<f64> {
    let confusions = confusions(al, y)?;
    let all = confusions.iter().flat_map(|(confusion, classes)| {
        classes.iter().map(|&class| of(confusion, class).unwrap_or(0.0))
    });
    let values: Vec<f64> = all.collect();
    Ok(values.iter().sum::<f64>() / values.len().max(1) as f64)
}

/// Of the examples taken for class 1, the share that are of it ([`Confusion::precision`]); 0 where none was. In
/// [0, 1].
///
/// With several output rows, the mean over classes where each example's outputs add up to 1, and over
/// labels, each decided at 0.5, where they do not; classes that no example has or was taken for do not
/// count.
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, precision};
///
/// let al = MatrixView::new(&[0.9, 0.8, 0.2, 0.6, 0.1], 1, 5)?;
/// let y = MatrixView::new(&[1.0, 1.0, 1.0, 0.0, 0.0], 1, 5)?;
/// assert_eq!(precision(al, y)?, 2.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn precision<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    mean_of(al, y, Confusion::precision)
}

/// Of the examples of class 1, the share taken for it ([`Confusion::recall`]); 0 where there are none. In
/// [0, 1]; several rows as in [`precision`].
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, recall};
///
/// // Three classes: 1 of 2, 1 of 1, 0 of 1.
/// let al = MatrixView::new(&[1., 0., 0., 0., 1., 0., 0., 1., 0., 0., 1., 0.], 3, 4)?;
/// let y = MatrixView::new(&[1., 0., 0., 1., 0., 0., 0., 1., 0., 0., 0., 1.], 3, 4)?;
/// assert_eq!(recall(al, y)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn recall<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    mean_of(al, y, Confusion::recall)
}

/// The harmonic mean of precision and recall of class 1 ([`Confusion::f1`]); 0 where no example is of it or taken
/// for it. In [0, 1]; several rows as in [`precision`].
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, f1};
///
/// // Two labels an example: the first is always right, the second never.
/// let al = MatrixView::new(&[0.9, 0.3, 0.2, 0.7], 2, 2)?;
/// let y = MatrixView::new(&[1.0, 1.0, 0.0, 0.0], 2, 2)?;
/// assert_eq!(f1(al, y)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn f1<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    mean_of(al, y, Confusion::f1)
}

/// Matthews' correlation ([`Confusion::matthews`]), of several classes R_K, of several labels the mean. In
/// [−1, 1].
///
/// # Errors
/// Shapes that differ, empty matrices, NaN.
///
/// ```
/// use layerwise_model::{core::MatrixView, matthews};
///
/// let y = MatrixView::new(&[1.0, 0.0, 0.0], 1, 3)?;
/// assert!((matthews(y, y)? - 1.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn matthews<T: Scalar>(al: MatrixView<'_, T>, y: MatrixView<'_, T>) -> Result<f64> {
    let confusions = confusions(al, y)?;
    let sum: f64 = confusions.iter().map(|(confusion, _)| confusion.matthews()).sum();
    Ok(sum / confusions.len() as f64)
}
