//! Epochs, one after the other.

use std::sync::atomic::Ordering;

use layerwise_core::{Scalar, linalg::first_non_finite, parameters};
use layerwise_optim::{Progress, Schedule};

use super::batches::Batches;
use super::checks::{check_batch, check_cost, check_examples, check_outputs};
use super::hold_out::hold_out;
use super::measuring::Measuring;
use super::patience::Best;
use super::source::{BatchSource, Feed};
use super::state::Within;
use crate::{
    Ended, EpochRecord, Examples, History, ModelError, Network, Result, StepRecord, Trainer,
    TrainingStep,
};

/// Examples an update where nothing is said.
const BATCH_SIZE: usize = 32;

/// What a run works with.
pub(super) struct Run<'e, T: Scalar> {
    pub(super) step: TrainingStep<T>,
    pub(super) batches: Feed<'e, T>,
    measuring: Option<Measuring<'e, T>>,
    warm_up: Schedule,
    /// The parameters after the last epoch that left numbers.
    pub(super) good: Vec<Vec<T>>,
    pub(super) best: Option<Best<T>>,
    /// The place within the present epoch.
    pub(super) within: Within,
    pub(super) history: History,
}

/// What came of an epoch.
struct Outcome {
    /// Whether all mini-batches had their turn, and whether there is to be no other epoch.
    whole: bool,
    asked: bool,
}

