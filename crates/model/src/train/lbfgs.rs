//! L-BFGS: all examples, few parameters, no learning rate.

use layerwise_core::{CoreError, Scalar};
use layerwise_cost::Cost;
use layerwise_optim::{GradientDescent, Penalty};

use super::checks::{check_cost, check_examples, check_outputs};
use super::curvature::{Memory, dot};
use super::line_search::{Place, line_search};
use super::measuring::Measuring;
use super::objective::{Objective, set_values, values};
use crate::{Ended, EpochRecord, Examples, History, ModelError, Network, Result, TrainingStep};

/// Trains a [`Network`] on all examples at once by L-BFGS: the curvature is learned from the last ten steps
/// (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 7.4 and 7.5), and each step is as long as
/// the strong Wolfe conditions ask (algorithms 3.5 and 3.6). For small data and few parameters: it needs no
/// learning rate, and comes closer to a minimum than steps by mini-batches do.
///
/// ```
/// use layerwise_model::{Examples, Lbfgs, Network, core::DMatrix};
/// use layerwise_model::{activations::{Identity, Tanh}, cost::MeanSquaredError};
///
/// let x = DMatrix::from_fn(1, 40, |_, j| j as f64 / 20.0 - 1.0);
/// let y = x.map(|x| (3.0 * x).sin());
/// let mut network = Network::<f64>::builder(1).dense(8, Tanh).dense(1, Identity).seed(1).build()?;
/// let history = Lbfgs::new(MeanSquaredError)
///     .iterations(300)
///     .tolerance(1e-6)
///     .l2(1e-6)
///     .threads(2)
///     .fit(&mut network, Examples::new(&x, &y)?, None)?;
/// assert!(history.last().is_some_and(|last| last.cost < 1e-3));
/// # Ok::<(), layerwise_model::ModelError>(())
/// ```
#[must_use = "a trainer does nothing until fit() is called"]
pub struct Lbfgs<'a, T: Scalar> {
    cost: Box<dyn Cost<T> + 'a>,
    iterations: usize,
    tolerance: f64,
    l2: f64,
    threads: usize,
}

impl<'a, T: Scalar> Lbfgs<'a, T> {
    /// At most 200 iterations, to a gradient of 1e-5, without a penalty, on as many threads as the machine has
    /// cores.
    pub fn new(cost: impl Cost<T> + 'a) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { cost: Box::new(cost), iterations: 200, tolerance: 1e-5, l2: 0.0, threads }
    }

    /// At most this many steps; at least 1.
    pub fn iterations(mut self, iterations: usize) -> Self {
        self.iterations = iterations;
        self
    }

    /// Ends where no entry of the gradient is larger than this, at least 0.
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The factor of `½ Σ w²` over weights, not biases ([`Penalty`]), at least 0: part of what is minimized, and
    /// not of the costs in the history. There is no L1: its corners are none L-BFGS can walk around.
    pub fn l2(mut self, l2: f64) -> Self {
        self.l2 = l2;
        self
    }

