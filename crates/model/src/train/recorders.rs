//! Callbacks that tell how training goes.

use std::ops::ControlFlow;
use std::time::Instant;

use layerwise_core::Scalar;

use crate::{Callback, EpochRecord, Network, Result, StepRecord};

/// What [`Progress`] tells of an epoch.
///
/// ```
/// use layerwise_model::ProgressReport;
///
/// let line = |report: &ProgressReport| format!("epoch {}: {:.3}", report.epoch, report.cost);
/// let report = ProgressReport {
///     epoch: 3,
///     examples_per_second: 1e6,
///     cost: 0.25,
///     validation_cost: None,
/// };
/// assert_eq!(line(&report), "epoch 3: 0.250");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProgressReport {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Examples trained on a second, measurement of the epoch included.
    pub examples_per_second: f64,
    /// The mean cost of its mini-batches.
    pub cost: f64,
    /// The cost on the validation examples, if there are any.
    pub validation_cost: Option<f64>,
}

/// Tells a closure after each epoch how far and how fast training is.
///
/// ```
/// use layerwise_model::{Examples, Network, Progress, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
///
/// let x = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 2.0, 3.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let mut lines = vec![];
/// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
///     .epochs(3)
///     .callback(Progress::new(|report| {
///         lines.push(format!("{}: {:.3}, {:.0}/s", report.epoch, report.cost, report.examples_per_second));
///     }))
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// assert_eq!(lines.len(), 3);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Progress<F> {
    tell: F,
    since: Instant,
    examples: usize,
}

impl<F: FnMut(&ProgressReport)> Progress<F> {
    /// Calls `tell` after each epoch.
    pub fn new(tell: F) -> Self {
        Self { tell, since: Instant::now(), examples: 0 }
    }
}

impl<T: Scalar, F: FnMut(&ProgressReport)> Callback<T> for Progress<F> {
    fn before_training(&mut self, _: &Network<T>) -> Result<()> {
        (self.since, self.examples) = (Instant::now(), 0);
        Ok(())
    }

    fn after_step(&mut self, step: &StepRecord) -> Result<ControlFlow<()>> {
        self.examples += step.examples;
        Ok(ControlFlow::Continue(()))
    }

    fn after_epoch(&mut self, _: &Network<T>, epoch: &EpochRecord) -> Result<ControlFlow<()>> {
        let seconds = self.since.elapsed().as_secs_f64();
        (self.tell)(&ProgressReport {
            epoch: epoch.epoch,
            examples_per_second: self.examples as f64 / seconds.max(1e-9),
            cost: epoch.cost,
            validation_cost: epoch.validation_cost,
        });
        (self.since, self.examples) = (Instant::now(), 0);
        Ok(ControlFlow::Continue(()))
    }
}

/// Writes down the learning rate of every update.
///
/// ```
/// use layerwise_model::{Examples, Network, RateRecorder, Trainer, core::DMatrix};
/// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::{Adam, Schedule}};
///
/// let x = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 2.0, 3.0]);
/// let mut network = Network::<f64>::builder(1).dense(1, Identity).build()?;
/// let mut rates = vec![];
/// Trainer::new(MeanSquaredError, Adam::new(0.1)?)
///     .epochs(2)
///     .batch_size(2)
///     .schedule(Schedule::exponential(0.25)?)
///     .callback(RateRecorder(&mut rates))
///     .fit(&mut network, Examples::new(&x, &x)?, None)?;
/// assert_eq!(rates, [0.1, 0.05, 0.025, 0.0125]);
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[derive(Debug)]
pub struct RateRecorder<'a>(pub &'a mut Vec<f64>);

impl<T: Scalar> Callback<T> for RateRecorder<'_> {
    fn after_step(&mut self, step: &StepRecord) -> Result<ControlFlow<()>> {
        self.0.push(step.alpha);
        Ok(ControlFlow::Continue(()))
    }

    fn after_epoch(&mut self, _: &Network<T>, _: &EpochRecord) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
}
