//! One training step in buffers made once.

use layerwise_core::linalg::{Pool, dot};
use layerwise_core::{
    CoreError, MatrixView, MatrixViewMut, Pass, Scalar, expect_examples, expect_shape,
};
use layerwise_cost::{Cost, weigh, weighted_cost};
use layerwise_optim::Optimizer;

use super::share::{FirstError, share_of, threads_for};
use super::update::Updating;
use crate::{ModelError, Network, ParameterGroup, Regularization, Result};

/// The buffers of a training step and the step itself: forward, cost, backward, update.
///
/// Made for a network and a largest number of examples; after the first step nothing is
/// allocated. The first layer computes no `dA_prev`, and where the cost's canonical link is the
/// output layer's function the backward pass starts from `dZ = (AL − Y)/m`.
///
/// ```
/// use layerwise_model::{Network, TrainingStep, core::DMatrix};
/// use layerwise_model::{activations::{Relu, Sigmoid}, cost::BinaryCrossEntropy, optim::GradientDescent};
///
/// let mut network = Network::<f64>::builder(2).dense(4, Relu).dense(1, Sigmoid).build()?;
/// let x = DMatrix::from_row_slice(2, 4, &[0., 0., 1., 1., 0., 1., 0., 1.]);
/// let y = DMatrix::from_row_slice(1, 4, &[0., 1., 1., 1.]);
///
/// let optimizer = GradientDescent::new(0.5)?;
/// let mut step = TrainingStep::new(&network, 4, &optimizer)?;
/// let first = step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer)?;
/// let second = step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer)?;
/// assert!(second < first);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct TrainingStep<T: Scalar> {
    capacity: usize,
    pub(super) layers: Vec<Buffers<T>>,
    pub(super) pool: Pool,
    /// Examples of the last forward pass; 0 when there was none since the last update.
    pub(super) m: usize,
    pub(super) backward_done: bool,
    seed: u64,
    noise: f64,
    pub(super) step: u64,
    pub(super) updating: Updating,
}

/// What one layer needs for `capacity` examples.
#[derive(Debug)]
pub(super) struct Buffers<T> {
    pub(super) n_out: usize,
    pub(super) n_cache: usize,
    pub(super) a: Vec<T>,
    /// dA on the way down, dZ from the layer's backward pass on.
    da: Vec<T>,
    pub(super) cache: Vec<T>,
    pub(super) gradients: Vec<Gradient<T>>,
}

/// The gradient of one parameter and what the optimizer remembers of it.
#[derive(Debug)]
pub(super) struct Gradient<T> {
    shape: (usize, usize),
    pub(super) values: Vec<T>,
    pub(super) state: Vec<T>,
    /// Factors on the learning rate (0 when frozen) and on weight decay.
    pub(super) factors: (f64, f64),
}

impl<T: Scalar> Buffers<T> {
    fn a(&self, m: usize) -> Result<MatrixView<'_, T>> {
        view(&self.a, self.n_out, m)
    }
}

fn view<T>(values: &[T], nrows: usize, m: usize) -> Result<MatrixView<'_, T>> {
    Ok(MatrixView::new(&values[..nrows * m], nrows, m).map_err(CoreError::from)?)
}

fn view_mut<T>(values: &mut [T], nrows: usize, m: usize) -> Result<MatrixViewMut<'_, T>> {
    let values = &mut values[..nrows * m];
    Ok(MatrixViewMut::new(values, nrows, m).map_err(CoreError::from)?)
}

