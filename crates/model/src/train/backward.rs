//! The backward pass of a training step: down through the layers, then a gradient for each parameter.

use layerwise_core::{
    CoreError, GradientForm, MatrixView, MatrixViewMut, Scalar, expect_examples, expect_shape,
};
use layerwise_cost::{Cost, weigh};

use super::forward::{examples_of_one, stretch_to};
use super::share::{FirstError, share_of};
use crate::{ModelError, Network, Result, TrainingStep};

impl<T: Scalar> TrainingStep<T> {
    /// The backward pass after [`forward`](TrainingStep::forward) on the same `X`: every gradient.
    ///
    /// # Errors
    /// [`ModelError::OutOfOrder`] without a forward pass; otherwise as
    /// [`run`](TrainingStep::run).
    pub fn backward(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        cost: &dyn Cost<T>,
    ) -> Result<()> {
        self.backward_weighted(network, (x, y, None), cost)
    }

    /// [`backward`](TrainingStep::backward) of [`weighted_cost`](layerwise_cost::weighted_cost).
    ///
    /// # Errors
    /// As [`backward`](TrainingStep::backward), and another number of weights than examples.
    ///
    /// ```
    /// use layerwise_model::{Network, Scale, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let one = Scale::Constant(1.0);
    /// let network = Network::<f64>::builder(1).dense_scaled(1, Identity, one).build()?;
    /// let x = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
    /// let y = DMatrix::from_row_slice(1, 2, &[0.0, 9.0]);
    /// let (x, y) = ((&x).into(), (&y).into());
    /// let mut step = TrainingStep::new(&network, 2, &GradientDescent::new(0.1)?)?;
    /// step.forward(&network, x)?;
    /// step.backward_weighted(&network, (x, y, Some(&[1.0, 0.0])), &MeanSquaredError)?;
    /// // Of the first example alone.
    /// assert_eq!(step.gradient(0, 0).map(|dw| dw[(0, 0)]), Some(2.0));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn backward_weighted(
        &mut self,
        network: &Network<T>,
        data: (MatrixView<'_, T>, MatrixView<'_, T>, Option<&[T]>),
        cost: &dyn Cost<T>,
    ) -> Result<()> {
        if self.m > 0 {
            self.check_network(network)?;
        }
        self.down(network, data, cost)?;
        self.make_gradients(network, data.0, |_| true)?;
        (self.backward_done, self.gradients_kept) = (true, true);
        Ok(())
    }

    /// From the cost down to the first layer: each layer's `dZ` in place of its `dA`. The network is the one of
    /// the forward pass, for all that was checked.
    ///
    /// Each thread takes its examples through all layers, down to one that needs them all together.
    pub(super) fn down(
        &mut self,
        network: &Network<T>,
        (x, y, weights): (MatrixView<'_, T>, MatrixView<'_, T>, Option<&[T]>),
        cost: &dyn Cost<T>,
    ) -> Result<()> {
        let m = self.m;
        if m == 0 {
            return Err(ModelError::OutOfOrder { call: "backward", needs: "forward" });
        }
        expect_shape("X", x, (network.n_in(), m))?;
        expect_examples("Y", y, m)?;
        let (layers, kept) = (network.layers(), &self.kept);
        let last = layers.len() - 1;
        let canonical = cost.link().is_some() && layers[last].link() == cost.link();
        let al = kept[last].of(0..m)?;
        let da = &mut self.da[last][..al.as_slice().len()];
        let mut da = MatrixViewMut::new(da, al.nrows(), m).map_err(CoreError::from)?;
        if canonical {
            cost.backward_from_link(al, y, da.reborrow())?;
        } else {
            cost.backward(al, y, da.reborrow())?;
        }
        if let Some(weights) = weights {
            weigh(weights, da)?;
        }

        let mut end = layers.len();
        while end > 0 {
            let stretch = stretch_to(network, end);
            let share = examples_of_one(network, &stretch, m, self.pool.n_threads());
            let mut parts = self.pool.parts();
            // With the layer below, if there is one: what comes down to it is its dA.
            let lowest = stretch.start.saturating_sub(1);
            let mut da = self.da[lowest..end].iter_mut().zip(&kept[lowest..end]).rev();
            let caches = self.caches[stretch.clone()].iter_mut().zip(&kept[stretch.clone()]).rev();
            if let Some((da, kept)) = da.next() {
                parts.push(&mut da[..kept.n_out * m], kept.n_out * share);
            }
            for (cache, kept) in caches {
                parts.push(&mut cache[..kept.n_cache * m], kept.n_cache * share);
                if let Some((da, kept)) = da.next() {
                    parts.push(&mut da[..kept.n_out * m], kept.n_out * share);
                }
            }
            let error = FirstError::default();
            parts.run(m.div_ceil(share), |i, mut chunks| {
                let mut chunk = || chunks.next().unwrap_or_default();
                let examples = i * share..(i * share + share).min(m);
                error.keep((|| {
                    let mut da = chunk();
                    for l in stretch.clone().rev() {
                        let (layer, m) = (&layers[l], examples.len());
                        let a = kept[l].of(examples.clone())?;
                        let (cache, below) = (chunk(), chunk());
                        // The first layer takes X and wants no dA_prev.
                        let (a_prev, da_prev) = match l {
                            0 => (x.columns(examples.clone())?, None),
                            _ => (
                                kept[l - 1].of(examples.clone())?,
                                Some(MatrixViewMut::new(&mut *below, layer.n_in(), m)?),
                            ),
                        };
                        let da_here = MatrixViewMut::new(da, layer.n_out(), m)?;
                        if l == last && canonical {
                            layer.backward_from_dz(a_prev, da_here.as_view(), cache, da_prev)?;
                        } else {
                            layer.backward(a_prev, a, da_here, cache, da_prev)?;
                        }
                        da = below;
                    }
                    Ok(())
                })());
            });
            error.into_result()?;
            end = stretch.start;
        }
        Ok(())
    }

    /// The gradients whose form is asked for, after [`down`](TrainingStep::down): each thread makes some
    /// columns of every one.
    pub(super) fn make_gradients(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
        asked: impl Fn(GradientForm) -> bool,
    ) -> Result<()> {
        let (m, threads, layers) = (self.m, self.pool.n_threads(), network.layers());
        let Self { kept, caches, da, trained, gradients, .. } = self;
        if !trained.iter().any(|trained| asked(trained.form)) {
            return Ok(());
        }
        let mut parts = self.pool.parts();
        for (trained, gradient) in trained.iter().zip(gradients) {
            let (nrows, ncols) = trained.shape;
            if !asked(trained.form) {
                parts.push(&mut [], 0);
                continue;
            }
            // As long from the first time on.
            gradient.resize(trained.len(), T::zero());
            if trained.is_frozen() {
                gradient.fill(T::zero());
            }
            parts.push(gradient, nrows * share_of(ncols, threads));
        }
        let error = FirstError::default();
        parts.run(threads, |i, chunks| {
            error.keep((|| {
                for (trained, gradient) in trained.iter().zip(chunks) {
                    let ((nrows, ncols), l) = (trained.shape, trained.layer);
                    if gradient.is_empty() || trained.is_frozen() {
                        continue;
                    }
                    let share = share_of(ncols, threads);
                    let columns = i * share..(i * share + share).min(ncols);
                    let a = kept[l].of(0..m)?;
                    let cache = &caches[l][..kept[l].n_cache * m];
                    let a_prev = match l {
                        0 => x,
                        _ => kept[l - 1].of(0..m)?,
                    };
                    let dz = MatrixView::new(&da[l][..a.as_slice().len()], a.nrows(), m)?;
                    let gradient = MatrixViewMut::new(gradient, nrows, columns.len())?;
                    layers[l].gradient(trained.index, columns, a_prev, dz, cache, gradient)?;
                }
                Ok(())
            })());
        });
        Ok(error.into_result()?)
    }
}
