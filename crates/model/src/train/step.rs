//! One training step in buffers made once.

use std::ops::Range;

use layerwise_core::linalg::{Pool, columns_in_turn, dot};
use layerwise_core::{
    CoreError, GradientForm, Layer, MatrixView, Result as CoreResult, Scalar, parameters,
};
use layerwise_cost::{Cost, weighted_cost};
use layerwise_optim::Optimizer;

use super::share::threads_for;
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
///
/// ```
/// use layerwise_model::{Network, Scale, TrainingStep, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// // The same in parts: a = w x + b, from w = b = 0.
/// let zero = Scale::Constant(0.0);
/// let mut network = Network::<f64>::builder(1).dense_scaled(1, Identity, zero).build()?;
/// let x = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
/// let y = DMatrix::from_row_slice(1, 2, &[2.0, 4.0]);
/// let (x, y) = ((&x).into(), (&y).into());
///
/// let optimizer = GradientDescent::new(0.1)?;
/// let mut step = TrainingStep::new(&network, 2, &optimizer)?.with_seed(7).with_threads(2);
/// assert_eq!(step.forward(&network, x)?.as_slice(), &[0.0, 0.0]);
/// step.backward(&network, x, y, &MeanSquaredError)?;
/// // dw = 2/m Σ (a − y) x, db = 2/m Σ (a − y)
/// assert_eq!(step.gradient(0, 0).map(|dw| dw[(0, 0)]), Some(-10.0));
/// assert!((step.gradient_norm() - (10.0_f64.powi(2) + 6.0_f64.powi(2)).sqrt()).abs() < 1e-12);
/// step.set_rate(0.5)?;
/// step.update(&mut network, &optimizer)?;
/// assert_eq!(step.updates(), 1);
/// assert_eq!(network.layers()[0].parameter(0).map(|w| w[(0, 0)]), Some(0.5 * 0.1 * 10.0));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct TrainingStep<T: Scalar> {
    pub(super) capacity: usize,
    /// What the forward pass leaves of each layer.
    pub(super) kept: Vec<Kept<T>>,
    /// What each layer wants to find again: its cache.
    pub(super) caches: Vec<Vec<T>>,
    /// For each layer dA on the way down, dZ from its backward pass on.
    pub(super) da: Vec<Vec<T>>,
    /// Every parameter of every layer, in order.
    pub(super) trained: Vec<Trained>,
    /// The gradient of each; empty where none was kept so far.
    pub(super) gradients: Vec<Vec<T>>,
    /// What the optimizer remembers of each, one slice of its length after the other.
    pub(super) states: Vec<Vec<T>>,
    pub(super) n_state: usize,
    /// For each thread, room for the columns of a gradient that are made together.
    pub(super) scratch: Vec<T>,
    pub(super) pool: Pool,
    /// Examples of the last forward pass; 0 when there was none since the last update.
    pub(super) m: usize,
    pub(super) backward_done: bool,
    /// Whether all gradients are those of one backward pass.
    pub(super) gradients_kept: bool,
    pub(super) seed: u64,
    pub(super) noise: f64,
    pub(super) step: u64,
    pub(super) updating: Updating,
}

/// What a layer leaves in the forward pass of `capacity` examples.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) n_out: usize,
    pub(super) n_cache: usize,
    a: Vec<T>,
}

impl<T: Scalar> Kept<T> {
    fn new(layer: &dyn Layer<T>, capacity: usize) -> Self {
        let (n_out, n_cache) = (layer.n_out(), layer.n_cache());
        Self { n_out, n_cache, a: vec![T::zero(); n_out * capacity] }
    }

    /// `a` of these examples.
    pub(super) fn of(&self, examples: Range<usize>) -> CoreResult<MatrixView<'_, T>> {
        let a = &self.a[self.n_out * examples.start..self.n_out * examples.end];
        Ok(MatrixView::new(a, self.n_out, examples.len())?)
    }

    /// `a` of the first `m` examples, to write.
    pub(super) fn of_mut(&mut self, m: usize) -> &mut [T] {
        &mut self.a[..self.n_out * m]
    }
}

/// A parameter of a layer, without its numbers.
#[derive(Debug)]
pub(super) struct Trained {
    /// The layer, counted from 0, and the parameter's index in it.
    pub(super) layer: usize,
    pub(super) index: usize,
    pub(super) shape: (usize, usize),
    pub(super) form: GradientForm,
    pub(super) decays: bool,
    /// Columns of its gradient made together, where its form is a product.
    pub(super) together: usize,
    /// Factors on the learning rate (0 when frozen) and on weight decay.
    pub(super) factors: (f64, f64),
}