impl<T: Scalar> TrainingStep<T> {
    /// Makes the buffers for `network`, at most `capacity` examples a step, and the state of
    /// `optimizer`.
    ///
    /// # Errors
    /// [`ModelError::AtLeastOne`] if `capacity` is 0.
    pub fn new(
        network: &Network<T>,
        capacity: usize,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<Self> {
        if capacity == 0 {
            return Err(ModelError::AtLeastOne { what: "the mini-batch" });
        }
        let zeros = |n: usize| vec![T::zero(); n];
        let layers = network.layers().iter().map(|layer| {
            let parameters = layerwise_core::parameters(layer.as_ref()).enumerate();
            let gradients = parameters.map(|(index, parameter)| Gradient {
                shape: parameter.shape(),
                values: zeros(parameter.as_slice().len()),
                state: zeros(parameter.as_slice().len() * optimizer.n_state()),
                factors: (if layer.trains(index) { 1.0 } else { 0.0 }, 1.0),
            });
            Buffers {
                n_out: layer.n_out(),
                n_cache: layer.n_cache(),
                a: zeros(layer.n_out() * capacity),
                da: zeros(layer.n_out() * capacity),
                cache: zeros(layer.n_cache() * capacity),
                gradients: gradients.collect(),
            }
        });
        let layers = layers.collect();
        let pool = Pool::new(1);
        Ok(Self {
            capacity,
            layers,
            pool,
            m: 0,
            backward_done: false,
            seed: 0,
            noise: 1.0,
            step: 0,
            updating: Updating::default(),
        })
    }

    /// The seed of layers that draw at random; 0 if not called.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Penalties, limits of gradients and of weights; none of them if not called.
    ///
    /// # Errors
    /// As [`Regularization::check`].
    pub fn with_regularization(mut self, regularization: Regularization) -> Result<Self> {
        self.updating.penalty = regularization.check()?;
        self.updating.regularization = regularization;
        Ok(self)
    }

    /// Factors on the learning rate and on weight decay for some of the parameters; factors of several
    /// groups that a parameter belongs to are multiplied.
    ///
    /// # Errors
    /// [`ModelError::Group`] if a group has no parameter in `network`, or a factor is negative.
    pub fn with_groups(mut self, network: &Network<T>, groups: &[ParameterGroup]) -> Result<Self> {
        for group in groups {
            let mut members = 0;
            for (position, (layer, buffers)) in
                network.layers().iter().zip(&mut self.layers).enumerate()
            {
                for (index, gradient) in buffers.gradients.iter_mut().enumerate() {
                    if group.has(position + 1, &layer.parameter_name(index)) {
                        let (rate, decay) = group.factors();
                        gradient.factors.0 *= rate;
                        gradient.factors.1 *= decay;
                        members += 1;
                    }
                }
            }
            group.check(members)?;
        }
        Ok(self)
    }

    /// The factor on the optimizer's learning rate from the next update on; 1 if not called. Factors of
    /// a whole run are a [`Schedule`](layerwise_optim::Schedule).
    pub fn set_rate(&mut self, factor: f64) {
        self.updating.rate = factor;
    }

    /// The factor on the optimizer's weight decay from the next update on; 1 if not called.
    pub fn set_decay(&mut self, factor: f64) {
        self.updating.decay = factor;
    }

    /// The factor on the probabilities of dropout and on the size of noise from the next forward pass on,
    /// in [0, 1]; 1 if not called.
    pub fn set_noise(&mut self, factor: f64) {
        self.noise = factor.clamp(0.0, 1.0);
    }

    /// At most this many threads, fewer where a step is too small for them; 1 if not called.
    ///
    /// The result is the same, to the last bit, for any number.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        let gradients = self.layers.iter().flat_map(|layer| &layer.gradients);
        let n_parameters = gradients.map(|gradient| gradient.values.len()).sum();
        self.pool = Pool::new(threads_for(n_parameters, self.capacity, threads));
        self
    }

