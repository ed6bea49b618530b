//! The state of a training: what is read is written as the same state.
//!
//! The first byte says what the others are, as for model files.

#![no_main]

use layerwise_fuzz::with_length;
use layerwise_model::TrainingState;
use layerwise_model::core::Scalar;
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
}
