//! Penalties on the size of weights.

use layerwise_core::{CoreError, MatrixViewMut, Scalar, linalg::zip_in_place};

use crate::Result;

/// `l1 Σ|w| + l2/2 Σ w²` on the values that decay: weights, not biases (Hoerl and Kennard, "Ridge
/// Regression", 1970; Tibshirani, "Regression Shrinkage and Selection via the Lasso", 1996).
///
/// A penalty belongs to what is minimized; weight decay that leaves the gradient alone is the
/// optimizer's ([`Optimizer::weight_decay`](crate::Optimizer::weight_decay)). For the course's `λ/(2m) Σ w²` give
/// `l2 = λ/m`.
///
/// ```
/// use layerwise_optim::Penalty;
///
/// let penalty = Penalty::new(0.5, 2.0)?;
/// assert_eq!(penalty.value(&[1.0, -2.0]), 0.5 * 3.0 + 5.0);
/// let mut dw = [0.0, 0.0];
/// penalty.add_gradient(&[1.0, -2.0], &mut dw);
/// assert_eq!(dw, [0.5 + 2.0, -0.5 - 4.0]);
/// # Ok::<(), layerwise_optim::OptimError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Penalty {
    l1: f64,
    l2: f64,
}

impl Penalty {
    /// A penalty with these factors, at least 0.
    ///
    /// # Errors
    /// [`CoreError::Setting`] with the factor that is not.
    pub fn new(l1: f64, l2: f64) -> Result<Self> {
        for (what, found) in [("the L1 penalty", l1), ("the L2 penalty", l2)] {
            if !found.is_finite() || found < 0.0 {
                return Err(CoreError::Setting { what, expected: "at least 0", found }.into());
            }
        }
        Ok(Self { l1, l2 })
    }

    /// Whether there is nothing to add.
    ///
    /// ```
    /// use layerwise_optim::Penalty;
    /// assert!(Penalty::default().is_none());
    /// assert!(!Penalty::new(0.0, 1e-4)?.is_none());
    /// # Ok::<(), layerwise_optim::OptimError>(())
    /// ```
    pub fn is_none(&self) -> bool {
        self.l1 == 0.0 && self.l2 == 0.0
    }

    /// What these weights cost.
    pub fn value<T: Scalar>(&self, w: &[T]) -> f64 {
        let of = |w: f64| self.l1 * w.abs() + 0.5 * self.l2 * w * w;
        w.iter().map(|w| of(w.to_f64())).sum()
    }

    /// `dw += l1 sign(w) + l2 w`, where `sign(0) = 0`. Both of the same length.
    pub fn add_gradient<T: Scalar>(&self, w: &[T], dw: &mut [T]) {
        let (l1, l2) = (T::of(self.l1), T::of(self.l2));
        zip_in_place(dw, w, |dw, w| {
            let sign = if w > T::zero() {
                l1
            } else if w < T::zero() {
                -l1
            } else {
                T::zero()
            };
            dw + sign + l2 * w
        });
    }
}

/// Rows gone over together, so that memory is read as it lies.
const ROWS: usize = 16;

/// Shrinks each row of `w`, a unit's weights, to a norm of at most `largest` (Srivastava et al.,
/// "Dropout", 2014, section 5.1: max-norm regularization).
///
/// ```
/// use layerwise_optim::{core::DMatrix, max_norm};
///
/// let mut w = DMatrix::from_row_slice(2, 2, &[6.0, 8.0, 0.3, 0.4]);
/// max_norm((&mut w).into(), 5.0);
/// assert_eq!(w, DMatrix::from_row_slice(2, 2, &[3.0, 4.0, 0.3, 0.4]));
/// ```
pub fn max_norm<T: Scalar>(mut w: MatrixViewMut<'_, T>, largest: f64) {
    let (nrows, ncols) = w.as_view().shape();
    for first in (0..nrows).step_by(ROWS) {
        let rows = first..(first + ROWS).min(nrows);
        let mut squares = [0.0_f64; ROWS];
        for j in 0..ncols {
            for (sum, &w) in squares.iter_mut().zip(&w.as_view().column(j)[rows.clone()]) {
                *sum += w.to_f64().powi(2);
            }
        }
        if squares.iter().all(|&square| square <= largest * largest) {
            continue;
        }
        let factors = squares.map(|square| (largest / square.sqrt()).min(1.0));
        for j in 0..ncols {
            for (w, factor) in w.column_mut(j)[rows.clone()].iter_mut().zip(factors) {
                *w *= T::of(factor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_core::DMatrix;

    #[test]
    fn negative_factors_are_refused_and_none_adds_nothing() {
        let message = |l1, l2| Penalty::new(l1, l2).unwrap_err().to_string();
        assert_eq!(message(-1.0, 0.0), "expected the L1 penalty at least 0, found -1");
        assert!(message(0.0, f64::NAN).contains("L2"));
        let mut dw = [7.0_f32, -0.0];
        Penalty::default().add_gradient(&[1.0, 2.0], &mut dw);
        assert_eq!(dw, [7.0, 0.0]);
        assert!(Penalty::default().is_none());
    }

    #[test]
    fn rows_beyond_a_block_are_shrunk_too_and_short_ones_left_alone() {
        let mut w = DMatrix::from_fn(37, 5, |i, j| (i * 5 + j) as f64 / 40.0);
        let before = w.clone();
        max_norm((&mut w).into(), 2.0);
        for i in 0..37 {
            let norm = before.row(i).norm();
            let expected = before.row(i) * (2.0 / norm).min(1.0);
            assert!((w.row(i) - expected).norm() < 1e-12, "row {i}");
        }
        assert!(before.row(3).norm() < 2.0 && before.row(36).norm() > 2.0);
    }
}