    /// Forward, cost, backward, update. Returns the cost before the update.
    ///
    /// A cost that is not finite is returned as it is, without a backward pass or an update.
    ///
    /// # Errors
    /// Matrices that do not fit the network, more examples than the buffers hold, and whatever
    /// the layers and the cost refuse.
    pub fn run(
        &mut self,
        network: &mut Network<T>,
        x: MatrixView<'_, T>,
        y: MatrixView<'_, T>,
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<T> {
        self.run_weighted(network, (x, y, None), cost, optimizer)
    }

    /// [`run`](TrainingStep::run) with one weight an example, or none: the cost is that of
    /// [`weighted_cost`].
    ///
    /// # Errors
    /// As [`run`](TrainingStep::run), and another number of weights than examples.
    pub fn run_weighted(
        &mut self,
        network: &mut Network<T>,
        (x, y, weights): (MatrixView<'_, T>, MatrixView<'_, T>, Option<&[T]>),
        cost: &dyn Cost<T>,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<T> {
        let al = self.forward(network, x)?;
        let j = match weights {
            None => cost.cost(al, y)?,
            Some(weights) => weighted_cost(cost, al, y, weights)?,
        };
        if j.is_finite_number() {
            self.backward_weighted(network, (x, y, weights), cost)?;
            self.update(network, optimizer)?;
        }
        Ok(j)
    }

    /// The forward pass, every `a` kept; returns `AL`. Shapes: `X (n_in, m)`, `AL (n_out, m)`.
    ///
    /// # Errors
    /// As [`run`](TrainingStep::run).
    pub fn forward(
        &mut self,
        network: &Network<T>,
        x: MatrixView<'_, T>,
    ) -> Result<MatrixView<'_, T>> {
        let m = x.ncols();
        if m > self.capacity {
            return Err(ModelError::TooManyExamples { capacity: self.capacity, found: m });
        }
        if m == 0 {
            return Err(ModelError::AtLeastOne { what: "the mini-batch" });
        }
        expect_shape("X", x, (network.n_in(), m))?;
        (self.m, self.backward_done) = (0, false);
        let pass = Pass { noise: self.noise, ..Pass::training(self.seed, self.step) };
        let share = share_of(m, self.pool.n_threads());
        for (index, layer) in network.layers().iter().enumerate() {
            let (below, here) = self.layers.split_at_mut(index);
            let &mut Buffers { n_out, n_cache, ref mut a, ref mut cache, .. } = &mut here[0];
            let a_prev = below.last().map_or(Ok(x), |below| below.a(m))?;
            let share = if layer.batch_wide() { m } else { share };
            let (a, cache) = (&mut a[..n_out * m], &mut cache[..n_cache * m]);
            let error = FirstError::default();
            let parts = [(a, n_out * share), (cache, n_cache * share)];
            self.pool.for_each_chunk(parts, |i, [a, cache]| {
                let examples = i * share..(i * share + share).min(m);
                let pass = Pass { first_example: examples.start, ..pass };
                error.keep((|| {
                    let a = MatrixViewMut::new(a, n_out, examples.len())?;
                    layer.forward(a_prev.columns(examples)?, a, cache, &pass)
                })());
            });
            error.into_result()?;
        }
        self.m = m;
        self.layers[self.layers.len() - 1].a(m)
    }

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

    /// [`backward`](TrainingStep::backward) of [`weighted_cost`].
    ///
    /// # Errors
    /// As [`backward`](TrainingStep::backward), and another number of weights than examples.
    pub fn backward_weighted(
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
        let last = self.layers.len() - 1;
        let canonical = cost.link().is_some() && network.layers()[last].link() == cost.link();
        let Buffers { n_out, a, da, .. } = &mut self.layers[last];
        let (al, mut da) = (view(a, *n_out, m)?, view_mut(da, *n_out, m)?);
        if canonical {
            cost.backward_from_link(al, y, da.reborrow())?;
        } else {
            cost.backward(al, y, da.reborrow())?;
        }
        if let Some(weights) = weights {
            weigh(weights, da)?;
        }

        let threads = self.pool.n_threads();
        let share = share_of(m, threads);
        for (index, layer) in network.layers().iter().enumerate().rev() {
            let (below, here) = self.layers.split_at_mut(index);
            let &mut Buffers { n_out, n_cache, ref a, ref mut da, ref cache, ref mut gradients } =
                &mut here[0];
            // The first layer takes X and wants no dA_prev.
            let (a_prev, da_prev, n_in) = match below.last_mut() {
                None => (x, &mut [][..], 0),
                Some(below) => {
                    let da_prev = &mut below.da[..below.n_out * m];
                    (view(&below.a, below.n_out, m)?, da_prev, below.n_out)
                }
            };
            let (a, cache) = (view(a, n_out, m)?, &cache[..n_cache * m]);
            let share = if layer.batch_wide() { m } else { share };
            let da = &mut da[..n_out * m];
            let error = FirstError::default();
            let parts = [(&mut *da, n_out * share), (da_prev, n_in * share)];
            self.pool.for_each_chunk(parts, |i, [da, da_prev]| {
                let examples = i * share..(i * share + share).min(m);
                let m = examples.len();
                let cache = &cache[n_cache * examples.start..n_cache * examples.end];
                error.keep((|| {
                    let (a_prev, a) = (a_prev.columns(examples.clone())?, a.columns(examples)?);
                    let da = MatrixViewMut::new(da, n_out, m)?;
                    let da_prev = match n_in {
                        0 => None,
                        _ => Some(MatrixViewMut::new(da_prev, n_in, m)?),
                    };
                    if index == last && canonical {
                        layer.backward_from_dz(a_prev, da.as_view(), cache, da_prev)
                    } else {
                        layer.backward(a_prev, a, da, cache, da_prev)
                    }
                })());
            });
            error.into_result()?;

            let dz = view(da, n_out, m)?;
            for (k, gradient) in gradients.iter_mut().enumerate() {
                if gradient.factors.0 == 0.0 {
                    gradient.values.fill(T::zero());
                    continue;
                }
                let (nrows, ncols) = gradient.shape;
                let share = share_of(ncols, threads);
                let error = FirstError::default();
                let parts = [(&mut gradient.values[..], nrows * share)];
                self.pool.for_each_chunk(parts, |i, [gradient]| {
                    let columns = i * share..(i * share + share).min(ncols);
                    error.keep((|| {
                        let gradient = MatrixViewMut::new(gradient, nrows, columns.len())?;
                        layer.gradient(k, columns, a_prev, dz, cache, gradient)
                    })());
                });
                error.into_result()?;
            }
        }
        self.backward_done = true;
        Ok(())
    }

    /// The norm of all gradients of the last backward pass together, `√Σ dw²`.
    pub fn gradient_norm(&self) -> f64 {
        let gradients = self.layers.iter().flat_map(|layer| &layer.gradients);
        // Each tensor in its own precision with several sums side by side, the tensors in f64.
        let squares = gradients.map(|gradient| dot(&gradient.values, &gradient.values).to_f64());
        squares.sum::<f64>().sqrt()
    }

    /// The gradient of parameter `index` of layer `layer` (counted from 0) as the last backward
    /// pass left it; `None` if there is no such parameter. Shape: the parameter's.
    pub fn gradient(&self, layer: usize, index: usize) -> Option<MatrixView<'_, T>> {
        let gradient = self.layers.get(layer)?.gradients.get(index)?;
        MatrixView::new(&gradient.values, gradient.shape.0, gradient.shape.1).ok()
    }

