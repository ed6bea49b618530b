//! Everything there is to check.

use layerwise::gradcheck::{CheckOptions, CostPair, check_cost, check_layer_at, check_precisions};
use layerwise::prelude::*;

use super::elementwise::Elementwise;
use super::networks::{draws, labels, one_hot, parameters};
use super::penalty::PenaltyAsCost;
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

    layer_cases!(cases, "layer dropout".into(), 6, |_: &CheckOptions| right(Dropout::new(
        6, 0.4, 1
    )));
    layer_cases!(cases, "layer layer norm".into(), 6, |options: &CheckOptions| {
        let mut parameters = vectors(2, 6, options.seed);
        right(LayerNorm::new(parameters.remove(0), parameters.remove(0)))
    });
    layer_cases!(cases, "layer gaussian noise".into(), 6, |_: &CheckOptions| {
        right(GaussianNoise::new(6, 0.5, 1))
    });
    batch_norms(&mut cases);
    layer_cases!(cases, "layer mixed gelu".into(), 6, |options: &CheckOptions| {
        right(MixedActivation::new(vectors(1, 6, options.seed).remove(0), Gelu))
    });
    layer_cases!(cases, "layer mixed softmax".into(), 6, |options: &CheckOptions| {
        right(MixedActivation::new(vectors(1, 6, options.seed).remove(0), Softmax))
    });
    layer_cases!(cases, "layer mixed relu".into(), 6, |options: &CheckOptions| {
        right(MixedActivation::new(vectors(1, 6, options.seed).remove(0), Relu))
    });
    layer_cases!(cases, "layer mixed tanh".into(), 6, |options: &CheckOptions| {
        right(MixedActivation::new(vectors(1, 6, options.seed).remove(0), Tanh))
    });
    layer_cases!(cases, "layer mixed sigmoid".into(), 6, |options: &CheckOptions| {
        right(MixedActivation::new(vectors(1, 6, options.seed).remove(0), Sigmoid))
    });
    layer_cases!(cases, "layer periodic".into(), 4, |options: &CheckOptions| {
        right(Periodic::new(matrix(3, 4, options.seed, 0.3)))
    });
    layer_cases!(cases, "layer periodic linear".into(), 4, |options: &CheckOptions| {
        let of = |nrows| matrix(nrows, 4, options.seed.wrapping_add(nrows as u64), 0.3);
        right(PeriodicLinear::new([of(3), of(3), of(6), of(2)]))
    });
    layer_cases!(cases, "layer piecewise linear".into(), 4, |_: &CheckOptions| {
        let edges =
            vec![vec![-1.0, 0.3, 0.8, 2.5], vec![-0.5, 1.5], vec![0.1], vec![-3.0, 0.2, 3.0]];
        right(PiecewiseLinear::new(edges))
    });
    embedding(&mut cases);
    residuals(&mut cases);
    layer_cases!(cases, "layer feature scale".into(), 6, |options: &CheckOptions| {
        right(FeatureScale::new(vectors(1, 6, options.seed).remove(0)))
    });
    layer_cases!(cases, "layer prelu".into(), 6, |options: &CheckOptions| {
        right(PRelu::new(vectors(1, 6, options.seed).remove(0)))
    });

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

/// Parameters that are vectors, the same in both precisions up to rounding.
fn vectors<T: Scalar>(count: usize, n: usize, seed: u64) -> Vec<DVector<T>> {
    let numbers = draws(n, count, seed.wrapping_add(2));
    let vector = |column| DVector::from_fn(n, |row, _| T::of(numbers[(row, column)]));
    (0..count).map(vector).collect()
}

/// A parameter that is a matrix, the same in both precisions up to rounding.
fn matrix<T: Scalar>(nrows: usize, ncols: usize, seed: u64, sigma: f64) -> DMatrix<T> {
    draws(nrows, ncols, seed.wrapping_add(2)).map(|draw| T::of(sigma * draw))
}

