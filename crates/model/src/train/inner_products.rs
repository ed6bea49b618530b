//! Many steps on the same examples by what the examples have in common: `XᵀX`, made once.
//!
//! Gradient descent only ever adds examples to the weights of the first layer: `dW = dZ Xᵀ`. So after some
//! steps `W = W₀ − S Xᵀ` with `S = Σ α dZ`, and `Z = W X + b = W₀ X − S K + b` with `K = XᵀX`. With fewer
//! examples than features `K (m, m)` is smaller than `X (n, m)`, and no step has to read `X`.

use std::ops::ControlFlow;

use layerwise_core::linalg::{axpy, matmul, matmul_nt_columns, matmul_tn};
use layerwise_core::{CoreError, GradientForm, MatrixView, MatrixViewMut, Scalar};
use layerwise_cost::Cost;
use layerwise_optim::Optimizer;

use super::batches::Batch;
use super::share::{FirstError, share_of};
use super::update::Rule;
use crate::{Network, Result, TrainingStep};

impl<T: Scalar> TrainingStep<T> {
    /// The steps of [`run_repeatedly`](TrainingStep::run_repeatedly) with other roundings, and sooner by
    /// far where there are many more features than examples and `optimizer` is gradient descent: the inner
    /// products of the examples `K = XᵀX (m, m)` are made once, and from then on a step of the first layer
    /// takes `2 n_out m²` operations instead of `4 n_out n_in m`.
    ///
    /// Its weights are sums of examples beside what they were, `W = W₀ − S Xᵀ` with `S = Σ α dZ`, so that
    /// `Z = W₀ X − S K + b`. They are put together after the last step; forward, cost, backward and update
    /// of all else are those of every step. That weights stay in the span of the examples is the
    /// representer theorem (Schölkopf, Herbrich and Smola 2001, theorem 1), and to compute by `K` the dual
    /// form (Aizerman, Braverman and Rozonoer 1964).
    ///
    /// Where that is not so (another optimizer, weight decay, a limit on norms or gradients, a first layer
    /// that is frozen or not dense) or does not pay (few steps, few features), this is
    /// [`run_repeatedly`](TrainingStep::run_repeatedly) itself. Roundings weigh more if examples are far
    /// from zero for their spread, as in normal equations: center them, above all in `f32`.
    ///
    /// # Errors
    /// As [`run_weighted`](TrainingStep::run_weighted).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use layerwise_model::{Network, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::{Sigmoid, Tanh}, cost::BinaryCrossEntropy, optim::GradientDescent};
    ///
    /// // 1000 features of five examples.
    /// let x = DMatrix::from_fn(1000, 5, |i, j| ((i * 7 + j * 13) % 23) as f64 / 11.0 - 1.0);
    /// let y = DMatrix::from_row_slice(1, 5, &[0., 1., 1., 0., 1.]);
    /// let mut network = Network::<f64>::builder(1000).dense(4, Tanh).dense(1, Sigmoid).build()?;
    ///
    /// let optimizer = GradientDescent::new(0.1)?;
    /// let mut step = TrainingStep::new(&network, 5, &optimizer)?;
    /// let mut last = f64::INFINITY;
    /// step.run_by_inner_products(
    ///     &mut network, ((&x).into(), (&y).into(), None), &BinaryCrossEntropy, &optimizer, 1000,
    ///     |_, cost| { last = cost; ControlFlow::Continue(()) },
    /// )?;
    /// assert!(last < 0.01);
    /// assert_eq!(network.predict(&x)?.map(f64::round), y);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn run_by_inner_products(
        &mut self,
        network: &mut Network<T>,
        data: Batch<'_, T>,
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
        steps: usize,
        mut each: impl FnMut(usize, T) -> ControlFlow<()>,
    ) -> Result<usize> {
        if !self.pays_by_inner_products(network, data.0, optimizer, steps) {
            return self.run_repeatedly(network, data, cost, optimizer, steps, each);
        }
        // The first is a step as any other: whatever is wrong with the data shows here.
        let j = self.run_weighted(network, data, cost, optimizer)?;
        if !j.is_finite_number() {
            return Ok(0);
        }
        let mut done = 1;
        if each(done, j).is_break() || done == steps {
            return Ok(done);
        }
        let mut by = self.inner_products(network, data.0)?;
        let result = loop {
            match self.run_by(&mut by, network, data, cost, optimizer) {
                Ok(j) if j.is_finite_number() => {
                    done += 1;
                    if each(done, j).is_break() || done == steps {
                        break Ok(done);
                    }
                }
                Ok(_) => break Ok(done),
                Err(error) => break Err(error),
            }
        };
        self.put_together(&by, network, data.0)?;
        result
    }

    /// Whether the first layer's weights move by sums of examples alone, and `K` is small for the steps
    /// that are made with it.
    fn pays_by_inner_products(
        &self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
        optimizer: &dyn Optimizer<T>,
        steps: usize,
    ) -> bool {
        let (Some(layer), Some(trained)) = (network.layers().first(), self.trained.first()) else {
            return false;
        };
        let (n_in, m) = x.shape();
        // Of the first layer in every step, once by X and once by K, and of K and what is made once.
        let saved = layer.n_out().saturating_mul((4 * n_in).saturating_sub(2 * m));
        let once = (2 * n_in).saturating_mul(m + 2 * layer.n_out());
        let rule = Rule::new(&self.updating, self.step, optimizer);
        layer.is_affine()
            && (trained.layer, trained.form) == (0, GradientForm::Product)
            && !trained.is_frozen()
            && self.updating.regularization.max_norm.is_none()
            && !self.updating.needs_gradients()
            && rule.of(trained).adds_up()
            && 2 * m <= n_in
            && steps.saturating_mul(saved) > once.saturating_mul(2)
    }

    /// `K = XᵀX` and `W₀ X`, for weights as they are now.
    fn inner_products(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
    ) -> Result<InnerProducts<T>> {
        let m = x.ncols();
        let zeros = |n: usize| vec![T::zero(); n];
        let Some(w) = network.layers().first().and_then(|layer| layer.parameter(0)) else {
            return Ok(InnerProducts { k: vec![], s: vec![], z: vec![] });
        };
        let n_out = w.nrows();
        let mut by = InnerProducts { k: zeros(m * m), s: zeros(n_out * m), z: zeros(n_out * m) };
        let share = share_of(m, self.pool.n_threads());
        let mut parts = self.pool.parts();
        parts.push(&mut by.k, m * share);
        parts.push(&mut by.z, n_out * share);
        let error = FirstError::default();
        parts.run(m.div_ceil(share), |i, mut chunks| {
            let (k, z) = (chunks.next().unwrap_or_default(), chunks.next().unwrap_or_default());
            let examples = i * share..(i * share + share).min(m);
            error.keep((|| {
                let x_here = x.columns(examples.clone())?;
                let k = MatrixViewMut::new(k, m, examples.len())?;
                matmul_tn(T::one(), x, x_here, T::zero(), k)?;
                let z = MatrixViewMut::new(z, n_out, examples.len())?;
                Ok(matmul(T::one(), w, x_here, T::zero(), z)?)
            })());
        });
        error.into_result()?;
        Ok(by)
    }

    /// One step: `S := S + α dZ` in place of the update of the first layer's weights.
    fn run_by(
        &mut self,
        by: &mut InnerProducts<T>,
        network: &mut Network<T>,
        data: Batch<'_, T>,
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<T> {
        let (x, m) = (data.0, data.0.ncols());
        let n_out = by.s.len() / m;
        let sums = self.ahead.one_sum(&by.z);
        let share = share_of(m, self.pool.n_threads());
        let mut parts = self.pool.parts();
        parts.push(sums, n_out * share);
        let error = FirstError::default();
        parts.run(m.div_ceil(share), |i, mut chunks| {
            let sums = chunks.next().unwrap_or_default();
            error.keep((|| {
                let s = MatrixView::new(&by.s, n_out, m)?;
                let k = MatrixView::new(&by.k, m, m)?;
                let k = k.columns(i * share..(i * share + share).min(m))?;
                let sums = MatrixViewMut::new(sums, n_out, k.ncols())?;
                Ok(matmul(-T::one(), s, k, T::one(), sums)?)
            })());
        });
        error.into_result()?;
        let j = self.forward_to_cost(network, data, cost, true)?;
        if !j.is_finite_number() {
            return Ok(j);
        }
        self.down_to_own_gradients(network, data, cost)?;
        let alpha = Rule::new(&self.updating, self.step, optimizer).of(&self.trained[0]).alpha();
        axpy(alpha, &self.da[0][..n_out * m], &mut by.s);
        self.descend(network, Some(x), optimizer, 1)?;
        Ok(j)
    }

    /// `W := W₀ − S Xᵀ`.
    fn put_together(
        &mut self,
        by: &InnerProducts<T>,
        network: &mut Network<T>,
        x: MatrixView<'_, T>,
    ) -> Result<()> {
        let (n_in, m) = x.shape();
        let n_out = by.s.len() / m;
        let s = MatrixView::new(&by.s, n_out, m).map_err(CoreError::from)?;
        let share = share_of(n_in, self.pool.n_threads());
        let mut parts = self.pool.parts();
        let mut first = true;
        for layer in network.layers_mut().iter_mut().take(1) {
            layer.parameters_mut(&mut |parameter| {
                if std::mem::take(&mut first) {
                    parts.push(parameter.into_slice(), n_out * share);
                }
            });
        }
        let error = FirstError::default();
        parts.run(n_in.div_ceil(share), |i, mut chunks| {
            let w = chunks.next().unwrap_or_default();
            error.keep((|| {
                let features = i * share..(i * share + share).min(n_in);
                let w = MatrixViewMut::new(w, n_out, features.len())?;
                Ok(matmul_nt_columns(-T::one(), s, x, features, T::one(), w)?)
            })());
        });
        Ok(error.into_result()?)
    }
}

/// What stands for the first layer's weights, and for `X`.
struct InnerProducts<T> {
    /// `K = XᵀX`. Shape: `(m, m)`.
    k: Vec<T>,
    /// `S = Σ α dZ`. Shape: `(n_out, m)`.
    s: Vec<T>,
    /// `W₀ X`. Shape: `(n_out, m)`.
    z: Vec<T>,
}
