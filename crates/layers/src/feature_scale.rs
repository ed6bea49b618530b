//! One learned factor a feature (Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong
//! Pre-Tuned MLPs", 2024, section 3: the scaling layer of RealMLP).

use std::collections::BTreeMap;
use std::ops::Range;

use layerwise_core::{
    CoreError, DVector, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// `a = s ∗ a_prev`, with parameter 0 `s (n, 1)`: a network's own choice of features.
///
/// Backward: `da_prev = s ∗ da`, `ds = Σ da ∗ a_prev`.
///
/// ```
/// use layerwise_layers::{FeatureScale, core::{DMatrix, DVector, Layer, Pass}};
///
/// let layer = FeatureScale::new(DVector::from_vec(vec![2.0, 0.5]))?;
/// let x = DMatrix::from_column_slice(2, 1, &[3.0, 4.0]);
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert_eq!(a.as_slice(), [6.0, 2.0]);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureScale<T: Scalar> {
    s: DVector<T>,
}

impl<T: Scalar> FeatureScale<T> {
    /// A layer with these factors; 1 is the usual start.
    ///
    /// # Errors
    /// No numbers, NaN or an infinity among them.
    pub fn new(s: DVector<T>) -> Result<Self> {
        expect_matrix("s", (&s).into())?;
        Ok(Self { s })
    }
}

impl<T: Scalar> Layer<T> for FeatureScale<T> {
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
                *a = s * z;
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
            let given = da.column(j).iter().zip(&self.s);
            for (da_prev, (&da, &s)) in da_prev.column_mut(j).iter_mut().zip(given) {
                *da_prev = da * s;
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
                *sum += da * z;
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
            kind: "feature scale".into(),
            n_in: n,
            n_out: n,
            settings: BTreeMap::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit};
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    fn layer(s: &[f64]) -> FeatureScale<f64> {
        FeatureScale::new(DVector::from_column_slice(s)).unwrap()
    }

    #[test]
    fn by_hand() {
        let x = DMatrix::from_column_slice(2, 2, &[3.0, 4.0, -1.0, 0.0]);
        let da = DMatrix::from_column_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
        let pass = OnePass::of(&layer(&[2.0, -0.5]), &x, &da);
        assert_eq!(pass.a.as_slice(), [6.0, -2.0, -2.0, 0.0]);
        assert_eq!(pass.da_prev.as_slice(), [2.0, -1.0, 6.0, -2.0]);
        assert_eq!(pass.gradients, [[3.0 - 3.0, 8.0 + 0.0]]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refuses_what_does_not_fit(&layer(&[2.0, 0.5]));
        assert!(FeatureScale::<f64>::new(DVector::zeros(0)).is_err());
        let infinite = DVector::from_vec(vec![f64::INFINITY]);
        let error = FeatureScale::new(infinite).unwrap_err().to_string();
        assert_eq!(error, "s holds inf in row 0, column 0 (counted from 0)");
    }

    proptest! {
        /// `⟨da, s ∗ x⟩ = ⟨s ∗ da, x⟩ = ⟨s, ds⟩`: linear in both.
        #[test]
        fn its_own_adjoint(numbers in prop::collection::vec(-9.0..9.0_f64, 15)) {
            let s = &numbers[..3];
            let x = DMatrix::from_column_slice(3, 2, &numbers[3..9]);
            let da = DMatrix::from_column_slice(3, 2, &numbers[9..]);
            let pass = OnePass::of(&layer(s), &x, &da);
            let product = da.dot(&pass.a);
            prop_assert!((product - pass.da_prev.dot(&x)).abs() < 1e-10);
            let by_s: f64 = s.iter().zip(&pass.gradients[0]).map(|(s, ds)| s * ds).sum();
            prop_assert!((product - by_s).abs() < 1e-10);
        }
    }
}
