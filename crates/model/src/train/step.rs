//! One training step in buffers made once.

use layerwise_core::linalg::{Buffer, Pool, columns_in_turn, dot};
use layerwise_core::{GradientForm, MatrixView, Scalar, parameters};
use layerwise_cost::Cost;
use layerwise_optim::Optimizer;

use super::ahead::Ahead;
use super::buffers::{Kept, Trained};
use super::update::Updating;
use crate::{ModelError, Network, Result};

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
    pub(super) da: Vec<Buffer<T>>,
    /// Every parameter of every layer, in order.
    pub(super) trained: Vec<Trained>,
    /// The gradient of each; empty where none was kept so far.
    pub(super) gradients: Vec<Vec<T>>,
    /// What the optimizer remembers of each, one slice of its length after the other.
    pub(super) states: Vec<Buffer<T>>,
    pub(super) n_state: usize,
    /// For each thread, room for the columns of a gradient that are made together.
    pub(super) scratch: Buffer<T>,
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
    pub(super) ahead: Ahead<T>,
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
            da: layers.iter().map(|layer| Buffer::zeros(layer.n_out() * capacity)).collect(),
            gradients: trained
                .iter()
                .map(|trained| match trained.form {
                    GradientForm::Own => zeros(trained.len()),
                    _ => Vec::new(),
                })
                .collect(),
            states: trained.iter().map(|trained| Buffer::zeros(trained.len() * n_state)).collect(),
            n_state,
            scratch: Buffer::zeros(trained.iter().map(Trained::scratch).max().unwrap_or(0)),
            trained,
            pool: Pool::new(1),
            m: 0,
            backward_done: false,
            gradients_kept: false,
            seed: 0,
            noise: 1.0,
            step: 0,
            updating: Updating::default(),
            ahead: Ahead::default(),
        })
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
    /// [`weighted_cost`](layerwise_cost::weighted_cost).
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
        // What may have been begun was of other examples, for all that is known here.
        self.ahead.begun = false;
        self.run_before(network, (x, y, weights), cost, optimizer, 0)
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
