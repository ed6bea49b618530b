//! Batch normalization (Ioffe and Szegedy, "Batch Normalization", 2015).

use std::ops::Range;

use layerwise_core::{
    CoreError, DVector, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_matrix,
    expect_shape,
};

use crate::Result;

/// Added to the variance, so that a feature that is the same in all examples is no division by 0.
const EPSILON: f64 = 1e-5;

/// Features whose sums over examples are taken together, as they lie in memory.
const TOGETHER: usize = 16;

/// `a = γ ∗ x̂ + β` with `x̂ = (a_prev − μ)/√(σ² + 1e-5)`. In training μ and σ² are mean and variance of
/// each feature over the mini-batch (algorithm 1 of the paper); in inference the running ones.
///
/// Parameters 0 `gamma`, 1 `beta`, and, moved by [`absorb`](Layer::absorb) and not by gradients, 2
/// `mean` and 3 `variance`, all `(n, 1)`. After each training step
/// `mean := (1 − momentum) mean + momentum μ`, and the variance likewise with the unbiased
/// `σ² m/(m − 1)`. A mini-batch of one example gives `a = β` and moves nothing.
///
/// Backward: `da_prev = γ/√(σ² + 1e-5) ∗ (da − Σda/m − x̂ Σ(da ∗ x̂)/m)`, `dγ = Σ da ∗ x̂`,
/// `dβ = Σ da`.
///
/// ```
/// use layerwise_layers::{BatchNorm, core::{DMatrix, Layer, Pass}};
///
/// let mut layer = BatchNorm::identity(1, 0.5)?;
/// let x = DMatrix::from_row_slice(1, 2, &[10.0, 30.0]);
/// let (mut a, mut cache) = (DMatrix::zeros(1, 2), vec![0.0; 4]);
/// layer.forward((&x).into(), (&mut a).into(), &mut cache, &Pass::training(0, 0))?;
/// assert!((a[0] + 1.0_f64).abs() < 1e-6 && (a[1] - 1.0).abs() < 1e-6);
///
/// Layer::<f64>::absorb(&mut layer, 2, &cache);
/// assert_eq!(Layer::<f64>::parameter(&layer, 2).map(|mean| mean[(0, 0)]), Some(10.0));
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm<T: Scalar> {
    /// gamma, beta, mean, variance.
    values: [DVector<T>; 4],
    momentum: f64,
}

impl<T: Scalar> BatchNorm<T> {
    /// A layer with these γ, β, running mean and running variance, and a momentum in (0, 1].
    ///
    /// # Errors
    /// Vectors that are empty, differ in length or hold NaN, a negative variance, another momentum.
    ///
    /// ```
    /// use layerwise_layers::{BatchNorm, core::{DMatrix, DVector, Layer, Pass}};
    ///
    /// // As read from a file: γ = 2, β = 1, a running mean of 3, a running variance of 4.
    /// let layer = BatchNorm::new([2.0, 1.0, 3.0, 4.0].map(|v| DVector::from_element(1, v)), 0.1)?;
    /// let (x, mut a) = (DMatrix::from_element(1, 1, 5.0), DMatrix::zeros(1, 1));
    /// layer.forward((&x).into(), (&mut a).into(), &mut [], &Pass::inference())?;
    /// assert!((a[0] - (2.0 * (5.0 - 3.0) / 2.0 + 1.0_f64)).abs() < 1e-4);
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn new(values: [DVector<T>; 4], momentum: f64) -> Result<Self> {
        for (name, value) in NAMES.into_iter().zip(&values) {
            expect_matrix(name, value.into())?;
            expect_shape(name, value.into(), values[0].shape())?;
        }
        if let Some(variance) = values[3].iter().find(|&&variance| variance < T::zero()) {
            let (what, expected) = ("the running variance", "at least 0");
            return Err(CoreError::Setting { what, expected, found: variance.to_f64() });
        }
        if !(momentum > 0.0 && momentum <= 1.0) {
            let (what, expected) = ("the momentum of batch normalization", "in (0, 1]");
            return Err(CoreError::Setting { what, expected, found: momentum });
        }
        Ok(Self { values, momentum })
    }

    /// γ = 1, β = 0, mean 0 and variance 1, the usual start, for `n` features.
    ///
    /// # Errors
    /// As [`new`](BatchNorm::new).
    pub fn identity(n: usize, momentum: f64) -> Result<Self> {
        let all = |value| DVector::from_element(n, value);
        let (zero, one) = (T::zero(), T::one());
        Self::new([all(one), all(zero), all(zero), all(one)], momentum)
    }

    fn n(&self) -> usize {
        self.values[0].len()
    }

    /// By the running statistics, the root of each feature taken once.
    fn infer(&self, a_prev: MatrixView<'_, T>, mut a: MatrixViewMut<'_, T>) {
        let [gamma, beta, mean, variance] = &self.values;
        for part in parts(self.n()) {
            let mut scales = [T::zero(); TOGETHER];
            for (scale, i) in scales.iter_mut().zip(part.clone()) {
                *scale = Self::scale(variance[i]);
            }
            for j in 0..a_prev.ncols() {
                let (x, a) = (&a_prev.column(j)[part.clone()], &mut a.column_mut(j)[part.clone()]);
                for ((i, (a, &x)), scale) in part.clone().zip(a.iter_mut().zip(x)).zip(scales) {
                    *a = gamma[i] * ((x - mean[i]) * scale) + beta[i];
                }
            }
        }
    }

    /// `1/√(σ² + ε)`.
    fn scale(variance: T) -> T {
        T::one() / (variance + T::of(EPSILON)).sqrt()
    }
}