impl Trained {
    /// Numbers it has.
    pub(super) fn len(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.factors.0 == 0.0
    }

    /// Room for the columns of its gradient that are made together.
    fn scratch(&self) -> usize {
        self.shape.0 * self.together.min(self.shape.1)
    }
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
        let layers = network.layers();
        let trained: Vec<Trained> = layers
            .iter()
            .enumerate()
            .flat_map(|(l, layer)| {
                parameters(layer.as_ref()).enumerate().map(move |(index, parameter)| {
                    let (shape, form) = (parameter.shape(), layer.gradient_form(index));
                    let together = match form {
                        GradientForm::Product => columns_in_turn::<T>(shape.0, capacity),
                        GradientForm::Sum => 1,
                        GradientForm::Own => 0,
                    };
                    let factors = (if layer.trains(index) { 1.0 } else { 0.0 }, 1.0);
                    let decays = layer.decays(index);
                    Trained { layer: l, index, shape, form, decays, together, factors }
                })
            })
            .collect();
        let n_state = optimizer.n_state();
        let zeros = |n: usize| vec![T::zero(); n];
        Ok(Self {
            capacity,
            kept: layers.iter().map(|layer| Kept::new(layer.as_ref(), capacity)).collect(),
            caches: layers.iter().map(|layer| zeros(layer.n_cache() * capacity)).collect(),
            da: layers.iter().map(|layer| zeros(layer.n_out() * capacity)).collect(),
            gradients: trained
                .iter()
                .map(|trained| match trained.form {
                    GradientForm::Own => zeros(trained.len()),
                    _ => Vec::new(),
                })
                .collect(),
            states: trained.iter().map(|trained| zeros(trained.len() * n_state)).collect(),
            n_state,
            scratch: zeros(trained.iter().map(Trained::scratch).max().unwrap_or(0)),
            trained,
            pool: Pool::new(1),
            m: 0,
            backward_done: false,
            gradients_kept: false,
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
    ///
    /// ```
    /// use layerwise_model::{Network, Regularization, Scale, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let one = Scale::Constant(1.0);
    /// let mut network = Network::<f64>::builder(1).dense_scaled(1, Identity, one).build()?;
    /// let zero = DMatrix::zeros(1, 2); // nothing to learn from
    /// let zero = (&zero).into();
    /// let optimizer = GradientDescent::new(0.5)?;
    /// let penalty = Regularization { l1: 0.5, ..Default::default() };
    /// let mut step = TrainingStep::new(&network, 2, &optimizer)?.with_regularization(penalty)?;
    /// step.run(&mut network, zero, zero, &MeanSquaredError, &optimizer)?;
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w[(0, 0)]), Some(1.0 - 0.5 * 0.5));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
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
    ///
    /// ```
    /// use layerwise_model::{Network, ParameterGroup, Scale, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let one = Scale::Constant(1.0);
    /// let mut network = Network::<f64>::builder(1).dense_scaled(1, Identity, one).build()?;
    /// let (x, y) = (DMatrix::from_element(1, 2, 1.0), DMatrix::from_element(1, 2, 3.0));
    /// let optimizer = GradientDescent::new(0.125)?;
    /// let twice = ParameterGroup::layer(1).learning_rate(2.0);
    /// let groups = [twice, ParameterGroup::named("b").frozen()];
    /// let mut step = TrainingStep::new(&network, 2, &optimizer)?.with_groups(&network, &groups)?;
    /// step.run(&mut network, (&x).into(), (&y).into(), &MeanSquaredError, &optimizer)?;
    /// // dw = 2 (1 − 3) = −4
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w[(0, 0)]), Some(1.0 + 0.25 * 4.0));
    /// assert_eq!(network.layers()[0].parameter(1).map(|b| b[(0, 0)]), Some(0.0));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn with_groups(mut self, network: &Network<T>, groups: &[ParameterGroup]) -> Result<Self> {
        self.check_network(network)?;
        for group in groups {
            let mut members = 0;
            for trained in &mut self.trained {
                let layer = &network.layers()[trained.layer];
                if group.has(trained.layer + 1, &layer.parameter_name(trained.index)) {
                    let (rate, decay) = group.factors();
                    trained.factors.0 *= rate;
                    trained.factors.1 *= decay;
                    members += 1;
                }
            }
            group.check(members)?;
        }
        Ok(self)
    }

    /// The factor on the optimizer's learning rate from the next update on; 1 if not called. Factors of
    /// a whole run are a [`Schedule`](layerwise_optim::Schedule).
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) unless `factor` is finite and at least 0; the
    /// factor then stays as it was.
    pub fn set_rate(&mut self, factor: f64) -> Result<()> {
        let right = factor >= 0.0 && factor.is_finite();
        self.updating.rate = checked("the factor on the learning rate", AT_LEAST_0, factor, right)?;
        Ok(())
    }

    /// The factor on the optimizer's weight decay from the next update on; 1 if not called.
    ///
    /// # Errors
    /// As [`set_rate`](TrainingStep::set_rate).
    ///
    /// ```
    /// use layerwise_model::{Network, Scale, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::AdamW};
    ///
    /// let one = Scale::Constant(1.0);
    /// let mut network = Network::<f64>::builder(1).dense_scaled(1, Identity, one).build()?;
    /// let zero = DMatrix::zeros(1, 2); // nothing to learn from
    /// let zero = (&zero).into();
    /// let optimizer = AdamW::new(0.5, 1.0)?;
    /// let mut step = TrainingStep::new(&network, 2, &optimizer)?;
    /// step.set_decay(0.5)?;
    /// step.run(&mut network, zero, zero, &MeanSquaredError, &optimizer)?;
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w[(0, 0)]), Some(1.0 - 0.5 * 0.5));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn set_decay(&mut self, factor: f64) -> Result<()> {
        let right = factor >= 0.0 && factor.is_finite();
        self.updating.decay = checked("the factor on weight decay", AT_LEAST_0, factor, right)?;
        Ok(())
    }

    /// The factor on the probabilities of dropout and on the size of noise from the next forward pass on,
    /// in [0, 1]; 1 if not called.
    ///
    /// # Errors
    /// [`CoreError::Setting`](layerwise_core::CoreError::Setting) outside [0, 1]; the factor then stays as it
    /// was.
    ///
    /// ```
    /// use layerwise_model::{Network, TrainingStep, core::DMatrix, optim::GradientDescent};
    ///
    /// let network = Network::<f64>::builder(50).dropout(0.5).build()?;
    /// let x = DMatrix::from_element(50, 1, 1.0);
    /// let mut step = TrainingStep::new(&network, 1, &GradientDescent::new(0.1)?)?;
    /// let left = |al: &[f64]| al.iter().filter(|&&a| a != 0.0).count();
    /// assert!(left(step.forward(&network, (&x).into())?.as_slice()) < 50);
    /// step.set_noise(0.0)?;
    /// assert_eq!(left(step.forward(&network, (&x).into())?.as_slice()), 50);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn set_noise(&mut self, factor: f64) -> Result<()> {
        let right = (0.0..=1.0).contains(&factor);
        self.noise = checked("the factor on noise", "in [0, 1]", factor, right)?;
        Ok(())
    }

    /// At most this many threads, fewer where a step is too small for them; 1 if not called.
    ///
    /// The result is the same, to the last bit, for any number.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        let n_parameters = self.trained.iter().map(Trained::len).sum();
        self.pool = Pool::new(threads_for(n_parameters, self.capacity, threads));
        let scratch = self.scratch_of_one();
        self.scratch = vec![T::zero(); scratch * self.pool.n_threads()];
        self
    }

    /// Numbers of the scratch that belong to each thread.
    pub(super) fn scratch_of_one(&self) -> usize {
        self.trained.iter().map(Trained::scratch).max().unwrap_or(0)
    }

    /// Forward, cost, backward, update. Returns the cost before the update.
    ///
    /// A cost that is not finite is returned as it is, without a backward pass or an update. Gradients
    /// that nothing needs as a whole are used up as they are made, and not kept.
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
    ///
    /// ```
    /// use layerwise_model::{Network, Scale, TrainingStep, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let one = Scale::Constant(1.0);
    /// let mut network = Network::<f64>::builder(1).dense_scaled(1, Identity, one).build()?;
    /// let x = DMatrix::from_row_slice(1, 2, &[1.0, 2.0]);
    /// let y = DMatrix::from_row_slice(1, 2, &[0.0, 9.0]);
    /// let (x, y) = ((&x).into(), (&y).into());
    /// let optimizer = GradientDescent::new(0.125)?;
    /// let mut step = TrainingStep::new(&network, 2, &optimizer)?;
    /// // The second example does not count.
    /// let data = (x, y, Some(&[1.0, 0.0][..]));
    /// let j = step.run_weighted(&mut network, data, &MeanSquaredError, &optimizer)?;
    /// assert_eq!(j, 1.0);
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w[(0, 0)]), Some(1.0 - 0.125 * 2.0));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
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
        if !j.is_finite_number() {
            return Ok(j);
        }
        if self.updating.needs_gradients() {
            self.backward_weighted(network, (x, y, weights), cost)?;
            self.update(network, optimizer)?;
        } else {
            self.down(network, (x, y, weights), cost)?;
            self.gradients_kept = false;
            self.make_gradients(network, x, |form| form == GradientForm::Own)?;
            self.descend(network, Some(x), optimizer)?;
        }
        Ok(j)
    }

    /// The norm of all gradients together, `√Σ dw²`, as the last call of
    /// [`backward`](TrainingStep::backward) left them; 0 where [`gradient`](TrainingStep::gradient) has none.
    pub fn gradient_norm(&self) -> f64 {
        if !self.gradients_kept {
            return 0.0;
        }
        // Each tensor in its own precision with several sums side by side, the tensors in f64.
        let squares = self.gradients.iter().map(|dw| dot(dw, dw).to_f64());
        let norm = squares.sum::<f64>().sqrt();
        if norm.is_finite() {
            return norm;
        }
        // Squares may be too large where their root is not.
        let values = || self.gradients.iter().flatten().map(|value| value.to_f64());
        let largest = values().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        largest * values().map(|value| (value / largest).powi(2)).sum::<f64>().sqrt()
    }

    /// The gradient of parameter `index` of layer `layer` (counted from 0) as the last call of
    /// [`backward`](TrainingStep::backward) left it; `None` if there is no such parameter, no such call
    /// yet, or a [`run`](TrainingStep::run) after it that kept none. Shape: the parameter's.
    pub fn gradient(&self, layer: usize, index: usize) -> Option<MatrixView<'_, T>> {
        if !self.gradients_kept {
            return None;
        }
        let is_it = |trained: &Trained| (trained.layer, trained.index) == (layer, index);
        let k = self.trained.iter().position(is_it)?;
        let (nrows, ncols) = self.trained[k].shape;
        MatrixView::new(&self.gradients[k], nrows, ncols).ok()
    }

    /// Updates made so far.
    pub fn updates(&self) -> u64 {
        self.step
    }

    /// Whether `network` has the layers this step was made for.
    pub(super) fn check_network(&self, network: &Network<T>) -> Result<()> {
        let layers = network.layers();
        let layers_fit = layers
            .iter()
            .zip(&self.kept)
            .all(|(layer, kept)| (layer.n_out(), layer.n_cache()) == (kept.n_out, kept.n_cache));
        let mut own = self.trained.iter();
        let parameters_fit = layers.iter().enumerate().all(|(l, layer)| {
            parameters(layer.as_ref()).all(|parameter| {
                own.next().is_some_and(|own| (own.layer, own.shape) == (l, parameter.shape()))
            })
        });
        if layers.len() == self.kept.len() && layers_fit && parameters_fit && own.next().is_none() {
            return Ok(());
        }
        Err(ModelError::OtherNetwork)
    }
}

