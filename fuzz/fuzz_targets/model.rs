//! Model files: what is read can predict, and is written as the same model.
//!
//! The first byte says what the others are: a file, or what describes a model in its header (a text up to a zero),
//! followed by the data of its tensors. So the length of a header is right while its text changes.

#![no_main]

use layerwise_fuzz::with_length;
use layerwise_model::ModelFile;
use layerwise_model::core::{DMatrix, Scalar};
use libfuzzer_sys::fuzz_target;

/// Inputs of a network up to which it is asked for a prediction: a layer without parameters may claim any number.
const MOST_INPUTS: usize = 1 << 12;

fuzz_target!(|data: &[u8]| {
    let Some((&what, bytes)) = data.split_first() else { return };
    let file = if what & 1 == 0 { bytes.to_vec() } else { with_length(bytes) };
    if what & 2 == 0 { check::<f32>(&file) } else { check::<f64>(&file) }
});

fn check<T: Scalar>(bytes: &[u8]) {
    let Ok(model) = ModelFile::<T>::from_bytes(bytes) else { return };
    let n_x = model.network.n_in();
    if n_x <= MOST_INPUTS {
        // A prediction that is not finite, or a code that is none, is refused.
        let _ = model.network.predict(&DMatrix::zeros(n_x, 2));
    }
    let written = model.to_bytes().expect("every layer that was read can be written");
    let again = ModelFile::<T>::from_bytes(&written).expect("what was written can be read");
    assert_eq!(again.notes, model.notes);
    assert_eq!(again.to_bytes().expect("as before"), written);
}
