//! The training loop on small problems.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use layerwise_activations::{HardSigmoid, Identity, Relu, Sigmoid, Softmax, Softplus, Tanh};
use layerwise_core::DMatrix;
use layerwise_cost::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Cost, MeanSquaredError, Poisson, PositiveWeights,
};
use layerwise_optim::{Adam, GradientDescent, Plateau, Schedule};

use super::threads_for;
use crate::{
    Callback, EarlyStopping, Ended, EpochRecord, Examples, History, ModelError, Network,
    ParameterGroup, Patience, Regularization, StepRecord, Trainer, accuracy,
};

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
    assert_eq!(message(trainer(0.1).epochs(0), data), "the number of epochs must be at least 1");
    assert_eq!(message(trainer(0.1).batch_size(0), data), "the mini-batch must be at least 1");
    assert_eq!(
        message(trainer(0.1).early_stopping(Patience(3)), data),
        "early stopping needs validation examples: pass some to fit(), or hold some out with \
         validation_split()"
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
    assert!(message(trainer(0.1), data).starts_with("expected labels in [0, 1], found 2 in row"));
}

#[test]
fn nonsense_is_refused_before_the_first_step_with_advice() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let message = |trainer: Trainer<'_, f64>| {
        trainer.fit(&mut network(), data, None).unwrap_err().to_string()
    };
    assert_eq!(
        message(Trainer::new(CategoricalCrossEntropy, GradientDescent::new(0.1).unwrap())),
        "categorical cross-entropy makes no sense after an output layer dense sigmoid: end the \
         network with softmax, so that the outputs of an example add up to 1"
    );
    assert!(message(trainer(0.1).batch_size(51)).contains("51 examples asked for"));
    let none = ParameterGroup::named("gamma").frozen();
    assert_eq!(message(trainer(0.1).group(none)), "parameters gamma: the network has none");
    let negative = ParameterGroup::layer(2).learning_rate(-1.0);
    assert!(message(trainer(0.1).group(negative)).contains("at least 0, found -1"));
    let one = Network::<f64>::builder(2).dense(1, Softmax).build().unwrap_err().to_string();
    assert!(one.starts_with("layer 1 ends with softmax over one unit"));
}

#[test]
fn weights_of_zero_leave_examples_out() {
    let (x, y) = examples();
    let weights: Vec<f64> = (0..50).map(|j| f64::from(u8::from(j < 30))).collect();
    let (part_x, part_y) = (x.columns(0, 30).into_owned(), y.columns(0, 30).into_owned());
    let (mut weighted, mut part) = (network(), network());
    let data = Examples::new(&x, &y).unwrap().with_weights(&weights).unwrap();
    let history =
        trainer(0.3).epochs(20).batch_size(50).fit(&mut weighted, data, Some(data)).unwrap();
    let data = Examples::new(&part_x, &part_y).unwrap();
    let expected = trainer(0.3).epochs(20).batch_size(30).fit(&mut part, data, Some(data)).unwrap();
    for (a, b) in weighted.snapshot().concat().iter().zip(part.snapshot().concat()) {
        assert!((a - b).abs() < 1e-12);
    }
    let costs = |history: &History| history.last().map(|e| (e.cost, e.validation_cost.unwrap()));
    let ((a, c), (b, d)) = (costs(&history).unwrap(), costs(&expected).unwrap());
    assert!((a - b).abs() < 1e-12 && (c - d).abs() < 1e-12);
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
fn penalties_and_limits_hold() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let largest = |regularization| {
        let mut network = network();
        let trainer = trainer(0.5).epochs(30).regularization(regularization);
        trainer.fit(&mut network, data, None).unwrap();
        let w = network.layers()[0].parameter(0).unwrap().to_matrix();
        (w.norm(), w.row_iter().map(|row| row.norm()).fold(0.0, f64::max))
    };
    let free = largest(Regularization::default());
    assert!(largest(Regularization { l2: 0.1, ..Default::default() }).0 < 0.8 * free.0);
    assert!(largest(Regularization { l1: 0.1, ..Default::default() }).0 < 0.8 * free.0);
    let limited = largest(Regularization { max_norm: Some(0.5), ..Default::default() });
    assert!(limited.1 <= 0.5 + 1e-12 && free.1 > 0.6, "{limited:?} {free:?}");
    let clipped = largest(Regularization { clip_value: Some(1e-9), ..Default::default() });
    let start = network().layers()[0].parameter(0).unwrap().to_matrix().norm();
    assert!((clipped.0 - start).abs() < 1e-6);
}

