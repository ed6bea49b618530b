//! What happened in training.

use crate::LayerRecord;

/// One epoch.
///
/// ```
/// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
///     .epochs(3)
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// let [first, _, last] = &history.epochs[..] else { panic!("three epochs") };
/// assert_eq!((first.epoch, last.epoch, last.alpha), (1, 3, 0.1));
/// assert!(last.cost < first.cost && last.validation_cost.is_none());
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EpochRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The mean cost of its mini-batches, each as it was before its update, over examples or, where they have
    /// weights, over these.
    pub cost: f64,
    /// The cost on the validation examples after the epoch, if there are any.
    pub validation_cost: Option<f64>,
    /// The learning rate of its last update.
    pub alpha: f64,
    /// What [`Trainer::metric`](crate::Trainer::metric) asked for, in that order: on the validation
    /// examples, or on those trained on where there are none.
    pub metrics: Vec<f64>,
    /// The same of examples trained on, where [`Trainer::record_metrics`](crate::Trainer::record_metrics) asked for it.
    pub training_metrics: Vec<f64>,
    /// How training went inside each layer, where [`Trainer::record_layers`](crate::Trainer::record_layers) asked for
    /// it.
    pub layers: Vec<LayerRecord>,
}

/// One update.
///
/// ```
/// use layerwise_model::{Callback, EpochRecord, Examples, Network, Result, StepRecord, Trainer};
/// use layerwise_model::{activations::Identity, core::DMatrix, cost::MeanSquaredError, optim::Adam};
/// use std::ops::ControlFlow;
///
/// #[derive(Default)]
/// struct Costs(Vec<f64>);
///
/// impl Callback<f64> for &mut Costs {
///     fn after_epoch(&mut self, _: &Network<f64>, _: &EpochRecord) -> Result<ControlFlow<()>> {
///         Ok(ControlFlow::Continue(()))
///     }
///     fn after_step(&mut self, step: &StepRecord) -> Result<ControlFlow<()>> {
///         self.0.push(step.cost);
///         Ok(ControlFlow::Continue(()))
///     }
/// }
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let mut costs = Costs::default();
/// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
///     .epochs(2)
///     .batch_size(2)
///     .callback(&mut costs)
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// assert_eq!(costs.0.len(), 4);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepRecord {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The update within the epoch, counted from 1.
    pub step: usize,
    /// Examples of its mini-batch.
    pub examples: usize,
    /// The cost before it.
    pub cost: f64,
    /// Its learning rate.
    pub alpha: f64,
}

/// Why training ended.
///
/// ```
/// use layerwise_model::{Ended, Examples, Network, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let examples = Examples::new(&x, &x)?;
/// let trainer = || Ok::<_, layerwise_model::ModelError>(
///     Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?).epochs(2)
/// );
/// assert_eq!(trainer()?.fit(&mut network, examples, None)?.ended, Ended::Finished);
/// let asked = trainer()?.after_epoch(|_| std::ops::ControlFlow::Break(()));
/// assert_eq!(asked.fit(&mut network, examples, None)?.ended, Ended::Asked);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// After as many epochs as it was to have.
    #[default]
    Finished,
    /// By early stopping.
    OutOfPatience,
    /// Because a callback or the flag said so.
    Asked,
    /// At a gradient as small as asked for, or where no step lowers the cost ([`Lbfgs`](crate::Lbfgs)).
    Converged,
}

/// All epochs, first to last.
///
/// ```
/// use layerwise_model::{Examples, Network, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::GradientDescent};
///
/// let x = DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let history = Trainer::new(MeanSquaredError, GradientDescent::new(0.1)?)
///     .epochs(20)
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// // Without early stopping the last epoch is the one kept.
/// assert_eq!((history.epochs.len(), history.kept), (20, 20));
/// assert_eq!(history.last(), Some(&history.epochs[19]));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The epochs.
    pub epochs: Vec<EpochRecord>,
    /// The epoch whose parameters the network has: the last, or with early stopping the one of the
    /// best: of the lowest validation cost, if nothing else was asked for.
    pub kept: usize,
    /// The names of the metrics of each epoch.
    pub metrics: Vec<&'static str>,
    /// Updates that the network has on top of epoch `kept`: those of an epoch that was stopped before its
    /// end; 0 otherwise.
    pub steps_beyond: usize,
    /// Why there are no more epochs.
    pub ended: Ended,
}

impl History {
    /// The last epoch, if there was one.
    ///
    /// ```
    /// assert_eq!(layerwise_model::History::default().last(), None);
    /// ```
    pub fn last(&self) -> Option<&EpochRecord> {
        self.epochs.last()
    }
}
