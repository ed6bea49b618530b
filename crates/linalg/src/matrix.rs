//! A slice with a shape: the contiguous column-major view every kernel and layer works on.

use std::ops::Range;

use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut, DVector, Scalar as Element};

use crate::{LinalgError, Result};

/// A read-only `(nrows, ncols)` matrix over a slice, column after column with no gaps.
///
/// ```
/// use layerwise_linalg::MatrixView;
///
/// // Two features (rows), three examples (columns).
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3)?;
/// assert_eq!(x.column(1), &[3.0, 4.0]);
/// assert_eq!(x[(0, 2)], 5.0);
/// // A mini-batch is a slice.
/// assert_eq!(x.columns(1..3)?.as_slice(), &[3.0, 4.0, 5.0, 6.0]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
///
/// ```
/// use layerwise_linalg::{DMatrix, MatrixView};
///
/// let b = MatrixView::column_vector(&[1.0, 2.0]);
/// assert_eq!((b.nrows(), b.ncols(), b.shape()), (2, 1, (2, 1)));
/// assert_eq!(b.to_matrix(), DMatrix::from_vec(2, 1, vec![1.0, 2.0]));
/// assert_eq!(b.as_nalgebra().norm_squared(), 5.0);
/// ```
#[derive(Debug, PartialEq)]
pub struct MatrixView<'a, T> {
    values: &'a [T],
    nrows: usize,
    ncols: usize,
}

// By hand: a derive would ask for `T: Copy`, and a view is a pointer whatever it points to.
impl<T> Clone for MatrixView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for MatrixView<'_, T> {}

/// A writable `(nrows, ncols)` matrix over a slice, column after column with no gaps.
///
/// ```
/// use layerwise_linalg::MatrixViewMut;
///
/// let mut buffer = [0.0; 4];
/// let mut z = MatrixViewMut::new(&mut buffer, 2, 2)?;
/// z.column_mut(1).fill(7.0);
/// assert_eq!(buffer, [0.0, 0.0, 7.0, 7.0]);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
///
/// ```
/// use layerwise_linalg::MatrixViewMut;
///
/// let mut values = [1.0, 2.0, 3.0, 4.0];
/// let mut z = MatrixViewMut::new(&mut values, 2, 2)?;
/// assert_eq!((z.nrows(), z.ncols(), z.shape()), (2, 2, (2, 2)));
/// z.columns_mut(1..2)?.as_mut_slice()[0] = -3.0;
/// z.as_nalgebra_mut().transpose_mut();
/// // Lent on, and still there afterwards.
/// z.reborrow().column_mut(0).reverse();
/// assert_eq!(z.as_view().column(0), &[-3.0, 1.0]);
/// assert_eq!(z.as_slice(), &[-3.0, 1.0, 2.0, 4.0]);
/// let all: &mut [f64] = z.into_slice();
/// all[3] = 0.0;
/// assert_eq!(MatrixViewMut::column_vector(&mut values).shape(), (4, 1));
/// assert_eq!(values[3], 0.0);
/// # Ok::<(), layerwise_linalg::LinalgError>(())
/// ```
#[derive(Debug, PartialEq)]
pub struct MatrixViewMut<'a, T> {
    values: &'a mut [T],
    nrows: usize,
    ncols: usize,
}

fn check_length(found: usize, rows: usize, columns: usize) -> Result<()> {
    match rows.checked_mul(columns) {
        Some(expected) if expected == found => Ok(()),
        product => Err(LinalgError::Length {
            rows,
            columns,
            expected: product.unwrap_or(usize::MAX),
            found,
        }),
    }
}

fn check_columns(range: &Range<usize>, columns: usize) -> Result<()> {
    if range.start <= range.end && range.end <= columns {
        return Ok(());
    }
    Err(LinalgError::Columns { start: range.start, end: range.end, columns })
}

impl<'a, T> MatrixView<'a, T> {
    /// Reads `values` as a matrix of `nrows` rows and `ncols` columns.
    ///
    /// # Errors
    /// [`LinalgError::Length`] if the slice does not hold `nrows * ncols` values.
    pub fn new(values: &'a [T], nrows: usize, ncols: usize) -> Result<Self> {
        check_length(values.len(), nrows, ncols)?;
        Ok(Self { values, nrows, ncols })
    }

    /// A slice as a matrix of one column: a bias, a single example.
    pub fn column_vector(values: &'a [T]) -> Self {
        Self { nrows: values.len(), ncols: 1, values }
    }

    /// Rows: features or units.
    pub fn nrows(&self) -> usize {
        self.nrows
    }

    /// Columns: examples (or, of a weight matrix, the units of the layer below).
    pub fn ncols(&self) -> usize {
        self.ncols
    }

    /// `(nrows, ncols)`.
    pub fn shape(&self) -> (usize, usize) {
        (self.nrows, self.ncols)
    }

    /// All values, column after column.
    pub fn as_slice(&self) -> &'a [T] {
        self.values
    }

    /// Column `j`: one example.
    ///
    /// # Panics
    /// If `j >= ncols`, as indexing a slice does.
    pub fn column(&self, j: usize) -> &'a [T] {
        &self.values[j * self.nrows..(j + 1) * self.nrows]
    }

    /// The columns in `range` as a view of their own: a mini-batch.
    ///
    /// # Errors
    /// [`LinalgError::Columns`] if the range reaches past the last column.
    pub fn columns(&self, range: Range<usize>) -> Result<Self> {
        check_columns(&range, self.ncols)?;
        let values = &self.values[range.start * self.nrows..range.end * self.nrows];
        Ok(Self { values, nrows: self.nrows, ncols: range.len() })
    }
}

