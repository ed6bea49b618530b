//! A workload made ready, and one step of it.

use std::ops::ControlFlow;

use layerwise::core::CoreError;
use layerwise::model::{ModelError, StandardNormals, Stream, generator};
use layerwise::prelude::*;

use super::workload::{OptimizerName, Workload};

/// A network with its data and everything a step needs.
pub struct Runner<T: Scalar> {
    batch: usize,
    network: Network<T>,
    x: DMatrix<T>,
    y: DMatrix<T>,
    kind: Kind<T>,
    next: usize,
}

enum Kind<T: Scalar> {
    Train { step: Box<TrainingStep<T>>, cost: Box<dyn Cost<T>>, optimizer: Box<dyn Optimizer<T>> },
    Predict(Predictor<T>),
}

impl<T: Scalar> Runner<T> {
    /// Draws data and starting values from seed 1.
    ///
    /// # Errors
    /// Whatever the model refuses; nothing for the workloads there are.
    pub fn new(
        workload: Workload<'_>,
        optimizer: OptimizerName,
        threads: usize,
    ) -> Result<Self, ModelError> {
        let Workload { layer_dims, batch, examples, .. } = workload;
        let mut builder = Network::<T>::builder(layer_dims[0]).seed(1);
        let last = layer_dims.len() - 1;
        for &n_out in &layer_dims[1..last] {
            builder = builder.dense(n_out, Relu);
        }
        let network = match workload.classes() {
            Some(classes) => builder.dense(classes, Softmax),
            None => builder.dense(1, Sigmoid),
        }
        .build()?;
        let mut rng = generator(1, Stream::Shuffling);
        let x = DMatrix::from_fn(layer_dims[0], examples, |_, _| T::of(rng.next_normal()));
        // Yes or no by the sign of the first feature; one of several classes after the other.
        let n_y = layer_dims[last];
        let y = DMatrix::from_fn(n_y, examples, |i, j| {
            let first = x[(0, j)].to_f64();
            let class = if n_y == 1 { usize::from(first <= 0.0) } else { j % n_y };
            T::of(if class == i { 1.0 } else { 0.0 })
        });
        let kind = if workload.inference {
            Kind::Predict(Predictor::new(&network, batch)?.with_threads(threads))
        } else {
            let optimizer: Box<dyn Optimizer<T>> = match optimizer {
                OptimizerName::Adam => Box::new(Adam::new(T::of(0.001))?),
                _ => Box::new(GradientDescent::new(T::of(0.01))?),
            };
            let cost: Box<dyn Cost<T>> = match workload.classes() {
                Some(_) => Box::new(CategoricalCrossEntropy),
                None => Box::new(BinaryCrossEntropy),
            };
            let step = TrainingStep::new(&network, batch, &*optimizer)?.with_threads(threads);
            Kind::Train { step: Box::new(step), cost, optimizer }
        };
        Ok(Self { batch, network, x, y, kind, next: 0 })
    }

    /// Steps, each on the next batch, until `each`, which is told what they returned, has enough. Where a batch
    /// is all there is, they are those of [`TrainingStep::run_repeatedly`].
    ///
    /// # Errors
    /// Whatever the model refuses; nothing for the workloads there are.
    pub fn run(&mut self, mut each: impl FnMut(f64) -> ControlFlow<()>) -> Result<(), ModelError> {
        match &mut self.kind {
            Kind::Train { step, cost, optimizer } if self.batch == self.x.ncols() => {
                let data = ((&self.x).into(), (&self.y).into(), None);
                let each = |_, cost: T| each(cost.to_f64());
                let (network, steps) = (&mut self.network, usize::MAX);
                step.run_repeatedly(network, data, &**cost, &**optimizer, steps, each)?;
            }
            _ => while each(self.step()?).is_continue() {},
        }
        Ok(())
    }

    /// One step on the next batch; the cost, or for a prediction the first output.
    ///
    /// # Errors
    /// Whatever the model refuses; nothing for the workloads there are.
    fn step(&mut self) -> Result<f64, ModelError> {
        let batch = self.batch;
        if self.next + batch > self.x.ncols() {
            self.next = 0;
        }
        let columns = self.next..self.next + batch;
        self.next += batch;
        let x = MatrixView::from(&self.x).columns(columns.clone()).map_err(CoreError::from)?;
        let y = MatrixView::from(&self.y).columns(columns).map_err(CoreError::from)?;
        match &mut self.kind {
            Kind::Train { step, cost, optimizer } => {
                Ok(step.run(&mut self.network, x, y, &**cost, &**optimizer)?.to_f64())
            }
            Kind::Predict(predictor) => {
                Ok(predictor.predict(&self.network, x)?.as_slice()[0].to_f64())
            }
        }
    }
}
