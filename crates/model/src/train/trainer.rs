//! The loop: epochs of shuffled mini-batches.

use std::ops::ControlFlow;

use layerwise_core::{DMatrix, MatrixView, Scalar};
use layerwise_cost::Cost;
use layerwise_optim::{Optimizer, Progress, Schedule};
use rand::seq::SliceRandom;

use crate::{
    EpochRecord, Examples, History, ModelError, Network, Result, Stream, TrainingStep, generator,
};

/// What is called after each epoch; `Break` ends training there.
type AfterEpoch<'a> = Box<dyn FnMut(&EpochRecord) -> ControlFlow<()> + 'a>;

/// Epochs without a lower validation cost after which early stopping ends training; at least 1.
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
    batch_size: usize,
    seed: u64,
    schedule: Schedule,
    patience: Option<Patience>,
    clip_norm: Option<f64>,
    threads: usize,
    after_epoch: AfterEpoch<'a>,
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// A trainer of 100 epochs in mini-batches of 32, seed 0, on as many threads as the machine has cores.
    pub fn new(cost: impl Cost<T> + 'a, optimizer: impl Optimizer<T> + 'a) -> Self {
        Self {
            cost: Box::new(cost),
            optimizer: Box::new(optimizer),
            epochs: 100,
            batch_size: 32,
            seed: 0,
            schedule: Schedule::Constant,
            patience: None,
            clip_norm: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            after_epoch: Box::new(|_| ControlFlow::Continue(())),
        }
    }

    /// How often all examples are gone through; at least 1.
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Examples an update; at least 1. As many as there are, or more, means all of them, unshuffled.
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// The seed of the order of examples, and of layers that draw at random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// A factor on the learning rate over the run; constant if not called.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedule = schedule;
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

    /// Gradients of a larger norm are scaled down to it: see
    /// [`TrainingStep::with_clip_norm`].
    pub fn clip_norm(mut self, norm: f64) -> Self {
        self.clip_norm = Some(norm);
        self
    }

    /// At most this many threads; the result is the same for any number.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Calls `f` after each epoch, for progress; [`ControlFlow::Break`] ends training there.
    pub fn after_epoch(mut self, f: impl FnMut(&EpochRecord) -> ControlFlow<()> + 'a) -> Self {
        self.after_epoch = Box::new(f);
        self
    }

    /// Trains `network` and returns what happened.
    ///
    /// The same network, examples and seed give the same result to the last bit.
    ///
    /// # Errors
    /// Examples that do not fit the network, labels the cost refuses, settings of 0; and
    /// [`ModelError::Diverged`] when the cost stops being a number, with the network set back to
    /// what it was before that epoch.
    pub fn fit(
        mut self,
        network: &mut Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        if self.epochs == 0 {
            return Err(ModelError::AtLeastOne { what: "the number of epochs" });
        }
        if self.patience.is_some() && validation.is_none() {
            return Err(ModelError::NoValidation);
        }
        if self.patience == Some(Patience(0)) {
            return Err(ModelError::AtLeastOne { what: "the patience of early stopping" });
        }
        for examples in [Some(training), validation].into_iter().flatten() {
            layerwise_core::expect_shape("X", examples.x(), (network.n_in(), examples.m()))?;
            layerwise_core::expect_shape("Y", examples.y(), (network.n_out(), examples.m()))?;
            self.cost.check_labels(examples.y())?;
        }
        let batch_size = self.batch_size.min(training.m());
        let optimizer = self.optimizer.as_ref();
        let mut step = TrainingStep::new(network, batch_size, optimizer)?
            .with_seed(self.seed)
            .with_clip_norm(self.clip_norm)?
            .with_threads(self.threads);
        let mut batches = Batches::new(training, batch_size, self.seed);
        let mut history = History::default();
        let steps_per_epoch = batches.count() as u64;
        let steps = steps_per_epoch.saturating_mul(self.epochs as u64);
        // With early stopping: the lowest validation cost, its epoch and the parameters then.
        let mut best: Option<(f64, usize, Vec<Vec<T>>)> = None;
        for epoch in 1..=self.epochs {
            let good = network.snapshot();
            batches.shuffle();
            let mut sum = 0.0;
            for index in 0..batches.count() {
                let (x, y) = batches.get(index)?;
                let progress = Progress { step: step.updates(), steps, steps_per_epoch };
                step.set_rate(self.schedule.factor(progress));
                let cost = step.run(network, x, y, self.cost.as_ref(), optimizer)?.to_f64();
                if !cost.is_finite() {
                    network.restore(&good);
                    return Err(ModelError::Diverged { epoch, step: index + 1, cost });
                }
                sum += cost * x.ncols() as f64;
            }
            let validation_cost = match validation {
                None => None,
                Some(examples) => Some(self.cost_of(network, examples)?),
            };
            let record = EpochRecord { epoch, cost: sum / training.m() as f64, validation_cost };
            history.epochs.push(record);
            history.kept = epoch;
            let asked = (self.after_epoch)(&record).is_break();
            let mut out_of_patience = false;
            if let (Some(Patience(patience)), Some(cost)) = (self.patience, validation_cost) {
                // NaN is no lower than anything.
                let cost = if cost.is_nan() { f64::INFINITY } else { cost };
                match &best {
                    Some((lowest, since, _)) if cost >= *lowest => {
                        out_of_patience = epoch - since >= patience;
                    }
                    _ => best = Some((cost, epoch, network.snapshot())),
                }
            }
            if asked || out_of_patience {
                break;
            }
        }
        if let Some((_, epoch, parameters)) = best {
            network.restore(&parameters);
            history.kept = epoch;
        }
        Ok(history)
    }

    fn cost_of(&self, network: &Network<T>, examples: Examples<'_, T>) -> Result<f64> {
        let al = network.predict(&examples.x().to_matrix())?;
        Ok(self.cost.cost((&al).into(), examples.y())?.to_f64())
    }
}

