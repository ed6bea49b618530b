//! The affine map at the bottom of every layer.

use std::ops::Range;

use crate::blocked::Product;
use crate::scalar::Side;
use crate::start::Start;
use crate::{LinalgError, MatrixView, MatrixViewMut, Result, Scalar, matmul};

/// `Z := W A_prev + b`, the bias added to every column.
///
/// Shapes: `W (n_out, n_in)`, `b` of length `n_out`, `A_prev (n_in, m)`, `Z (n_out, m)`.
/// Where there are several units the bias is part of the product: sums of up to 512 features begin with it, to
/// those of more it is added as their first block is written. So `Z` is passed over once.
///
/// # Errors
/// [`LinalgError::Shape`] if `b` or the matrices do not fit together.
///
/// ```
/// use layerwise_linalg::{DMatrix, affine};
///
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let a_prev = DMatrix::from_row_slice(2, 2, &[1.0, 3.0, 2.0, 4.0]);
/// let mut z = DMatrix::zeros(1, 2);
/// affine((&w).into(), &[0.5], (&a_prev).into(), (&mut z).into())?;
/// assert_eq!(z.as_slice(), &[5.5, 11.5]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine<T: Scalar>(
    w: MatrixView<'_, T>,
    b: &[T],
    a_prev: MatrixView<'_, T>,
    z: MatrixViewMut<'_, T>,
) -> Result<()> {
    affine_then(w, b, a_prev, z, false)
}

/// `A := max(0, W A_prev + b)`: [`affine`] and [`rectify`](crate::rectify) in one pass, with the same bits.
///
/// # Errors
/// As [`affine`].
///
/// ```
/// use layerwise_linalg::{DMatrix, affine_rectified};
///
/// let w = DMatrix::from_row_slice(2, 1, &[1.0, -1.0]);
/// let a_prev = DMatrix::from_row_slice(1, 2, &[2.0, 3.0]);
/// let mut a = DMatrix::zeros(2, 2);
/// affine_rectified((&w).into(), &[0.5, 2.5], (&a_prev).into(), (&mut a).into())?;
/// assert_eq!(a.as_slice(), &[2.5, 0.5, 3.5, 0.0]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine_rectified<T: Scalar>(
    w: MatrixView<'_, T>,
    b: &[T],
    a_prev: MatrixView<'_, T>,
    a: MatrixViewMut<'_, T>,
) -> Result<()> {
    affine_then(w, b, a_prev, a, true)
}

fn affine_then<T: Scalar>(
    w: MatrixView<'_, T>,
    b: &[T],
    a_prev: MatrixView<'_, T>,
    mut z: MatrixViewMut<'_, T>,
    rectified: bool,
) -> Result<()> {
    if b.len() != w.nrows() {
        return Err(LinalgError::Shape {
            operation: "affine",
            what: "b",
            expected: (w.nrows(), 1),
            found: (b.len(), 1),
        });
    }
    if z.shape() != (w.nrows(), a_prev.ncols()) {
        return Err(LinalgError::Shape {
            operation: "affine",
            what: "Z",
            expected: (w.nrows(), a_prev.ncols()),
            found: z.shape(),
        });
    }
    let ((m, k), n) = (w.shape(), a_prev.ncols());
    if a_prev.nrows() != k || m == 1 || [m, k, n].contains(&0) {
        // Dot products, or nothing to multiply, or sides that `matmul` refuses.
        fill_columns(b, z.as_mut_slice());
        matmul(T::one(), w, a_prev, T::one(), z.reborrow())?;
        if rectified {
            T::rectify(z.as_mut_slice());
        }
        return Ok(());
    }
    let sides = (Side::straight(&w), Side::straight(&a_prev));
    let product = Product::new((m, k, n), T::one(), sides, Start::bias(b));
    T::gemm(&Product { rectified, ..product }, z.as_mut_slice());
    Ok(())
}

