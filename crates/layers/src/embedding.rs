//! Learned vectors for categories (Guo and Berkhahn, "Entity Embeddings of Categorical Variables",
//! 2016).

use std::ops::Range;

use layerwise_core::{
    CoreError, DMatrix, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// How far a code may be from a whole number: rounding on the way is no fault.
const FROM_WHOLE: f64 = 0.25;

/// Replaces some rows of the input, which hold the codes 0, 1, … of categories, by learned vectors.
///
/// Given out are first the rows that are no codes, as they are and in their order, then for each row
/// of codes the column of its table that the code names. Parameter k is the table of the k-th row of
/// codes, `(width, levels)`. Codes are exact up to 2²⁴ in `f32`.
///
/// Backward: a code's `da_prev` is 0; a column of a table gathers the `da` of the examples that named
/// it. Gradients are dense: columns that no example named are there, as 0, and an optimizer that remembers
/// (momentum, Adam) goes on moving them. Tables do not decay ([`decays`](Layer::decays) says no): what an
/// update takes from a level would be given back only when an example names it, so rare levels would
/// shrink for being rare.
///
/// ```
/// use layerwise_layers::{Embedding, core::{DMatrix, Layer, Pass}};
///
/// // Three features; the second is one of three colours, each two numbers.
/// let colours = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, -1.0, -2.0, -3.0]);
/// let layer = Embedding::new(3, vec![(1, colours)])?;
/// let x = DMatrix::from_column_slice(3, 1, &[0.5, 2.0, 0.25]);
/// let mut a = DMatrix::zeros(4, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a.as_slice(), [0.5, 0.25, 3.0, -3.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding<T: Scalar> {
    n_in: usize,
    /// Rows that are handed on as they are.
    plain: Vec<usize>,
    /// Rows of codes with their tables.
    tables: Vec<(usize, DMatrix<T>)>,
}

impl<T: Scalar> Embedding<T> {
    /// For inputs of `n_in` rows, some of them codes: their rows, counted from 0 and rising, with their
    /// tables `(width, levels)`.
    ///
    /// # Errors
    /// No rows at all, rows of codes that are not there or not rising, tables that are empty or hold NaN.
    pub fn new(n_in: usize, tables: Vec<(usize, DMatrix<T>)>) -> Result<Self> {
        let refuse = |message| CoreError::Layer { layer: KIND.into(), message };
        if n_in == 0 {
            return Err(refuse("no features: expected at least one".to_owned()));
        }
        for (row, table) in &tables {
            expect_matrix("a table", table.into())?;
            if *row >= n_in {
                return Err(refuse(format!("codes in row {row} of an input of {n_in} rows")));
            }
        }
        if let Some(pair) = tables.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            let (first, second) = (pair[0].0, pair[1].0);
            return Err(refuse(format!("rows of codes must rise: {second} comes after {first}")));
        }
        let coded = |row: &usize| tables.iter().any(|(own, _)| own == row);
        let plain = (0..n_in).filter(|row| !coded(row)).collect();
        Ok(Self { n_in, plain, tables })
    }

    /// The column of the table that `code` names.
    fn level(code: T, row: usize, levels: usize) -> Result<usize> {
        let code = code.to_f64();
        let whole = code.round();
        if (code - whole).abs() <= FROM_WHOLE && whole >= 0.0 && whole < levels as f64 {
            return Ok(whole as usize);
        }
        let message =
            format!("row {row} holds {code}, expected one of the codes 0 to {}", levels - 1);
        Err(CoreError::Layer { layer: KIND.into(), message })
    }

    /// The first row given out of each table.
    fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        self.tables.iter().scan(self.plain.len(), |next, (_, table)| {
            let start = *next;
            *next += table.nrows();
            Some(start)
        })
    }
}

const KIND: &str = "embedding";

impl<T: Scalar> Layer<T> for Embedding<T> {
    fn n_in(&self) -> usize {
        self.n_in
    }

