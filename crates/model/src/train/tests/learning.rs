//! What is learned, and how.

use layerwise_activations::{Relu, Sigmoid, Tanh};
use layerwise_core::DMatrix;
use layerwise_cost::{BinaryCrossEntropy, Cost, PositiveWeights};
use layerwise_optim::{Adam, GradientDescent, Schedule};

use super::{examples, network, trainer};
use crate::{Examples, History, Network, Regularization, Trainer, TrainingStep};

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

/// A periodic layer's gradients follow from its parameters: none may change before all are made.
#[test]
fn every_gradient_is_made_before_a_parameter_changes() {
    let network = || {
        let builder = Network::<f64>::builder(2).periodic_linear(3, 2, 0.5);
        builder.dense(1, Sigmoid).seed(4).build().unwrap()
    };
    let (x, y) = (DMatrix::from_fn(2, 6, |i, j| (i + j) as f64 / 3.0 - 1.0), labels(6));
    let (x, y) = ((&x).into(), (&y).into());
    let alpha = 0.5;
    let descent = GradientDescent::new(alpha).unwrap();

    let mut updated = network();
    let mut step = TrainingStep::new(&updated, 6, &descent).unwrap().with_threads(2);
    step.run(&mut updated, x, y, &BinaryCrossEntropy, &descent).unwrap();

    let start = network();
    let mut step = TrainingStep::new(&start, 6, &descent).unwrap();
    step.forward(&start, x).unwrap();
    step.backward(&start, x, y, &BinaryCrossEntropy).unwrap();
    for index in 0..4 {
        let values = |network: &Network<f64>| {
            network.layers()[0].parameter(index).unwrap().as_nalgebra().into_owned()
        };
        let gradient = step.gradient(0, index).unwrap().as_nalgebra().into_owned();
        assert!(gradient.amax() > 1e-3);
        let expected = values(&start) - gradient * alpha;
        assert!((values(&updated) - expected).amax() < 1e-14, "parameter {index}");
    }
}

/// Labels of m examples, every third of them 1.
fn labels(m: usize) -> DMatrix<f64> {
    DMatrix::from_fn(1, m, |_, j| f64::from(u8::from(j % 3 == 0)))
}
