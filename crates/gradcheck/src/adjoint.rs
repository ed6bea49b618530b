//! Adjoint identities, which hold a kernel and its transpose together.

use crate::report::{Comparison, Report};
use crate::{CheckOptions, Coordinate};

/// Two ways to one number, `⟨C, A x⟩` and `⟨Aᵀ C, x⟩`.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, Pairing, check_adjoint};
/// use layerwise_gradcheck::core::DMatrix;
///
/// let a = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
/// let (x, y) = (DMatrix::from_element(2, 1, 0.5), DMatrix::from_element(2, 1, -1.0));
/// let pairing = Pairing {
///     identity: "⟨y, Ax⟩ = ⟨Aᵀy, x⟩",
///     left: y.dot(&(&a * &x)),
///     right: (a.transpose() * &y).dot(&x),
///     size: 5.0,
/// };
/// assert!(check_adjoint("a product", "f64", 1, &[pairing], &CheckOptions::default()).passed());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pairing {
    /// The identity in a formula.
    pub identity: &'static str,
    /// The left side.
    pub left: f64,
    /// The right side.
    pub right: f64,
    /// How large the terms of the sums are: errors are measured against this, or the sums
    /// themselves if they are larger.
    pub size: f64,
}

/// A report on identities between the kernels of one case: the two sides may differ by
/// `options.tolerance` (for `f32` by `options.tolerance_f32`) of their size.
///
/// ```
/// use layerwise_gradcheck::{CheckOptions, Pairing, check_adjoint};
///
/// let pairing = Pairing { identity: "⟨y, Ax⟩ = ⟨Aᵀy, x⟩", left: 3.0, right: 3.5, size: 1.0 };
/// let report = check_adjoint("a product", "f64", 1, &[pairing], &CheckOptions::default());
/// assert!(!report.passed());
/// ```
pub fn check_adjoint(
    kernel: &str,
    precision: &'static str,
    batch: usize,
    pairings: &[Pairing],
    options: &CheckOptions,
) -> Report {
    let tolerance = if precision == "f32" { options.tolerance_f32 } else { options.tolerance };
    let mut report = Report::new(kernel.into(), precision, batch, tolerance, options);
    (report.total, report.checked) = (pairings.len(), pairings.len());
    for &Pairing { identity, left, right, size } in pairings {
        let (kind, name) = (kernel.into(), identity.into());
        let coordinate = Coordinate { layer: 0, kind, name, row: 0, column: 0 };
        report.compare(Comparison::new(coordinate, "identity", left, right, size));
    }
    report
}
