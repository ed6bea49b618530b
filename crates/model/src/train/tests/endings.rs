//! Why training ends, and what it leaves.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use layerwise_activations::{Identity, Relu, Tanh};
use layerwise_cost::MeanSquaredError;
use layerwise_optim::{GradientDescent, Plateau};

use super::{examples, network, trainer};
use crate::{
    Callback, EarlyStopping, Ended, EpochRecord, Examples, ModelError, Network, Patience,
    StepRecord, Trainer, accuracy,
};

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

/// One step with all examples: the cost before it is fine, what it leaves is not.
#[test]
fn a_last_step_that_ruins_the_parameters_is_undone() {
    let (x, y) = examples();
    let x = x.map(|x| 1e6 * x);
    let data = Examples::new(&x, &y).unwrap();
    let layers = || Network::builder(2).dense(4, Relu).dense(1, Identity).build().unwrap();
    let before = layers().snapshot();
    let huge = || Trainer::new(MeanSquaredError, GradientDescent::new(1e308).unwrap());
    for trainer in [
        huge().batch_size(50).epochs(1),
        huge().batch_size(50).epochs(1).metric("error", crate::root_mean_squared_error),
    ] {
        let mut network = layers();
        let error = trainer.fit(&mut network, data, None).unwrap_err();
        assert!(matches!(error, ModelError::Diverged { epoch: 1, step: 1, .. }), "{error}");
        assert_eq!(network.snapshot(), before);
    }
}

/// Parameters that are numbers, but too large for outputs that are.
#[test]
fn metrics_on_outputs_that_are_no_numbers_are_a_divergence() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let mut network = Network::builder(2).dense(4, Relu).dense(1, Identity).build().unwrap();
    let before = network.snapshot();
    let trainer = Trainer::new(MeanSquaredError, GradientDescent::new(1e200).unwrap())
        .batch_size(50)
        .epochs(1)
        .metric("error", crate::root_mean_squared_error);
    let error = trainer.fit(&mut network, data, None).unwrap_err();
    assert!(matches!(error, ModelError::Diverged { epoch: 1, .. }), "{error}");
    assert_eq!(network.snapshot(), before);
}

#[test]
fn divergence_under_early_stopping_leaves_the_best_epoch() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let start = || Network::builder(2).dense(4, Tanh).dense(1, Identity).build().unwrap();
    // The first epochs learn; then the rate is raised out of all proportion.
    let fit = |epochs: usize, patience: Option<Patience>| {
        let mut network = start();
        let mut trainer = Trainer::new(MeanSquaredError, GradientDescent::new(0.1).unwrap())
            .epochs(epochs)
            .batch_size(50)
            .callback(Ruin);
        if let Some(patience) = patience {
            trainer = trainer.early_stopping(patience);
        }
        (trainer.fit(&mut network, data, Some(data)), network.snapshot())
    };
    /// Fails as a step that diverged does, after three epochs.
    struct Ruin;
    impl Callback<f64> for Ruin {
        fn after_epoch(
            &mut self,
            _: &Network<f64>,
            epoch: &EpochRecord,
        ) -> crate::Result<ControlFlow<()>> {
            if epoch.epoch == 4 {
                return Err(ModelError::Diverged { epoch: 4, step: 1, cost: f64::NAN });
            }
            Ok(ControlFlow::Continue(()))
        }
    }
    let (result, parameters) = fit(10, Some(Patience(5)));
    assert!(matches!(result, Err(ModelError::Diverged { .. })));
    assert_eq!(parameters, fit(3, None).1, "the best of the three epochs that were observed");
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
fn early_stopping_by_a_metric_and_with_a_least_gain() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let fit = |stopping: EarlyStopping| {
        let trainer =
            trainer(0.3).epochs(300).metric("accuracy", accuracy).early_stopping(stopping);
        trainer.fit(&mut network(), data, Some(data))
    };
    let history = fit(Patience(5).highest("accuracy")).unwrap();
    let accuracies: Vec<f64> = history.epochs.iter().map(|epoch| epoch.metrics[0]).collect();
    let highest = accuracies.iter().fold(0.0_f64, |a, &b| a.max(b));
    assert_eq!(accuracies[history.kept - 1], highest);
    assert_eq!(history.ended, Ended::OutOfPatience);
    // The cost falls all the time, but never by a thousand.
    let history = fit(Patience(5).at_least(1000.0)).unwrap();
    assert_eq!((history.epochs.len(), history.kept), (6, 6));
    let message = |stopping| fit(stopping).unwrap_err().to_string();
    assert_eq!(
        message(Patience(5).lowest("error")),
        "early stopping goes by the metric \"error\", but the trainer measures [\"accuracy\"]"
    );
    assert!(message(Patience(5).at_least(-1.0)).contains("at least 0, found -1"));
    assert!(message(Patience(0).at_least(0.0)).contains("patience"));
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
    let history = trainer(0.1).epochs(4).reduce_on_plateau(plateau).fit(&mut network(), data, None);
    let rates: Vec<f64> = history.unwrap().epochs.iter().map(|epoch| epoch.alpha).collect();
    assert_eq!(rates, [0.1, 0.1, 0.05, 0.025]);
}

#[test]
fn a_stop_in_mid_epoch_says_how_far_it_came() {
    struct After(usize);
    impl Callback<f64> for After {
        fn after_epoch(
            &mut self,
            _: &Network<f64>,
            _: &EpochRecord,
        ) -> crate::Result<ControlFlow<()>> {
            Ok(ControlFlow::Continue(()))
        }
        fn after_step(&mut self, _: &StepRecord) -> crate::Result<ControlFlow<()>> {
            self.0 -= 1;
            Ok(if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        }
    }
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    // Ten steps an epoch.
    let stopped = |steps| {
        let trainer = trainer(0.1).epochs(5).batch_size(5).callback(After(steps));
        let history = trainer.fit(&mut network(), data, None).unwrap();
        (history.epochs.len(), history.kept, history.steps_beyond, history.ended)
    };
    assert_eq!(stopped(23), (2, 2, 3, Ended::Asked));
    assert_eq!(stopped(20), (2, 2, 0, Ended::Asked));
    assert_eq!(stopped(3), (0, 0, 3, Ended::Asked));
    assert_eq!(stopped(1000), (5, 5, 0, Ended::Finished));
}
