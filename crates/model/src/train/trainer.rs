//! The loop: epochs of shuffled mini-batches.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use layerwise_core::{MatrixView, Scalar};
use layerwise_cost::{Cost, weighted_cost};
use layerwise_optim::{Optimizer, Plateau, Progress, Schedule};

use super::batches::Batches;
use crate::{
    Callback, Ended, EpochRecord, Examples, History, ModelError, Network, ParameterGroup,
    Regularization, Result, TrainingStep,
};

/// A measure of outputs against labels, such as [`accuracy`](crate::accuracy).
type Measure<T> = fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64>;

/// Examples an update where nothing is said.
const BATCH_SIZE: usize = 32;

/// Epochs without a lower validation cost after which early stopping ends training; at least 1.
///
/// ```
/// use layerwise_model::{Examples, Network, Patience, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let examples = Examples::new(&x, &x)?;
/// // A step so long that every epoch is worse than the first.
/// let history = Trainer::new(MeanSquaredError, GradientDescent::new(1.0)?)
///     .epochs(100)
///     .early_stopping(Patience(3))
///     .fit(&mut network, examples, Some(examples))?;
/// assert_eq!((history.epochs.len(), history.kept), (4, 1));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub usize);

/// Trains a [`Network`] on [`Examples`] by mini-batches.
///
/// ```
/// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
/// use layerwise_model::{activations::{Sigmoid, Tanh}, cost::BinaryCrossEntropy, optim::GradientDescent};
///
/// // Exclusive or.
/// let x = DMatrix::from_row_slice(2, 4, &[0., 0., 1., 1., 0., 1., 0., 1.]);
/// let y = DMatrix::from_row_slice(1, 4, &[0., 1., 1., 0.]);
/// let mut network = Network::<f64>::builder(2).dense(8, Tanh).dense(1, Sigmoid).seed(1).build()?;
///
/// let history = Trainer::new(BinaryCrossEntropy, GradientDescent::new(0.5)?)
///     .epochs(2000)
///     .batch_size(4)
///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
/// assert!(history.last().is_some_and(|epoch| epoch.cost < 0.05));
/// assert!(network.predict(&x)?[1] > 0.9);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[must_use = "a trainer does nothing until fit() is called"]
pub struct Trainer<'a, T: Scalar> {
    cost: Box<dyn Cost<T> + 'a>,
    optimizer: Box<dyn Optimizer<T> + 'a>,
    epochs: usize,
    batch_size: Option<usize>,
    seed: u64,
    schedule: Schedule,
    decay_schedule: Schedule,
    noise_schedule: Schedule,
    plateau: Option<Plateau>,
    patience: Option<Patience>,
    regularization: Regularization,
    groups: Vec<ParameterGroup>,
    threads: usize,
    metrics: Vec<(&'static str, Measure<T>)>,
    callbacks: Vec<Box<dyn Callback<T> + 'a>>,
    stop: Option<Arc<AtomicBool>>,
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// A trainer of 100 epochs in mini-batches of 32, seed 0, on as many threads as the machine has cores.
    pub fn new(cost: impl Cost<T> + 'a, optimizer: impl Optimizer<T> + 'a) -> Self {
        Self {
            cost: Box::new(cost),
            optimizer: Box::new(optimizer),
            epochs: 100,
            batch_size: None,
            seed: 0,
            schedule: Schedule::Constant,
            decay_schedule: Schedule::Constant,
            noise_schedule: Schedule::Constant,
            plateau: None,
            patience: None,
            regularization: Regularization::default(),
            groups: vec![],
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            metrics: vec![],
            callbacks: vec![],
            stop: None,
        }
    }

    /// How often all examples are gone through; at least 1.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Examples an update, at least 1 and at most all; all of them are left in their order. 32 if not
    /// called, or as many as there are.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = Some(batch_size);
        self
    }

    /// The seed of the order of examples, and of layers that draw at random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

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

    /// Ends training after that many epochs without a lower validation cost, and gives the network the
    /// parameters of the epoch with the lowest (Prechelt, "Early Stopping – But When?", 1998). Needs
    /// validation examples.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Patience, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Relu, Sigmoid}, cost::BinaryCrossEntropy, optim::Adam};
    ///
    /// // Labels that have nothing to do with the features: all there is to learn is noise.
    /// let x = DMatrix::from_fn(3, 60, |i, j| ((i * 7 + j * 13) % 11) as f64 / 5.0 - 1.0);
    /// let y = DMatrix::from_fn(1, 60, |_, j| f64::from(u8::from((j * j) % 7 < 3)));
    /// let (x, validation_x) = (x.columns(0, 30).into_owned(), x.columns(30, 30).into_owned());
    /// let (y, validation_y) = (y.columns(0, 30).into_owned(), y.columns(30, 30).into_owned());
    ///
    /// let mut network = Network::builder(3).dense(32, Relu).dense(1, Sigmoid).build()?;
    /// let history = Trainer::new(BinaryCrossEntropy, Adam::new(0.01)?)
    ///     .epochs(1000)
    ///     .early_stopping(Patience(5))
    ///     .fit(
    ///         &mut network,
    ///         Examples::new(&x, &y)?,
    ///         Some(Examples::new(&validation_x, &validation_y)?),
    ///     )?;
    /// assert!(history.epochs.len() < 1000);
    /// assert_eq!(history.kept, history.epochs.len() - 5);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn early_stopping(mut self, patience: Patience) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Penalties, limits of gradients and of weights; none if not called.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Regularization, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// // Examples with nothing to learn from: no gradient.
    /// let zero = DMatrix::zeros(1, 4);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let w = |network: &Network<f64>| network.layers()[0].parameter(0).map(|w| w[(0, 0)]);
    /// let before = w(&network);
    /// Trainer::new(MeanSquaredError, GradientDescent::new(0.5)?)
    ///     .epochs(1)
    ///     .regularization(Regularization { l2: 0.5, ..Default::default() })
    ///     .fit(&mut network, Examples::new(&zero, &zero)?, None)?;
    /// // w − 0.5 · 0.5 w
    /// assert_eq!(w(&network), before.map(|w| 0.75 * w));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn regularization(mut self, regularization: Regularization) -> Self {
        self.regularization = regularization;
        self
    }

    /// Gradients of a larger norm are scaled down to it: [`Regularization::clip_norm`].
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let (x, y) = (DMatrix::from_element(1, 4, 1.0), DMatrix::from_element(1, 4, 1e6));
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let b = |network: &Network<f64>| network.layers()[0].parameter(1).map_or(0.0, |b| b[(0, 0)]);
    /// Trainer::new(MeanSquaredError, GradientDescent::new(1.0)?)
    ///     .epochs(1)
    ///     .clip_norm(0.1)
    ///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
    /// // w and b have the same gradient, together as long as is allowed.
    /// assert!((b(&network) - 0.1 / 2.0_f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn clip_norm(mut self, norm: f64) -> Self {
        self.regularization.clip_norm = Some(norm);
        self
    }

    /// Some parameters learn at a rate of their own, or not at all. To be called once for each group.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, ParameterGroup, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Identity, Tanh}, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[0.0, 0.3, 0.6, 0.9]);
    /// let mut network = Network::<f64>::builder(1).dense(5, Tanh).dense(1, Identity).build()?;
    /// let before = network.layers()[0].parameter(0).map(|w| w.to_matrix());
    /// Trainer::new(MeanSquaredError, Adam::new(0.01)?)
    ///     .group(ParameterGroup::layer(1).frozen())
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(network.layers()[0].parameter(0).map(|w| w.to_matrix()), before);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn group(mut self, group: ParameterGroup) -> Self {
        self.groups.push(group);
        self
    }

    /// Measures outputs after each epoch, under this name in the history: on the validation examples, or
    /// on those trained on where there are none.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, accuracy, core::DMatrix};
    /// use layerwise_model::{activations::Sigmoid, cost::BinaryCrossEntropy, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-2.0, -1.0, 1.0, 2.0]);
    /// let y = DMatrix::from_row_slice(1, 4, &[0.0, 0.0, 1.0, 1.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Sigmoid).build()?;
    /// let history = Trainer::new(BinaryCrossEntropy, Adam::new(0.1)?)
    ///     .metric("accuracy", accuracy)
    ///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
    /// assert_eq!(history.metrics, ["accuracy"]);
    /// assert_eq!(history.last().map(|epoch| epoch.metrics[0]), Some(1.0));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn metric(mut self, name: &'static str, measure: Measure<T>) -> Self {
        self.metrics.push((name, measure));
        self
    }

    /// Called after each epoch, in the order they were added.
    ///
    /// ```
    /// use layerwise_model::{EpochRecord, Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let mut weights = vec![];
    /// Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
    ///     .epochs(50)
    ///     .callback(|network: &Network<f64>, _: &EpochRecord| {
    ///         weights.extend(network.layers()[0].parameter(0).map(|w| w[(0, 0)]));
    ///         Ok(std::ops::ControlFlow::Continue(()))
    ///     })
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(weights.len(), 50);
    /// assert!((weights[49] - 1.0).abs() < (weights[0] - 1.0).abs());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn callback(mut self, callback: impl Callback<T> + 'a) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// A flag that others raise, from another thread or on a signal, to end training after the present
    /// step: the network keeps what it has learned, the history what came of whole epochs.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    /// let raised = flag.clone();
    /// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
    ///     .stop_flag(flag)
    ///     .after_epoch(move |epoch| {
    ///         raised.store(epoch.epoch == 5, std::sync::atomic::Ordering::Relaxed);
    ///         std::ops::ControlFlow::Continue(())
    ///     })
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(history.epochs.len(), 5);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn stop_flag(mut self, flag: Arc<AtomicBool>) -> Self {
        self.stop = Some(flag);
        self
    }

    /// At most this many threads; the result is the same for any number.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::{Relu, Identity}, cost::MeanSquaredError, optim::Adam};
    ///
    /// let x = DMatrix::from_fn(16, 128, |i, j| ((i * j) % 11) as f32);
    /// let y = DMatrix::from_fn(1, 128, |_, j| (j % 5) as f32);
    /// let fit = |threads| -> layerwise_model::Result<DMatrix<f32>> {
    ///     let mut network = Network::builder(16).dense(64, Relu).dense(1, Identity).build()?;
    ///     Trainer::new(MeanSquaredError, Adam::new(0.001)?)
    ///         .epochs(2)
    ///         .batch_size(128)
    ///         .threads(threads)
    ///         .fit(&mut network, Examples::new(&x, &y)?, None)?;
    ///     network.predict(&x)
    /// };
    /// assert_eq!(fit(1)?, fit(4)?);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Calls `f` after each epoch, for progress; [`ControlFlow::Break`] ends training there.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
    /// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
    /// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
    ///     .after_epoch(|epoch| match epoch.epoch {
    ///         3 => ControlFlow::Break(()),
    ///         _ => ControlFlow::Continue(()),
    ///     })
    ///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
    /// assert_eq!(history.epochs.len(), 3);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn after_epoch(self, mut f: impl FnMut(&EpochRecord) -> ControlFlow<()> + 'a) -> Self {
        self.callback(move |_: &Network<T>, epoch: &EpochRecord| Ok(f(epoch)))
    }

    /// Trains `network` from where it stands, and returns what happened.
    ///
    /// The same network, examples and seed give the same result to the last bit. A network that was
    /// trained before goes on from there; [`OnlineTrainer`](crate::OnlineTrainer) keeps the optimizer's state too.
    ///
    /// # Errors
    /// Examples that do not fit the network, labels the cost refuses, a cost that makes no sense
    /// after the output layer ([`ModelError::Misfit`]), settings of 0, a mini-batch larger than the
    /// examples ([`ModelError::BatchTooLarge`]); and [`ModelError::Diverged`] when the cost stops
    /// being a number, with the network set back to what it was before that epoch.
    pub fn fit(
        mut self,
        network: &mut Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        let batch_size = self.check(network, training, validation)?;
        let mut step = TrainingStep::new(network, batch_size, self.optimizer.as_ref())?
            .with_seed(self.seed)
            .with_regularization(self.regularization)?
            .with_groups(network, &self.groups)?
            .with_threads(self.threads);
        let mut batches = Batches::new(training, batch_size, self.seed);
        let metrics = self.metrics.iter().map(|(name, _)| *name).collect();
        let mut history = History { metrics, ..History::default() };
        // With early stopping: the lowest validation cost, its epoch and the parameters then.
        let mut best: Option<(f64, usize, Vec<Vec<T>>)> = None;
        for epoch in 1..=self.epochs {
            let Some((cost, alpha)) = self.epoch(epoch, network, &mut step, &mut batches)? else {
                history.ended = Ended::Asked;
                break;
            };
            let cost = cost / training.m() as f64;
            let record = self.measure(network, training, validation, (epoch, cost, alpha))?;
            if let Some(plateau) = &mut self.plateau {
                plateau.observe(record.validation_cost.unwrap_or(cost));
            }
            let mut asked = false;
            for callback in &mut self.callbacks {
                asked |= callback.after_epoch(network, &record)?.is_break();
            }
            let mut out_of_patience = false;
            if let (Some(Patience(patience)), Some(cost)) = (self.patience, record.validation_cost)
            {
                // NaN is no lower than anything.
                let cost = if cost.is_nan() { f64::INFINITY } else { cost };
                match &best {
                    Some((lowest, since, _)) if cost >= *lowest => {
                        out_of_patience = epoch - since >= patience;
                    }
                    _ => best = Some((cost, epoch, network.snapshot())),
                }
            }
            history.kept = epoch;
            history.epochs.push(record);
            if asked || out_of_patience {
                history.ended = if asked { Ended::Asked } else { Ended::OutOfPatience };
                break;
            }
        }
        if let Some((_, epoch, parameters)) = best {
            network.restore(&parameters);
            history.kept = epoch;
        }
        Ok(history)
    }

    /// Refuses what cannot be trained; the examples of a mini-batch.
    fn check(
        &self,
        network: &Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<usize> {
        if self.epochs == 0 {
            return Err(ModelError::AtLeastOne { what: "the number of epochs" });
        }
        if self.patience.is_some() && validation.is_none() {
            return Err(ModelError::NoValidation);
        }
        if self.patience == Some(Patience(0)) {
            return Err(ModelError::AtLeastOne { what: "the patience of early stopping" });
        }
        check_cost(network, self.cost.as_ref())?;
        for examples in [Some(training), validation].into_iter().flatten() {
            check_examples(network, self.cost.as_ref(), examples)?;
        }
        match self.batch_size {
            None => Ok(BATCH_SIZE.min(training.m())),
            Some(batch_size) if batch_size > training.m() => {
                Err(ModelError::BatchTooLarge { batch_size, examples: training.m() })
            }
            Some(batch_size) => Ok(batch_size),
        }
    }

    /// All mini-batches once: the sum of their costs and the last learning rate; `None` if asked to stop.
    fn epoch(
        &self,
        epoch: usize,
        network: &mut Network<T>,
        step: &mut TrainingStep<T>,
        batches: &mut Batches<'_, T>,
    ) -> Result<Option<(f64, f64)>> {
        let good = network.snapshot();
        let optimizer = self.optimizer.as_ref();
        let steps_per_epoch = batches.count() as u64;
        let steps = steps_per_epoch.saturating_mul(self.epochs as u64);
        batches.shuffle();
        let (mut sum, mut rate) = (0.0, 0.0);
        for index in 0..batches.count() {
            if self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                return Ok(None);
            }
            let (x, y, weights) = batches.get(index)?;
            let progress = Progress { step: step.updates(), steps, steps_per_epoch };
            rate = self.schedule.factor(progress) * self.plateau.map_or(1.0, |p| p.rate());
            step.set_rate(rate);
            step.set_decay(self.decay_schedule.factor(progress));
            step.set_noise(self.noise_schedule.factor(progress));
            let batch = (x, y, weights);
            let cost = step.run_weighted(network, batch, self.cost.as_ref(), optimizer)?.to_f64();
            if !cost.is_finite() {
                network.restore(&good);
                return Err(ModelError::Diverged { epoch, step: index + 1, cost });
            }
            sum += cost * x.ncols() as f64;
        }
        Ok(Some((sum, optimizer.alpha().to_f64() * rate)))
    }

    fn measure(
        &self,
        network: &Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
        (epoch, cost, alpha): (usize, f64, f64),
    ) -> Result<EpochRecord> {
        let mut record = EpochRecord { epoch, cost, alpha, ..EpochRecord::default() };
        if validation.is_none() && self.metrics.is_empty() {
            return Ok(record);
        }
        let examples = validation.unwrap_or(training);
        let al = network.predict(&examples.x().to_matrix())?;
        let (al, y) = (MatrixView::from(&al), examples.y());
        if validation.is_some() {
            let cost = self.cost.as_ref();
            let cost = match examples.weights() {
                None => cost.cost(al, y)?,
                Some(weights) => weighted_cost(cost, al, y, weights)?,
            };
            record.validation_cost = Some(cost.to_f64());
        }
        let measured = self.metrics.iter().map(|(_, measure)| measure(al, y));
        record.metrics = measured.collect::<Result<_>>()?;
        Ok(record)
    }
}

