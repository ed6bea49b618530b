//! Layer normalization (Ba, Kiros and Hinton, "Layer Normalization", 2016).

use std::collections::BTreeMap;
use std::ops::Range;

use layerwise_core::{
    CoreError, DVector, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// Added to the variance, so that an example of equal features is no division by 0.
const EPSILON: f64 = 1e-5;

/// `a = γ ∗ x̂ + β` with `x̂ = (a_prev − μ)/√(σ² + 1e-5)`, mean μ and variance σ² over the features of each
/// example; parameters 0 `gamma (n, 1)` and 1 `beta (n, 1)`.
///
/// Backward, with `g = γ ∗ da`: `da_prev = (g − mean(g) − x̂ mean(g ∗ x̂))/√(σ² + 1e-5)`,
/// `dγ = Σ da ∗ x̂`, `dβ = Σ da`.
///
/// ```
/// use layerwise_layers::{LayerNorm, core::{DMatrix, Layer, Pass}};
///
/// let layer = LayerNorm::identity(2)?;
/// let x = DMatrix::from_column_slice(2, 1, &[10.0, 30.0]);
/// let mut a = DMatrix::zeros(2, 1);
/// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
/// assert!((a[0] + 1.0_f64).abs() < 1e-6 && (a[1] - 1.0).abs() < 1e-6);
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm<T: Scalar> {
    gamma: DVector<T>,
    beta: DVector<T>,
}

impl<T: Scalar> LayerNorm<T> {
    /// A layer with these factors and offsets.
    ///
    /// # Errors
    /// Vectors that are empty, differ in length or hold NaN.
    ///
    /// ```
    /// use layerwise_layers::{LayerNorm, core::{DMatrix, DVector, Layer, Pass}};
    ///
    /// let (gamma, beta) = (DVector::from_vec(vec![1.0, 3.0]), DVector::from_vec(vec![0.0, 5.0]));
    /// let layer = LayerNorm::new(gamma, beta)?;
    /// let (x, mut a) = (DMatrix::from_column_slice(2, 1, &[10.0, 30.0]), DMatrix::zeros(2, 1));
    /// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
    /// assert!((a[0] + 1.0_f64).abs() < 1e-6 && (a[1] - (3.0 + 5.0)).abs() < 1e-6);
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn new(gamma: DVector<T>, beta: DVector<T>) -> Result<Self> {
        expect_matrix("gamma", (&gamma).into())?;
        expect_shape("beta", (&beta).into(), gamma.shape())?;
        expect_matrix("beta", (&beta).into())?;
        Ok(Self { gamma, beta })
    }

    /// γ = 1, β = 0, the usual start, for `n` features.
    ///
    /// # Errors
    /// As [`new`](LayerNorm::new).
    pub fn identity(n: usize) -> Result<Self> {
        Self::new(DVector::from_element(n, T::one()), DVector::zeros(n))
    }

    /// μ and `1/√(σ² + ε)` of one example.
    fn moments(x: &[T]) -> [T; 2] {
        let n = T::of_count(x.len());
        let mean = x.iter().copied().sum::<T>() / n;
        let variance = x.iter().map(|&x| (x - mean) * (x - mean)).sum::<T>() / n;
        [mean, T::one() / (variance + T::of(EPSILON)).sqrt()]
    }
}

impl<T: Scalar> Layer<T> for LayerNorm<T> {
    fn n_in(&self) -> usize {
        self.gamma.len()
    }

    fn n_out(&self) -> usize {
        self.gamma.len()
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        if pass.training {
            expect_shape("the cache", MatrixView::column_vector(cache), (2 * a_prev.ncols(), 1))?;
        }
        for j in 0..a_prev.ncols() {
            let moments @ [mean, scale] = Self::moments(a_prev.column(j));
            if pass.training {
                cache[2 * j..2 * j + 2].copy_from_slice(&moments);
            }
            let parameters = self.gamma.iter().zip(&self.beta);
            let given = a_prev.column(j).iter().zip(parameters);
            for (a, (&x, (&gamma, &beta))) in a.column_mut(j).iter_mut().zip(given) {
                *a = gamma * ((x - mean) * scale) + beta;
            }
        }
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let da = da.as_view();
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("da", da, a_prev.shape())?;
        expect_shape("the cache", MatrixView::column_vector(cache), (2 * a_prev.ncols(), 1))?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        let n = T::of_count(self.n_in());
        for (j, moments) in cache.as_chunks::<2>().0.iter().enumerate() {
            let &[mean, scale] = moments;
            let given = || a_prev.column(j).iter().zip(da.column(j)).zip(&self.gamma);
            let (mut mean_g, mut mean_gx) = (T::zero(), T::zero());
            for ((&x, &da), &gamma) in given() {
                mean_g += gamma * da;
                mean_gx += gamma * da * ((x - mean) * scale);
            }
            (mean_g, mean_gx) = (mean_g / n, mean_gx / n);
            for (da_prev, ((&x, &da), &gamma)) in da_prev.column_mut(j).iter_mut().zip(given()) {
                let normalized = (x - mean) * scale;
                *da_prev = (gamma * da - mean_g - normalized * mean_gx) * scale;
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
        cache: &[T],
        mut gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        if index > 1 {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        }
        expect_shape("a_prev", a_prev, (self.n_in(), a_prev.ncols()))?;
        expect_shape("da", dz, a_prev.shape())?;
        expect_shape("the cache", MatrixView::column_vector(cache), (2 * a_prev.ncols(), 1))?;
        expect_shape("dgamma", gradient.as_view(), (self.n_in(), columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        for (j, moments) in cache.as_chunks::<2>().0.iter().enumerate() {
            let &[mean, scale] = moments;
            // A range without the one column leaves nothing to add to.
            let sums = gradient.as_mut_slice().iter_mut();
            for ((sum, &da), &x) in sums.zip(dz.column(j)).zip(a_prev.column(j)) {
                *sum += if index == 0 { da * ((x - mean) * scale) } else { da };
            }
        }
        Ok(())
    }

    fn n_cache(&self) -> usize {
        2
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        match index {
            0 => Some((&self.gamma).into()),
            1 => Some((&self.beta).into()),
            _ => None,
        }
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        visit((&mut self.gamma).into());
        visit((&mut self.beta).into());
    }

    fn parameter_name(&self, index: usize) -> String {
        if index == 0 { "gamma".into() } else { "beta".into() }
    }

    fn spec(&self) -> Option<LayerSpec> {
        let n = self.gamma.len();
        let kind = "layer norm".into();
        Some(LayerSpec { inner: Vec::new(), kind, n_in: n, n_out: n, settings: BTreeMap::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::one_pass::{OnePass, assert_refuses_what_does_not_fit, inferred};
    use layerwise_core::DMatrix;
    use proptest::prelude::*;

    fn vector(values: &[f64]) -> DVector<f64> {
        DVector::from_column_slice(values)
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
        }
    }

    #[test]
    fn by_hand() {
        // Mean 2 and variance 1, so x̂ is −s and s.
        let s = 1.0 / (1.0 + EPSILON).sqrt();
        let layer = LayerNorm::new(vector(&[1.0, 2.0]), vector(&[0.0, 5.0])).unwrap();
        let x = DMatrix::from_column_slice(2, 1, &[1.0, 3.0]);
        let pass = OnePass::of(&layer, &x, &DMatrix::from_column_slice(2, 1, &[1.0, 0.0]));
        assert_near(pass.a.as_slice(), &[-s, 2.0 * s + 5.0]);
        assert_near(&pass.gradients.concat(), &[-s, 0.0, 1.0, 0.0]);
        // Of two features one is always at −1: only what is added to the variance lets it move.
        let slope = 0.5 * (1.0 - s * s) * s;
        assert_near(pass.da_prev.as_slice(), &[slope, -slope]);
    }

    #[test]
    fn equal_features_are_no_division_by_zero() {
        let layer = LayerNorm::new(vector(&[3.0; 4]), vector(&[1.0, 2.0, 3.0, 4.0])).unwrap();
        let x = DMatrix::from_element(4, 1, 7.0);
        let pass = OnePass::of(&layer, &x, &x);
        assert_eq!(pass.a.as_slice(), [1.0, 2.0, 3.0, 4.0]);
        assert!(pass.da_prev.iter().all(|da| da.is_finite()));
    }

    #[test]
    fn nonsense_is_refused() {
        assert_refuses_what_does_not_fit(&LayerNorm::identity(3).unwrap());
        let message = |gamma: &[f64], beta: &[f64]| {
            LayerNorm::new(vector(gamma), vector(beta)).unwrap_err().to_string()
        };
        assert_eq!(message(&[], &[]), "gamma is empty: its shape is (0, 1)");
        assert_eq!(message(&[1.0], &[0.0; 2]), "expected beta of shape (1, 1), found (2, 1)");
        let nan = "beta holds NaN in row 0, column 0 (counted from 0)";
        assert_eq!(message(&[1.0], &[f64::NAN]), nan);
        assert!(LayerNorm::<f64>::identity(0).is_err());
    }

    proptest! {
        /// Nothing given out changes when all features move by as much or are stretched alike, so no
        /// gradient points that way; mean 0 and variance 1 but for what is added to it.
        #[test]
        fn only_differences_count(
            x in prop::collection::vec(-9.0..9.0_f64, 5), da in prop::collection::vec(-1.0..1.0_f64, 5),
            by in -9.0..9.0_f64,
        ) {
            let x = DMatrix::from_column_slice(5, 1, &x);
            prop_assume!(x.variance() > 0.1);
            let layer = LayerNorm::identity(5).unwrap();
            let pass = OnePass::of(&layer, &x, &DMatrix::from_column_slice(5, 1, &da));
            prop_assert!((inferred(&layer, &x.add_scalar(by)) - &pass.a).amax() < 1e-12);
            prop_assert!((inferred(&layer, &(&x * 3.0)) - &pass.a).amax() < 1e-3);
            prop_assert!(pass.da_prev.sum().abs() < 1e-12);
            prop_assert!(pass.a.mean().abs() < 1e-14 && (pass.a.variance() - 1.0).abs() < 1e-3);
        }
    }
}