impl<'a, T: Element> MatrixView<'a, T> {
    /// The same matrix for nalgebra, with all of its operations.
    pub fn as_nalgebra(&self) -> DMatrixView<'a, T> {
        DMatrixView::from_slice(self.values, self.nrows, self.ncols)
    }

    /// A matrix that owns a copy of the values.
    pub fn to_matrix(&self) -> DMatrix<T> {
        DMatrix::from_column_slice(self.nrows, self.ncols, self.values)
    }
}

impl<'a, T> MatrixViewMut<'a, T> {
    /// Writes to `values` as a matrix of `nrows` rows and `ncols` columns.
    ///
    /// # Errors
    /// [`LinalgError::Length`] if the slice does not hold `nrows * ncols` values.
    pub fn new(values: &'a mut [T], nrows: usize, ncols: usize) -> Result<Self> {
        check_length(values.len(), nrows, ncols)?;
        Ok(Self { values, nrows, ncols })
    }

    /// A slice as a matrix of one column: a bias, a single example.
    pub fn column_vector(values: &'a mut [T]) -> Self {
        Self { nrows: values.len(), ncols: 1, values }
    }

    /// Rows: features or units.
    pub fn nrows(&self) -> usize {
        self.nrows
    }

    /// Columns: examples (or, of a weight matrix, the units of the layer below).
    pub fn ncols(&self) -> usize {
        self.ncols
    }

    /// `(nrows, ncols)`.
    pub fn shape(&self) -> (usize, usize) {
        (self.nrows, self.ncols)
    }

    /// All values, column after column, to read.
    pub fn as_slice(&self) -> &[T] {
        self.values
    }

    /// All values, column after column, to write.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        self.values
    }

    /// All values, column after column, for as long as the matrix they belong to is borrowed.
    pub fn into_slice(self) -> &'a mut [T] {
        self.values
    }

    /// Column `j`, to write.
    ///
    /// # Panics
    /// If `j >= ncols`, as indexing a slice does.
    pub fn column_mut(&mut self, j: usize) -> &mut [T] {
        &mut self.values[j * self.nrows..(j + 1) * self.nrows]
    }

    /// The columns in `range`, to write.
    ///
    /// # Errors
    /// [`LinalgError::Columns`] if the range reaches past the last column.
    pub fn columns_mut(&mut self, range: Range<usize>) -> Result<MatrixViewMut<'_, T>> {
        check_columns(&range, self.ncols)?;
        let values = &mut self.values[range.start * self.nrows..range.end * self.nrows];
        Ok(MatrixViewMut { values, nrows: self.nrows, ncols: range.len() })
    }

    /// The same matrix, read-only, for as long as this borrow lasts.
    pub fn as_view(&self) -> MatrixView<'_, T> {
        MatrixView { values: self.values, nrows: self.nrows, ncols: self.ncols }
    }

    /// The same matrix, lent on: for handing a view to a function and using it again afterwards.
    pub fn reborrow(&mut self) -> MatrixViewMut<'_, T> {
        MatrixViewMut { values: self.values, nrows: self.nrows, ncols: self.ncols }
    }
}

impl<T: Element> MatrixViewMut<'_, T> {
    /// The same matrix for nalgebra, with all of its operations.
    pub fn as_nalgebra_mut(&mut self) -> DMatrixViewMut<'_, T> {
        DMatrixViewMut::from_slice(self.values, self.nrows, self.ncols)
    }
}

impl<T> std::ops::Index<(usize, usize)> for MatrixView<'_, T> {
    type Output = T;

    fn index(&self, (i, j): (usize, usize)) -> &T {
        &self.column(j)[i]
    }
}

impl<'a, T> From<&'a DMatrix<T>> for MatrixView<'a, T> {
    fn from(matrix: &'a DMatrix<T>) -> Self {
        Self { nrows: matrix.nrows(), ncols: matrix.ncols(), values: matrix.data.as_slice() }
    }
}

impl<'a, T> From<&'a mut DMatrix<T>> for MatrixViewMut<'a, T> {
    fn from(matrix: &'a mut DMatrix<T>) -> Self {
        let (nrows, ncols) = (matrix.nrows(), matrix.ncols());
        Self { nrows, ncols, values: matrix.data.as_mut_slice() }
    }
}

impl<'a, T> From<&'a DVector<T>> for MatrixView<'a, T> {
    fn from(vector: &'a DVector<T>) -> Self {
        Self { nrows: vector.nrows(), ncols: 1, values: vector.data.as_slice() }
    }
}

impl<'a, T> From<&'a mut DVector<T>> for MatrixViewMut<'a, T> {
    fn from(vector: &'a mut DVector<T>) -> Self {
        Self { nrows: vector.nrows(), ncols: 1, values: vector.data.as_mut_slice() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lengths_and_ranges_name_the_numbers() {
        let error = MatrixView::new(&[1.0; 5], 2, 3).unwrap_err();
        assert_eq!(error.to_string(), "a (2, 3) matrix holds 6 values, found 5");
        assert!(MatrixView::new(&[1.0; 5], usize::MAX, 2).is_err());
        let x = MatrixView::new(&[1.0; 6], 2, 3).unwrap();
        let error = x.columns(2..4).unwrap_err();
        assert_eq!(error.to_string(), "columns 2..4 asked of a matrix of 3 columns");
    }

    #[test]
    fn nalgebra_and_views_see_the_same_numbers() {
        let mut matrix = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(MatrixView::from(&matrix)[(1, 2)], 6.0);
        assert_eq!(MatrixView::from(&matrix).as_nalgebra(), matrix);
        assert_eq!(MatrixView::from(&matrix).to_matrix(), matrix);
        MatrixViewMut::from(&mut matrix).as_nalgebra_mut().fill_column(0, 9.0);
        assert_eq!(matrix[(1, 0)], 9.0);
    }
}
