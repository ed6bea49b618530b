//! `--faults`, the other half: what puts the mistakes in, without one. Were a check to fail here, it would
//! have caught the wrapper and not the mistake.

use layerwise::gradcheck::faults::{
    Across, FaultyCost, FaultyDropout, FaultyLayer, FaultyNormalization, FaultyResidual,
    FaultyWeights,
};
use layerwise::gradcheck::{
    CheckOptions, GradcheckError, Report, check_chain, check_cost, check_layer_at,
};
use layerwise::prelude::*;

use super::Case;
use super::networks::{draws, labels, parameters};
use super::penalty::FaultyPenalty;

/// A case for each wrapper and each activation that a fault is tried with, on the shapes and draws of the
/// faults. All must pass.
pub fn all() -> Vec<Case> {
    let case = |name: &str, check: fn(&CheckOptions) -> Result<Report, GradcheckError>| {
        Case::new(format!("control: {name}"), check)
    };
    vec![
        case("dense tanh", |options| in_the_middle(Tanh, options)),
        case("dense sigmoid", |options| in_the_middle(Sigmoid, options)),
        case("dense relu", |options| in_the_middle(Relu, options)),
        case("cost and output in the canonical path", |options| {
            let parameters = parameters(&[4, 2], options.seed).remove(0);
            let mut layer = FaultyLayer::without_fault(Dense::new(parameters, Sigmoid)?);
            let cost = FaultyCost::without_fault(BinaryCrossEntropy);
            let (x, y) = (draws(4, 7, options.seed), labels(2, 7, options.seed));
            check_chain(&mut [&mut layer], &cost, &x, &y, options)
        }),
        case("cost", |options| {
            let al = Activation::value(&Sigmoid, &draws(2, 7, options.seed));
            let cost = FaultyCost::without_fault(BinaryCrossEntropy);
            check_cost(&cost, &al, &labels(2, 7, options.seed), options)
        }),
        case("layer normalization", |options| {
            let [gamma, beta, ..] = columns(options);
            let layer = LayerNorm::new(gamma, beta)?;
            let mut layer = FaultyNormalization::without_fault(layer, Across::Features);
            check_layer_at(&mut layer, &draws(5, 7, options.seed.wrapping_add(1)), options)
        }),
        case("batch normalization", |options| {
            let [gamma, beta, mean, variance] = columns(options);
            let layer = BatchNorm::new([gamma, beta, mean, variance.map(f64::abs)], 0.1)?;
            let mut layer = FaultyNormalization::without_fault(layer, Across::Examples);
            check_layer_at(&mut layer, &draws(5, 7, options.seed.wrapping_add(1)), options)
        }),
        case("residual", |options| {
            let layer = Dense::new(parameters(&[5, 5], options.seed).remove(0), Tanh)?;
            let mut layer = FaultyResidual::without_fault(Residual::new(vec![Box::new(layer)])?);
            check_layer_at(&mut layer, &draws(5, 7, options.seed), options)
        }),
        case("dropout", |options| {
            let mut layer = FaultyDropout::without_fault(Dropout::new(6, 0.4, 1)?);
            check_layer_at(&mut layer, &draws(6, 7, options.seed), options)
        }),
        case("weights of examples", |options| {
            let weights = (0..7).map(|j| 0.5 + f64::from(j)).collect();
            let cost = FaultyWeights::without_fault(BinaryCrossEntropy, weights);
            let al = Activation::value(&Sigmoid, &draws(2, 7, options.seed));
            check_cost(&cost, &al, &labels(2, 7, options.seed), options)
        }),
        case("penalty", |options| {
            let w = draws(2, 7, options.seed);
            check_cost(&FaultyPenalty(None), &w, &w, options)
        }),
    ]
}

/// Three layers with the wrapper around the second, whose activation is `g`.
fn in_the_middle(
    g: impl Activation<f64> + 'static,
    options: &CheckOptions,
) -> Result<Report, GradcheckError> {
    let mut parameters = parameters(&[4, 5, 5, 2], options.seed);
    let mut last = Dense::new(parameters.remove(2), Sigmoid)?;
    let mut middle = FaultyLayer::without_fault(Dense::new(parameters.remove(1), g)?);
    let mut first = Dense::new(parameters.remove(0), Tanh)?;
    let (x, y) = (draws(4, 7, options.seed), labels(2, 7, options.seed));
    let layers: [&mut dyn Layer<f64>; 3] = [&mut first, &mut middle, &mut last];
    check_chain(&mut { layers }, &BinaryCrossEntropy, &x, &y, options)
}

/// Scale, shift, mean and (but for its sign) variance of five features.
fn columns(options: &CheckOptions) -> [DVector<f64>; 4] {
    let values = draws(5, 4, options.seed);
    std::array::from_fn(|k| DVector::from_column_slice(values.column(k).as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_check_refuses_a_wrapper_without_a_fault() {
        let options = CheckOptions::default();
        for case in all() {
            let report = (case.check)(&options).unwrap();
            assert!(report.passed(), "{}: {report}", case.name);
        }
    }
}
