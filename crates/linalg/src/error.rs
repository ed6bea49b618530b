//! What a kernel refuses.

/// Shapes that do not fit together, with the numbers.
///
/// ```
/// use layerwise_linalg::{LinalgError, MatrixView};
///
/// let error = MatrixView::new(&[1.0, 2.0, 3.0], 2, 2).unwrap_err();
/// assert_eq!(error, LinalgError::Length { rows: 2, columns: 2, expected: 4, found: 3 });
/// assert_eq!(error.to_string(), "a (2, 2) matrix holds 4 values, found 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinalgError {
    /// A matrix has another shape than the operation needs.
    #[error(
        "{operation}: expected {what} of shape ({}, {}), found ({}, {})",
        expected.0, expected.1, found.0, found.1
    )]
    Shape {
        /// The kernel that was called.
        operation: &'static str,
        /// The argument at fault.
        what: &'static str,
        /// Rows and columns it must have.
        expected: (usize, usize),
        /// Rows and columns it has.
        found: (usize, usize),
    },
    /// A slice does not have the length of the matrix it is to be.
    #[error("a ({rows}, {columns}) matrix holds {expected} values, found {found}")]
    Length {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        columns: usize,
        /// `rows * columns`.
        expected: usize,
        /// The length of the slice.
        found: usize,
    },
    /// A range of columns reaches past the end of a matrix.
    #[error("columns {start}..{end} asked of a matrix of {columns} columns")]
    Columns {
        /// First column asked for.
        start: usize,
        /// One past the last column asked for.
        end: usize,
        /// Columns there are.
        columns: usize,
    },
    /// A range of rows reaches past the end of a matrix.
    #[error("rows {start}..{end} asked of a matrix of {rows} rows")]
    Rows {
        /// First row asked for.
        start: usize,
        /// One past the last row asked for.
        end: usize,
        /// Rows there are.
        rows: usize,
    },
}
