//! The training loop on small problems.

mod endings;
mod inner_products;
mod learning;
mod refusals;
mod steps;
mod threads;

use layerwise_activations::{Relu, Sigmoid};
use layerwise_core::DMatrix;
use layerwise_cost::BinaryCrossEntropy;
use layerwise_optim::GradientDescent;

use crate::{Network, Trainer};

fn examples() -> (DMatrix<f64>, DMatrix<f64>) {
    let x = DMatrix::from_fn(2, 50, |i, j| ((j * (i + 3)) % 17) as f64 / 17.0 - 0.5);
    let y = DMatrix::from_fn(1, 50, |_, j| f64::from(u8::from(x[(0, j)] > x[(1, j)])));
    (x, y)
}

fn network() -> Network<f64> {
    Network::builder(2).dense(6, Relu).dense(1, Sigmoid).seed(3).build().unwrap()
}

fn trainer(alpha: f64) -> Trainer<'static, f64> {
    Trainer::new(BinaryCrossEntropy, GradientDescent::new(alpha).unwrap())
}