/// Running statistics move, and the result is the same for any number of threads.
#[test]
fn batch_norm_trains_on_any_number_of_threads() {
    let (x, y) = examples();
    let x = x.map(|x| 40.0 * x + 100.0);
    let data = Examples::new(&x, &y).unwrap();
    let fit = |threads| {
        let builder = Network::<f64>::builder(2).batch_norm().dense(300, Relu);
        let mut network = builder.batch_norm().dense(1, Sigmoid).build().unwrap();
        let adam = Adam::new(0.01).unwrap();
        let trainer = Trainer::new(BinaryCrossEntropy, adam).threads(threads).batch_size(25);
        let history = trainer.fit(&mut network, data, Some(data)).unwrap();
        (network.snapshot(), history)
    };
    let (parameters, history) = fit(1);
    let last = history.last().unwrap().validation_cost.unwrap();
    assert!(last < 0.2, "{last}");
    assert!(parameters[2].iter().all(|mean| (50.0..150.0).contains(mean)));
    assert_eq!(fit(3), (parameters, history));
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
fn the_cost_of_an_epoch_weighs_mini_batches_by_their_weights() {
    let (x, y) = examples();
    let weights: Vec<f64> = (0..50).map(|j| [0.0, 0.1, 5.0][j % 3]).collect();
    let data = Examples::new(&x, &y).unwrap().with_weights(&weights).unwrap();
    // Nothing moves, so that any cut into mini-batches has the cost of the whole.
    let cost = |batch_size| {
        let trainer = trainer(1e-300).epochs(1).batch_size(batch_size);
        trainer.fit(&mut network(), data, None).unwrap().epochs[0].cost
    };
    assert!((cost(7) - cost(50)).abs() < 1e-12, "{} {}", cost(7), cost(50));
    assert!((cost(1) - cost(50)).abs() < 1e-12, "{} {}", cost(1), cost(50));
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

#[test]
fn limits_of_gradients_outlive_other_regularization() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let fit = |trainer: Trainer<'_, f64>| {
        let mut network = network();
        trainer.epochs(3).fit(&mut network, data, None).unwrap();
        network.snapshot()
    };
    let l2 = Regularization { l2: 0.01, ..Default::default() };
    let both = Regularization { clip_norm: Some(0.01), ..l2 };
    let expected = fit(trainer(0.3).regularization(both));
    assert_eq!(fit(trainer(0.3).clip_norm(0.01).regularization(l2)), expected);
    assert_eq!(fit(trainer(0.3).regularization(l2).clip_norm(0.01)), expected);
    assert_ne!(fit(trainer(0.3).regularization(l2)), expected);
}

#[test]
fn layers_that_look_at_a_mini_batch_get_no_single_examples() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let layers = || {
        Network::<f64>::builder(2).batch_norm().dense(4, Relu).dense(1, Sigmoid).build().unwrap()
    };
    let error = trainer(0.1).batch_size(1).fit(&mut layers(), data, None).unwrap_err().to_string();
    assert!(error.starts_with("layer 1 (batch norm) needs at least 2 examples"), "{error}");
    struct Sizes<'a>(&'a mut Vec<usize>);
    impl Callback<f64> for Sizes<'_> {
        fn after_epoch(
            &mut self,
            _: &Network<f64>,
            _: &EpochRecord,
        ) -> crate::Result<ControlFlow<()>> {
            Ok(ControlFlow::Continue(()))
        }
        fn after_step(&mut self, step: &StepRecord) -> crate::Result<ControlFlow<()>> {
            self.0.push(step.examples);
            Ok(ControlFlow::Continue(()))
        }
    }
    let sizes = |mut network: Network<f64>, batch_size| {
        let mut sizes = vec![];
        let trainer = trainer(0.1).epochs(1).batch_size(batch_size).callback(Sizes(&mut sizes));
        trainer.fit(&mut network, data, None).unwrap();
        sizes
    };
    assert_eq!(sizes(layers(), 7), [7, 7, 7, 7, 7, 7, 8]);
    assert_eq!(sizes(layers(), 49), [50]);
    assert_eq!(sizes(layers(), 8), [8, 8, 8, 8, 8, 8, 2]);
    assert_eq!(sizes(network(), 7), [7, 7, 7, 7, 7, 7, 7, 1]);
}

#[test]
fn outputs_that_a_cost_cannot_take_are_refused() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let message = |network: Network<f64>, trainer: Trainer<'_, f64>| {
        let mut network = network;
        trainer.epochs(1).fit(&mut network, data, None).map_err(|error| error.to_string())
    };
    let ends = |g| {
        let builder = Network::<f64>::builder(2);
        let builder = match g {
            "tanh" => builder.dense(1, Tanh),
            "relu" => builder.dense(1, Relu),
            "hard sigmoid" => builder.dense(1, HardSigmoid),
            "softplus" => builder.dense(1, Softplus),
            _ => builder.dense(1, Identity),
        };
        builder.build().unwrap()
    };
    assert_eq!(
        message(ends("tanh"), trainer(0.1)).unwrap_err(),
        "binary cross-entropy makes no sense after an output layer dense tanh, which gives -1: end \
         the network with sigmoid or softmax, or take another cost"
    );
    assert!(
        message(ends("relu"), trainer(0.1)).unwrap_err().contains("dense relu, which gives 20")
    );
    assert!(message(ends("identity"), trainer(0.1)).unwrap_err().contains("from logits"));
    assert!(message(ends("hard sigmoid"), trainer(0.1)).is_ok());
    let poisson = || Trainer::new(Poisson, GradientDescent::new(0.01).unwrap());
    assert!(message(ends("identity"), poisson()).unwrap_err().contains("softplus"));
    assert!(message(ends("tanh"), poisson()).unwrap_err().contains("softplus"));
    assert!(message(ends("softplus"), poisson()).is_ok());
    // A layer of another kind is judged by what it gives.
    let scaled = Network::<f64>::builder(2).dense(1, Identity).feature_scale().build().unwrap();
    assert!(message(scaled, trainer(0.1)).unwrap_err().contains("which gives"));
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
fn a_validation_split_is_trained_without_and_measured() {
    let (x, y) = examples();
    let data = Examples::new(&x, &y).unwrap();
    let history = trainer(0.1).epochs(2).validation_split(0.2).fit(&mut network(), data, None);
    assert!(history.unwrap().epochs[1].validation_cost.is_some());
    let two = trainer(0.1).validation_split(0.2).fit(&mut network(), data, Some(data));
    assert!(matches!(two, Err(ModelError::TwoValidations)));
    let none = trainer(0.1).validation_split(1.0).fit(&mut network(), data, None);
    assert!(none.unwrap_err().to_string().starts_with("a validation split of 1 of 50 examples"));
    let error = trainer(0.1).warm_up(1.0).fit(&mut network(), data, None).unwrap_err();
    assert!(error.to_string().contains("the warm-up"), "{error}");
}

