//! How a training step is to go: seed, threads, limits, and factors on what the optimizer and the layers say.

use layerwise_core::linalg::{Buffer, Pool};
use layerwise_core::{CoreError, Scalar};

use super::buffers::Trained;
use super::share::threads_for;
use super::step::TrainingStep;
use crate::{Network, ParameterGroup, Regularization, Result};

impl<T: Scalar> TrainingStep<T> {
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
    /// [`ModelError::Group`](crate::ModelError::Group) if a group has no parameter in `network`, or a factor is negative.
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
        self.scratch = Buffer::zeros(scratch * self.pool.n_threads());
        self
    }
}

const AT_LEAST_0: &str = "at least 0 and finite";

/// The value, if it is right.
fn checked(what: &'static str, expected: &'static str, found: f64, right: bool) -> Result<f64> {
    if right { Ok(found) } else { Err(CoreError::Setting { what, expected, found }.into()) }
}
