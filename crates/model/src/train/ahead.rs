//! The next step on the same examples, begun while the weights of the first layer are updated.
//!
//! `X` is by far the largest matrix of a network with many features, and a step reads it twice: for `dW`,
//! and in the next step for `Z`. Where `X` is the same again, both are made of one stretch of features after
//! the other, which is read from memory once.

use std::ops::ControlFlow;

use layerwise_core::linalg::{FeatureBlocks, affine_of_stretches, affine_stretch, stretches};
use layerwise_core::{CoreError, GradientForm, MatrixView, MatrixViewMut, Scalar};
use layerwise_cost::{Cost, weighted_cost};
use layerwise_optim::{Optimizer, State};

use super::batches::Batch;
use super::share::FirstError;
use super::update::Rule;
use crate::{Network, Result, TrainingStep};

/// Bytes of `X` that stay in a processor's cache from one step to the next.
const NEAR: usize = 4 << 20;
/// Bytes of a stretch of `X` that stay there from the update to the sums.
const NEAR_ENOUGH: usize = 2 << 20;
/// Steps on the same `X` from which a copy of it in blocks pays.
const STEPS_WORTH_A_COPY: usize = 16;

/// The next step's `Z` of the first layer, in parts.
#[derive(Debug, Default)]
pub(super) struct Ahead<T> {
    /// Whether there are any.
    pub(super) begun: bool,
    /// For each stretch `(n_out, m)`.
    sums: Vec<T>,
    /// For each stretch, room for the columns of a gradient that are made together.
    scratch: Vec<T>,
    /// `X` in blocks of features, from the first step on where that pays, to the last.
    blocks: Option<FeatureBlocks<T>>,
}

impl<T: Scalar> Ahead<T> {
    /// The sums as those of one stretch, with what they start from.
    pub(super) fn one_sum(&mut self, start: &[T]) -> &mut [T] {
        self.sums.clear();
        self.sums.extend_from_slice(start);
        &mut self.sums
    }

    /// `z := Σ sums + b` for the examples from `first` on. Shape: `z (n_out, …)` of `m` examples in all.
    pub(super) fn z(
        &self,
        b: &[T],
        (first, m): (usize, usize),
        z: &mut [T],
    ) -> layerwise_core::Result<()> {
        let (start, len) = (first * b.len(), z.len());
        let sums = self.sums.chunks_exact(b.len() * m).map(|sums| &sums[start..start + len]);
        Ok(affine_of_stretches(b, sums, z)?)
    }
}