/// Everything that could depend on how work is shared out, in steps large enough for three threads.
#[test]
fn everything_together_gives_the_same_bits_on_any_number_of_threads() {
    let m = 200;
    let x = DMatrix::from_fn(5, m, |i, j| match i {
        4 => ((j * 7) % 9) as f64,
        _ => ((j * (3 * i + 5)) % 23) as f64 / 11.5 - 1.0,
    });
    let y = DMatrix::from_fn(1, m, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
    let weights: Vec<f64> = (0..m).map(|j| 0.5 + (j % 4) as f64).collect();
    let data = Examples::new(&x, &y).unwrap().with_weights(&weights).unwrap();
    let fit = |threads| {
        let mut network = Network::<f64>::builder(5)
            .embedding(&[(4, 9, 3)])
            .gaussian_noise(0.1)
            .dense(200, Relu)
            .batch_norm()
            .dropout(0.3)
            .dense(100, Relu)
            .dense(1, Sigmoid)
            .build()
            .unwrap();
        let n_parameters = network.n_parameters();
        assert_eq!(threads_for(n_parameters, 64, threads), threads, "{n_parameters}");
        let history = Trainer::new(BinaryCrossEntropy, Adam::new(0.01).unwrap())
            .epochs(4)
            .batch_size(64)
            .seed(5)
            .threads(threads)
            .regularization(Regularization {
                l1: 1e-4,
                l2: 1e-3,
                max_norm: Some(2.0),
                clip_norm: Some(0.5),
                clip_value: Some(0.2),
            })
            .metric("accuracy", accuracy)
            .fit(&mut network, data, Some(data))
            .unwrap();
        assert!(history.epochs[3].cost < history.epochs[0].cost);
        (history, network.snapshot())
    };
    let one = fit(1);
    assert_eq!(fit(2), one);
    assert_eq!(fit(3), one);
}

/// Three labels an example, one of them rare.
#[test]
fn several_labels_are_learned_side_by_side() {
    let x = DMatrix::from_fn(2, 120, |i, j| ((j * (7 * i + 11)) % 41) as f64 / 20.5 - 1.0);
    let y = DMatrix::from_fn(3, 120, |i, j| {
        let (a, b) = (x[(0, j)], x[(1, j)]);
        f64::from(u8::from([a > 0.0, a + b > 0.0, a > 0.3 && b > 0.6][i]))
    });
    let data = Examples::new(&x, &y).unwrap();
    let mut network = Network::builder(2).dense(16, Tanh).dense(3, Sigmoid).build().unwrap();
    let cost = PositiveWeights::balanced((&y).into()).unwrap();
    let history = Trainer::new(cost, Adam::new(0.02).unwrap())
        .epochs(300)
        .metric("f1", crate::f1)
        .metric("auc", crate::class_roc_auc)
        .metric("log loss", crate::log_loss)
        .metric("sure", |al, y| crate::calibration_error(al, y, 10))
        .fit(&mut network, data, None)
        .unwrap();
    let [f1, auc, log_loss, _] = history.last().unwrap().metrics[..] else { panic!() };
    assert!(f1 > 0.9 && auc > 0.99, "{f1} {auc}");
    // Per label, as the cost without weights has it.
    let al = network.predict(&x).unwrap();
    let expected: f64 = BinaryCrossEntropy.cost((&al).into(), (&y).into()).unwrap();
    assert!((log_loss - expected).abs() < 1e-6, "{log_loss} {expected}");
    // A temperature changes labels one by one.
    let temperature = crate::Temperature::fit((&al).into(), (&y).into()).unwrap();
    let softer = temperature.apply((&al).into());
    let logit = |p: f64| (p / (1.0 - p)).ln();
    for (a, softer) in al.iter().zip(softer.iter()) {
        let expected = 1.0 / (1.0 + (-logit(*a) / temperature.value()).exp());
        assert!((softer - expected).abs() < 1e-9, "{softer} {expected}");
    }
}
