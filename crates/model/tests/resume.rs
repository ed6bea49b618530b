//! A training that was interrupted and resumed is the training that never was.
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use layerwise_model::activations::{Relu, Sigmoid};
use layerwise_model::core::DMatrix;
use layerwise_model::cost::BinaryCrossEntropy;
use layerwise_model::optim::{AmsGrad, GradientDescent, Plateau, Schedule};
use layerwise_model::{
    Callback, Ended, EpochRecord, Examples, History, Network, Patience, Result, StepRecord,
    Trainer, TrainingState, accuracy,
};

type Data = (DMatrix<f32>, DMatrix<f32>);

/// Labels that are partly noise, so that early stopping has its say.
fn data() -> Data {
    let x = DMatrix::from_fn(4, 50, |i, j| ((i * 7 + j * 13) % 23) as f32 / 11.0 - 1.0);
    let y = DMatrix::from_fn(1, 50, |_, j| f32::from(u8::from(x[(0, j)] > 0.1 || j % 5 == 0)));
    (x, y)
}

/// Everything that has a state, or draws at random.
fn network() -> Network<f32> {
    let builder = Network::builder(4).dense(8, Relu).batch_norm().dropout(0.3);
    builder.gaussian_noise(0.1).dense(1, Sigmoid).seed(5).build().unwrap()
}

fn trainer<'a>(epochs: usize) -> Trainer<'a, f32> {
    Trainer::new(BinaryCrossEntropy, AmsGrad::new(0.05).unwrap())
        .epochs(epochs)
        .batch_size(8)
        .seed(11)
        .validation_split(0.3)
        .early_stopping(Patience(6).at_least(1e-4))
        .reduce_on_plateau(Plateau::new(0.5, 2).unwrap())
        .schedule(Schedule::Cosine)
        .warm_up(0.1)
        .metric("accuracy", accuracy)
}

/// Raises the flag after so many steps.
struct Raise(usize, Arc<AtomicBool>);

impl Callback<f32> for Raise {
    fn after_epoch(&mut self, _: &Network<f32>, _: &EpochRecord) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }
    fn after_step(&mut self, _: &StepRecord) -> Result<ControlFlow<()>> {
        self.0 -= 1;
        self.1.store(self.0 == 0, Ordering::Relaxed);
        Ok(ControlFlow::Continue(()))
    }
}

/// The state, by way of a file, after so many steps; none if training ended before.
fn interrupted((x, y): &Data, steps: usize, state: Option<TrainingState<f32>>) -> Option<Vec<u8>> {
    let flag = Arc::new(AtomicBool::new(false));
    let mut bytes = None;
    let mut trainer = trainer(20);
    if let Some(state) = state {
        trainer = trainer.resume(state);
    }
    trainer
        .record_metrics(Examples::new(x, y).unwrap())
        .record_layers(Examples::new(x, y).unwrap())
        .stop_flag(Arc::clone(&flag))
        .callback(Raise(steps, flag))
        .keep_state(Duration::from_secs(3600), |state| {
            bytes = Some(state.to_bytes()?);
            Ok(())
        })
        .fit(&mut network(), Examples::new(x, y).unwrap(), None)
        .unwrap();
    bytes
}

fn fit<'a>((x, y): &'a Data, trainer: Trainer<'a, f32>) -> (History, DMatrix<f32>) {
    let mut network = network();
    let examples = Examples::new(x, y).unwrap();
    let trainer = trainer.record_metrics(examples);
    let history = trainer.record_layers(examples).fit(&mut network, examples, None).unwrap();
    (history, network.predict(x).unwrap())
}

#[test]
fn after_any_step_it_is_as_if_nothing_had_been() {
    let data = data();
    let whole = fit(&data, trainer(20));
    assert_eq!(whole.0.ended, Ended::OutOfPatience);
    assert!(whole.0.kept < whole.0.epochs.len());
    // Five steps an epoch: within epochs, at their ends, in the first, in the last.
    let steps = whole.0.epochs.len() * 5;
    for stop in [1, 4, 5, 6, 10, 23, 30, steps - 2, steps - 1] {
        let bytes = interrupted(&data, stop, None).unwrap();
        let state = TrainingState::<f32>::from_bytes(&bytes).unwrap();
        assert_eq!(state.to_bytes().unwrap(), bytes, "the same bytes again");
        assert_eq!(state.updates(), stop as u64);
        assert_eq!(fit(&data, trainer(20).resume(state)), whole, "after {stop} steps");
    }
    // More than once.
    let read = |bytes: Vec<u8>| TrainingState::<f32>::from_bytes(&bytes).unwrap();
    let first = read(interrupted(&data, 7, None).unwrap());
    let second = read(interrupted(&data, 9, Some(first)).unwrap());
    assert_eq!(second.updates(), 16);
    assert_eq!(fit(&data, trainer(20).resume(second)), whole);
}

