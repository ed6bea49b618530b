//! Matrix products, with either side transposed.
//!
//! The forward pass multiplies `W A_prev`, the backward pass `Wᵀ dZ` and `dZ A_prevᵀ`; transposes
//! are strides to the kernel, which packs what does not lie well in memory. An output layer of one
//! unit is a dot product or an axpy pass over contiguous columns instead, and a sum of one term an
//! outer product: they are bound by memory, and a tile would have nothing to hold.

use std::ops::Range;

use crate::blocked::{NEAR, Product};
use crate::plan::KC;
use crate::scalar::Side;
use crate::start::Start;
use crate::vector::{axpy_in_lanes, dot_in_lanes};
use crate::{LinalgError, MatrixView, MatrixViewMut, Result, Scalar, vectorized};

fn expect_shape(
    operation: &'static str,
    what: &'static str,
    expected: (usize, usize),
    found: (usize, usize),
) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(LinalgError::Shape { operation, what, expected, found })
}

/// `C := beta C`, where beta = 0 clears whatever was there, NaN included.
pub(crate) fn scale<T: Scalar>(beta: T, c: &mut [T]) {
    if beta == T::zero() {
        c.fill(T::zero());
    } else if beta != T::one() {
        for value in c {
            *value *= beta;
        }
    }
}

/// `C := alpha aᵀ B + beta C` for one row `a`: each entry is a dot product with a column of B.
fn one_row<T: Scalar>(alpha: T, a: &[T], b: MatrixView<'_, T>, beta: T, c: &mut [T]) {
    scale(beta, c);
    vectorized(
        #[inline(always)]
        || {
            for (j, c_j) in c.iter_mut().enumerate() {
                *c_j += alpha * dot_in_lanes(a, b.column(j));
            }
        },
    );
}

/// `C := alpha a bᵀ + beta C`: every column of C is a multiple of `a`.
fn outer<T: Scalar>(alpha: T, a: &[T], b: &[T], beta: T, mut c: MatrixViewMut<'_, T>) {
    scale(beta, c.as_mut_slice());
    vectorized(
        #[inline(always)]
        || {
            for (j, &b_j) in b.iter().enumerate() {
                axpy_in_lanes(alpha * b_j, a, c.column_mut(j));
            }
        },
    );
}

/// The blocked product, but for sizes of 0.
fn gemm<T: Scalar>(
    (m, k, n): (usize, usize, usize),
    alpha: T,
    sides: (Side<'_, T>, Side<'_, T>),
    beta: T,
    c: &mut [T],
) {
    if [m, k, n].contains(&0) {
        return scale(beta, c);
    }
    let start = if beta == T::zero() { Start::zero() } else { Start::old() };
    if start.reads() {
        scale(beta, c);
    }
    T::gemm(&Product::new((m, k, n), alpha, sides, start), c);
}

/// `C := alpha A B + beta C` for `A (m, k)`, `B (k, n)`, `C (m, n)`.
///
/// With `beta` = 0 the old values of `C` are not read.
///
/// # Errors
/// [`LinalgError::Shape`] if the inner sides differ or `C` is not `(m, n)`.
///
/// ```
/// use layerwise_linalg::{DMatrix, matmul};
///
/// let a = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
/// let b = DMatrix::from_row_slice(2, 1, &[10.0, 1.0]);
/// let mut c = DMatrix::zeros(2, 1);
/// matmul(1.0, (&a).into(), (&b).into(), 0.0, (&mut c).into())?;
/// assert_eq!(c.as_slice(), &[12.0, 34.0]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn matmul<T: Scalar>(
    alpha: T,
    a: MatrixView<'_, T>,
    b: MatrixView<'_, T>,
    beta: T,
    mut c: MatrixViewMut<'_, T>,
) -> Result<()> {
    let (m, k) = a.shape();
    let n = b.ncols();
    expect_shape("matmul", "B", (k, n), b.shape())?;
    expect_shape("matmul", "C", (m, n), c.shape())?;
    if m == 1 {
        one_row(alpha, a.as_slice(), b, beta, c.as_mut_slice());
    } else {
        gemm((m, k, n), alpha, (Side::straight(&a), Side::straight(&b)), beta, c.as_mut_slice());
    }
    Ok(())
}

