//! What training is to be like.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use layerwise_core::{MatrixView, Scalar};
use layerwise_cost::Cost;
use layerwise_optim::{Optimizer, Plateau, Schedule};

use super::layer_records::LayerRecorder;
use super::measuring::{Measure, OnTraining};
use super::state::{Keeping, TrainingState};
use crate::{
    Callback, EarlyStopping, EpochRecord, Network, ParameterGroup, Regularization, Result,
};

/// Trains a [`Network`] on [`Examples`](crate::Examples) by mini-batches.
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
    pub(super) cost: Box<dyn Cost<T> + 'a>,
    pub(super) optimizer: Box<dyn Optimizer<T> + 'a>,
    pub(super) epochs: usize,
    pub(super) batch_size: Option<usize>,
    pub(super) seed: u64,
    pub(super) schedule: Schedule,
    pub(super) decay_schedule: Schedule,
    pub(super) noise_schedule: Schedule,
    pub(super) warm_up: f64,
    pub(super) plateau: Option<Plateau>,
    pub(super) stopping: Option<EarlyStopping>,
    pub(super) validation_part: Option<f64>,
    pub(super) regularization: Regularization,
    pub(super) groups: Vec<ParameterGroup>,
    pub(super) threads: usize,
    pub(super) metrics: Vec<(&'static str, Measure<'a, T>)>,
    pub(super) callbacks: Vec<Box<dyn Callback<T> + 'a>>,
    pub(super) stop: Option<Arc<AtomicBool>>,
    pub(super) keeping: Option<Keeping<'a, T>>,
    pub(super) resumed: Option<TrainingState<T>>,
    pub(super) recorder: Option<LayerRecorder<'a, T>>,
    pub(super) on_training: Option<OnTraining<'a, T>>,
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
            warm_up: 0.0,
            plateau: None,
            stopping: None,
            validation_part: None,
            regularization: Regularization::default(),
            groups: vec![],
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            metrics: vec![],
            callbacks: vec![],
            stop: None,
            keeping: None,
            resumed: None,
            recorder: None,
            on_training: None,
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

    /// Ends training after that many epochs without a lower validation cost, and gives the network the
    /// parameters of the epoch with the lowest (Prechelt, "Early Stopping – But When?", 1998). Needs
    /// validation examples. A [`Patience`](crate::Patience) may ask for a least gain, or go by a metric.
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
    pub fn early_stopping(mut self, stopping: impl Into<EarlyStopping>) -> Self {
        self.stopping = Some(stopping.into());
        self
    }

    /// Holds out this part of the examples given to `fit` for validation, in (0, 1), drawn by the seed: of each
    /// class its share where labels are 0 and 1. `fit` refuses it together with validation examples, and
    /// where either side would be empty.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Patience, Trainer, core::DMatrix};
    /// use layerwise_model::{activations::Sigmoid, cost::BinaryCrossEntropy, optim::Adam};
    ///
    /// let x = DMatrix::from_fn(1, 40, |_, j| j as f64 / 20.0 - 1.0);
    /// let y = x.map(|x| f64::from(u8::from(x > 0.0)));
    /// let mut network = Network::<f64>::builder(1).dense(1, Sigmoid).build()?;
    /// let history = Trainer::new(BinaryCrossEntropy, Adam::new(0.1)?)
    ///     .validation_split(0.2)
    ///     .early_stopping(Patience(5))
    ///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
    /// assert!(history.epochs[0].validation_cost.is_some());
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn validation_split(mut self, part: f64) -> Self {
        self.validation_part = Some(part);
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
    ///
    /// A closure gives a measure the numbers it needs:
    /// `.metric("top 3", |al, y| top_k_accuracy(al, y, 3))`.
    pub fn metric(
        mut self,
        name: &'static str,
        measure: impl Fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64> + Send + Sync + 'a,
    ) -> Self {
        self.metrics.push((name, Box::new(measure)));
        self
    }

    /// Called during training, in the order they were added.
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
    /// step: the network keeps what it has learned, the history what came of whole epochs and how many steps
    /// were made beyond them.
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
}
