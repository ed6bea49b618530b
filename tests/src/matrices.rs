//! Matrices for property tests.

use layerwise::core::{DMatrix, MatrixView, Scalar};

/// A matrix of numbers in (−1, 1) that depends on nothing but its arguments; the same in both
/// precisions, up to rounding.
pub fn matrix<T: Scalar>(nrows: usize, ncols: usize, seed: u64) -> DMatrix<T> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    DMatrix::from_fn(nrows, ncols, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        T::of((state >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
    })
}

/// Asserts that `found` is `expected` within `tolerance`, relative to the largest entry expected.
///
/// # Panics
/// If it is not, with the first entry that is off.
pub fn assert_close<'a, T: Scalar>(
    what: &str,
    found: impl Into<MatrixView<'a, T>>,
    expected: impl Into<MatrixView<'a, T>>,
    tolerance: f64,
) {
    let (found, expected) = (found.into(), expected.into());
    let scale = expected.as_slice().iter().map(|v| v.to_f64().abs()).fold(0.0, f64::max);
    compare(what, found, expected, |_| tolerance * scale);
}

/// Asserts that every entry of `found` is `expected` within `tolerance` of its own size; a zero
/// must be a zero.
///
/// # Panics
/// If it is not, with the first entry that is off.
pub fn assert_each_close<'a>(
    what: &str,
    found: impl Into<MatrixView<'a, f64>>,
    expected: impl Into<MatrixView<'a, f64>>,
    tolerance: f64,
) {
    compare(what, found.into(), expected.into(), |e| tolerance * e.abs());
}

fn compare<T: Scalar>(
    what: &str,
    found: MatrixView<'_, T>,
    expected: MatrixView<'_, T>,
    allowed: impl Fn(f64) -> f64,
) {
    assert_eq!(found.shape(), expected.shape(), "shape of {what}");
    for (position, (f, e)) in found.as_slice().iter().zip(expected.as_slice()).enumerate() {
        let (off, allowed) = ((f.to_f64() - e.to_f64()).abs(), allowed(e.to_f64()));
        let (row, column) = (position % found.nrows(), position / found.nrows());
        assert!(
            off <= allowed,
            "{what}[{row}, {column}] is {f}, expected {e}: off by {off:e}, allowed {allowed:e}"
        );
    }
}