    /// At most this many threads; the result is the same for any number.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Trains `network` from where it stands, and returns a record for each iteration: the costs after it, and
    /// as `alpha` the length of its step. [`Ended::Converged`] says that the gradient is small enough, or
    /// that no step lowers the cost any more.
    ///
    /// # Errors
    /// As [`Trainer::fit`](crate::Trainer::fit); [`ModelError::NotSmooth`] for a layer that draws at random or
    /// needs all examples together: there must be one cost to be minimized.
    pub fn fit(
        self,
        network: &mut Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<History> {
        let penalty = self.check(network, training, validation)?;
        let mut measuring = validation
            .map(|validation| Measuring::new(network, validation, true, self.threads))
            .transpose()?;
        let step = TrainingStep::new(network, training.m(), &GradientDescent::new(T::one())?)?;
        let step = step.with_threads(self.threads);
        let cost = self.cost.as_ref();
        let mut objective = Objective { step, training, cost, penalty, plain: 0.0 };
        objective.refuse_random(network)?;

        let mut w = values(network);
        let mut dw = vec![0.0; w.len()];
        let mut value = objective.at(network, &w, &mut dw)?;
        if !value.is_finite() || !dw.iter().all(|dw| dw.is_finite()) {
            return Err(ModelError::Diverged { epoch: 1, step: 1, cost: value });
        }
        let mut memory = Memory::default();
        let mut history = History::default();
        for epoch in 1..=self.iterations {
            let largest = dw.iter().fold(0.0_f64, |largest, dw| largest.max(dw.abs()));
            if largest <= self.tolerance {
                history.ended = Ended::Converged;
                break;
            }
            let mut direction = memory.direction(&dw);
            let mut slope = dot(&direction, &dw);
            if slope.is_nan() || slope >= 0.0 {
                // Rounding has spoiled what was learned: downhill it is.
                memory = Memory::default();
                direction = dw.iter().map(|dw| -dw).collect();
                slope = dot(&direction, &dw);
            }
            let sum: f64 = dw.iter().map(|dw| dw.abs()).sum();
            let first = if memory.pairs.is_empty() { (1.0 / sum).min(1.0) } else { 1.0 };
            let (mut there, mut d_there) = (w.clone(), dw.clone());
            let start = Place { step: 0.0, value, slope };
            let found = line_search(start, first, |step| {
                let places = there.iter_mut().zip(&w).zip(&direction);
                places.for_each(|((there, w), direction)| *there = w + step * direction);
                let value = objective.at(network, &there, &mut d_there)?;
                let slope = dot(&direction, &d_there);
                // A slope that is no number is too far away, like such a value.
                let value = if slope.is_finite() { value } else { f64::INFINITY };
                Ok(Place { step, value, slope })
            })?;
            let Some(Place { step, .. }) = found else {
                history.ended = Ended::Converged;
                break;
            };
            // The last place tried need not be the one found.
            for ((there, w), direction) in there.iter_mut().zip(&w).zip(&direction) {
                *there = w + step * direction;
            }
            value = objective.at(network, &there, &mut d_there)?;
            memory.add(difference(&there, &w), difference(&d_there, &dw));
            (w, dw) = (there, d_there);

            let (cost, alpha) = (objective.plain, step);
            let mut record = EpochRecord { epoch, cost, alpha, ..EpochRecord::default() };
            if let Some(measuring) = &mut measuring {
                measuring.measure(network, self.cost.as_ref(), &[], (&mut record, 1))?;
            }
            history.kept = epoch;
            history.epochs.push(record);
        }
        set_values(network, &w);
        Ok(history)
    }

    fn check(
        &self,
        network: &Network<T>,
        training: Examples<'_, T>,
        validation: Option<Examples<'_, T>>,
    ) -> Result<Penalty> {
        if self.iterations == 0 {
            return Err(ModelError::AtLeastOne { what: "the number of iterations" });
        }
        if self.tolerance.is_nan() || self.tolerance < 0.0 {
            let (what, expected) = ("the tolerance of L-BFGS", "at least 0");
            return Err(CoreError::Setting { what, expected, found: self.tolerance }.into());
        }
        let penalty = Penalty::new(0.0, self.l2)?;
        check_cost(network, self.cost.as_ref())?;
        for examples in [Some(training), validation].into_iter().flatten() {
            check_examples(network, self.cost.as_ref(), examples)?;
        }
        check_outputs(network, self.cost.as_ref(), training.x(), self.threads)?;
        let mut layers = network.layers().iter().enumerate();
        if let Some((index, layer)) = layers.find(|(_, layer)| layer.batch_wide()) {
            let what = format!("layer {} ({}) mixes examples", index + 1, layer.kind());
            return Err(ModelError::NotSmooth { what });
        }
        Ok(penalty)
    }
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use layerwise_activations::{Identity, Relu, Sigmoid, Tanh};
    use layerwise_core::DMatrix;
    use layerwise_cost::{BinaryCrossEntropy, MeanSquaredError};

    fn examples() -> (DMatrix<f64>, DMatrix<f64>) {
        let x = DMatrix::from_fn(2, 30, |i, j| ((j * (i + 3)) % 17) as f64 / 17.0 - 0.5);
        let y = DMatrix::from_fn(1, 30, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
        (x, y)
    }

    #[test]
    fn the_cost_falls_in_every_iteration_the_same_on_any_number_of_threads() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let fit = |threads| {
            let builder = Network::<f64>::builder(2).dense(300, Tanh).dense(20, Tanh);
            let mut network = builder.dense(1, Identity).build().unwrap();
            let trainer = Lbfgs::new(MeanSquaredError).iterations(30).threads(threads);
            (trainer.fit(&mut network, data, Some(data)).unwrap(), network.snapshot())
        };
        let (history, parameters) = fit(1);
        let costs: Vec<f64> = history.epochs.iter().map(|epoch| epoch.cost).collect();
        assert!(costs.windows(2).all(|two| two[1] <= two[0]), "{costs:?}");
        assert!(costs[costs.len() - 1] < 0.02);
        let last = history.last().unwrap();
        assert!((last.validation_cost.unwrap() - last.cost).abs() < 1e-12);
        assert_eq!(fit(2), (history, parameters));
    }

    #[test]
    fn single_precision_ends_where_rounding_begins() {
        let (x, y) = examples();
        let (x, y) = (x.map(|x| x as f32), y.map(|y| y as f32));
        let mut network = Network::<f32>::builder(2).dense(1, Sigmoid).build().unwrap();
        let trainer = Lbfgs::new(BinaryCrossEntropy).l2(0.01).tolerance(0.0).iterations(100);
        let history = trainer.fit(&mut network, Examples::new(&x, &y).unwrap(), None).unwrap();
        let (first, last) = (history.epochs[0].cost, history.last().unwrap().cost);
        assert!(last < first && last < 0.5, "from {first} to {last}");
    }

    #[test]
    fn what_has_no_one_cost_is_refused() {
        let (x, y) = examples();
        let data = Examples::new(&x, &y).unwrap();
        let message = |mut network: Network<f64>| {
            let trainer = Lbfgs::new(BinaryCrossEntropy);
            trainer.fit(&mut network, data, None).unwrap_err().to_string()
        };
        let start = || Network::<f64>::builder(2);
        let dropout = start().dense(9, Relu).dropout(0.3).dense(1, Sigmoid).build().unwrap();
        assert!(message(dropout).contains("a layer draws at random"));
        let noise = start().gaussian_noise(0.1).dense(1, Sigmoid).build().unwrap();
        assert!(message(noise).contains("a layer draws at random"));
        let norm = start().batch_norm().dense(1, Sigmoid).build().unwrap();
        assert!(message(norm).contains("layer 1 (batch norm) mixes examples"));
        let fit = |trainer: Lbfgs<'_, f64>| {
            let mut network = start().dense(1, Sigmoid).build().unwrap();
            trainer.fit(&mut network, data, None).unwrap_err().to_string()
        };
        let trainer = || Lbfgs::new(BinaryCrossEntropy);
        assert!(fit(trainer().iterations(0)).contains("iterations must be at least 1"));
        assert!(fit(trainer().tolerance(f64::NAN)).contains("tolerance"));
        assert!(fit(trainer().l2(-1.0)).contains("L2"));
    }
}
