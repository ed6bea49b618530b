//! The state of a training: what is read is written as the same state, and training goes on from it or refuses.
//!
//! The first byte says what the others are, as for model files.

#![no_main]

use layerwise_fuzz::with_length;
use layerwise_model::activations::Identity;
use layerwise_model::core::{DMatrix, Scalar};
use layerwise_model::cost::MeanSquaredError;
use layerwise_model::optim::Adam;
use layerwise_model::{Examples, Network, Trainer, TrainingState};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&what, bytes)) = data.split_first() else { return };
    let file = if what & 1 == 0 { bytes.to_vec() } else { with_length(bytes) };
    if what & 2 == 0 { check::<f32>(&file) } else { check::<f64>(&file) }
});

fn check<T: Scalar>(bytes: &[u8]) {
    let Ok(state) = TrainingState::<T>::from_bytes(bytes) else { return };
    let written = state.to_bytes().expect("what was read can be written");
    let again = TrainingState::<T>::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.epochs().len(), state.epochs().len());
    assert_eq!(again.to_bytes().expect("as before"), written);
    go_on(state);
}

/// As the training of which the first inputs are states.
fn go_on<T: Scalar>(state: TrainingState<T>) {
    let x = DMatrix::from_fn(1, 4, |_, j| T::of(j as f64 - 1.0));
    let network = Network::builder(1).dense(1, Identity).seed(1).build();
    let mut network = network.expect("a small network");
    let examples = Examples::new(&x, &x).expect("as many labels as examples");
    let adam = Adam::new(T::of(0.1)).expect("a usual rate");
    let trainer = Trainer::new(MeanSquaredError, adam).epochs(3).batch_size(2);
    // A state of another training is refused, and so is one whose numbers are none.
    let _ = trainer.resume(state).fit(&mut network, examples, None);
}
