//! What changes over a training run: learning rate, decay and noise.

use layerwise_core::Scalar;
use layerwise_optim::{Plateau, Schedule};

use super::trainer::Trainer;

impl<T: Scalar> Trainer<'_, T> {
    /// A factor on the learning rate over the run; constant if not called.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError};
    /// use layerwise_model::optim::{GradientDescent, Schedule};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
    ///     .epochs(3)
    ///     .schedule(Schedule::step(1.0, 0.5)?)
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.alpha).collect();
    /// assert_eq!(rates, [0.1, 0.05, 0.025]);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
        self
    }

    /// A factor on the optimizer's weight decay over the run; constant if not called.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError};
    /// use layerwise_model::optim::{AdamW, Schedule};
    ///
    /// // Examples with nothing to learn from: no gradient.
    /// let zero = DMatrix::zeros(1, 4);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let w = |network: &Network<f64>| network.layers()[0].parameter(0).map(|w| w[(0, 0)]);
    /// let before = w(&network);
    /// Trainer::new(MeanSquaredError, AdamW::new(0.5, 1.0)?)
    ///     .epochs(2)
    ///     .decay_schedule(Schedule::step(1.0, 0.5)?)
    ///     .fit(&mut network, Examples::new(&zero, &zero)?, None)?;
    /// assert_eq!(w(&network), before.map(|w| w * (1.0 - 0.5) * (1.0 - 0.25)));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn decay_schedule(mut self, schedule: Schedule) -> Self {
        self.decay_schedule = schedule;
        self
    }

    /// A factor on the probabilities of dropout and the size of noise over the run; constant if not
    /// called.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Identity, Tanh}, cost::MeanSquaredError};
    /// use layerwise_model::optim::{Adam, Schedule};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let fit = |schedule| -> layerwise_model::Result<Vec<f64>> {
    ///     let mut network =
    ///         Network::<f64>::builder(1).dense(8, Tanh).dropout(0.5).dense(1, Identity).build()?;
    ///     let history = Trainer::new(MeanSquaredError, Adam::new(0.01)?)
    ///         .epochs(2)
    ///         .noise_schedule(schedule)
    ///         .fit(&mut network, Examples::new(&x, &x)?, None)?;
    ///     Ok(history.epochs.iter().map(|epoch| epoch.cost).collect())
    /// };
    /// // The same dropout in the first epoch, another in the second.
    /// let (as_it_is, less) = (fit(Schedule::Constant)?, fit(Schedule::step(1.0, 0.01)?)?);
    /// assert!(as_it_is[0] == less[0] && as_it_is[1] != less[1]);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn noise_schedule(mut self, schedule: Schedule) -> Self {
        self.noise_schedule = schedule;
        self
    }

    /// The learning rate, times that of the schedule, rises in a straight line over this first part of the
    /// run, in [0, 1); 0 if not called ([`Schedule::WarmUp`]).
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let history = Trainer::new(MeanSquaredError, Adam::new(0.1)?)
    ///     .epochs(10)
    ///     .warm_up(0.5)
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// let alpha = |epoch: usize| history.epochs[epoch].alpha;
    /// assert!(alpha(0) < alpha(3) && alpha(3) < alpha(9));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn warm_up(mut self, part: f64) -> Self {
        self.warm_up = part;
        self
    }

    /// Lowers the learning rate, times that of the schedule, whenever the cost stays where it is: the
    /// validation cost, or that of training where there are no validation examples.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError};
    /// use layerwise_model::optim::{GradientDescent, Plateau};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// // A step so long that the cost only grows.
    /// let history = Trainer::new(MeanSquaredError, GradientDescent::new(1.0)?)
    ///     .epochs(3)
    ///     .reduce_on_plateau(Plateau::new(0.5, 1)?)
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.alpha).collect();
    /// assert_eq!(rates, [1.0, 1.0, 0.5]);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn reduce_on_plateau(mut self, plateau: Plateau) -> Self {
        self.plateau = Some(plateau);
        self
    }
}