#[test]
fn what_is_recorded_changes_nothing() {
    let data = data();
    let (recorded, al) = fit(&data, trainer(20));
    let mut network = network();
    let examples = Examples::new(&data.0, &data.1).unwrap();
    let mut plain = trainer(20).fit(&mut network, examples, None).unwrap();
    assert_eq!(network.predict(&data.0).unwrap(), al);
    for (plain, recorded) in plain.epochs.iter_mut().zip(&recorded.epochs) {
        assert!(plain.layers.is_empty() && recorded.layers.len() == 5);
        assert!(recorded.layers[0].gradient_norm > 0.0 && recorded.layers[0].update_ratio > 0.0);
        assert!(plain.training_metrics.is_empty() && recorded.training_metrics.len() == 1);
        plain.layers.clone_from(&recorded.layers);
        plain.training_metrics.clone_from(&recorded.training_metrics);
    }
    assert_eq!(plain, recorded);
}

#[test]
fn the_end_of_patience_and_of_epochs_is_kept() {
    let data = data();
    let whole = fit(&data, trainer(20));
    // Asked to end where it would have ended all the same.
    for epochs in [3, 20] {
        let (whole, _) = if epochs == 20 { whole.clone() } else { fit(&data, trainer(epochs)) };
        let mut state = None;
        let last = whole.epochs.len();
        let asked = trainer(epochs).after_epoch(|record| match record.epoch == last {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        let keeps = asked.keep_state(Duration::from_secs(3600), |kept| {
            state = Some(kept);
            Ok(())
        });
        fit(&data, keeps);
        let resumed = fit(&data, trainer(epochs).resume(state.unwrap())).0;
        assert_eq!(resumed, whole);
    }
}

#[test]
fn a_state_a_step_if_wanted_and_errors_end_training() {
    let data = data();
    let count = AtomicUsize::new(0);
    let keeps = trainer(4).keep_state(Duration::ZERO, |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    fit(&data, keeps);
    assert_eq!(count.into_inner(), 4 * 5 - 1);
    let fails = trainer(4)
        .keep_state(Duration::ZERO, |_| Err(layerwise_model::ModelError::NoLayers))
        .fit(&mut network(), Examples::new(&data.0, &data.1).unwrap(), None);
    assert!(fails.is_err());
}

#[test]
fn the_state_of_another_training_is_refused() {
    let data = data();
    let state =
        || TrainingState::<f32>::from_bytes(&interrupted(&data, 13, None).unwrap()).unwrap();
    let (x, y) = &data;
    let examples = Examples::new(x, y).unwrap();
    let message = |trainer: Trainer<'_, f32>, network: &mut Network<f32>| {
        trainer.resume(state()).fit(network, examples, None).unwrap_err().to_string()
    };
    let small = Network::<f32>::builder(4).dense(3, Relu).dense(1, Sigmoid).build();
    let cases = [
        (message(trainer(20), &mut small.unwrap()), "its network has other parameters"),
        (message(trainer(1), &mut network()), "it has 2 epochs, this one is to have 1"),
        (message(trainer(20).batch_size(9), &mut network()), "13 updates in 2 epochs and 3 steps"),
        (message(trainer(20).metric("again", accuracy), &mut network()), "it measures 1 metrics"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "expected {expected:?} in {found:?}");
    }
    let descent = GradientDescent::new(0.1).unwrap();
    let plain = Trainer::new(BinaryCrossEntropy, descent).epochs(20).batch_size(8);
    assert!(message(plain, &mut network()).contains("optimizer remembers"));
    let before = network().predict(x).unwrap();
    let mut untouched = network();
    message(trainer(1), &mut untouched);
    assert_eq!(untouched.predict(x).unwrap(), before);
}

#[test]
fn any_damage_is_noticed() {
    let bytes = interrupted(&data(), 13, None).unwrap();
    for position in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[position] ^= 1 << (position % 8);
        let read = TrainingState::<f32>::from_bytes(&damaged);
        // White space of the header, and names of entries that are not ours, mean nothing.
        assert!(read.is_err() || position < 2000 && read.unwrap().to_bytes().unwrap() == bytes);
        if position % 97 == 0 {
            assert!(TrainingState::<f32>::from_bytes(&bytes[..position]).is_err());
        }
    }
    let message = |bytes: &[u8]| TrainingState::<f64>::from_bytes(bytes).unwrap_err().to_string();
    assert!(message(&bytes).contains("parameters.0 holds F32, expected F64"));
    let model = layerwise_model::ModelFile::new(network()).to_bytes().unwrap();
    assert!(message(&model).contains("without the metadata entry \"layerwise training\""));
    let mut sealed = String::from_utf8_lossy(&bytes).into_owned();
    sealed.truncate(50);
    assert!(message(sealed.as_bytes()).starts_with("not a state of a training: "));
}
