//! `--faults`: right layers and costs made wrong, one mistake at a time.

use layerwise::gradcheck::faults::{
    Across, CostFault, DropoutFault, FaultyCost, FaultyDropout, FaultyLayer, FaultyNormalization,
    FaultyResidual, FaultyWeights, LayerFault, NormalizationFault, WeightFault,
};
use layerwise::gradcheck::{check_chain, check_cost, check_layer_at};
use layerwise::prelude::*;

use super::Case;
use super::networks::{draws, labels, parameters};
use super::penalty::{FaultyPenalty, PenaltyFault};

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
    let mut cases: Vec<Case> = layers.into_iter().chain(costs).collect();
    for fault in NormalizationFault::ALL {
        for across in [Across::Features, Across::Examples] {
            let name = format!("{} ({across:?})", fault.describe()).to_lowercase();
            cases.push(Case::new(name, move |options| {
                let values = draws(5, 4, options.seed);
                let of = |k: usize| DVector::from_column_slice(values.column(k).as_slice());
                let variance = of(3).map(f64::abs);
                let mut layer: Box<dyn Layer<f64>> = match across {
                    Across::Features => {
                        let layer = LayerNorm::new(of(0), of(1))?;
                        Box::new(FaultyNormalization::new(layer, across, fault))
                    }
                    Across::Examples => {
                        let layer = BatchNorm::new([of(0), of(1), of(2), variance], 0.1)?;
                        Box::new(FaultyNormalization::new(layer, across, fault))
                    }
                };
                check_layer_at(&mut *layer, &draws(5, 7, options.seed.wrapping_add(1)), options)
            }));
        }
    }
    let skip = FaultyResidual::<Residual<f64>>::describe();
    cases.push(Case::new(skip.into(), move |options| {
        let layer = Dense::new(parameters(&[5, 5], options.seed).remove(0), Tanh)?;
        let mut layer = FaultyResidual::new(Residual::new(vec![Box::new(layer)])?);
        check_layer_at(&mut layer, &draws(5, 7, options.seed), options)
    }));
    for fault in DropoutFault::ALL {
        cases.push(Case::new(fault.describe().into(), move |options| {
            let mut layer = FaultyDropout::new(Dropout::new(6, 0.4, 1)?, fault);
            check_layer_at(&mut layer, &draws(6, 7, options.seed), options)
        }));
    }
    for fault in WeightFault::ALL {
        cases.push(Case::new(fault.describe().into(), move |options| {
            let weights = (0..7).map(|j| 0.5 + f64::from(j)).collect();
            let cost = FaultyWeights::new(BinaryCrossEntropy, weights, fault);
            let al = Activation::value(&Sigmoid, &draws(2, 7, options.seed));
            check_cost(&cost, &al, &labels(2, 7, options.seed), options)
        }));
    }
    for (fault, description) in PenaltyFault::ALL {
        cases.push(Case::new(description.into(), move |options| {
            let w = draws(2, 7, options.seed);
            check_cost(&FaultyPenalty(Some(fault)), &w, &w, options)
        }));
    }
    cases
}