const NAMES: [&str; 4] = ["gamma", "beta", "mean", "variance"];

/// Two sums over examples for each of the features in `features`.
fn sums<T: Scalar>(
    features: &Range<usize>,
    m: usize,
    terms: impl Fn(usize, usize) -> [T; 2],
) -> [[T; TOGETHER]; 2] {
    let mut sums = [[T::zero(); TOGETHER]; 2];
    for j in 0..m {
        for (slot, i) in features.clone().enumerate() {
            let [first, second] = terms(i, j);
            sums[0][slot] += first;
            sums[1][slot] += second;
        }
    }
    sums
}

/// `0..n` in parts of [`TOGETHER`].
fn parts(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(TOGETHER).map(move |first| first..(first + TOGETHER).min(n))
}

impl<T: Scalar> Layer<T> for BatchNorm<T> {
    fn n_in(&self) -> usize {
        self.n()
    }

    fn n_out(&self) -> usize {
        self.n()
    }

    fn batch_wide(&self) -> bool {
        true
    }

    /// In training `cache` starts with μ and `1/√(σ² + ε)`.
    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        let (n, m) = (self.n(), a_prev.ncols());
        expect_shape("a_prev", a_prev, (n, m))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        if !pass.training {
            self.infer(a_prev, a);
            return Ok(());
        }
        expect_shape("the cache", MatrixView::column_vector(cache), (2 * n * m, 1))?;
        let [gamma, beta, ..] = &self.values;
        let count = T::of_count(m.max(1));
        for part in parts(n) {
            let [sum, _] = sums(&part, m, |i, j| [a_prev.column(j)[i], T::zero()]);
            let mean = sum.map(|sum| sum / count);
            let [squares, _] = sums(&part, m, |i, j| {
                let distance = a_prev.column(j)[i] - mean[i - part.start];
                [distance * distance, T::zero()]
            });
            for (slot, i) in part.enumerate() {
                (cache[i], cache[n + i]) = (mean[slot], Self::scale(squares[slot] / count));
            }
        }
        for j in 0..m {
            for (i, (a, &x)) in a.column_mut(j).iter_mut().zip(a_prev.column(j)).enumerate() {
                *a = gamma[i] * ((x - cache[i]) * cache[n + i]) + beta[i];
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
        let (n, m) = (self.n(), a_prev.ncols());
        let da = da.as_view();
        expect_shape("a_prev", a_prev, (n, m))?;
        expect_shape("da", da, a_prev.shape())?;
        expect_shape("the cache", MatrixView::column_vector(cache), (2 * n * m, 1))?;
        let Some(mut da_prev) = da_prev else { return Ok(()) };
        expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        let normalized = |i: usize, j: usize| (a_prev.column(j)[i] - cache[i]) * cache[n + i];
        let count = T::of_count(m.max(1));
        for part in parts(n) {
            let both = sums(&part, m, |i, j| {
                let da = da.column(j)[i];
                [da, da * normalized(i, j)]
            });
            let [mean_da, mean_dax] = both.map(|sums| sums.map(|sum| sum / count));
            for j in 0..m {
                for (slot, i) in part.clone().enumerate() {
                    let centred =
                        da.column(j)[i] - mean_da[slot] - normalized(i, j) * mean_dax[slot];
                    da_prev.column_mut(j)[i] = self.values[0][i] * cache[n + i] * centred;
                }
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
        let (n, m) = (self.n(), a_prev.ncols());
        if index > 3 {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        }
        expect_shape("a_prev", a_prev, (n, m))?;
        expect_shape("da", dz, a_prev.shape())?;
        expect_shape("the cache", MatrixView::column_vector(cache), (2 * n * m, 1))?;
        expect_shape("the gradient", gradient.as_view(), (n, columns.len()))?;
        gradient.as_mut_slice().fill(T::zero());
        if index > 1 {
            return Ok(());
        }
        for j in 0..m {
            // A range without the one column leaves nothing to add to.
            let sums = gradient.as_mut_slice().iter_mut().enumerate();
            for ((i, sum), (&da, &x)) in sums.zip(dz.column(j).iter().zip(a_prev.column(j))) {
                *sum += if index == 0 { da * ((x - cache[i]) * cache[n + i]) } else { da };
            }
        }
        Ok(())
    }

    fn n_cache(&self) -> usize {
        2 * self.n()
    }

    fn absorb(&mut self, m: usize, cache: &[T]) {
        let n = self.n();
        if m < 2 || cache.len() < 2 * n {
            return;
        }
        let momentum = T::of(self.momentum);
        let unbiased = T::of_count(m) / T::of_count(m - 1);
        let [_, _, mean, variance] = &mut self.values;
        for i in 0..n {
            let scale = cache[n + i];
            let found = (T::one() / (scale * scale) - T::of(EPSILON)).max(T::zero()) * unbiased;
            let step = momentum * (cache[i] - mean[i]);
            mean[i] += step;
            let step = momentum * (found - variance[i]);
            variance[i] += step;
        }
    }

    fn trains(&self, index: usize) -> bool {
        index < 2
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        self.values.get(index).map(Into::into)
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        self.values.iter_mut().for_each(|values| visit(values.into()));
    }

    fn parameter_name(&self, index: usize) -> String {
        NAMES.get(index).copied().unwrap_or("?").into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let n = self.n();
        let settings = [("momentum".to_owned(), self.momentum.to_string())].into();
        Some(LayerSpec {
            inner: Vec::new(),
            kind: "batch norm".into(),
            n_in: n,
            n_out: n,
            settings,
        })
    }
}

#[cfg(test)]
mod tests;