impl<T: Scalar> Trainer<'_, T> {
    /// Trains `network` from where it stands, and returns what happened.
    ///
    /// The same network, examples and seed give the same result to the last bit. A network that was
    /// trained before goes on from there; [`OnlineTrainer`](crate::OnlineTrainer) keeps the optimizer's state too.
    ///
    /// # Errors
    /// Examples that do not fit the network, labels the cost refuses, a cost that makes no sense
    /// after the output layer ([`ModelError::Misfit`]), settings of 0, a mini-batch larger than the
    /// examples ([`ModelError::BatchTooLarge`]), or of one example where a layer needs several
    /// ([`ModelError::BatchOfOne`]); and [`ModelError::Diverged`] when the cost or a parameter stops
    /// being a number, with the network set back to what it was before that epoch, or with early stopping
    /// to the best epoch.
    pub fn fit(
        self,
        network: &mut Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        let Some(part) = self.validation_part else {
            return self.train(network, training, validation);
        };
        if validation.is_some() {
            return Err(ModelError::TwoValidations);
        }
        let (rest, held_out) = hold_out(training, part, self.seed)?;
        let (rest, held_out) = (training.select(&rest), training.select(&held_out));
        self.train(network, rest.examples()?, Some(held_out.examples()?))
    }

    /// Trains `network` on mini-batches that come from anywhere, as [`fit`](Trainer::fit) does on examples in
    /// memory. How large they are is the source's to say, and metrics are those of the validation examples.
    ///
    /// # Errors
    /// Those of the source, of mini-batches that do not fit the network or the cost, and otherwise as
    /// [`fit`](Trainer::fit).
    ///
    /// ```
    /// use layerwise_model::{BatchSource, Network, Result, Trainer, core::{DMatrix, MatrixView}};
    /// use layerwise_model::{activations::Identity, cost::MeanSquaredError, optim::Adam};
    ///
    /// struct Same(DMatrix<f64>);
    /// impl BatchSource<f64> for Same {
    ///     fn batches(&self) -> usize { 1 }
    ///     fn largest(&self) -> usize { 4 }
    ///     fn begin(&mut self, _epoch: usize, _skip: usize) -> Result<()> { Ok(()) }
    ///     fn next_batch(&mut self) -> Result<(MatrixView<'_, f64>, MatrixView<'_, f64>)> {
    ///         Ok(((&self.0).into(), (&self.0).into()))
    ///     }
    /// }
    /// let mut network = Network::builder(1).dense(1, Identity).build()?;
    /// let mut source = Same(DMatrix::from_row_slice(1, 4, &[-1.0, 0.0, 1.0, 2.0]));
    /// let trainer = Trainer::new(MeanSquaredError, Adam::new(0.1)?).epochs(100);
    /// let history = trainer.fit_source(&mut network, &mut source, None)?;
    /// assert!(history.epochs[99].cost < history.epochs[0].cost);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn fit_source(
        self,
        network: &mut Network<T>,
        source: &mut dyn BatchSource<T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        if self.validation_part.is_some() || (validation.is_none() && !self.metrics.is_empty()) {
            return Err(ModelError::NoValidation);
        }
        self.check_settings(network, validation)?;
        for (what, number) in
            [("the mini-batch", source.largest()), ("the number of mini-batches", source.batches())]
        {
            if number == 0 {
                return Err(ModelError::AtLeastOne { what });
            }
        }
        check_batch(network, source.largest())?;
        self.train_on(network, Feed::Source(source), (None, validation))
    }

    fn train(
        self,
        network: &mut Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        let batch_size = self.check(network, training, validation)?;
        let batch_wide = network.layers().iter().any(|layer| layer.batch_wide());
        let batches = Batches::new(training, batch_size, self.seed, batch_wide);
        self.train_on(network, Feed::Memory(Box::new(batches)), (Some(training), validation))
    }

    fn train_on<'e>(
        mut self,
        network: &mut Network<T>,
        batches: Feed<'e, T>,
        (training, validation): (Option<Examples<'e, T>>, Option<Examples<'e, T>>),
    ) -> Result<History> {
        let metrics: Vec<&'static str> = self.metrics.iter().map(|(name, _)| *name).collect();
        let (threads, has_metrics) = (self.threads, !metrics.is_empty());
        let mut run = Run {
            step: TrainingStep::new(network, batches.largest(), self.optimizer.as_ref())?
                .with_seed(self.seed)
                .with_regularization(self.regularization)?
                .with_groups(network, &self.groups)?
                .with_threads(threads),
            batches,
            measuring: match validation.or(training.filter(|_| has_metrics)) {
                Some(measured) => {
                    Some(Measuring::new(network, measured, validation.is_some(), threads)?)
                }
                None => None,
            },
            warm_up: Schedule::warm_up(self.warm_up)?,
            good: network.snapshot(),
            best: self.stopping.map(Best::new),
            within: Within::default(),
            history: History { metrics, ..History::default() },
        };
        if let Some(state) = self.resumed.take() {
            run.resume(&mut self, network, state)?;
        }
        for callback in &mut self.callbacks {
            callback.before_training(network)?;
        }
        let learned = self.learn(network, &mut run);
        let best = run.best.and_then(|best| best.kept);
        if let Some((_, epoch, parameters)) = best {
            network.restore(&parameters);
            (run.history.kept, run.history.steps_beyond) = (epoch, 0);
        } else if matches!(learned, Err(ModelError::Diverged { .. })) {
            network.restore(&run.good);
        }
        learned?;
        for callback in &mut self.callbacks {
            callback.at_end(network, &run.history)?;
        }
        Ok(run.history)
    }

    /// Refuses settings that make no sense, and validation examples that do not fit.
    fn check_settings(
        &self,
        network: &Network<T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<()> {
        if self.epochs == 0 {
            return Err(ModelError::AtLeastOne { what: "the number of epochs" });
        }
        if let Some(stopping) = &self.stopping {
            if validation.is_none() {
                return Err(ModelError::NoValidation);
            }
            let metrics: Vec<&'static str> = self.metrics.iter().map(|(name, _)| *name).collect();
            stopping.check(&metrics)?;
        }
        check_cost(network, self.cost.as_ref())?;
        let on_training = self.on_training.as_ref().map(|on_training| on_training.examples);
        let mut others = [validation, on_training].into_iter().flatten();
        others.try_for_each(|examples| check_examples(network, self.cost.as_ref(), examples))
    }

    /// Refuses what cannot be trained; the examples of a mini-batch.
    fn check(
        &self,
        network: &Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<usize> {
        self.check_settings(network, validation)?;
        check_examples(network, self.cost.as_ref(), training)?;
        let batch_size = match self.batch_size {
            None => BATCH_SIZE.min(training.m()),
            Some(batch_size) if batch_size > training.m() => {
                return Err(ModelError::BatchTooLarge { batch_size, examples: training.m() });
            }
            Some(batch_size) => batch_size,
        };
        if batch_size == 0 {
            return Err(ModelError::AtLeastOne { what: "the mini-batch" });
        }
        check_batch(network, batch_size)?;
        check_outputs(network, self.cost.as_ref(), training.x(), self.threads)?;
        Ok(batch_size)
    }

    /// All epochs, up to the last or to a reason to end before it.
    fn learn(&mut self, network: &mut Network<T>, run: &mut Run<'_, T>) -> Result<()> {
        // What was gone on with may have ended where it was interrupted.
        if run.history.ended == Ended::OutOfPatience {
            return Ok(());
        }
        for epoch in run.history.epochs.len() + 1..=self.epochs {
            let Outcome { whole, asked } = self.epoch(epoch, network, run)?;
            let Within { steps, alpha, .. } = run.within;
            let cost = run.within.cost();
            // The cost of a step is that before its update: what the last one did shows only here.
            if !is_finite(network) {
                return Err(ModelError::Diverged { epoch, step: steps, cost: f64::NAN });
            }
            if !whole {
                (run.history.ended, run.history.steps_beyond) = (Ended::Asked, steps);
                return self.keep(network, run);
            }
            run.within = Within::default();
            let mut record = EpochRecord { epoch, cost, alpha, ..EpochRecord::default() };
            if let Some(measuring) = &mut run.measuring {
                let cost = self.cost.as_ref();
                measuring.measure(network, cost, &self.metrics, (&mut record, steps))?;
            }
            if let Some(on_training) = &mut self.on_training {
                let metrics = (&self.metrics[..], self.threads);
                record.training_metrics = on_training.measure(network, metrics, (epoch, steps))?;
            }
            if let Some(recorder) = &mut self.recorder {
                record.layers = recorder.records(network, self.cost.as_ref(), self.seed)?;
            }
            run.good = network.snapshot();
            if let Some(plateau) = &mut self.plateau {
                plateau.observe(record.validation_cost.unwrap_or(cost));
            }
            let mut asked = asked;
            for callback in &mut self.callbacks {
                asked |= callback.after_epoch(network, &record)?.is_break();
            }
            let mut out_of_patience = false;
            if let Some(best) = &mut run.best {
                let metrics = &run.history.metrics;
                out_of_patience = best.observe(&record, metrics, || network.snapshot());
            }
            run.history.kept = epoch;
            run.history.epochs.push(record);
            if asked {
                run.history.ended = Ended::Asked;
                return self.keep(network, run);
            }
            if out_of_patience {
                run.history.ended = Ended::OutOfPatience;
                return Ok(());
            }
            if epoch < self.epochs {
                self.keep_if_due(network, run)?;
            }
        }
        Ok(())
    }

    /// All mini-batches once, or those up to a call to stop; from the run's place within the epoch on.
    fn epoch(
        &mut self,
        epoch: usize,
        network: &mut Network<T>,
        run: &mut Run<'_, T>,
    ) -> Result<Outcome> {
        let count = run.batches.count();
        let steps_per_epoch = count as u64;
        let all = steps_per_epoch.saturating_mul(self.epochs as u64);
        run.batches.begin(epoch, run.within.steps)?;
        let more = if run.batches.is_one_batch() { self.epochs - epoch } else { 0 };
        let mut asked = false;
        while run.within.steps < count {
            let raised =
                |stop: &std::sync::Arc<std::sync::atomic::AtomicBool>| stop.load(Ordering::Relaxed);
            if asked || self.stop.as_ref().is_some_and(raised) {
                return Ok(Outcome { whole: false, asked: true });
            }
            let (step, optimizer) = (&mut run.step, self.optimizer.as_ref());
            let (x, y, weights) = run.batches.get(run.within.steps, network, self.cost.as_ref())?;
            let progress = Progress { step: step.updates(), steps: all, steps_per_epoch };
            let rate = self.schedule.factor(progress)
                * run.warm_up.factor(progress)
                * self.plateau.map_or(1.0, |plateau| plateau.rate());
            step.set_rate(rate)?;
            step.set_decay(self.decay_schedule.factor(progress))?;
            step.set_noise(self.noise_schedule.factor(progress))?;
            let recorder = self.recorder.as_mut().filter(|_| run.within.steps + 1 == count);
            if let Some(recorder) = recorder {
                recorder.before_update(network);
            }
            let batch = (x, y, weights);
            let cost = self.cost.as_ref();
            let cost = step.run_before(network, batch, cost, optimizer, more)?.to_f64();
            run.within.steps += 1;
            if let Some(recorder) = self.recorder.as_mut().filter(|_| run.within.steps == count) {
                recorder.after_update(network);
            }
            if !cost.is_finite() {
                return Err(ModelError::Diverged { epoch, step: run.within.steps, cost });
            }
            let weight = weights.map_or(x.ncols() as f64, |weights| {
                weights.iter().map(|weight| weight.to_f64()).sum()
            });
            run.within.sum += cost * weight;
            run.within.total += weight;
            run.within.alpha = optimizer.alpha().to_f64() * rate;
            let Within { steps, alpha, .. } = run.within;
            let record = StepRecord { epoch, step: steps, examples: x.ncols(), cost, alpha };
            for callback in &mut self.callbacks {
                asked |= callback.after_step(&record)?.is_break();
            }
            // After the last step the epoch's end is the better place.
            if steps < count {
                self.keep_if_due(network, run)?;
            }
        }
        Ok(Outcome { whole: true, asked })
    }

    fn keep_if_due(&mut self, network: &Network<T>, run: &Run<'_, T>) -> Result<()> {
        match &self.keeping {
            Some(keeping) if keeping.is_due() => self.keep(network, run),
            _ => Ok(()),
        }
    }

    /// Hands over where training stands, to whoever wants to keep it.
    fn keep(&mut self, network: &Network<T>, run: &Run<'_, T>) -> Result<()> {
        match &mut self.keeping {
            Some(keeping) => keeping.hand_over(run.state(network)),
            None => Ok(()),
        }
    }
}

/// Whether every parameter is a number, those included that only layers change.
fn is_finite<T: Scalar>(network: &Network<T>) -> bool {
    let mut all = network.layers().iter().flat_map(|layer| parameters(layer.as_ref()));
    all.all(|parameter| first_non_finite(parameter).is_none())
}
