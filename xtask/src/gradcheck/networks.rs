//! Whole networks: 1 to 4 layers, both costs, both ways into the backward pass.

use layerwise::gradcheck::{
    CheckOptions, CostPair, GradcheckError, Report, check_chain, check_precisions,
};
use layerwise::model::{StandardNormals, Stream, generator};
use layerwise::prelude::*;

use super::Case;

/// A matrix of draws from N(0, 1).
pub fn draws(nrows: usize, ncols: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = generator(seed, Stream::Shuffling);
    DMatrix::from_fn(nrows, ncols, |_, _| rng.next_normal())
}

/// Labels 0 and 1.
pub fn labels(n: usize, m: usize, seed: u64) -> DMatrix<f64> {
    draws(n, m, seed.wrapping_add(1)).map(|draw| if draw > 0.0 { 1.0 } else { 0.0 })
}

/// Labels of n classes, in turn.
pub fn one_hot(n: usize, m: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, m, |class, example| if example % n == class { 1.0 } else { 0.0 })
}

/// Weights and biases for these sizes: the same numbers in either precision, up to rounding.
pub fn parameters<T: Scalar>(layer_dims: &[usize], seed: u64) -> Vec<LinearParameters<T>> {
    let mut rng = generator(seed, Stream::Initialization);
    let mut layer = |pair: &[usize]| {
        let deviation = 1.0 / (pair[0] as f64).sqrt();
        let mut draw = |scale: f64| T::of(scale * rng.next_normal());
        let w = DMatrix::from_fn(pair[1], pair[0], |_, _| draw(deviation));
        let b = DVector::from_fn(pair[1], |_, _| draw(0.5));
        LinearParameters { w, b }
    };
    layer_dims.windows(2).map(&mut layer).collect()
}

/// `[LINEAR → hidden] × (L−1) → LINEAR → last` for the sizes.
fn layers<T: Scalar>(
    layer_dims: &[usize],
    hidden: impl Activation<T> + Copy + 'static,
    last: impl Activation<T> + Copy + 'static,
    seed: u64,
) -> Result<Vec<Box<dyn Layer<T>>>, GradcheckError> {
    let count = layer_dims.len() - 1;
    let of = |(l, parameters)| -> Result<Box<dyn Layer<T>>, GradcheckError> {
        if l + 1 == count {
            Ok(Box::new(Dense::new(parameters, last)?))
        } else {
            Ok(Box::new(Dense::new(parameters, hidden)?))
        }
    };
    parameters(layer_dims, seed).into_iter().enumerate().map(of).collect()
}

/// A network with a hidden activation and the output that belongs to its cost.
#[derive(Clone, Copy)]
struct Design<H, L, C> {
    layer_dims: &'static [usize],
    hidden: H,
    last: L,
    cost: C,
}

impl<H, L, C> Design<H, L, C>
where
    H: Activation<f64> + Activation<f32> + Copy + 'static,
    L: Activation<f64> + Activation<f32> + Copy + 'static,
    C: Cost<f64> + Cost<f32> + Copy + 'static,
{
    fn cases(self, m: usize, y: fn(usize, usize, u64) -> DMatrix<f64>) -> [Case; 2] {
        let Self { layer_dims, hidden, last, cost } = self;
        let count = layer_dims.len() - 1;
        let hidden_name = Activation::<f64>::name(&hidden);
        let last_name = Activation::<f64>::name(&last);
        let name = match count {
            1 => format!("network 1 layer: {last_name}"),
            _ => format!("network {count} layers: {hidden_name}, {last_name}"),
        };
        let point = move |seed| (draws(layer_dims[0], m, seed), y(layer_dims[count], m, seed));
        let against_differences = move |options: &CheckOptions| -> Result<Report, _> {
            let (x, y) = point(options.seed);
            let mut layers = layers::<f64>(layer_dims, hidden, last, options.seed)?;
            let mut layers: Vec<_> = layers.iter_mut().map(|layer| &mut **layer as _).collect();
            check_chain(&mut layers, &cost, &x, &y, options)
        };
        let between_precisions = move |options: &CheckOptions| -> Result<Report, _> {
            let (x, y) = point(options.seed);
            let single = layers::<f32>(layer_dims, hidden, last, options.seed)?;
            let double = layers::<f64>(layer_dims, hidden, last, options.seed)?;
            let single: Vec<_> = single.iter().map(|layer| &**layer as _).collect();
            let double: Vec<_> = double.iter().map(|layer| &**layer as _).collect();
            let pair = CostPair { single: &cost, double: &cost, y: &y };
            check_precisions(&single, &double, &x, Some(pair), options)
        };
        [Case::new(name.clone(), against_differences), Case::new(name, between_precisions)]
    }
}

/// Networks of 1 to 4 layers: the exercise's (ReLU, sigmoid), tanh throughout, and classes.
pub fn all(batches: &[usize]) -> Vec<Case> {
    const SIZES: [&[usize]; 4] = [&[6, 1], &[6, 5, 1], &[6, 5, 4, 1], &[8, 7, 6, 5, 1]];
    let mut cases = vec![];
    for layer_dims in SIZES {
        for &m in batches {
            let (hidden, last, cost) = (Relu, Sigmoid, BinaryCrossEntropy);
            cases.extend(Design { layer_dims, hidden, last, cost }.cases(m, labels));
        }
    }
    for &m in batches {
        let (layer_dims, hidden, last) = (&[6, 5, 4, 3][..], Tanh, Sigmoid);
        cases
            .extend(Design { layer_dims, hidden, last, cost: BinaryCrossEntropy }.cases(m, labels));
        let (layer_dims, last, cost) = (&[6, 8, 4][..], Softmax, CategoricalCrossEntropy);
        let classes = |n, m, _| one_hot(n, m);
        cases.extend(Design { layer_dims, hidden: Relu, last, cost }.cases(m, classes));
    }
    // More coordinates than the limit: a sample.
    let (layer_dims, hidden, last) = (&[70, 64, 1][..], Tanh, Sigmoid);
    cases.extend(Design { layer_dims, hidden, last, cost: BinaryCrossEntropy }.cases(16, labels));
    cases
}
