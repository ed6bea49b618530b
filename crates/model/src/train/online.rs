//! Training as data comes in.

use layerwise_core::Scalar;
use layerwise_cost::Cost;
use layerwise_optim::Optimizer;

use super::checks::{check_batch, check_cost, check_examples};
use crate::{Examples, ModelError, Network, ParameterGroup, Regularization, Result, TrainingStep};

/// One update for every call, with the optimizer's state kept in between: what others call
/// `partial_fit`, and the way to go on with new data.
///
/// ```
/// use layerwise_model::{
///     Examples, Network, OnlineTrainer, ParameterGroup, Regularization, core::DMatrix,
/// };
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
///
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let mut online = OnlineTrainer::new(&network, 8, MeanSquaredError, Adam::new(0.05)?)?
///     .with_seed(7)
///     .with_threads(2)
///     .with_regularization(Regularization { clip_norm: Some(10.0), ..Default::default() })?
///     .with_groups(&network, &[ParameterGroup::named("b").learning_rate(0.5)])?;
/// let mut cost = f64::INFINITY;
/// for hour in 0..500 {
///     let x = DMatrix::from_fn(1, 8, |_, j| f64::from((hour * 8 + j as i32) % 13) / 13.0);
///     cost = online.partial_fit(&mut network, Examples::new(&x, &x.map(|x| 2.0 * x - 1.0))?)?;
/// }
/// assert!(cost < 1e-3 && online.updates() == 500);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct OnlineTrainer<T: Scalar> {
    cost: Box<dyn Cost<T>>,
    optimizer: Box<dyn Optimizer<T>>,
    step: TrainingStep<T>,
}

impl<T: Scalar> OnlineTrainer<T> {
    /// For `network`, and at most `capacity` examples a call.
    ///
    /// # Errors
    /// A `capacity` of 0; a cost that makes no sense after the output layer.
    pub fn new(
        network: &Network<T>,
        capacity: usize,
        cost: impl Cost<T> + 'static,
        optimizer: impl Optimizer<T> + 'static,
    ) -> Result<Self> {
        check_cost(network, &cost)?;
        let step = TrainingStep::new(network, capacity, &optimizer)?;
        Ok(Self { cost: Box::new(cost), optimizer: Box::new(optimizer), step })
    }

    /// The seed of layers that draw at random; 0 if not called.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.step = self.step.with_seed(seed);
        self
    }

    /// At most this many threads; 1 if not called. The result is the same for any number.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.step = self.step.with_threads(threads);
        self
    }

    /// Penalties, limits of gradients and of weights; none if not called.
    ///
    /// # Errors
    /// As [`Regularization::check`].
    pub fn with_regularization(mut self, regularization: Regularization) -> Result<Self> {
        self.step = self.step.with_regularization(regularization)?;
        Ok(self)
    }

    /// Parameters that learn at rates of their own, or not at all.
    ///
    /// # Errors
    /// As [`TrainingStep::with_groups`].
    pub fn with_groups(mut self, network: &Network<T>, groups: &[ParameterGroup]) -> Result<Self> {
        self.step = self.step.with_groups(network, groups)?;
        Ok(self)
    }

    /// The factor on the learning rate from the next update on; 1 if not called.
    ///
    /// # Errors
    /// As [`TrainingStep::set_rate`].
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, OnlineTrainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut online = OnlineTrainer::new(&network, 4, MeanSquaredError, Adam::new(0.1)?)?
    ///     .with_seed(3)
    ///     .with_threads(2);
    /// online.set_rate(0.0)?;
    /// let x = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 2.0, 3.0]);
    /// let before = network.predict(&x)?;
    /// online.partial_fit(&mut network, Examples::new(&x, &x)?)?;
    /// assert_eq!(network.predict(&x)?, before);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn set_rate(&mut self, factor: f64) -> Result<()> {
        self.step.set_rate(factor)
    }

    /// One update of `network` by all these examples; the cost before it.
    ///
    /// # Errors
    /// Examples that do not fit, labels the cost refuses; [`ModelError::Diverged`] if the cost is
    /// no number, with the network as it was.
    pub fn partial_fit(
        &mut self,
        network: &mut Network<T>,
        examples: Examples<'_, T>,
    ) -> Result<f64> {
        check_examples(network, self.cost.as_ref(), examples)?;
        check_batch(network, examples.m())?;
        let batch = (examples.x(), examples.y(), examples.weights());
        let (cost, optimizer) = (self.cost.as_ref(), self.optimizer.as_ref());
        let cost = self.step.run_weighted(network, batch, cost, optimizer)?.to_f64();
        if !cost.is_finite() {
            let step = self.step.updates() as usize + 1;
            return Err(ModelError::Diverged { epoch: 1, step, cost });
        }
        Ok(cost)
    }

    /// Updates made so far.
    pub fn updates(&self) -> u64 {
        self.step.updates()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Relu, Sigmoid};
    use layerwise_core::DMatrix;
    use layerwise_cost::BinaryCrossEntropy;
    use layerwise_optim::GradientDescent;

    /// Each setting reaches the step: it changes what one update does.
    #[test]
    fn settings_are_those_of_the_step() {
        let x = DMatrix::from_fn(2, 20, |i, j| ((j * (i + 3)) % 17) as f64 / 17.0 - 0.5);
        let y = DMatrix::from_fn(1, 20, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
        let examples = Examples::new(&x, &y).unwrap();
        type Online = OnlineTrainer<f64>;
        let after = |set: &dyn Fn(&Network<f64>, Online) -> Online| {
            let builder = Network::builder(2).dense(9, Relu).dropout(0.5);
            let mut network = builder.dense(1, Sigmoid).build().unwrap();
            let optimizer = GradientDescent::new(0.5).unwrap();
            let online = Online::new(&network, 20, BinaryCrossEntropy, optimizer).unwrap();
            let mut online = set(&network, online);
            online.partial_fit(&mut network, examples).unwrap();
            network.snapshot()
        };
        let plain = after(&|_, online| online);
        assert_eq!(after(&|_, online| online.with_threads(3)), plain);
        assert_ne!(after(&|_, online| online.with_seed(1)), plain);
        let l2 = Regularization { l2: 0.5, ..Default::default() };
        assert_ne!(after(&|_, online| online.with_regularization(l2).unwrap()), plain);
        let frozen = [ParameterGroup::layer(1).frozen()];
        let first = after(&|network, online| online.with_groups(network, &frozen).unwrap());
        assert!(first[0] != plain[0] && first[2] == plain[2]);
        let slower = |_: &Network<f64>, mut online: Online| {
            online.set_rate(0.5).unwrap();
            online
        };
        assert_ne!(after(&slower), plain);
    }

    #[test]
    fn single_examples_are_refused_where_a_layer_needs_several() {
        let mut network = Network::builder(1).batch_norm().dense(1, Sigmoid).build().unwrap();
        let optimizer = GradientDescent::new(0.5).unwrap();
        let mut online = OnlineTrainer::new(&network, 4, BinaryCrossEntropy, optimizer).unwrap();
        let x = DMatrix::from_element(1, 1, 1.0);
        let error = online.partial_fit(&mut network, Examples::new(&x, &x).unwrap()).unwrap_err();
        assert!(error.to_string().contains("needs at least 2 examples"), "{error}");
    }
}
