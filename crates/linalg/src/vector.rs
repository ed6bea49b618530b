//! Vector passes that the compiler turns into SIMD.

use crate::{Scalar, vectorized};

/// Partial sums kept side by side; a constant, so the order of summation never changes.
const LANES: usize = 16;

/// `Σ_i x_i y_i`, in sixteen partial sums added pairwise at the end.
///
/// The shorter slice decides how many terms there are.
///
/// ```
/// assert_eq!(layerwise_linalg::dot(&[1.0, 2.0, 3.0], &[1.0, 10.0, 100.0]), 321.0);
/// ```
pub fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    vectorized(
        #[inline(always)]
        || dot_in_lanes(x, y),
    )
}

/// [`dot`] inside a loop that is vectorized as a whole.
#[inline(always)]
pub(crate) fn dot_in_lanes<T: Scalar>(x: &[T], y: &[T]) -> T {
    let mut lanes = [T::zero(); LANES];
    let n = x.len().min(y.len());
    let (x, y) = (&x[..n], &y[..n]);
    let (x_blocks, x_rest) = x.as_chunks::<LANES>();
    let (y_blocks, y_rest) = y.as_chunks::<LANES>();
    for (x_block, y_block) in x_blocks.iter().zip(y_blocks) {
        for lane in 0..LANES {
            lanes[lane] += x_block[lane] * y_block[lane];
        }
    }
    for (lane, (&x_i, &y_i)) in lanes.iter_mut().zip(x_rest.iter().zip(y_rest)) {
        *lane += x_i * y_i;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// `y := alpha x + y`, the update of gradient descent with `alpha` negative.
///
/// The shorter slice decides how many terms there are.
///
/// ```
/// let mut w = [1.0, 1.0];
/// layerwise_linalg::axpy(-0.1, &[10.0, 20.0], &mut w);
/// assert_eq!(w, [0.0, -1.0]);
/// ```
pub fn axpy<T: Scalar>(alpha: T, x: &[T], y: &mut [T]) {
    vectorized(
        #[inline(always)]
        || axpy_in_lanes(alpha, x, y),
    );
}

/// [`axpy`] inside a loop that is vectorized as a whole.
#[inline(always)]
pub(crate) fn axpy_in_lanes<T: Scalar>(alpha: T, x: &[T], y: &mut [T]) {
    for (y_i, &x_i) in y.iter_mut().zip(x) {
        *y_i += alpha * x_i;
    }
}