    fn n_out(&self) -> usize {
        self.plain.len() + self.tables.iter().map(|(_, table)| table.nrows()).sum::<usize>()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        let m = a_prev.ncols();
        expect_shape("a_prev", a_prev, (self.n_in, m))?;
        expect_shape("a", a.as_view(), (Layer::<T>::n_out(self), m))?;
        for j in 0..m {
            let (x, a) = (a_prev.column(j), a.column_mut(j));
            for (a, &row) in a.iter_mut().zip(&self.plain) {
                *a = x[row];
            }
            for ((row, table), start) in self.tables.iter().zip(self.starts()) {
                let table = MatrixView::from(table);
                let level = Self::level(x[*row], *row, table.ncols())?;
                a[start..start + table.nrows()].copy_from_slice(table.column(level));
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        expect_shape("da", da.as_view(), a.shape())?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        da_prev.as_mut_slice().fill(T::zero());
        for j in 0..a_prev.ncols() {
            for (&da, &row) in da.as_view().column(j).iter().zip(&self.plain) {
                da_prev.column_mut(j)[row] = da;
            }
        }
        Ok(())
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        _cache: &[T],
        mut gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let Some(((row, table), start)) = self.tables.iter().zip(self.starts()).nth(index) else {
            return Err(CoreError::NoParameter { layer: KIND.into(), index });
        };
        let m = a_prev.ncols();
        expect_shape("a_prev", a_prev, (self.n_in, m))?;
        expect_shape("da", dz, (Layer::<T>::n_out(self), m))?;
        expect_shape("the gradient", gradient.as_view(), (table.nrows(), columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        for j in 0..m {
            let level = Self::level(a_prev.column(j)[*row], *row, table.ncols())?;
            if columns.contains(&level) {
                let da = &dz.column(j)[start..start + table.nrows()];
                for (sum, &da) in gradient.column_mut(level - columns.start).iter_mut().zip(da) {
                    *sum += da;
                }
            }
        }
        Ok(())
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        self.tables.get(index).map(|(_, table)| table.into())
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        self.tables.iter_mut().for_each(|(_, table)| visit(table.into()));
    }

    fn parameter_name(&self, index: usize) -> String {
        self.tables.get(index).map_or_else(|| "?".into(), |(row, _)| format!("table{row}"))
    }

    /// The settings `table7` → `3,40`: row 7 has 40 levels of 3 numbers.
    fn spec(&self) -> Option<LayerSpec> {
        let shape = |table: &DMatrix<T>| format!("{},{}", table.nrows(), table.ncols());
        let settings = self.tables.iter().map(|(row, table)| (format!("table{row}"), shape(table)));
        Some(LayerSpec {
            inner: Vec::new(),
            kind: KIND.into(),
            n_in: self.n_in,
            n_out: Layer::<T>::n_out(self),
            settings: settings.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_name_nothing_are_refused_with_their_row() {
        let layer = Embedding::new(2, vec![(1, DMatrix::<f64>::zeros(3, 4))]).unwrap();
        let message = |code: f64| {
            let x = DMatrix::from_column_slice(2, 1, &[9.0, code]);
            let mut a = DMatrix::zeros(4, 1);
            let result = layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference());
            result.map_err(|error| error.to_string())
        };
        assert_eq!(message(3.001), Ok(()));
        for code in [4.0, -1.0, 1.5, f64::NAN] {
            let error = message(code).unwrap_err();
            let expected =
                format!("embedding: row 1 holds {code}, expected one of the codes 0 to 3");
            assert_eq!(error, expected);
        }
        let table = || DMatrix::<f64>::zeros(1, 2);
        assert!(Embedding::<f64>::new(0, vec![]).is_err());
        assert!(Embedding::new(2, vec![(2, table())]).is_err());
        assert!(Embedding::new(2, vec![(1, table()), (0, table())]).is_err());
    }
}
