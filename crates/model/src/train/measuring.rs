//! What is measured after each epoch.

use layerwise_core::{MatrixView, Scalar};
use layerwise_cost::{Cost, weighted_cost};

use crate::{EpochRecord, Examples, ModelError, Network, Predictor, Result};

/// A measure of outputs against labels, such as [`accuracy`](crate::accuracy).
pub(super) type Measure<'a, T> =
    Box<dyn Fn(MatrixView<'_, T>, MatrixView<'_, T>) -> Result<f64> + Send + Sync + 'a>;

/// The examples that are measured, where they lie, and buffers made once.
pub(super) struct Measuring<'e, T: Scalar> {
    examples: Examples<'e, T>,
    is_validation: bool,
    predictor: Predictor<T>,
}

impl<'e, T: Scalar> Measuring<'e, T> {
    /// On these examples, for validation or those that are trained on.
    pub(super) fn new(
        network: &Network<T>,
        examples: Examples<'e, T>,
        is_validation: bool,
        threads: usize,
    ) -> Result<Self> {
        let predictor = Predictor::new(network, examples.m())?.with_threads(threads);
        Ok(Self { examples, is_validation, predictor })
    }

    /// Adds validation cost and metrics to the record of an epoch that ended with `step`.
    pub(super) fn measure(
        &mut self,
        network: &Network<T>,
        cost: &dyn Cost<T>,
        metrics: &[(&'static str, Measure<'_, T>)],
        (record, step): (&mut EpochRecord, usize),
    ) -> Result<()> {
        let (al, y) = (self.predictor.predict(network, self.examples.x())?, self.examples.y());
        if self.is_validation {
            let cost = match self.examples.weights() {
                None => cost.cost(al, y)?,
                Some(weights) => weighted_cost(cost, al, y, weights)?,
            };
            record.validation_cost = Some(cost.to_f64());
        }
        let epoch = record.epoch;
        let measured = metrics.iter().map(|(_, measure)| {
            measure(al, y).map_err(|error| {
                // A measure that refuses outputs which are no numbers has found what the cost did not.
                let finite = al.as_slice().iter().all(|a| a.is_finite_number());
                if finite { error } else { ModelError::Diverged { epoch, step, cost: f64::NAN } }
            })
        });
        record.metrics = measured.collect::<Result<_>>()?;
        Ok(())
    }
}
