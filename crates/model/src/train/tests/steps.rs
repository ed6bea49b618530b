//! One step at a time.

use layerwise_activations::{Relu, Sigmoid, Tanh};
use layerwise_core::DMatrix;
use layerwise_cost::BinaryCrossEntropy;
use layerwise_optim::{AdamW, GradientDescent};

use crate::{Network, Regularization, TrainingStep};

fn setting() -> (Network<f64>, GradientDescent<f64>, DMatrix<f64>, DMatrix<f64>) {
    let network = Network::builder(3).dense(5, Relu).dense(1, Sigmoid).seed(1).build().unwrap();
    let x = DMatrix::from_fn(3, 4, |i, j| (i as f64 - j as f64) / 3.0);
    let y = DMatrix::from_row_slice(1, 4, &[0.0, 1.0, 1.0, 0.0]);
    (network, GradientDescent::new(0.1).unwrap(), x, y)
}

#[test]
fn calls_out_of_order_and_misfits_are_refused() {
    let (mut network, optimizer, x, y) = setting();
    let mut step = TrainingStep::new(&network, 3, &optimizer).unwrap();
    let error = step.forward(&network, (&x).into()).unwrap_err();
    assert_eq!(error.to_string(), "the buffers of this training step hold 3 examples, found 4");
    let error = step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy);
    assert!(error.unwrap_err().to_string().starts_with("backward needs the results of forward"));
    let error = step.update(&mut network, &optimizer).unwrap_err();
    assert!(error.to_string().starts_with("update needs the results of backward"));
    assert!(TrainingStep::new(&network, 0, &optimizer).is_err());
}

#[test]
fn factors_out_of_range_are_refused_and_change_nothing() {
    let (network, optimizer, ..) = setting();
    let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
    step.set_rate(0.5).unwrap();
    for factor in [f64::NAN, f64::INFINITY, -0.1] {
        assert!(step.set_rate(factor).is_err() && step.set_decay(factor).is_err());
        assert!(step.set_noise(factor).is_err());
    }
    let error = step.set_rate(-0.1).unwrap_err().to_string();
    assert_eq!(error, "expected the factor on the learning rate at least 0 and finite, found -0.1");
    assert!(step.set_noise(1.5).is_err() && step.set_rate(3.0).is_ok());
    assert_eq!((step.updating.rate, step.updating.decay, step.noise), (3.0, 1.0, 1.0));
}

#[test]
fn a_cost_that_is_no_number_changes_nothing() {
    let (mut network, optimizer, x, y) = setting();
    let before = network.snapshot();
    let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
    let x = x.map(|_| f64::NAN);
    let cost = &BinaryCrossEntropy;
    let j = step.run(&mut network, (&x).into(), (&y).into(), cost, &optimizer).unwrap();
    assert!(j.is_nan());
    assert_eq!(network.snapshot(), before);
    assert_eq!(step.updates(), 0);
}

#[test]
fn weights_decay_and_biases_do_not() {
    let (mut network, _, x, y) = setting();
    network.layers_mut()[0].parameter_mut(1).unwrap().as_mut_slice().fill(1.0);
    let before = network.snapshot();
    let optimizer = AdamW::new(0.5, 1.0).unwrap();
    let mut step = TrainingStep::new(&network, 4, &optimizer).unwrap();
    step.forward(&network, (&x).into()).unwrap();
    step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
    step.gradients.iter_mut().for_each(|gradient| gradient.fill(0.0));
    step.set_rate(0.5).unwrap();
    step.update(&mut network, &optimizer).unwrap();
    for (index, (before, after)) in before.iter().zip(network.snapshot()).enumerate() {
        let factor = if index % 2 == 0 { 0.75 } else { 1.0 };
        let expected: Vec<f64> = before.iter().map(|value| value * factor).collect();
        assert_eq!(after, expected, "parameter {index}");
    }
}

#[test]
fn gradients_are_clipped_to_their_norm() {
    let (network, optimizer, x, y) = setting();
    let moved = |clip: Option<f64>| {
        let ((mut network, ..), before) = (setting(), network.snapshot());
        let step = TrainingStep::new(&network, 4, &optimizer).unwrap();
        let regularization = Regularization { clip_norm: clip, ..Regularization::default() };
        let mut step = step.with_regularization(regularization).unwrap();
        step.run(&mut network, (&x).into(), (&y).into(), &BinaryCrossEntropy, &optimizer).unwrap();
        let pairs = before.concat().into_iter().zip(network.snapshot().concat());
        // The learning rate is 0.1.
        pairs.map(|(before, after)| (10.0 * (before - after)).powi(2)).sum::<f64>().sqrt()
    };
    let free = moved(None);
    assert!(free > 0.01);
    assert!((moved(Some(0.01)) - 0.01).abs() < 1e-12);
    assert_eq!(moved(Some(2.0 * free)), free);
}

#[test]
fn gradients_whose_squares_are_infinite_are_clipped_too() {
    let (mut network, optimizer, x, y) = setting();
    let before = network.snapshot();
    let regularization = Regularization { clip_norm: Some(1.0), ..Regularization::default() };
    let step = TrainingStep::new(&network, 4, &optimizer).unwrap();
    let mut step = step.with_regularization(regularization).unwrap();
    step.forward(&network, (&x).into()).unwrap();
    step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
    step.gradients.iter_mut().for_each(|gradient| gradient.fill(1e200));
    step.update(&mut network, &optimizer).unwrap();
    let pairs = before.concat().into_iter().zip(network.snapshot().concat());
    let moved = pairs.map(|(a, b)| (10.0_f64 * (a - b)).powi(2)).sum::<f64>().sqrt();
    assert!((moved - 1.0).abs() < 1e-12, "{moved}");
}

/// A hidden activation that is no link and a smaller batch than the buffers were made for.
#[test]
fn smaller_batches_use_part_of_the_buffers() {
    let mut network = Network::builder(3).dense(4, Tanh).dense(1, Sigmoid).build().unwrap();
    let (_, optimizer, x, y) = setting();
    let (x, y) = (x.columns(0, 2).into_owned(), y.columns(0, 2).into_owned());
    let mut large = TrainingStep::new(&network, 100, &optimizer).unwrap();
    let mut exact = TrainingStep::new(&network, 2, &optimizer).unwrap();
    for step in [&mut large, &mut exact] {
        step.forward(&network, (&x).into()).unwrap();
        step.backward(&network, (&x).into(), (&y).into(), &BinaryCrossEntropy).unwrap();
    }
    assert_eq!(large.gradient(0, 0), exact.gradient(0, 0));
    assert!(large.gradient(0, 0).is_some_and(|dw| dw.as_slice().iter().any(|&v| v != 0.0)));
    large.update(&mut network, &optimizer).unwrap();
    assert_eq!(large.updates(), 1);
}