/// `C := alpha Aᵀ B + beta C` for `A (k, m)`, `B (k, n)`, `C (m, n)`: the product of
/// `dA_prev = Wᵀ dZ`.
///
/// # Errors
/// [`LinalgError::Shape`] if `A` and `B` differ in rows or `C` is not `(m, n)`.
///
/// ```
/// use layerwise_linalg::{DMatrix, matmul_tn};
///
/// let w = DMatrix::from_row_slice(1, 2, &[2.0, -1.0]);
/// let dz = DMatrix::from_row_slice(1, 2, &[10.0, 1.0]);
/// let mut da_prev = DMatrix::zeros(2, 2);
/// matmul_tn(1.0, (&w).into(), (&dz).into(), 0.0, (&mut da_prev).into())?;
/// assert_eq!(da_prev, w.transpose() * dz);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn matmul_tn<T: Scalar>(
    alpha: T,
    a: MatrixView<'_, T>,
    b: MatrixView<'_, T>,
    beta: T,
    mut c: MatrixViewMut<'_, T>,
) -> Result<()> {
    let (k, m) = a.shape();
    let n = b.ncols();
    expect_shape("matmul_tn", "B", (k, n), b.shape())?;
    expect_shape("matmul_tn", "C", (m, n), c.shape())?;
    if k == 1 {
        outer(alpha, a.as_slice(), b.as_slice(), beta, c);
    } else if m == 1 {
        one_row(alpha, a.as_slice(), b, beta, c.as_mut_slice());
    } else {
        let sides = (Side::straight(&a).transposed(), Side::straight(&b));
        gemm((m, k, n), alpha, sides, beta, c.as_mut_slice());
    }
    Ok(())
}

/// `C := alpha A Bᵀ + beta C` for `A (m, k)`, `B (n, k)`, `C (m, n)`: the product of
/// `dW = dZ A_prevᵀ`, a sum over examples.
///
/// # Errors
/// [`LinalgError::Shape`] if `A` and `B` differ in columns or `C` is not `(m, n)`.
///
/// ```
/// use layerwise_linalg::{DMatrix, matmul_nt};
///
/// let dz = DMatrix::from_row_slice(1, 3, &[1.0, 2.0, 3.0]);
/// let a_prev = DMatrix::from_row_slice(2, 3, &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
/// let mut dw = DMatrix::zeros(1, 2);
/// matmul_nt(1.0, (&dz).into(), (&a_prev).into(), 0.0, (&mut dw).into())?;
/// assert_eq!(dw, dz * a_prev.transpose());
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn matmul_nt<T: Scalar>(
    alpha: T,
    a: MatrixView<'_, T>,
    b: MatrixView<'_, T>,
    beta: T,
    c: MatrixViewMut<'_, T>,
) -> Result<()> {
    matmul_nt_columns(alpha, a, b, 0..b.nrows(), beta, c)
}

/// The columns `columns` of [`matmul_nt`]: `C := alpha A B[columns, :]ᵀ + beta C` for `A (m, k)`,
/// `B (n, k)`, `C (m, columns.len())`.
///
/// Each column of the result has the same bits whatever range it is asked for in, so the columns
/// of `dW` may be shared out between threads.
///
/// # Errors
/// [`LinalgError::Columns`] if the range reaches past `n`, [`LinalgError::Shape`] as
/// [`matmul_nt`].
///
/// ```
/// use layerwise_linalg::{DMatrix, matmul_nt_columns};
///
/// let dz = DMatrix::from_row_slice(1, 3, &[1.0, 2.0, 3.0]);
/// let a_prev = DMatrix::from_row_slice(2, 3, &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
/// let mut dw = DMatrix::zeros(1, 1);
/// matmul_nt_columns(1.0, (&dz).into(), (&a_prev).into(), 1..2, 0.0, (&mut dw).into())?;
/// assert_eq!(dw[0], 5.0);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn matmul_nt_columns<T: Scalar>(
    alpha: T,
    a: MatrixView<'_, T>,
    b: MatrixView<'_, T>,
    columns: Range<usize>,
    beta: T,
    mut c: MatrixViewMut<'_, T>,
) -> Result<()> {
    let (m, k) = a.shape();
    let (start, end, n) = (columns.start, columns.end, columns.len());
    if start > end || end > b.nrows() {
        return Err(LinalgError::Columns { start, end, columns: b.nrows() });
    }
    expect_shape("matmul_nt", "B", (b.nrows(), k), b.shape())?;
    expect_shape("matmul_nt", "C", (m, n), c.shape())?;
    if m == 1 {
        // One unit: C, read as a vector over the layer below, gathers the columns of B.
        scale(beta, c.as_mut_slice());
        let c = c.as_mut_slice();
        vectorized(
            #[inline(always)]
            || {
                for (p, &a_p) in a.as_slice().iter().enumerate() {
                    axpy_in_lanes(alpha * a_p, &b.column(p)[columns.clone()], c);
                }
            },
        );
    } else if k == 1 {
        outer(alpha, a.as_slice(), &b.as_slice()[columns], beta, c);
    } else {
        let rows = Side::straight(&b).part(start, 0).transposed();
        gemm((m, k, n), alpha, (Side::straight(&a), rows), beta, c.as_mut_slice());
    }
    Ok(())
}