impl<T: Scalar> TrainingStep<T> {
    /// Up to `steps` steps on the same examples, as as many calls of
    /// [`run_weighted`](TrainingStep::run_weighted) make them, to the last bit: the batch gradient descent of
    /// the exercise. `each` is told how many steps are done and the cost before the last of them, and may
    /// end it. Returns the number of steps, fewer if a cost is not finite.
    ///
    /// With many features it is faster: the weights of the first layer are used for the next step as soon as
    /// they are updated, and so `X` is read from memory once a step instead of twice. For many steps of a
    /// first layer with few units `X` is copied, in an order that suits both uses, and the copy kept until
    /// the last.
    ///
    /// # Errors
    /// As [`run_weighted`](TrainingStep::run_weighted).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use layerwise_model::{Network, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::{Sigmoid, Tanh}, cost::BinaryCrossEntropy, optim::GradientDescent};
    ///
    /// let mut network = Network::<f64>::builder(2).dense(4, Tanh).dense(1, Sigmoid).build()?;
    /// let x = DMatrix::from_row_slice(2, 4, &[0., 0., 1., 1., 0., 1., 0., 1.]);
    /// let y = DMatrix::from_row_slice(1, 4, &[0., 1., 1., 0.]);
    /// let data = ((&x).into(), (&y).into(), None);
    ///
    /// let optimizer = GradientDescent::new(1.0)?;
    /// let mut step = TrainingStep::new(&network, 4, &optimizer)?;
    /// let steps = step.run_repeatedly(
    ///     &mut network, data, &BinaryCrossEntropy, &optimizer, 10_000,
    ///     |_, cost| if cost < 0.01 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) },
    /// )?;
    /// assert!(steps < 10_000 && step.updates() == steps as u64);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn run_repeatedly(
        &mut self,
        network: &mut Network<T>,
        data: (MatrixView<'_, T>, MatrixView<'_, T>, Option<&[T]>),
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
        steps: usize,
        mut each: impl FnMut(usize, T) -> ControlFlow<()>,
    ) -> Result<usize> {
        // What was begun may have been of other examples.
        self.ahead.begun = false;
        let mut done = 0;
        while done < steps {
            let j = self.run_before(network, data, cost, optimizer, steps - done - 1)?;
            if !j.is_finite_number() {
                break;
            }
            done += 1;
            if each(done, j).is_break() {
                break;
            }
        }
        self.ahead.blocks = None;
        Ok(done)
    }

    /// One step, which may have been begun by the one before; if there are `more`, of which the caller says
    /// that they have the same examples and the network as it is left here, the next may be begun.
    pub(super) fn run_before(
        &mut self,
        network: &mut Network<T>,
        data: Batch<'_, T>,
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
        more: usize,
    ) -> Result<T> {
        let x = data.0;
        let begun = std::mem::take(&mut self.ahead.begun);
        if !begun || more == 0 {
            self.ahead.blocks = None;
        }
        let j = self.forward_to_cost(network, data, cost, begun)?;
        if !j.is_finite_number() {
            return Ok(j);
        }
        if self.updating.needs_gradients() {
            self.backward_weighted(network, data, cost)?;
            self.update(network, optimizer)?;
            return Ok(j);
        }
        self.down_to_own_gradients(network, data, cost)?;
        let begins = more > 0 && self.pays_to_begin(network, x);
        if begins {
            self.check_optimizer(optimizer)?;
            let n_out = network.layers()[0].n_out();
            if !begun && more >= STEPS_WORTH_A_COPY && FeatureBlocks::<T>::suit(n_out, x.ncols()) {
                self.ahead.blocks = Some(FeatureBlocks::new(x));
            }
            self.update_and_begin(network, x, optimizer)?;
        }
        self.descend(network, Some(x), optimizer, usize::from(begins))?;
        self.ahead.begun = begins;
        Ok(j)
    }

    /// The forward pass and the cost of its outputs.
    pub(super) fn forward_to_cost(
        &mut self,
        network: &Network<T>,
        (x, y, weights): Batch<'_, T>,
        cost: &dyn Cost<T>,
        begun: bool,
    ) -> Result<T> {
        let al = self.forward_from(network, x, begun)?;
        Ok(match weights {
            None => cost.cost(al, y)?,
            Some(weights) => weighted_cost(cost, al, y, weights)?,
        })
    }

    /// The backward pass, and of the gradients those that cannot be made while they are used up.
    pub(super) fn down_to_own_gradients(
        &mut self,
        network: &Network<T>,
        data: Batch<'_, T>,
        cost: &dyn Cost<T>,
    ) -> Result<()> {
        self.down(network, data, cost)?;
        self.gradients_kept = false;
        self.make_gradients(network, data.0, |form| form == GradientForm::Own)
    }

    /// Whether the first layer can be begun, and `X` is large while its stretches are not.
    fn pays_to_begin(&self, network: &Network<T>, x: MatrixView<'_, T>) -> bool {
        let (Some(layer), Some(trained)) = (network.layers().first(), self.trained.first()) else {
            return false;
        };
        let n_stretches = stretches(x.nrows()).len();
        layer.is_affine()
            && (trained.layer, trained.form) == (0, GradientForm::Product)
            && !trained.is_frozen()
            && self.updating.regularization.max_norm.is_none()
            // One unit alone is summed in another way.
            && layer.n_out() > 1
            && n_stretches >= self.pool.n_threads()
            && size_of_val(x.as_slice()) > NEAR
            // So there are several of them, and their sums put together are Z to the last bit.
            && size_of_val(x.as_slice()) / n_stretches <= NEAR_ENOUGH
    }

    /// Updates the weights of the first layer, and makes the sums of the next step's `Z`.
    fn update_and_begin(
        &mut self,
        network: &mut Network<T>,
        x: MatrixView<'_, T>,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<()> {
        let (m, n_state) = (self.m, self.n_state);
        let Self { ahead, trained, states, da, updating, step, pool, .. } = self;
        let (Some(trained), Some(state), Some(layer)) =
            (trained.first(), states.first_mut(), network.layers_mut().first_mut())
        else {
            return Ok(());
        };
        let (n_out, n_in) = trained.shape;
        let n_stretches = stretches(n_in).len();
        let features = stretches(n_in).next().map_or(0, |first| first.len());
        let dz = MatrixView::new(&da[0][..n_out * m], n_out, m).map_err(CoreError::from)?;
        let rule = Rule::new(updating, *step, optimizer);
        let update = rule.of(trained);
        let Ahead { sums, scratch: room, blocks, .. } = ahead;
        // Room for as many columns as are made together, or a block has.
        let most = trained.together.max(blocks.as_ref().map_or(0, FeatureBlocks::most_features));
        let scratch = if update.adds_up() { 0 } else { n_out * most.min(features) };
        sums.resize(n_stretches * n_out * m, T::zero());
        room.resize(n_stretches * scratch, T::zero());
        let blocks = blocks.as_ref();
        let mut parts = pool.parts();
        parts.push(sums, n_out * m);
        parts.push(room, scratch);
        let mut slices = state.chunks_mut(trained.len());
        (0..n_state).for_each(|_| parts.push(slices.next().unwrap_or_default(), n_out * features));
        let mut first = true;
        layer.parameters_mut(&mut |parameter| {
            if std::mem::take(&mut first) {
                parts.push(parameter.into_slice(), n_out * features);
            }
        });
        let error = FirstError::default();
        parts.run(n_stretches, |i, mut chunks| {
            let mut chunk = || chunks.next().unwrap_or_default();
            let (sums, scratch) = (chunk(), chunk());
            let state = std::array::from_fn(|s| if s < n_state { chunk() } else { &mut [][..] });
            let w = chunk();
            error.keep((|| {
                let stretch = i * features..i * features + w.len() / n_out;
                if let Some(blocks) = blocks {
                    let mut rest = (w, state);
                    for block in blocks.stretch(i) {
                        let n = n_out * block.features().len();
                        let (w, state) = split(&mut rest, n);
                        update.make_of_block_and_apply(dz, &block, &mut *w, state, scratch)?;
                        let w = MatrixView::new(w, n_out, block.features().len())?;
                        block.affine(w, MatrixViewMut::new(&mut *sums, n_out, m)?)?;
                    }
                    return Ok(());
                }
                update.make_and_apply((dz, x), stretch.start, w, state, scratch)?;
                let w = MatrixView::new(w, n_out, stretch.len())?;
                Ok(affine_stretch(w, x, stretch, MatrixViewMut::new(sums, n_out, m)?)?)
            })());
        });
        Ok(error.into_result()?)
    }
}

/// The first `n` numbers of a parameter and of what belongs to it, which then are the rest.
fn split<'a, T>(rest: &mut (&'a mut [T], State<'a, T>), n: usize) -> (&'a mut [T], State<'a, T>) {
    let first = |slice: &mut &'a mut [T]| {
        let (first, rest) = std::mem::take(slice).split_at_mut_checked(n).unwrap_or_default();
        *slice = rest;
        first
    };
    let (w, state) = rest;
    (first(w), std::array::from_fn(|s| first(&mut state[s])))
}