/// Training examples in a new order each epoch, cut into mini-batches.
struct Batches<'a, T: Scalar> {
    examples: Examples<'a, T>,
    size: usize,
    seed_rng: rand::rngs::ChaCha8Rng,
    order: Vec<usize>,
    /// The examples of one mini-batch, gathered.
    x: DMatrix<T>,
    y: DMatrix<T>,
}

impl<'a, T: Scalar> Batches<'a, T> {
    fn new(examples: Examples<'a, T>, size: usize, seed: u64) -> Self {
        // One batch of everything is used where it lies.
        let gathered = if size < examples.m() { size } else { 0 };
        Self {
            examples,
            size,
            seed_rng: generator(seed, Stream::Shuffling),
            order: (0..examples.m()).collect(),
            x: DMatrix::zeros(examples.x().nrows(), gathered),
            y: DMatrix::zeros(examples.y().nrows(), gathered),
        }
    }

    fn count(&self) -> usize {
        self.examples.m().div_ceil(self.size)
    }

    fn shuffle(&mut self) {
        if self.count() > 1 {
            self.order.shuffle(&mut self.seed_rng);
        }
    }

    fn get(&mut self, index: usize) -> Result<(MatrixView<'_, T>, MatrixView<'_, T>)> {
        if self.count() == 1 {
            return Ok((self.examples.x(), self.examples.y()));
        }
        let start = index * self.size;
        let chosen = &self.order[start..(start + self.size).min(self.order.len())];
        for (slot, &example) in chosen.iter().enumerate() {
            self.x.column_mut(slot).copy_from_slice(self.examples.x().column(example));
            self.y.column_mut(slot).copy_from_slice(self.examples.y().column(example));
        }
        let part = 0..chosen.len();
        let columns = |matrix| MatrixView::from(matrix).columns(part.clone());
        let (x, y) = (columns(&self.x), columns(&self.y));
        Ok((
            x.map_err(layerwise_core::CoreError::from)?,
            y.map_err(layerwise_core::CoreError::from)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Identity, Relu, Sigmoid};
    use layerwise_cost::BinaryCrossEntropy;
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
        // An identity output leaves [0, 1] at once: the logarithm of a negative number is NaN.
        let result =
            trainer(1e6).batch_size(50).fit(&mut network, Examples::new(&x, &y).unwrap(), None);
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
}