/// The rows `rows` of [`affine`]: `Z := W[rows, :] A_prev + b[rows]`, with `Z (rows.len(), m)`.
///
/// Each entry has the bits it has in the whole, so the units of a layer may be shared out between
/// threads.
///
/// # Errors
/// [`LinalgError::Rows`] if the range reaches past the rows of `W`, otherwise as [`affine`].
///
/// ```
/// use layerwise_linalg::{DMatrix, affine_rows};
///
/// let w = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
/// let a_prev = DMatrix::from_row_slice(2, 1, &[1.0, 2.0]);
/// let mut z = DMatrix::zeros(1, 1);
/// affine_rows((&w).into(), &[0.5, 0.25], 1..2, (&a_prev).into(), (&mut z).into())?;
/// assert_eq!(z[0], 11.25);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine_rows<T: Scalar>(
    w: MatrixView<'_, T>,
    b: &[T],
    rows: Range<usize>,
    a_prev: MatrixView<'_, T>,
    mut z: MatrixViewMut<'_, T>,
) -> Result<()> {
    let ((n_out, k), (start, end), n) = (w.shape(), (rows.start, rows.end), a_prev.ncols());
    if rows == (0..n_out) {
        return affine(w, b, a_prev, z);
    }
    if start > end || end > n_out {
        return Err(LinalgError::Rows { start, end, rows: n_out });
    }
    for (what, expected, found) in [
        ("b", (n_out, 1), (b.len(), 1)),
        ("A_prev", (k, n), a_prev.shape()),
        ("Z", (rows.len(), n), z.shape()),
    ] {
        if expected != found {
            return Err(LinalgError::Shape { operation: "affine_rows", what, expected, found });
        }
    }
    let b = &b[rows.clone()];
    if [rows.len(), k, n].contains(&0) {
        fill_columns(b, z.as_mut_slice());
        return Ok(());
    }
    let sides = (Side::straight(&w).part(start, 0), Side::straight(&a_prev));
    let product = Product::new((rows.len(), k, n), T::one(), sides, Start::bias(b));
    T::gemm(&product, z.as_mut_slice());
    Ok(())
}

/// `b` in every column.
fn fill_columns<T: Scalar>(b: &[T], z: &mut [T]) {
    match *b {
        [] => {}
        [b] => z.fill(b),
        _ => z.chunks_exact_mut(b.len()).for_each(|z_j| z_j.copy_from_slice(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DMatrix;

    #[test]
    fn some_rows_have_the_bits_of_all() {
        for (n_out, k, n) in [(2, 5, 1), (37, 500, 1), (50, 9, 3), (300, 784, 1)] {
            let w = DMatrix::from_fn(n_out, k, |i, j| ((i * 7 + j * 3) % 11) as f32 / 7.0 - 0.7);
            let x = DMatrix::from_fn(k, n, |i, j| ((i * 5 + j) % 13) as f32 / 3.0 - 2.0);
            let b: Vec<f32> = (0..n_out).map(|i| i as f32 / 9.0).collect();
            let mut all = DMatrix::zeros(n_out, n);
            affine((&w).into(), &b, (&x).into(), (&mut all).into()).unwrap();
            for rows in [0..n_out, 0..1, 1..n_out, n_out / 3..n_out / 2 + 1, n_out..n_out] {
                let mut z = DMatrix::from_element(rows.len(), n, f32::NAN);
                let part = all.rows(rows.start, rows.len()).into_owned();
                affine_rows((&w).into(), &b, rows, (&x).into(), (&mut z).into()).unwrap();
                assert_eq!(z, part, "{n_out} x {k} x {n}");
            }
        }
    }

    /// Whole registers start anywhere in a column: at its top where there are many columns, where memory has
    /// them where there is one.
    #[test]
    fn one_example_has_the_bits_it_has_among_several() {
        for (n_out, k) in [(256, 784), (264, 100), (8, 2000), (1000, 40), (250, 784)] {
            for shift in [0, 1, 4, 7, 9] {
                let numbers: Vec<f32> =
                    (0..n_out * k + shift).map(|i| (i * 7 % 11) as f32 / 7.0 - 0.7).collect();
                let w = MatrixView::new(&numbers[shift..], n_out, k).unwrap();
                let x = DMatrix::from_fn(k, 2, |p, _| (p * 5 % 13) as f32 / 3.0 - 2.0);
                let b: Vec<f32> = (0..n_out).map(|i| i as f32 / 9.0).collect();
                let (mut one, mut two) = (DMatrix::zeros(n_out, 1), DMatrix::zeros(n_out, 2));
                let x = MatrixView::from(&x);
                affine(w, &b, x.columns(0..1).unwrap(), (&mut one).into()).unwrap();
                affine(w, &b, x, (&mut two).into()).unwrap();
                assert_eq!(one.column(0), two.column(1), "{n_out} x {k}, {shift} numbers on");
            }
        }
    }

    #[test]
    fn rows_past_the_end_are_refused() {
        let (w, x) = (DMatrix::<f64>::zeros(3, 2), DMatrix::zeros(2, 1));
        let mut z = DMatrix::zeros(2, 1);
        let result = affine_rows((&w).into(), &[0.0; 3], 2..4, (&x).into(), (&mut z).into());
        assert!(result.unwrap_err().to_string().contains("rows 2..4"));
    }
}
