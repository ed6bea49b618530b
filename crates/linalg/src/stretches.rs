//! The affine map a stretch of features at a time: for who has the weights of some features before those
//! of others, and wants to use them, and `A_prev`, while they are in cache.

use std::ops::Range;

use crate::blocked::Product;
use crate::plan::{MOST_TERMS, blocks_of_terms, terms_in_a_block};
use crate::scalar::Side;
use crate::start::Start;
use crate::vectorized::vectorized;
use crate::{LinalgError, MatrixView, MatrixViewMut, Result, Scalar};

/// The stretches of features in which [`affine`](crate::affine) sums up: all of `0..n_in`, in order, of one
/// length but for the last.
///
/// ```
/// use layerwise_linalg::stretches;
///
/// assert_eq!(stretches(784).collect::<Vec<_>>(), [0..392, 392..784]);
/// assert_eq!(stretches(12_288).count(), 12);
/// ```
pub fn stretches(n_in: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    blocks_of_terms(n_in, terms_in_a_block(n_in)).map(|(from, terms)| from..from + terms)
}

/// `S := W A_prev[stretch, :]`, where `w (n_out, stretch.len())` is the part of `W` that belongs to the
/// stretch. Shapes: `A_prev (n_in, m)`, `S (n_out, m)`.
///
/// The sums of all [`stretches`], put together by [`affine_of_stretches`], are [`affine`](crate::affine) to
/// the last bit, if there are several stretches, and several units: one alone is a dot product, and the sums
/// of a single stretch begin with the bias there.
///
/// # Errors
/// [`LinalgError::Rows`] if the stretch reaches past the rows of `A_prev`, [`LinalgError::Shape`] if the
/// matrices do not fit together.
///
/// ```
/// use layerwise_linalg::{DMatrix, affine_stretch};
///
/// let x = DMatrix::from_row_slice(3, 1, &[9.0, 2.0, 3.0]);
/// let (w, mut s) = (DMatrix::from_row_slice(1, 2, &[10.0, 1.0]), DMatrix::zeros(1, 1));
/// affine_stretch((&w).into(), (&x).into(), 1..3, (&mut s).into())?;
/// assert_eq!(s[0], 23.0);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine_stretch<T: Scalar>(
    w: MatrixView<'_, T>,
    a_prev: MatrixView<'_, T>,
    stretch: Range<usize>,
    mut s: MatrixViewMut<'_, T>,
) -> Result<()> {
    let (start, end, rows) = (stretch.start, stretch.end, a_prev.nrows());
    if start > end || end > rows {
        return Err(LinalgError::Rows { start, end, rows });
    }
    let (m, k, n) = (w.nrows(), stretch.len(), a_prev.ncols());
    for (what, expected, found) in [("W", (m, k), w.shape()), ("S", (m, n), s.shape())] {
        if expected != found {
            return Err(LinalgError::Shape { operation: "affine_stretch", what, expected, found });
        }
    }
    if [m, k, n].contains(&0) {
        s.as_mut_slice().fill(T::zero());
        return Ok(());
    }
    let sides = (Side::straight(&w), Side::straight(&a_prev).part(start, 0));
    let product = Product::new((m, k, n), T::one(), sides, Start::zero());
    // A stretch is one block of terms; what is longer than any of `stretches` is cut as usual.
    let terms = if k <= MOST_TERMS { k } else { product.terms };
    T::gemm(&Product { terms, ..product }, s.as_mut_slice());
    Ok(())
}