const AT_LEAST_0: &str = "at least 0 and finite";

/// The value, if it is right.
fn checked(what: &'static str, expected: &'static str, found: f64, right: bool) -> Result<f64> {
    if right { Ok(found) } else { Err(CoreError::Setting { what, expected, found }.into()) }
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
    fn factors_out_of_range_are_refused_and_change_nothing() {
        let (network, optimizer, ..) = setting();
        let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
        step.set_rate(0.5).unwrap();
        for factor in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(step.set_rate(factor).is_err() && step.set_decay(factor).is_err());
            assert!(step.set_noise(factor).is_err());
        }
        let error = step.set_rate(-0.1).unwrap_err().to_string();
        assert_eq!(
            error,
            "expected the factor on the learning rate at least 0 and finite, found -0.1"
        );
        assert!(step.set_noise(1.5).is_err() && step.set_rate(3.0).is_ok());
        assert_eq!((step.updating.rate, step.updating.decay, step.noise), (3.0, 1.0, 1.0));
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
        step.gradients.iter_mut().for_each(|gradient| gradient.fill(0.0));
        step.set_rate(0.5).unwrap();
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

    #[test]
    fn gradients_whose_squares_are_infinite_are_clipped_too() {
        let (mut network, optimizer, x, y) = setting();
        let before = network.snapshot();
        let regularization = Regularization { clip_norm: Some(1.0), ..Regularization::default() };
        let step = TrainingStep::new(&network, 4, &optimizer).unwrap();
        let mut step = step.with_regularization(regularization).unwrap();
        step.forward(&network, (&x).into()).unwrap();
        step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
        step.gradients.iter_mut().for_each(|gradient| gradient.fill(1e200));
        step.update(&mut network, &optimizer).unwrap();
        let pairs = before.concat().into_iter().zip(network.snapshot().concat());
        let moved = pairs.map(|(a, b)| (10.0_f64 * (a - b)).powi(2)).sum::<f64>().sqrt();
        assert!((moved - 1.0).abs() < 1e-12, "{moved}");
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
