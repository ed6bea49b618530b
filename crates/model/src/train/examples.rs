//! Inputs with their labels.

use layerwise_core::{DMatrix, MatrixView, Scalar, expect_examples, expect_matrix};

use crate::Result;

/// `X (n_x, m)` and `Y (n_y, m)`, one example a column, checked once at the door.
///
/// ```
/// use layerwise_model::{Examples, core::DMatrix};
///
/// let (x, y) = (DMatrix::zeros(3, 5), DMatrix::zeros(1, 4));
/// let error = Examples::<f32>::new(&x, &y).unwrap_err();
/// assert_eq!(error.to_string(), "expected Y of shape (1, 5), found (1, 4)");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a, T: Scalar> {
    x: MatrixView<'a, T>,
    y: MatrixView<'a, T>,
}

impl<'a, T: Scalar> Examples<'a, T> {
    /// Pairs inputs with labels.
    ///
    /// # Errors
    /// Empty matrices, different numbers of examples, NaN or an infinity, with row and column.
    pub fn new(x: &'a DMatrix<T>, y: &'a DMatrix<T>) -> Result<Self> {
        let (x, y) = (MatrixView::from(x), MatrixView::from(y));
        expect_matrix("X", x)?;
        expect_examples("Y", y, x.ncols())?;
        expect_matrix("Y", y)?;
        Ok(Self { x, y })
    }

    /// The inputs.
    pub fn x(&self) -> MatrixView<'a, T> {
        self.x
    }

    /// The labels.
    pub fn y(&self) -> MatrixView<'a, T> {
        self.y
    }

    /// The number of examples, m.
    pub fn m(&self) -> usize {
        self.x.ncols()
    }
}