    /// Updates made so far.
    pub fn updates(&self) -> u64 {
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Relu, Sigmoid, Tanh};
    use layerwise_core::DMatrix;
    use layerwise_cost::BinaryCrossEntropy;
    use layerwise_optim::{AdamW, GradientDescent};

    fn setting() -> (Network<f64>, GradientDescent<f64>, DMatrix<f64>, DMatrix<f64>) {
        let network = Network::builder(3).dense(5, Relu).dense(1, Sigmoid).seed(1).build().unwrap();
        let x = DMatrix::from_fn(3, 4, |i, j| (i as f64 - j as f64) / 3.0);
        let y = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 1.0, 0.0]);
        (network, GradientDescent::new(0.1).unwrap(), x, y)
    }

    #[test]
    fn calls_out_of_order_and_misfits_are_refused() {
        let (mut network, optimizer, x, y) = setting();
        let mut step = TrainingStep::new(&network, 3, &optimizer).unwrap();
        let error = step.forward(&network, (&x).into()).unwrap_err();
        assert_eq!(error.to_string(), "the buffers of this training step hold 3 examples, found 4");
        let error = step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy);
        assert!(
            error.unwrap_err().to_string().starts_with("backward needs the results of forward")
        );
        let error = step.update(&mut network, &optimizer).unwrap_err();
        assert!(error.to_string().starts_with("update needs the results of backward"));
        assert!(TrainingStep::new(&network, 0, &optimizer).is_err());
    }

    #[test]
    fn a_cost_that_is_no_number_changes_nothing() {
        let (mut network, optimizer, x, y) = setting();
        let before = network.snapshot();
        let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
        let x = x.map(|_| f64::NAN);
        let cost = &BinaryCrossEntropy;
        let j = step.run(&mut network, (&x).into(), (&y).into(), cost, &optimizer).unwrap();
        assert!(j.is_nan());
        assert_eq!(network.snapshot(), before);
        assert_eq!(step.updates(), 0);
    }

    #[test]
    fn weights_decay_and_biases_do_not() {
        let (mut network, _, x, y) = setting();
        network.layers_mut()[0].parameter_mut(1).unwrap().as_mut_slice().fill(1.0);
        let before = network.snapshot();
        let optimizer = AdamW::new(0.5, 1.0).unwrap();
        let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
        step.forward(&network, (&x).into()).unwrap();
        step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
        for layer in &mut step.layers {
            layer.gradients.iter_mut().for_each(|gradient| gradient.values.fill(0.0));
        }
        step.set_rate(0.5);
        step.update(&mut network, &optimizer).unwrap();
        for (index, (before, after)) in before.iter().zip(network.snapshot()).enumerate() {
            let factor = if index % 2 == 0 { 0.75 } else { 1.0 };
            let expected: Vec<f64> = before.iter().map(|value| value * factor).collect();
            assert_eq!(after, expected, "parameter {index}");
        }
    }

    #[test]
    fn gradients_are_clipped_to_their_norm() {
        let (network, optimizer, x, y) = setting();
        let moved = |clip: Option<f64>| {
            let ((mut network, ..), before) = (setting(), network.snapshot());
            let step = TrainingStep::new(&network, 4, &optimizer).unwrap();
            let regularization = Regularization { clip_norm: clip, ..Regularization::default() };
            let mut step = step.with_regularization(regularization).unwrap();
            step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer)
                .unwrap();
            let pairs = before.concat().into_iter().zip(network.snapshot().concat());
            // The learning rate is 0.1.
            pairs.map(|(before, after)| (10.0 * (before - after)).powi(2)).sum::<f64>().sqrt()
        };
        let free = moved(None);
        assert!(free > 0.01);
        assert!((moved(Some(0.01)) - 0.01).abs() < 1e-12);
        assert_eq!(moved(Some(2.0 * free)), free);
    }

    /// A hidden activation that is no link and a smaller batch than the buffers were made for.
    #[test]
    fn smaller_batches_use_part_of_the_buffers() {
        let mut network = Network::builder(3).dense(4, Tanh).dense(1, Sigmoid).build().unwrap();
        let (_, optimizer, x, y) = setting();
        let (x, y) = (x.columns(0, 2).into_owned(), y.columns(0, 2).into_owned());
        let mut large = TrainingStep::new(&network, 100, &optimizer).unwrap();
        let mut exact = TrainingStep::new(&network, 2, &optimizer).unwrap();
        for step in [&mut large, &mut exact] {
            step.forward(&network, (&x).into()).unwrap();
            step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
        }
        assert_eq!(large.gradient(0, 0), exact.gradient(0, 0));
        assert!(large.gradient(0, 0).is_some_and(|dw| dw.as_slice().iter().any(|&v| v != 0.0)));
        large.update(&mut network, &optimizer).unwrap();
        assert_eq!(large.updates(), 1);
    }
}
