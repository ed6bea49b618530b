//! Everything there is to check.

use layerwise::gradcheck::{CheckOptions, CostPair, check_cost, check_layer_at, check_precisions};
use layerwise::prelude::*;

use super::elementwise::Elementwise;
use super::networks::{draws, labels, one_hot, parameters};
use super::{Case, kernels, networks};

/// A single example is where sums and means cannot be told apart, 7 is no multiple of anything,
/// 32 is what people use.
const BATCHES: [usize; 4] = [1, 2, 7, 32];

/// Both precisions of a case: `f64` against differences, `f32` against `f64`.
macro_rules! layer_cases {
    ($cases:ident, $name:expr, $size:expr, $build:expr) => {{
        let name: String = $name;
        for m in BATCHES {
            $cases.push(Case::new(name.clone(), move |options| {
                let mut layer = $build(options);
                check_layer_at(&mut layer, &input($size, m, options), options)
            }));
            $cases.push(Case::new(name.clone(), move |options| {
                let x = input($size, m, options);
                check_precisions(&[&$build(options)], &[&$build(options)], &x, None, options)
            }));
        }
    }};
}

/// All cases, from the ground floor up.
pub fn all() -> Vec<Case> {
    let mut cases = kernels::all(&BATCHES);

    macro_rules! activation {
        ($g:expr) => {{
            let name = Activation::<f64>::name(&$g).to_owned();
            layer_cases!(cases, format!("activation {name}"), 6, |_: &CheckOptions| {
                Elementwise { n: 6, g: $g }
            });
        }};
    }
    activation!(Identity);
    activation!(Relu);
    activation!(Sigmoid);
    activation!(Tanh);
    activation!(LeakyRelu::default());
    activation!(Elu::default());
    activation!(Selu);
    activation!(Gelu);
    activation!(GeluTanh);
    activation!(Silu);
    activation!(Softplus);
    activation!(HardSigmoid);
    activation!(HardSwish);
    activation!(Softmax);

    layer_cases!(cases, "layer linear".into(), 6, |options: &CheckOptions| {
        right(Linear::new(parameters(&[6, 5], options.seed).remove(0)))
    });
    macro_rules! dense {
        ($g:expr) => {{
            let name = Activation::<f64>::name(&$g).to_owned();
            layer_cases!(cases, format!("layer dense {name}"), 6, |options: &CheckOptions| {
                right(Dense::new(parameters(&[6, 5], options.seed).remove(0), $g))
            });
        }};
    }
    dense!(Identity);
    dense!(Relu);
    dense!(Sigmoid);
    dense!(Tanh);
    dense!(LeakyRelu::default());
    dense!(Elu::default());
    dense!(Selu);
    dense!(Gelu);
    dense!(GeluTanh);
    dense!(Silu);
    dense!(Softplus);
    dense!(HardSigmoid);
    dense!(HardSwish);
    dense!(Softmax);

    for m in BATCHES {
        costs(&mut cases, m);
    }
    cases.extend(networks::all(&BATCHES));
    cases
}

/// Inputs with standard deviation 2: saturated units and idle ones among them.
fn input(n: usize, m: usize, options: &CheckOptions) -> DMatrix<f64> {
    2.0 * draws(n, m, options.seed)
}

/// Sizes written in this file fit; anything else is a mistake in it.
fn right<L, E: std::fmt::Display>(layer: Result<L, E>) -> L {
    layer.unwrap_or_else(|error| unreachable!("{error}"))
}

fn costs(cases: &mut Vec<Case>, m: usize) {
    cases.push(Case::new("cost binary cross-entropy".into(), move |options| {
        let (al, y) = probabilities(3, m, options);
        check_cost(&BinaryCrossEntropy, &al, &y, options)
    }));
    cases.push(Case::new("cost binary cross-entropy".into(), move |options| {
        let (al, y) = probabilities(3, m, options);
        let cost = CostPair { single: &BinaryCrossEntropy, double: &BinaryCrossEntropy, y: &y };
        check_precisions(&[], &[], &al, Some(cost), options)
    }));
    cases.push(Case::new("cost categorical cross-entropy".into(), move |options| {
        let (al, y) = distributions(4, m, options);
        check_cost(&CategoricalCrossEntropy, &al, &y, options)
    }));
    cases.push(Case::new("cost categorical cross-entropy".into(), move |options| {
        let (al, y) = distributions(4, m, options);
        let (single, double) = (&CategoricalCrossEntropy, &CategoricalCrossEntropy);
        check_precisions(&[], &[], &al, Some(CostPair { single, double, y: &y }), options)
    }));
}

/// Outputs of a sigmoid, and labels.
fn probabilities(n: usize, m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    let z = draws(n, m, options.seed);
    (Activation::value(&Sigmoid, &z), labels(n, m, options.seed))
}

/// Outputs of a softmax, and one class an example.
fn distributions(n: usize, m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    let z = draws(n, m, options.seed);
    (Activation::value(&Softmax, &z), one_hot(n, m))
}