/// Of two examples one is always at 1 and the other at −1, whatever the input: the derivative is what
/// rounding leaves of 0. So three instead.
fn batch_norms(cases: &mut Vec<Case>) {
    for m in BATCHES.map(|m| if m == 2 { 3 } else { m }) {
        cases.push(Case::new("layer batch norm".into(), move |options| {
            check_layer_at(&mut batch_norm(options), &input(6, m, options), options)
        }));
        cases.push(Case::new("layer batch norm".into(), move |options| {
            let x = input(6, m, options);
            check_precisions(&[&batch_norm(options)], &[&batch_norm(options)], &x, None, options)
        }));
    }
}

fn batch_norm<T: Scalar>(options: &CheckOptions) -> BatchNorm<T> {
    let mut values = vectors::<T>(4, 6, options.seed);
    let variance = values.remove(3).map(|value| value.abs());
    let mut next = || values.remove(0);
    right(BatchNorm::new([next(), next(), next(), variance], 0.1))
}

/// Stacks of two dense layers, with normalization or dropout between them or without.
fn residuals(cases: &mut Vec<Case>) {
    fn stack<T: Scalar>(between: Option<Box<dyn Layer<T>>>, options: &CheckOptions) -> Residual<T> {
        let mut both = parameters(&[6, 5, 6], options.seed).into_iter();
        let mut next = || both.next().unwrap_or_else(|| unreachable!("two layers"));
        let mut layers: Vec<Box<dyn Layer<T>>> = vec![Box::new(right(Dense::new(next(), Tanh)))];
        layers.extend(between);
        layers.push(Box::new(right(Dense::new(next(), Identity))));
        right(Residual::new(layers))
    }
    fn plain<T: Scalar>(options: &CheckOptions) -> Residual<T> {
        stack(None, options)
    }
    fn normalized<T: Scalar>(options: &CheckOptions) -> Residual<T> {
        stack(Some(Box::new(right(BatchNorm::identity(5, 0.1)))), options)
    }
    fn dropped<T: Scalar>(options: &CheckOptions) -> Residual<T> {
        stack(Some(Box::new(right(Dropout::new(5, 0.4, 1)))), options)
    }
    layer_cases!(cases, "layer residual".into(), 6, plain);
    layer_cases!(cases, "layer residual dropout".into(), 6, dropped);
    // As for batch normalization alone, not two examples.
    for m in BATCHES.map(|m| if m == 2 { 3 } else { m }) {
        cases.push(Case::new("layer residual batch norm".into(), move |options| {
            check_layer_at(&mut normalized(options), &input(6, m, options), options)
        }));
        cases.push(Case::new("layer residual batch norm".into(), move |options| {
            let x = input(6, m, options);
            check_precisions(&[&normalized(options)], &[&normalized(options)], &x, None, options)
        }));
    }
}

/// An embedding of two of four rows, whose inputs are codes there.
fn embedding(cases: &mut Vec<Case>) {
    fn layer<T: Scalar>(options: &CheckOptions) -> Embedding<T> {
        let table = |levels, width| matrix(width, levels, options.seed, 1.0);
        right(Embedding::new(4, vec![(1, table(5, 2)), (3, table(3, 3))]))
    }
    fn codes(m: usize, options: &CheckOptions) -> DMatrix<f64> {
        let mut x = input(4, m, options);
        for j in 0..m {
            (x[(1, j)], x[(3, j)]) = (((j * 3 + 1) % 5) as f64, ((j + 2) % 3) as f64);
        }
        x
    }
    for m in BATCHES {
        cases.push(Case::new("layer embedding".into(), move |options| {
            check_layer_at(&mut layer(options), &codes(m, options), options)
        }));
        cases.push(Case::new("layer embedding".into(), move |options| {
            let x = codes(m, options);
            check_precisions(&[&layer(options)], &[&layer(options)], &x, None, options)
        }));
    }
}

/// Sizes written in this file fit; anything else is a mistake in it.
fn right<L, E: std::fmt::Display>(layer: Result<L, E>) -> L {
    layer.unwrap_or_else(|error| unreachable!("{error}"))
}

