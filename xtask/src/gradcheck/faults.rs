//! `--faults`: right layers and costs made wrong, one mistake at a time.

use layerwise::gradcheck::faults::{CostFault, FaultyCost, FaultyLayer, LayerFault};
use layerwise::gradcheck::{check_chain, check_cost};
use layerwise::prelude::*;

use super::Case;
use super::networks::{draws, labels, parameters};

/// One case for each kind of mistake, named after it. A fault is caught if its case fails.
pub fn all() -> Vec<Case> {
    let layers = LayerFault::ALL.map(|fault| {
        Case::new(fault.describe().into(), move |options| {
            // The fault sits in the middle, where it is reached by a backward pass and hands one on;
            // but for the canonical path, which starts at the output. Tanh, where ReLU is not the
            // point: a unit that is idle in every example would have no gradient to be wrong.
            let mut sizes = parameters(&[4, 5, 5, 2], options.seed).into_iter();
            let mut next = || sizes.next().unwrap_or_else(|| unreachable!("three layers"));
            let mut first = Dense::new(next(), Tanh)?;
            let mut middle: Box<dyn Layer<f64>> = match fault {
                LayerFault::SigmoidWithoutOneMinusA => {
                    Box::new(FaultyLayer::new(Dense::new(next(), Sigmoid)?, fault))
                }
                LayerFault::ReluOfDa => {
                    Box::new(FaultyLayer::new(Dense::new(next(), Relu)?, fault))
                }
                LayerFault::DerivativeTwice => Box::new(Dense::new(next(), Tanh)?),
                _ => Box::new(FaultyLayer::new(Dense::new(next(), Tanh)?, fault)),
            };
            let last = Dense::new(next(), Sigmoid)?;
            let mut last: Box<dyn Layer<f64>> = match fault {
                LayerFault::DerivativeTwice => Box::new(FaultyLayer::new(last, fault)),
                _ => Box::new(last),
            };
            let (x, y) = (draws(4, 7, options.seed), labels(2, 7, options.seed));
            let mut layers: [&mut dyn Layer<f64>; 3] = [&mut first, &mut *middle, &mut *last];
            check_chain(&mut layers, &BinaryCrossEntropy, &x, &y, options)
        })
    });
    let costs = CostFault::ALL.map(|fault| {
        Case::new(fault.describe().into(), move |options| {
            let cost = FaultyCost::new(BinaryCrossEntropy, fault);
            let y = labels(2, 7, options.seed);
            if matches!(fault, CostFault::LinkSignFlipped | CostFault::LinkMeanForgotten) {
                let parameters = parameters(&[4, 2], options.seed).remove(0);
                let mut layer = Dense::new(parameters, Sigmoid)?;
                return check_chain(
                    &mut [&mut layer],
                    &cost,
                    &draws(4, 7, options.seed),
                    &y,
                    options,
                );
            }
            let al = Activation::value(&Sigmoid, &draws(2, 7, options.seed));
            check_cost(&cost, &al, &y, options)
        })
    });
    layers.into_iter().chain(costs).collect()
}
