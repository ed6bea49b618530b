//! What is measured after each epoch.

use layerwise_core::{MatrixView, Scalar};
use layerwise_cost::{Cost, weighted_cost};

use crate::{EpochRecord, Examples, ModelError, Network, Predictor, Result, Trainer};

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
        record.metrics = measured((al, y), metrics, (record.epoch, step))?;
        Ok(())
    }
}

/// Metrics of outputs after an epoch that ended with `step`.
fn measured<T: Scalar>(
    (al, y): (MatrixView<'_, T>, MatrixView<'_, T>),
    metrics: &[(&'static str, Measure<'_, T>)],
    (epoch, step): (usize, usize),
) -> Result<Vec<f64>> {
    let of = |(_, measure): &(&'static str, Measure<'_, T>)| {
        measure(al, y).map_err(|error| {
            // A measure that refuses outputs which are no numbers has found what the cost did not.
            let finite = al.as_slice().iter().all(|a| a.is_finite_number());
            if finite { error } else { ModelError::Diverged { epoch, step, cost: f64::NAN } }
        })
    };
    metrics.iter().map(of).collect()
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// After each epoch measures these examples too, by the metrics that [`Trainer::metric`] asked for
    /// ([`EpochRecord::training_metrics`]): some of those trained on, so that both can be held side by side. It
    /// changes nothing of what is learned.
    ///
    /// ```
    /// use layerwise_model::{Examples, Network, Trainer, accuracy, core::DMatrix};
    /// use layerwise_model::{activations::Sigmoid, cost::BinaryCrossEntropy, optim::Adam};
    ///
    /// let x = DMatrix::from_row_slice(1, 4, &[-2.0, -1.0, 1.0, 2.0]);
    /// let (y, other) = (x.map(|x| f64::from(x > 0.0)), x.map(|x| f64::from(x < 0.0)));
    /// let (examples, other) = (Examples::new(&x, &y)?, Examples::new(&x, &other)?);
    /// let mut network = Network::<f64>::builder(1).dense(1, Sigmoid).build()?;
    /// let trainer = Trainer::new(BinaryCrossEntropy, Adam::new(0.1)?).metric("accuracy", accuracy);
    /// let history = trainer.record_metrics(examples).fit(&mut network, examples, Some(other))?;
    /// let last = &history.epochs[99];
    /// assert_eq!((last.training_metrics[0], last.metrics[0]), (1.0, 0.0));
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn record_metrics(mut self, examples: Examples<'a, T>) -> Self {
        self.on_training = Some(OnTraining { examples, predictor: None });
        self
    }
}

/// Examples of those trained on that are measured, with buffers made once.
pub(super) struct OnTraining<'a, T: Scalar> {
    pub(super) examples: Examples<'a, T>,
    predictor: Option<Predictor<T>>,
}

impl<T: Scalar> OnTraining<'_, T> {
    /// Their metrics after an epoch that ended with `step`.
    pub(super) fn measure(
        &mut self,
        network: &Network<T>,
        (metrics, threads): (&[(&'static str, Measure<'_, T>)], usize),
        at: (usize, usize),
    ) -> Result<Vec<f64>> {
        let predictor = match &mut self.predictor {
            Some(predictor) => predictor,
            none => none.insert(Predictor::new(network, self.examples.m())?.with_threads(threads)),
        };
        let al = predictor.predict(network, self.examples.x())?;
        measured((al, self.examples.y()), metrics, at)
    }
}