/// Refuses a cost that makes no sense after this network's output layer.
pub(super) fn check_cost<T: Scalar>(network: &Network<T>, cost: &dyn Cost<T>) -> Result<()> {
    let Some(last) = network.layers().last() else { return Err(ModelError::NoLayers) };
    match last.link().and_then(|link| cost.misfit(link)) {
        None => Ok(()),
        Some(advice) => Err(ModelError::Misfit { cost: cost.name(), output: last.kind(), advice }),
    }
}

/// Refuses examples that do not fit the network, and labels that do not fit the cost.
pub(super) fn check_examples<T: Scalar>(
    network: &Network<T>,
    cost: &dyn Cost<T>,
    examples: Examples<'_, T>,
) -> Result<()> {
    layerwise_core::expect_shape("X", examples.x(), (network.n_in(), examples.m()))?;
    layerwise_core::expect_shape("Y", examples.y(), (network.n_out(), examples.m()))?;
    Ok(cost.check_labels(examples.y())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Identity, Relu, Sigmoid, Softmax};
    use layerwise_core::DMatrix;
    use layerwise_cost::{BinaryCrossEntropy, CategoricalCrossEntropy, MeanSquaredError};
    use layerwise_optim::GradientDescent;

    fn examples() -> (DMatrix<f64>, DMatrix<f64>) {
        let x = DMatrix::from_fn(2, 50, |i, j| ((j * (i + 3)) % 17) as f64 / 17.0 - 0.5);
        let y = DMatrix::from_fn(1, 50, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
        (x, y)
    }

    fn network() -> Network<f64> {
        Network::builder(2).dense(6, Relu).dense(1, Sigmoid).seed(3).build().unwrap()
    }

    fn trainer(alpha: f64) -> Trainer<'static, f64> {
        Trainer::new(BinaryCrossEntropy, GradientDescent::new(alpha).unwrap())
    }

    #[test]
    fn learns_and_repeats_itself() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let fit = |seed| {
            let mut network = network();
            let trainer = trainer(0.3).epochs(60).batch_size(8).seed(seed);
            let history = trainer.fit(&mut network, data, Some(data)).unwrap();
            (network.snapshot(), history)
        };
        let (parameters, history) = fit(1);
        let first = history.epochs[0].cost;
        let last = history.last().unwrap();
        assert!(last.cost < 0.5 * first, "from {first} to {}", last.cost);
        assert!(last.validation_cost.is_some());
        assert_eq!(fit(1), (parameters.clone(), history));
        assert_ne!(fit(2).0, parameters, "another order of examples");
    }

    #[test]
    fn divergence_stops_with_the_last_good_parameters() {
        let (x, y) = examples();
        let mut network = Network::builder(2).dense(4, Relu).dense(1, Identity).build().unwrap();
        let before = network.snapshot();
        // Each step overshoots by more than the last, until squares are infinite.
        let trainer = Trainer::new(MeanSquaredError, GradientDescent::new(1e6).unwrap());
        let result = trainer.batch_size(50).fit(&mut network, Examples::new(&x, &y).unwrap(), None);
        let error = result.unwrap_err();
        assert!(matches!(error, ModelError::Diverged { epoch: 1.., step: 1, .. }), "{error}");
        let finite = network.snapshot().iter().flatten().all(|value| value.is_finite());
        assert!(finite);
        if let ModelError::Diverged { epoch: 1, .. } = error {
            assert_eq!(network.snapshot(), before);
        }
    }

    #[test]
    fn early_stopping_keeps_the_best_epoch() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        // Validation labels turned around: the better the training, the worse.
        let turned = y.map(|y| 1.0 - y);
        let validation = Examples::new(&x, &turned).unwrap();
        let fit = |trainer: Trainer<'_, f64>| {
            let mut network = network();
            let history = trainer.fit(&mut network, data, Some(validation)).unwrap();
            (network.snapshot(), history)
        };
        let (parameters, history) = fit(trainer(0.3).early_stopping(Patience(4)));
        let costs: Vec<f64> = history.epochs.iter().filter_map(|e| e.validation_cost).collect();
        let lowest = (0..costs.len()).min_by(|&i, &j| costs[i].total_cmp(&costs[j])).unwrap();
        assert_eq!(history.kept, lowest + 1);
        assert_eq!(costs.len(), history.kept + 4);
        let (again, _) = fit(trainer(0.3).epochs(history.kept));
        assert_eq!(parameters, again, "the parameters of that epoch");
    }

    #[test]
    fn a_schedule_that_ends_at_zero_moves_less_and_threads_change_nothing() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let fit = |trainer: Trainer<'_, f64>| {
            let mut network = network();
            trainer.epochs(5).batch_size(8).fit(&mut network, data, None).unwrap();
            network.snapshot()
        };
        let constant = fit(trainer(0.3));
        assert_eq!(constant, fit(trainer(0.3).threads(1)));
        assert_ne!(constant, fit(trainer(0.3).schedule(Schedule::Cosine)));
    }

    #[test]
    fn breaks_when_asked_and_refuses_nonsense() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let mut calls = 0;
        let stop = |record: &EpochRecord| {
            calls += 1;
            if record.epoch == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let history = trainer(0.1).after_epoch(stop).fit(&mut network(), data, None).unwrap();
        assert_eq!((history.epochs.len(), calls), (3, 3));

        let message = |trainer: Trainer<'_, f64>, data| {
            trainer.fit(&mut network(), data, None).unwrap_err().to_string()
        };
        assert_eq!(
            message(trainer(0.1).epochs(0), data),
            "the number of epochs must be at least 1"
        );
        assert_eq!(message(trainer(0.1).batch_size(0), data), "the mini-batch must be at least 1");
        assert_eq!(
            message(trainer(0.1).early_stopping(Patience(3)), data),
            "early stopping needs validation examples: pass some to fit()"
        );
        assert_eq!(
            message(trainer(0.1).clip_norm(0.0), data),
            "expected the largest norm of gradients above 0, found 0"
        );
        let wide = DMatrix::zeros(3, 50);
        let data = Examples::new(&wide, &y).unwrap();
        assert_eq!(message(trainer(0.1), data), "expected X of shape (2, 50), found (3, 50)");
        let labels = y.map(|y| y * 2.0);
        let data = Examples::new(&x, &labels).unwrap();
        assert!(
            message(trainer(0.1), data).starts_with("expected labels in [0, 1], found 2 in row")
        );
    }

    #[test]
    fn nonsense_is_refused_before_the_first_step_with_advice() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let message = |trainer: Trainer<'_, f64>| {
            trainer.fit(&mut network(), data, None).unwrap_err().to_string()
        };
        assert_eq!(
            message(Trainer::new(CategoricalCrossEntropy, GradientDescent::new(0.1).unwrap())),
            "categorical cross-entropy makes no sense after an output layer dense sigmoid: end the \
             network with softmax, so that the outputs of an example add up to 1"
        );
        assert!(message(trainer(0.1).batch_size(51)).contains("51 examples asked for"));
        let none = ParameterGroup::named("gamma").frozen();
        assert_eq!(message(trainer(0.1).group(none)), "parameters gamma: the network has none");
        let negative = ParameterGroup::layer(2).learning_rate(-1.0);
        assert!(message(trainer(0.1).group(negative)).contains("at least 0, found -1"));
        let one = Network::<f64>::builder(2).dense(1, Softmax).build().unwrap_err().to_string();
        assert!(one.starts_with("layer 1 ends with softmax over one unit"));
    }

    #[test]
    fn weights_of_zero_leave_examples_out() {
        let (x, y) = examples();
        let weights: Vec<f64> = (0..50).map(|j| f64::from(u8::from(j < 30))).collect();
        let (part_x, part_y) = (x.columns(0, 30).into_owned(), y.columns(0, 30).into_owned());
        let (mut weighted, mut part) = (network(), network());
        let data = Examples::new(&x, &y).unwrap().with_weights(&weights).unwrap();
        let history =
            trainer(0.3).epochs(20).batch_size(50).fit(&mut weighted, data, Some(data)).unwrap();
        let data = Examples::new(&part_x, &part_y).unwrap();
        let expected =
            trainer(0.3).epochs(20).batch_size(30).fit(&mut part, data, Some(data)).unwrap();
        for (a, b) in weighted.snapshot().concat().iter().zip(part.snapshot().concat()) {
            assert!((a - b).abs() < 1e-12);
        }
        let costs =
            |history: &History| history.last().map(|e| (e.cost, e.validation_cost.unwrap()));
        let ((a, c), (b, d)) = (costs(&history).unwrap(), costs(&expected).unwrap());
        assert!((a - b).abs() < 1e-12 && (c - d).abs() < 1e-12);
    }

    #[test]
    fn a_flag_ends_training_between_steps_and_a_plateau_lowers_the_rate() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let flag = Arc::new(AtomicBool::new(false));
        let raise = Arc::clone(&flag);
        let history = trainer(0.1)
            .epochs(50)
            .stop_flag(flag)
            .after_epoch(move |epoch| {
                raise.store(epoch.epoch == 3, Ordering::Relaxed);
                ControlFlow::Continue(())
            })
            .fit(&mut network(), data, None)
            .unwrap();
        assert_eq!((history.epochs.len(), history.ended), (3, Ended::Asked));

        let plateau = Plateau::new(0.5, 1).unwrap().with_tolerance(1e9).unwrap();
        let history =
            trainer(0.1).epochs(4).reduce_on_plateau(plateau).fit(&mut network(), data, None);
        let rates: Vec<f64> = history.unwrap().epochs.iter().map(|epoch| epoch.alpha).collect();
        assert_eq!(rates, [0.1, 0.1, 0.05, 0.025]);
    }

    #[test]
    fn penalties_and_limits_hold() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let largest = |regularization| {
            let mut network = network();
            let trainer = trainer(0.5).epochs(30).regularization(regularization);
            trainer.fit(&mut network, data, None).unwrap();
            let w = network.layers()[0].parameter(0).unwrap().to_matrix();
            (w.norm(), w.row_iter().map(|row| row.norm()).fold(0.0, f64::max))
        };
        let free = largest(Regularization::default());
        assert!(largest(Regularization { l2: 0.1, ..Default::default() }).0 < 0.8 * free.0);
        assert!(largest(Regularization { l1: 0.1, ..Default::default() }).0 < 0.8 * free.0);
        let limited = largest(Regularization { max_norm: Some(0.5), ..Default::default() });
        assert!(limited.1 <= 0.5 + 1e-12 && free.1 > 0.6, "{limited:?} {free:?}");
        let clipped = largest(Regularization { clip_value: Some(1e-9), ..Default::default() });
        let start = network().layers()[0].parameter(0).unwrap().to_matrix().norm();
        assert!((clipped.0 - start).abs() < 1e-6);
    }

    /// Running statistics move, and the result is the same for any number of threads.
    #[test]
    fn batch_norm_trains_on_any_number_of_threads() {
        let (x, y) = examples();
        let x = x.map(|x| 40.0 * x + 100.0);
        let data = Examples::new(&x, &y).unwrap();
        let fit = |threads| {
            let builder = Network::<f64>::builder(2).batch_norm().dense(300, Relu);
            let mut network = builder.batch_norm().dense(1, Sigmoid).build().unwrap();
            let adam = layerwise_optim::Adam::new(0.01).unwrap();
            let trainer = Trainer::new(BinaryCrossEntropy, adam).threads(threads).batch_size(25);
            let history = trainer.fit(&mut network, data, Some(data)).unwrap();
            (network.snapshot(), history)
        };
        let (parameters, history) = fit(1);
        let last = history.last().unwrap().validation_cost.unwrap();
        assert!(last < 0.2, "{last}");
        assert!(parameters[2].iter().all(|mean| (50.0..150.0).contains(mean)));
        assert_eq!(fit(3), (parameters, history));
    }
}