/// How many columns of `A Bᵀ` are best made in a turn of [`matmul_nt_in_turns`], for an `A (m, k)`: few
/// enough to stay in the second-level cache, and enough to make up for what is done once a turn.
///
/// ```
/// use layerwise_linalg::columns_in_turn;
/// assert!(columns_in_turn::<f32>(256, 128) < columns_in_turn::<f32>(10, 128));
/// ```
pub fn columns_in_turn<T: Scalar>(m: usize, k: usize) -> usize {
    // Where A is packed once for all turns, little else is done once a turn.
    let few = m * k * size_of::<T>() <= 224 * 1024 && k <= KC;
    let columns = if few { 12 * 1024 / m.max(1) } else { 240 };
    columns.next_multiple_of(24)
}

/// The columns `columns` of `alpha A Bᵀ` for `A (m, k)`, `B (n, k)`, `together` of them at a time: each time
/// they are in `scratch`, `take` is called with the first of them, counted from the start of `columns`,
/// their numbers, `m` a column, and the same columns of `updated`.
///
/// So an update can follow a range of columns of `dW` while they are near, and no whole `dW` is kept; the
/// `W` it changes is asked for while its gradient is made. `take` may change all numbers, which are not read
/// again. Bits as in [`matmul_nt`].
///
/// # Errors
/// As [`matmul_nt_columns`]; [`LinalgError::Shape`] also if `scratch` has no room for `m` times `together`
/// numbers, `together` is 0 and there are columns, or `updated` has other than `m` numbers for each of `columns`.
///
/// ```
/// use layerwise_linalg::{DMatrix, matmul_nt_in_turns};
///
/// let dz = DMatrix::from_row_slice(1, 3, &[1.0, 2.0, 3.0]);
/// let a_prev = DMatrix::from_row_slice(2, 3, &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
/// let (mut w, mut scratch) = ([1.0, 1.0], [0.0; 1]);
/// let take = |_, dw: &mut [f64], w: &mut [f64]| w[0] -= 0.1 * dw[0];
/// matmul_nt_in_turns(1.0, (&dz).into(), (&a_prev).into(), 0..2, (1, &mut scratch), &mut w, take)?;
/// assert_eq!(w, [0.6, 0.5]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
pub fn matmul_nt_in_turns<T: Scalar>(
    alpha: T,
    a: MatrixView<'_, T>,
    b: MatrixView<'_, T>,
    columns: Range<usize>,
    (together, scratch): (usize, &mut [T]),
    updated: &mut [T],
    mut take: impl FnMut(usize, &mut [T], &mut [T]),
) -> Result<()> {
    let (m, k) = a.shape();
    let (start, end, n) = (columns.start, columns.end, columns.len());
    if start > end || end > b.nrows() {
        return Err(LinalgError::Columns { start, end, columns: b.nrows() });
    }
    expect_shape("matmul_nt_in_turns", "B", (b.nrows(), k), b.shape())?;
    let room = m * together.min(n);
    if scratch.len() < room || (together == 0 && n > 0) {
        let (expected, found) = ((m, together.max(1)), (scratch.len(), 1));
        return Err(LinalgError::Shape {
            operation: "matmul_nt_in_turns",
            what: "scratch",
            expected,
            found,
        });
    }
    if updated.len() != m * n {
        let (expected, found) = ((m, n), (updated.len(), 1));
        return Err(LinalgError::Shape {
            operation: "matmul_nt_in_turns",
            what: "what is updated",
            expected,
            found,
        });
    }
    if m > 1 && k > 1 && n > 0 {
        let rows = Side::straight(&b).part(start, 0).transposed();
        let sides = (Side::straight(&a), rows);
        let product = Product::new((m, k, n), alpha, sides, Start::zero());
        let beside = match size_of_val(updated) > NEAR {
            true => updated.as_ptr(),
            false => std::ptr::null(),
        };
        T::gemm_in_turns(&Product { beside, ..product }, together, scratch, &mut |first, dw| {
            let w = &mut updated[first * m..][..dw.len()];
            take(first, dw, w);
        });
        return Ok(());
    }
    for first in (start..end).step_by(together.max(1)) {
        let columns = first..end.min(first.saturating_add(together));
        let dw = &mut scratch[..m * columns.len()];
        let into = MatrixViewMut::new(dw, m, columns.len())?;
        matmul_nt_columns(alpha, a, b, columns, T::zero(), into)?;
        let w = &mut updated[(first - start) * m..][..dw.len()];
        take(first - start, dw, w);
    }
    Ok(())
}