/// `Z := Σ S + b`, the sums of all stretches in their order and the bias in every column.
///
/// Each of `sums` and `z` have the same number of entries, columns of `b.len()`.
///
/// # Errors
/// [`LinalgError::Shape`] if one of the sums, or the bias, does not fit.
///
/// ```
/// use layerwise_linalg::affine_of_stretches;
///
/// let mut z = [0.0; 2];
/// affine_of_stretches(&[0.5], [&[1.0, 2.0][..], &[10.0, 20.0]], &mut z)?;
/// assert_eq!(z, [11.5, 22.5]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn affine_of_stretches<'s, T: Scalar>(
    b: &[T],
    sums: impl IntoIterator<Item = &'s [T]>,
    z: &mut [T],
) -> Result<()> {
    let operation = "affine_of_stretches";
    let misfit = |what, expected, found| {
        Err(LinalgError::Shape { operation, what, expected: (expected, 1), found: (found, 1) })
    };
    if !z.len().is_multiple_of(b.len().max(1)) || (b.is_empty() && !z.is_empty()) {
        return misfit("Z", z.len().next_multiple_of(b.len().max(1)), z.len());
    }
    if !b.is_empty() {
        z.chunks_exact_mut(b.len()).for_each(|z_j| z_j.copy_from_slice(b));
    }
    for s in sums {
        if s.len() != z.len() {
            return misfit("S", z.len(), s.len());
        }
        vectorized(
            #[inline(always)]
            || z.iter_mut().zip(s).for_each(|(z, &s)| *z += s),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DMatrix, affine};

    fn in_stretches<T: Scalar>((n_out, n_in, m): (usize, usize, usize)) {
        let value = |i: usize, j: usize| T::of(((i * 37 + j * 101) % 211) as f64 / 211.0 - 0.4);
        let (w, x) = (DMatrix::from_fn(n_out, n_in, value), DMatrix::from_fn(n_in, m, value));
        let b: Vec<T> = (0..n_out).map(|i| value(i, 3)).collect();
        let mut expected = DMatrix::zeros(n_out, m);
        affine((&w).into(), &b, (&x).into(), (&mut expected).into()).unwrap();

        let sums: Vec<DMatrix<T>> = stretches(n_in)
            .map(|stretch| {
                let mut s = DMatrix::from_element(n_out, m, T::of(f64::NAN));
                let part = w.columns(stretch.start, stretch.len()).into_owned();
                affine_stretch((&part).into(), (&x).into(), stretch, (&mut s).into()).unwrap();
                s
            })
            .collect();
        let mut z = DMatrix::from_element(n_out, m, T::of(f64::NAN));
        affine_of_stretches(&b, sums.iter().map(DMatrix::as_slice), z.as_mut_slice()).unwrap();
        assert!(z == expected, "{n_out} units, {n_in} features, {m} examples");
    }

    #[test]
    fn stretches_put_together_have_the_bits_of_the_whole() {
        for shape in
            [(2, 514, 2), (9, 5000, 1), (3, 1025, 9), (7, 513, 209), (20, 1000, 4), (5, 4097, 31)]
        {
            in_stretches::<f32>(shape);
            in_stretches::<f64>(shape);
        }
        in_stretches::<f64>((20, 12_288, 40));
    }

    #[test]
    fn a_stretch_may_be_of_any_length() {
        for (n_out, n_in) in [(2, 10_000), (37, 2_000), (37, 1_700), (300, 5_000)] {
            let w = DMatrix::from_fn(n_out, n_in, |i, j| ((i * 3 + j) % 5) as f32 - 2.0);
            let x = DMatrix::from_fn(n_in, 2, |i, j| ((i + j * 7) % 3) as f32 - 1.0);
            let mut s = DMatrix::zeros(n_out, 2);
            affine_stretch((&w).into(), (&x).into(), 0..n_in, (&mut s).into()).unwrap();
            // Whole numbers: every order of summation is exact.
            assert_eq!(s, &w * &x);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (w, x) = (DMatrix::<f64>::zeros(2, 3), DMatrix::zeros(4, 5));
        let mut s = DMatrix::zeros(2, 5);
        let mut of = |stretch| {
            let result = affine_stretch((&w).into(), (&x).into(), stretch, (&mut s).into());
            result.unwrap_err().to_string()
        };
        assert!(of(2..5).contains("rows 2..5"));
        assert!(of(0..2).contains('W'));
        assert!(affine_of_stretches(&[0.0; 2], [&[0.0; 4][..]], &mut [0.0; 3]).is_err());
        assert!(affine_of_stretches(&[0.0; 2], [&[0.0; 4][..]], &mut [0.0; 6]).is_err());
        assert!(affine_of_stretches(&[], [], &mut [0.0; 6]).is_err());
    }
}