fn costs(cases: &mut Vec<Case>, m: usize) {
    macro_rules! cost {
        ($cost:expr, $point:expr) => {{
            let name = format!("cost {}", Cost::<f64>::name(&$cost));
            cases.push(Case::new(name.clone(), move |options| {
                let (al, y) = $point(m, options);
                check_cost(&$cost, &al, &y, options)
            }));
            cases.push(Case::new(name, move |options| {
                let (al, y) = $point(m, options);
                let cost = CostPair { single: &$cost, double: &$cost, y: &y };
                check_precisions(&[], &[], &al, Some(cost), options)
            }));
            let name = format!("cost weighted {}", Cost::<f64>::name(&$cost));
            cases.push(Case::new(name.clone(), move |options| {
                let (al, y) = $point(m, options);
                let cost = WeightedCost::new($cost, weights::<f64>(m))?;
                check_cost(&cost, &al, &y, options)
            }));
            cases.push(Case::new(name, move |options| {
                let (al, y) = $point(m, options);
                let single = WeightedCost::new($cost, weights::<f32>(m))?;
                let double = WeightedCost::new($cost, weights::<f64>(m))?;
                let cost = CostPair { single: &single, double: &double, y: &y };
                check_precisions(&[], &[], &al, Some(cost), options)
            }));
        }};
    }
    cost!(BinaryCrossEntropy, probabilities);
    cost!(right(Focal::new(2.0)), probabilities);
    cost!(CategoricalCrossEntropy, distributions);
    cost!(BinaryCrossEntropyFromLogits, logits);
    cost!(right(PositiveWeights::new(vec![3.0, 0.5, 2.0])), probabilities);
    cost!(MeanSquaredError, numbers);
    cost!(MeanAbsoluteError, numbers);
    cost!(right(Huber::new(0.7)), numbers);
    cost!(right(Quantile::new(0.8)), numbers);
    cost!(Poisson, counts);
    for (l1, l2) in [(0.3, 0.0), (0.0, 0.7), (0.3, 0.7)] {
        let penalty = right(Penalty::new(l1, l2));
        cases.push(Case::new(format!("penalty l1 {l1} l2 {l2}"), move |options| {
            let (w, y) = numbers(m, options);
            check_cost(&PenaltyAsCost(penalty), &w, &y, options)
        }));
        cases.push(Case::new(format!("penalty l1 {l1} l2 {l2}"), move |options| {
            let (w, y) = numbers(m, options);
            let cost = PenaltyAsCost(penalty);
            let cost = CostPair { single: &cost, double: &cost, y: &y };
            check_precisions(&[], &[], &w, Some(cost), options)
        }));
    }
}

/// Weights of m examples, one of them 0 where there are several.
fn weights<T: Scalar>(m: usize) -> Vec<T> {
    (0..m).map(|j| T::of(if m == 1 { 2.5 } else { (j % 4) as f64 * 0.75 })).collect()
}

/// Outputs of a sigmoid, and labels.
fn probabilities(m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    let (z, y) = logits(m, options);
    (Activation::value(&Sigmoid, &z), y)
}

/// Outputs of a softmax, and one class an example.
fn distributions(m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    let z = draws(4, m, options.seed);
    (Activation::value(&Softmax, &z), one_hot(4, m))
}

/// Outputs without a sigmoid, and labels.
fn logits(m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    (draws(3, m, options.seed), labels(3, m, options.seed))
}

/// Outputs and labels of a regression.
fn numbers(m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    (draws(3, m, options.seed), draws(3, m, options.seed.wrapping_add(1)))
}

/// Rates above 0, and counts.
fn counts(m: usize, options: &CheckOptions) -> (DMatrix<f64>, DMatrix<f64>) {
    let (a, y) = numbers(m, options);
    (Activation::value(&Softplus, &a), y.map(|y| (4.0 * y.abs()).floor()))
}
