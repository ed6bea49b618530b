//! PReLU (He et al., "Delving Deep into Rectifiers", 2015, equation 1).

use std::collections::BTreeMap;
use std::ops::Range;

use layerwise_core::{
    CoreError, DVector, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// `a = z` for `z > 0`, else `s z`, with a learned slope for each unit: parameter 0 `s (n, 1)`.
///
/// Backward: `da_prev = da` or `s da`, `ds = Σ da ∗ min(0, z)`.
///
/// ```
/// use layerwise_layers::{PRelu, core::{DMatrix, DVector, Layer, Pass}};
///
/// let layer = PRelu::new(DVector::from_element(2, 0.25))?;
/// let x = DMatrix::from_column_slice(2, 1, &[3.0, -4.0]);
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a.as_slice(), [3.0, -1.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PRelu<T: Scalar> {
    s: DVector<T>,
}

impl<T: Scalar> PRelu<T> {
    /// A layer with these slopes; 0.25 is the paper's start.
    ///
    /// # Errors
    /// No numbers, NaN or an infinity among them.
    pub fn new(s: DVector<T>) -> Result<Self> {
        expect_matrix("s", (&s).into())?;
        Ok(Self { s })
    }
}

impl<T: Scalar> Layer<T> for PRelu<T> {
    fn n_in(&self) -> usize {
        self.s.len()
    }

    fn n_out(&self) -> usize {
        self.s.len()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        _pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        for j in 0..a_prev.ncols() {
            for ((a, &z), &s) in a.column_mut(j).iter_mut().zip(a_prev.column(j)).zip(&self.s) {
                *a = if z > T::zero() { z } else { s * z };
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        _cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let da = da.as_view();
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("da", da, a_prev.shape())?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        for j in 0..a_prev.ncols() {
            let given = da.column(j).iter().zip(a_prev.column(j)).zip(&self.s);
            for (da_prev, ((&da, &z), &s)) in da_prev.column_mut(j).iter_mut().zip(given) {
                *da_prev = if z > T::zero() { da } else { s * da };
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
        if index > 0 {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        }
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("da", dz, a_prev.shape())?;
        expect_shape("ds", gradient.as_view(), (self.n_in(), columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        for j in 0..a_prev.ncols() {
            // A range without the one column leaves nothing to add to.
            let sums = gradient.as_mut_slice().iter_mut();
            for ((sum, &da), &z) in sums.zip(dz.column(j)).zip(a_prev.column(j)) {
                *sum += if z > T::zero() { T::zero() } else { da * z };
            }
        }
        Ok(())
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        (index == 0).then(|| (&self.s).into())
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        visit((&mut self.s).into());
    }

    fn parameter_name(&self, _index: usize) -> String {
        "s".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let n = self.s.len();
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "prelu".into(),
            n_in: n,
            n_out: n,
            settings: BTreeMap::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    fn layer(s: &[f64]) -> PRelu<f64> {
        PRelu::new(DVector::from_column_slice(s)).unwrap()
    }

    #[test]
    fn by_hand() {
        let z = DMatrix::from_column_slice(2, 3, &[3.0, -4.0, -1.0, 5.0, 0.0, 0.0]);
        let da = DMatrix::from_column_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let pass = OnePass::of(&layer(&[0.25, -2.0]), &z, &da);
        assert_eq!(pass.a.as_slice(), [3.0, 8.0, -0.25, 5.0, 0.0, 0.0]);
        // At 0 the slope is that below it.
        assert_eq!(pass.da_prev.as_slice(), [1.0, -4.0, 0.75, 4.0, 1.25, -12.0]);
        assert_eq!(pass.gradients, [[-3.0, -8.0]]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refuses_what_does_not_fit(&layer(&[0.25, 0.5]));
        assert!(PRelu::<f64>::new(DVector::zeros(0)).is_err());
        let error = PRelu::new(DVector::from_vec(vec![1.0, f64::NAN])).unwrap_err().to_string();
        assert_eq!(error, "s holds NaN in row 1, column 0 (counted from 0)");
    }

    proptest! {
        /// A slope of 1 changes nothing, and a positive factor goes through.
        #[test]
        fn rectifies(z in -9.0..9.0_f64, s in -2.0..2.0_f64, factor in 0.0..9.0_f64) {
            let of = |s, z| inferred(&layer(&[s]), &DMatrix::from_element(1, 1, z))[0];
            prop_assert_eq!(of(1.0, z), z);
            prop_assert_eq!(of(0.0, z), z.max(0.0));
            prop_assert!((of(s, factor * z) - factor * of(s, z)).abs() < 1e-12);
        }
    }
}
